// Runs dist/bench.js on this machine's GPU or, if there is none, on the software adapter of the tests, so that machines
// without a GPU measure the same adapter:
//
//     npm run bench -- [option]...
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runInPlace, softwareAdapterEnvironment } from "./software-adapter.mjs";

const built = (name) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));

const { stdout } = await promisify(execFile)(process.execPath, [built("cli.js"), "doctor", "--json"]);
const hasGpu = JSON.parse(stdout).adapters.some(({ software }) => !software);
const environment = hasGpu ? {} : await softwareAdapterEnvironment();
runInPlace(process.execPath, ["--expose-gc", built("bench.js"), ...process.argv.slice(2)], environment);
