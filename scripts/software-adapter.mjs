// A Vulkan driver for machines without a GPU: SwiftShader, from the npm package @sparticuz/chromium. The tests set it
// up themselves. On the command line,
//
//     node scripts/software-adapter.mjs <command> [argument]...
//
// runs a command in which WebGPU finds only the adapter SwiftShader.
import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createBrotliDecompress } from "node:zlib";
import { unpackTar } from "modern-tar/fs";
import { makeOnce } from "./makeOnce.mjs";

const MODULES = fileURLToPath(new URL("../node_modules", import.meta.url));
const PACKAGE = join(MODULES, "@sparticuz", "chromium");
const ICD = "vk_swiftshader_icd.json";

/** Unpacks the driver, once for each version of its package. @returns the folder */
export async function unpackSoftwareAdapter() {
  const { version } = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8"));
  return makeOnce(join(MODULES, ".cache", "mesa-induction", "swiftshader", version), (folder) =>
    pipeline(
      createReadStream(join(PACKAGE, "bin", "swiftshader.tar.br")),
      createBrotliDecompress(),
      unpackTar(folder),
    ),
  );
}

/** The environment variables with which a process sees only the software adapter; they must be set when it starts. */
export async function softwareAdapterEnvironment() {
  const folder = await unpackSoftwareAdapter();
  const icd = join(folder, ICD);
  // the loader has two names for the same list; it prefers the newer one if it knows both
  return { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: icd, VK_DRIVER_FILES: icd };
}

/** Runs a command in this process's place: its output, its signals, its exit status. */
export function runInPlace(command, args, environment) {
  const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...environment } });
  // Ctrl-C reaches the child too, and the child decides when to end; other signals are passed on
  process.on("SIGINT", () => {});
  for (const name of ["SIGTERM", "SIGHUP"]) process.on(name, () => child.kill(name));
  child.on("error", (error) => {
    console.error(`cannot run ${command}: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exitCode = code;
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [command, ...rest] = process.argv.slice(2);
  if (!command) {
    console.error("usage: node scripts/software-adapter.mjs <command> [argument]...");
    process.exit(2);
  }
  runInPlace(command, rest, await softwareAdapterEnvironment());
}
