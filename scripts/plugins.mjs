// What a bundler must know to bundle this project: every build and every test takes its plugins from here.
import { watForEsbuild, watForVite } from "./wat.mjs";
import { workerForEsbuild, workerForVite } from "./worker.mjs";

export const esbuildPlugins = [watForEsbuild, workerForEsbuild];
export const vitePlugins = [watForVite, workerForVite];
