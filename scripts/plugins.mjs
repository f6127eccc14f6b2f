// What a bundler must know to bundle this project: every build and every test takes its plugins from here.
import { workerForEsbuild, workerForVite } from "./worker.mjs";

export const esbuildPlugins = [workerForEsbuild];
export const vitePlugins = [workerForVite];
