// The package as users get it: packed, installed in an empty folder, imported, type-checked, bundled and run.
import { execFile } from "node:child_process";
import { access, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { solve } from "../../src/index.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const INSTALLING = 300_000;

let folder: string;
let files: string[];
/** of the tarball, in bytes */
let size: number;

/** the output of a command in the consumer's folder. @throws Error if the command fails */
async function run(command: string, ...argv: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, argv, { cwd: folder, maxBuffer: 2 ** 26 }).catch(
    (error) => {
      throw new Error(`${command} ${argv.join(" ")}: ${error.message}\n${error.stdout}${error.stderr}`);
    },
  );
  return stdout;
}

const tsc = (...argv: string[]) =>
  run(process.execPath, join(ROOT, "node_modules/@typescript/native/bin/tsc"), ...argv);

beforeAll(async () => {
  await access(join(ROOT, "dist/index.js")).catch(() => {
    throw new Error("there is no dist: `npm test` builds it, and so does `npm run build`");
  });
  folder = await mkdtemp(join(tmpdir(), "mesa-induction-"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await copyFile(join(ROOT, "test/package/consumer/use.ts"), join(folder, "use.ts"));
  // no package needs its install script
  const packed = await run("npm", "pack", ROOT, "--json", "--ignore-scripts");
  const [tarball] = Object.values<{ filename: string; size: number; files: { path: string }[] }>(
    JSON.parse(packed),
  );
  size = tarball.size;
  files = tarball.files.map(({ path }) => path);
  const quiet = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"];
  await run("npm", "install", `./${tarball.filename}`, ...quiet);
}, INSTALLING);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("the tarball", () => {
  test("contains the files that package.json points to", () => {
    const {
      main,
      types,
      bin,
      exports: { ".": entry, "./package.json": _, ...others },
      imports,
    } = manifest;
    const schemas = Object.values(others);
    const inside = Object.values(imports).flatMap((conditions) => Object.values(conditions));
    for (const path of [main, types, ...Object.values(bin), ...schemas, ...Object.values(entry), ...inside])
      expect(files).toContain(path.replace(/^\.\//, ""));
    for (const file of ["LICENSE", "CITATION.cff", "CHANGELOG.md"]) expect(files).toContain(file);
    for (const file of ["index.html", "explore.js", "explore.css", "worker.js"])
      expect(files).toContain(`dist/explore/${file}`);
    expect(files).toContainEqual(expect.stringMatching(/^dist\/explore\/chunks\/GameEditor-\w+\.js$/));
  });

  test("contains no files that only this repository needs", () => {
    const places = new Set(files.map((path) => path.split("/")[0]));
    for (const place of ["test", "bench", "scripts", "node_modules", ".ci"])
      expect(places).not.toContain(place);
    // nor the same text twice: the sources are in src, and a server compresses by itself
    expect(files.filter((path) => /^dist\/(?:bench|api)|\.(?:map|gz)$/.test(path))).toEqual([]);
    expect(size).toBeLessThan(3_000_000);
  });
});

describe("its declarations", () => {
  const strict = [
    "--ignoreConfig",
    "--noEmit",
    "--strict",
    "--exactOptionalPropertyTypes",
    "--target",
    "es2023",
  ];
  const resolutions = [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ];
  const environments = {
    "a browser": ["--lib", "es2023,dom", "--types", ""],
    Node: ["--lib", "es2023", "--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")],
  };

  test.each(
    resolutions.flatMap(([module, resolution]) =>
      Object.entries(environments).map(([where, options]) => ({ module, resolution, where, options })),
    ),
  )(
    "type-check in $where under $resolution, including libraries",
    async ({ module, resolution, options }) => {
      const modules = ["--module", module, "--moduleResolution", resolution];
      expect(await tsc(...strict, ...modules, ...options, "use.ts")).toBe("");
    },
  );

  test("name only files that exist", async () => {
    const declarations = files.filter((path) => path.endsWith(".d.ts"));
    expect(declarations.length).toBeGreaterThan(5);
    for (const path of declarations) {
      const text = await readFile(join(folder, "node_modules/mesa-induction", path), "utf8");
      for (const [, target] of text.matchAll(/(?:from |import\()"(\.[^"]+)"/g)) {
        const file = join(path, "..", target).replace(/(\.ts)$/, ".d.ts");
        expect(files, `${path} imports ${target}`).toContain(file);
      }
    }
  });
});

test("imported in Node it gives the same results as the sources", async () => {
  await tsc(
    "--ignoreConfig",
    // types are checked above
    "--noCheck",
    "--target",
    "es2023",
    "--module",
    "nodenext",
    "--types",
    "",
    "use.ts",
  );
  const printed = JSON.parse(await run(process.execPath, "use.js"));
  const { plan, margin, trajectory, measures } = await solve({ game: "linear" }, { backend: "cpu" });
  expect(printed).toEqual({
    coefficient: plan.coefficient,
    margin: margin[0],
    deception: measures.deception,
    theta: trajectory.theta,
    mine: { share: [1, 1] },
    refused: "INVALID_CONFIG",
    points: [0, 0.5, 1],
  });
});

describe("its command", () => {
  test.each(["cpu", "gpu"])("solves on the %s", async (backend) => {
    const result = JSON.parse(
      await run(
        "npx",
        "--no-install",
        "mesa-induction",
        "solve",
        "experiment-1",
        "--backend",
        backend,
        "--json",
      ),
    );
    expect(result.plan.coefficient[0]).toBeCloseTo(0.03, 12);
    expect(result.solver).toMatchObject({ backend, version: manifest.version });
  });
});

test("it says what to cite where it is installed", async () => {
  const program = join(folder, "node_modules/mesa-induction/dist/cli.js");
  const { version, citation } = JSON.parse(await run(process.execPath, program, "--version", "--json"));
  expect([version, citation.version]).toEqual([manifest.version, manifest.version]);
});

describe("its browser bundle", () => {
  const entry = `import { solve, presets } from "mesa-induction";
    const { plan } = await solve(presets["experiment-1"].config, { backend: "cpu" });
    globalThis.console.log(plan.coefficient[0]);`;

  test("imports no other module, and nothing of Node", async () => {
    const { metafile, outputFiles } = await build({
      stdin: { contents: entry, resolveDir: folder },
      bundle: true,
      format: "esm",
      platform: "browser",
      metafile: true,
      write: false,
      logLevel: "silent",
    });
    const inputs = Object.keys(metafile.inputs).filter((path) => path !== "<stdin>");
    expect(inputs).toHaveLength(1);
    expect(inputs[0]).toMatch(/node_modules\/mesa-induction\/dist\/browser\.js$/);
    for (const { imports } of [...Object.values(metafile.outputs), metafile.inputs[inputs[0]]])
      expect(imports).toEqual([]);
    const [{ text }] = outputFiles;
    expect(text).not.toMatch(/["'`]node:/);
    expect(text).not.toMatch(/\bimport\s*\(/);
    expect(text).not.toMatch(/\b(?:process|Buffer|require)\s*[.(]/);
    await writeFile(join(folder, "bundled.mjs"), text);
    expect(Number(await run(process.execPath, "bundled.mjs"))).toBeCloseTo(0.03, 12);
  });
});
