// Runs dist/bench.js on this machine's adapter or, if there is none, on the software adapter, which the rows name:
//
//     npm run bench -- [option]...
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runInPlace, softwareAdapterEnvironment } from "./software-adapter.mjs";

const built = (name) => fileURLToPath(new URL(`../dist/${name}`, import.meta.url));

const { stdout } = await promisify(execFile)(process.execPath, [built("cli.js"), "doctor", "--json"]);
const environment = JSON.parse(stdout).adapters.length > 0 ? {} : await softwareAdapterEnvironment();
runInPlace(process.execPath, ["--expose-gc", built("bench.js"), ...process.argv.slice(2)], environment);
