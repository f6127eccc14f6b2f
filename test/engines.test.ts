// The same bytes in every engine: the package gives the same results in QuickJS, compiled to WebAssembly, as in V8.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { getQuickJS } from "quickjs-emscripten";
import { expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { esbuildPlugins } from "../scripts/plugins.mjs";
import { type Config, type PhaseConfig, phase, solve } from "../src/index.ts";

const schedule = { training: 3, deployment: 2, learningRate: 0.5 };
const rates = { learningRates: [0.5, 0.5, 0.25] };
const few = { min: -1, max: 1, count: 5 };
const endless = {
  horizon: "infinite",
  discount: 0.9,
  schedule: rates,
} as const;

/** the configurations, and the method unless it is that of `auto` */
const SOLVES: readonly (readonly [Config, "exact" | "moments" | "rollout" | "auto"])[] = [
  ...(["exact", "moments", "rollout"] as const).map(
    (method) =>
      [{ game: "linear", schedule, discount: 0.9, coefficient: { count: 11 } } as Config, method] as const,
  ),
  [{ game: "misconception", schedule, coefficient: { count: 11 }, theta: few, belief: few }, "rollout"],
  [{ game: "learned-discount", schedule, base: few, perDiscount: few, theta: few }, "auto"],
  [
    {
      game: "uncertain-deployment",
      schedule: { episodes: 5, learningRate: 0.5 },
      coefficient: { count: 11 },
    },
    "exact",
  ],
  [
    {
      game: "distributional-shift",
      schedule: { episodes: 3, learningRate: 0.5 },
      coefficient: { count: 11 },
    },
    "auto",
  ],
  [{ game: "linear", ...endless }, "exact"],
  [{ game: "linear", ...endless, coefficient: { count: 11 } }, "moments"],
  // a discount close to 1 and one that is not
  ...[0.37, 0.999].map(
    (discount) =>
      [{ game: "misconception", ...endless, discount, coefficient: { count: 11 } }, "moments"] as const,
  ),
  [
    {
      game: {
        name: "network",
        state: { theta: { min: -1, max: 1, count: 5, initial: 0.8 } },
        network: { layers: [1, 2, 1] },
      },
      schedule: rates,
      search: { starts: 1, evaluations: 12 },
    } as Config,
    "auto",
  ],
];
/** an axis with equal ratios between its points */
const MAP: PhaseConfig = {
  config: { game: "linear", schedule },
  x: { key: "schedule.learningRate", from: 0.01, to: 10, count: 7, scale: "log" },
  y: { key: "discount", from: 0.1, to: 1, count: 3 },
  measures: ["deception", "finalTheta", "cost"],
};

/** All results as text: JSON contains each number to the last bit. */
const answersOf = async (solveHere: typeof solve, phaseHere: typeof phase): Promise<string[]> => {
  const texts: string[] = [];
  for (const [config, method] of SOLVES) {
    const { solver: _, ...result } = await solveHere(config as never, { backend: "cpu", method, threads: 1 });
    texts.push(JSON.stringify(result));
  }
  const { values } = await phaseHere(MAP, { backend: "cpu", threads: 1 });
  texts.push(JSON.stringify(Object.entries(values).map(([name, numbers]) => [name, [...numbers]])));
  return texts;
};

/** the platform functions that the library uses in addition to the language */
const PLATFORM = `
  let now = 0;
  globalThis.performance = { now: () => now++ };
  globalThis.setTimeout = (done) => void Promise.resolve().then(done);
  globalThis.structuredClone = (x) => JSON.parse(JSON.stringify(x));
  globalThis.console = { log() {}, warn() {}, error() {} };
`;

test("V8 and QuickJS give the same results", async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../src/index.ts", import.meta.url))],
    bundle: true,
    format: "iife",
    globalName: "library",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "warning",
    define: { __VERSION__: JSON.stringify(manifest.version) },
    plugins: esbuildPlugins,
  });
  const engine = await getQuickJS();
  const context = engine.newContext();
  const run = (code: string) => context.unwrapResult(context.evalCode(code)).dispose();
  run(PLATFORM);
  run(`${outputFiles[0].text}; globalThis.library = library;`);
  run(`
    const SOLVES = ${JSON.stringify(SOLVES)}; const MAP = ${JSON.stringify(MAP)};
    const answersOf = ${answersOf.toString()};
    answersOf(library.solve, library.phase).then((texts) => { globalThis.texts = texts; }, (error) => { globalThis.texts = [String(error), error.stack]; });
  `);
  while (context.runtime.hasPendingJob()) context.unwrapResult(context.runtime.executePendingJobs());
  const texts = context.getProp(context.global, "texts").consume(context.dump) as string[];
  const wanted = await answersOf(solve, phase);
  for (const [i, text] of wanted.entries()) expect(texts[i]).toBe(text);
  expect(texts).toHaveLength(SOLVES.length + 1);
  context.dispose();
}, 60_000);
