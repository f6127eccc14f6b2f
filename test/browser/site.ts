// A page on a loopback port with the library bundled for browsers. WebGPU is available only on http://localhost and
// https.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import manifest from "../../package.json" with { type: "json" };
import { esbuildPlugins } from "../../scripts/plugins.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The library, bundled from the current sources in the same way as scripts/build.mjs bundles it for browsers. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: ["src/index.ts"],
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minifySyntax: true,
    write: false,
    logLevel: "error",
    define: { __VERSION__: JSON.stringify(manifest.version) },
    plugins: esbuildPlugins,
  });
  return outputFiles[0].text;
}

/** A running site. */
export interface Site {
  readonly address: string;
  close(): Promise<void>;
}

const PAGE = `<!doctype html>
<title>mesa-induction</title>
<link rel="icon" href="data:,">
<script type="module">
  import * as library from "/browser.js";
  globalThis.library = library;
</script>`;

/** Serves a page whose global `library` is the library. */
export async function openSite(): Promise<Site> {
  const pages = new Map([
    ["/", ["text/html", PAGE]],
    ["/browser.js", ["text/javascript", await bundle()]],
  ]);
  const server = createServer(({ url }, response) => {
    const [type, text] = pages.get(url ?? "") ?? ["text/plain", ""];
    response.writeHead(text ? 200 : 404, { "content-type": type }).end(text);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    address: `http://localhost:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}
