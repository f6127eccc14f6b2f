// A program that depends on the package; test/package/tarball.test.ts type-checks and runs it where the package is
// installed.
import {
  checkConfig,
  defineGame,
  describeGame,
  type GameDefinition,
  linspace,
  MesaError,
  presets,
  type Result,
  type SolveOptions,
  simulate,
  solve,
  type WebGpu,
} from "mesa-induction";

const options: SolveOptions = { backend: "cpu", onProgress: ({ share }) => share.toFixed(2) };
const result: Result = await solve(presets["experiment-1"].config, options);
const coefficient: number[] = result.plan.coefficient;
const margin: number | null = result.margin[0];
const { trajectory, measures } = simulate({ game: "linear" }, { coefficient });

const game = defineGame({
  name: "mine",
  state: { theta: { min: -1, max: 1, count: 3, initial: 1, trained: false } },
  decision: { share: { min: 0, max: 1, count: 3 } },
  output: "share * theta",
});
const mine = await solve({ game, schedule: { learningRates: [1, 0] }, theta: { count: 5 } }, options);

// the WebGPU of a browser or of Dawn has more than the solver needs
declare const real: {
  requestAdapter(options?: { powerPreference?: string }): Promise<{ name: string } | null>;
};
export const withGpu = (): SolveOptions => ({
  gpu: real satisfies WebGpu,
  signal: new AbortController().signal,
});

// @ts-expect-error there is no such backend
export const wrongBackend: SolveOptions = { backend: "tpu" };
// @ts-expect-error a WebGPU implementation is not a string
export const wrongGpu: SolveOptions = { gpu: "gpu" };
// @ts-expect-error formulas are text or numbers
export const wrongGame = () => defineGame({ ...game, output: () => 1 });
// @ts-expect-error the game has no such decision
export const wrongName = () => mine.plan.shaer;
// @ts-expect-error nor such a setting
export const wrongSetting = () => solve({ game, shaer: { count: 5 } });
export const definition: GameDefinition = game;
export const described: string = describeGame({ game }).name;

let refused = "";
try {
  checkConfig({ game: "linear", discount: 2 });
} catch (error) {
  if (error instanceof MesaError) refused = error.code;
}
const { deception } = measures;
console.log(
  JSON.stringify({
    coefficient,
    margin,
    deception,
    theta: trajectory.theta,
    mine: mine.plan,
    refused,
    points: [...linspace({ min: 0, max: 1, count: 3 })],
  }),
);
