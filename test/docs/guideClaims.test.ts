// The library computes what the README and the tutorial claim about the experiments, the maps and networks.
import { expect, test } from "vitest";
import { type Config, describeGame, games, phasePresets, solve, sweep } from "../../src/index.ts";
import { claim, readDocument, says } from "./claims.ts";
import { configOf } from "./configOf.ts";
import { doubting } from "./doubt.ts";
import { readPage } from "./markdown.ts";

const page = await readDocument("README.md");
const tutorial = await readDocument("docs/tutorial.md");
const solved = (preset: string, changes: Record<string, unknown> = {}) =>
  solve(configOf(preset, changes), { backend: "cpu" });

/** the games in which one plan is the best for every state */
const SAME = ["linear", "misconception", "uncertain-deployment", "distributional-shift"];

test("the maps", async () => {
  const { x, y, measures } = phasePresets["hazard-error"].phase;
  claim(page, "Each of the 262,144 cells is a game of its own.", [(x.count as number) * (y.count as number)]);
  expect(measures).toEqual(["deception", "deceptionOverHazard"]);
  const of = async (hazard: number, error: number) => {
    const { config, measures, measuresOverHazard } = await doubting(hazard, error);
    return { config, short: measures.deception!, average: measuresOverHazard!.deception! };
  };
  const { config, ...sure } = await of(0.3, 0);
  claim(page, "On the left, training lasts 20 episodes.", [config.initial.deploymentAt!]);
  says(page, "Agents that expect it to end much sooner show their goal before it ends, and lose it.");
  expect(sure.short).toBeGreaterThan(0.7);
  for (const error of [0.1, 0.3, 0.5]) {
    const uncertain = await of(0.3, error);
    expect(uncertain.short).toBeLessThan(0.05);
    says(
      page,
      "There deception stays high for large hazards, because agents are seldom so wrong about the length.",
    );
    expect(uncertain.average).toBeGreaterThan(0.85);
  }
  says(page, "The larger the hazard is, the smaller a signal error is enough for that.");
  const enough: number[] = [];
  for (const hazard of [0.2, 0.3, 0.4, 0.5])
    for (let error = 0.1; ; error /= 2)
      if ((await of(hazard, error)).short > 0.3) {
        enough.push(2 * error);
        break;
      }
  expect(enough).toEqual([...new Set(enough)].sort((a, b) => b - a));
});

test("which games have one best plan for all states", async () => {
  says(
    page,
    "For `learned-discount` and `mlp` this is a choice. For the package's other games the plan is also the best one for each single state.",
  );
  expect(new Set(games.keys())).toEqual(new Set([...SAME, "learned-discount", "mlp"]));
  const at = (min: number) => ({ min, max: min, count: 1 });
  for (const game of SAME) {
    const one: Record<string, unknown> = { game, theta: at(0.3) };
    if (game === "misconception") one.belief = at(-0.6);
    const [onAverage, alone] = await Promise.all(
      [{ game }, one].map((config) => solve(config as Config, { backend: "cpu", method: "exact" })),
    );
    for (const [name, values] of Object.entries(onAverage.plan))
      for (const [t, value] of values.entries()) expect(alone.plan[name][t]).toBeCloseTo(value, 12);
  }
  const changes = { "perDiscount.count": 13, "base.count": 11, "schedule.training": 3 };
  const [onAverage, alone] = [
    await solved("learned-discount", changes),
    await solved("learned-discount", { ...changes, theta: at(1), discount: at(0.8) }),
  ];
  expect(alone.plan).not.toEqual(onAverage.plan);
});

test("the first experiment", async () => {
  const { plan, trajectory, measures } = await solved("experiment-1");
  const training = plan.coefficient.slice(0, 20);
  claim(page, "In training it is 0.03 and not 0, and it grows as training ends.", [training[0], 0]);
  claim(page, "the goal θ (circles) falls only from 0.8 to 0.72.", [
    trajectory.theta[0],
    trajectory.theta[20],
  ]);
  expect(training).toEqual(training.toSorted((a, b) => a - b));
  claim(
    tutorial,
    "the agents of training output only 3 % to 11 % of the goal, and at deployment 90 % of the goal is left.",
    [training[0], training[19], measures.retention!],
  );
});

test("the second", async () => {
  const [one, two] = [await solved("experiment-1"), await solved("experiment-2")];
  claim(page, "first coefficients 0.03 and 0.05, and θ = 0.08 at the last episode of the second.", [
    ...[one.plan.coefficient[0], two.plan.coefficient[0], two.trajectory.theta[99]],
  ]);
});

test("a discount, and a longer training", async () => {
  const { config, measures } = await solved("experiment-1", { discount: 0.9 });
  const { training, deployment } = config.schedule as { training: number; deployment: number };
  const weights = Array.from({ length: deployment }, (_, k) => 0.9 ** (training + k));
  claim(
    tutorial,
    "all 80 episodes of deployment together now count only 1.2 times as much as that episode.",
    [deployment, weights.reduce((sum, weight) => sum + weight, 0)],
  );
  claim(tutorial, "and keep only 35 % of it.", [measures.retention!]);
  const { cells } = await sweep(configOf("experiment-1"), {
    ...{ over: { key: "schedule.training", values: [1, 81] }, measures: ["deception"], backend: "cpu" },
  });
  const [short, long] = cells.map(({ values }) => values.deception!);
  claim(tutorial, "81 episodes instead of one lower deception by only 5 %,", [81, 1 - long / short]);
  says(tutorial, "and 2,001 episodes lower it by a third.");
  const one = configOf("experiment-1", { "schedule.training": 2001 });
  const longest = (await solve(one, { backend: "cpu", method: "exact" })).measures.deception!;
  expect(1 - longest / short).toBeCloseTo(1 / 3, 1);
  says(tutorial, "Yes, if agents discount as much as here (γ = 0.95 or 0.9).");
  for (const discount of [0.95, 0.9]) {
    const of = async (length: number) =>
      (await solved("experiment-1", { discount, "schedule.training": length })).measures.deception!;
    expect(await of(81)).toBeLessThan(0.1 * (await of(1)));
  }
});

test("which plans are certified on the GPU", async () => {
  says(
    page,
    "So a plan that is called `certified` equals the float64 oracle's plan to the last bit. For `tanh`, and where a gradient jumps, as for `abs`, there is no bound, and the plan is called `screened`.",
  );
  const givenBy = (config: Config) =>
    describeGame(config).methods.find(
      ({ method, backend, precision }) =>
        method === "rollout" && backend === "gpu" && precision === "certified",
    )!.gives;
  expect(givenBy({ game: "linear" })).toBe("certified");
  expect(givenBy({ game: "learned-discount" })).toBe("certified");
  expect(givenBy({ game: "mlp" })).toBe("screened");
  expect(givenBy(JSON.parse(await readPage("examples/output-decay.json")))).toBe("screened");
});

test("more pressure on the output lets agents keep more from the goal 0.8, and less from 0.2", async () => {
  const { game, schedule } = JSON.parse(await readPage("examples/output-decay.json"));
  const from = async (theta: number) => {
    const { cells } = await sweep(
      { game, schedule, initial: { theta } },
      {
        ...{ over: { key: "decay", from: 0, to: 0.5, count: 6 }, backend: "cpu" },
        measures: ["compliance", "retention"],
      },
    );
    return cells.map(({ values }) => [values.compliance!, values.retention!]);
  };
  claim(
    tutorial,
    "From the goal 0.8 and for these six values, more pressure on the output makes the agents hide better and keep more of their goal.",
    [game.state.theta.initial],
  );
  const usual = await from(0.8);
  for (const [i, [compliance, retention]] of usual.slice(1).entries()) {
    expect(compliance).toBeGreaterThan(usual[i][0]);
    expect(retention).toBeGreaterThan(usual[i][1]);
  }
  says(tutorial, "From the goal 0.2 they keep less than without it: try `--set initial.theta=0.2`.");
  const [[, without], ...others] = await from(0.2);
  for (const [, retention] of others) expect(retention).toBeLessThan(without);
});

test("momentum goes on in deployment, and compliance does not know what is wanted", async () => {
  const guide = await readDocument("docs/games.md");
  const solvedExample = async (name: string, changes: Record<string, unknown> = {}) =>
    solve({ ...JSON.parse(await readPage(`examples/${name}.json`)), ...changes }, { backend: "cpu" });
  const { trajectory, measures } = await solvedExample("momentum", { friction: 0.8 });
  const at = trajectory.learningRate.indexOf(0);
  claim(guide, "with friction 0.8 from 0.75 to 0.70.", [0.8, trajectory.theta[at], trajectory.theta.at(-1)!]);
  says(guide, "`retention` is taken at the first episode of deployment, `finalTheta` at the end.");
  expect(measures.retention).toBe(trajectory.theta[at] / trajectory.theta[0]);
  const wanted = await solvedExample("wanted-output");
  const outputs = wanted.trajectory.output.slice(0, wanted.trajectory.learningRate.indexOf(0));
  claim(
    guide,
    "Here the agents output 0 to 0.04 in training, which is not what it rewards, and their compliance is 0.99.",
    [Math.min(...outputs), Math.max(...outputs), wanted.measures.compliance!],
  );
});

test("networks: what was measured is that of docs/findings.md", async () => {
  const findings = await readDocument("docs/findings.md");
  says(
    page,
    "from the goal 0.8, networks that have partly learnt the goals of their grid keep 96 % of it, where linear agents keep 66 %, and their compliance is half as high (0.365 and 0.757).",
  );
  says(findings, "| linear, exact | 1.168 | 1.156 | 0.757 | 0.661 | 0.500 |");
  says(findings, "| the preset | 0.413 | 2.04 | 0.365 | 0.965 | 0.352 |");
});
