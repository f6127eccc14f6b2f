// The plugins that a bundler needs for this project, used by every build and every test.
import { workerForEsbuild, workerForVite } from "./worker.mjs";

export const esbuildPlugins = [workerForEsbuild];
export const vitePlugins = [workerForVite];
