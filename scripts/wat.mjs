// WebAssembly text is assembled when the project is bundled (esbuild) or tested (Vite): both ask this module,
// so that importing a `.wat` file gives the bytes of the module as a Uint8Array.
import { readFile } from "node:fs/promises";
import createWabt from "wabt";

async function assemble(file) {
  const wabt = await createWabt();
  const module = wabt.parseWat(file, await readFile(file, "utf8"), { simd: true });
  try {
    module.validate();
    return Buffer.from(module.toBinary({}).buffer);
  } finally {
    module.destroy();
  }
}

/** esbuild plugin: `import bytes from "./kernel.wat"` */
export const watForEsbuild = {
  name: "wat",
  setup(build) {
    build.onLoad({ filter: /\.wat$/ }, async ({ path }) => ({
      contents: await assemble(path),
      loader: "binary",
    }));
  },
};

/** Vite plugin: the same import under Vitest */
export const watForVite = {
  name: "wat",
  enforce: "pre",
  async load(id) {
    if (!id.endsWith(".wat")) return null;
    const base64 = (await assemble(id)).toString("base64");
    return `export default Uint8Array.from(atob(${JSON.stringify(base64)}), (c) => c.charCodeAt(0));`;
  },
};
