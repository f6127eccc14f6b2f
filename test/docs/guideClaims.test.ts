// The library computes what the README and the tutorial claim about the experiments, the maps and networks.
import { expect, test } from "vitest";
import { phasePresets, solve, sweep } from "../../src/index.ts";
import { claim, readDocument, says } from "./claims.ts";
import { configOf } from "./configOf.ts";
import { doubting } from "./doubt.ts";

const page = await readDocument("README.md");
const tutorial = await readDocument("docs/tutorial.md");
const solved = (preset: string, changes: Record<string, unknown> = {}) =>
  solve(configOf(preset, changes), { backend: "cpu" });

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
  says(page, "lose their goal, unless the signal is nearly perfect.");
  expect(sure.short).toBeGreaterThan(0.7);
  for (const error of [0.1, 0.3, 0.5]) {
    const uncertain = await of(0.3, error);
    expect(uncertain.short).toBeLessThan(0.05);
    says(page, "There the cliff is gone, because agents are seldom so wrong.");
    expect(uncertain.average).toBeGreaterThan(0.85);
  }
});

test("the first experiment", async () => {
  const { plan, trajectory, measures } = await solved("experiment-1");
  const training = plan.coefficient.slice(0, 20);
  claim(page, "the goal θ (circles) is 0.8 and hardly moves", [trajectory.theta[0]]);
  claim(page, "The coefficient in training is 0.03 and not 0, and it grows as training ends.", [
    training[0],
    0,
  ]);
  claim(page, "So the goal drifts from 0.8 to 0.72.", [trajectory.theta[0], trajectory.theta[20]]);
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
  claim(tutorial, "Deployment begins 20 episodes later,", [
    (config.schedule as { training: number }).training,
  ]);
  claim(tutorial, "and keep only 35 % of it.", [measures.retention!]);
  const { cells } = await sweep(configOf("experiment-1"), {
    ...{ over: { key: "schedule.training", values: [1, 81] }, measures: ["deception"], backend: "cpu" },
  });
  const [short, long] = cells.map(({ values }) => values.deception!);
  claim(tutorial, "81 episodes of training lower deception by only 5 %.", [81, 1 - long / short]);
});

test("networks: what was measured is that of docs/findings.md", async () => {
  const findings = await readDocument("docs/findings.md");
  says(
    page,
    "from the goal 0.8 agents that are neural networks keep 96 % of it, where linear agents keep 66 %, and they comply half as well.",
  );
  says(findings, "| linear, exact | 1.168 | 1.156 | 0.757 | 0.661 | 0.500 |");
  says(findings, "| the preset | 0.413 | 2.04 | 0.365 | 0.965 | 0.352 |");
});
