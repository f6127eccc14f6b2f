// What the texts of the page claim holds.
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { withSetting } from "../../src/config/setting.ts";
import { checkDiagram, defaultDiagram, phaseConfigOf } from "../../src/explore/mapSettings.ts";
import { builtIn, examples } from "../../src/explore/startingPoints.ts";
import { settingsOfPreset, stateOfStep, steps } from "../../src/explore/steps.ts";
import { games, phase, presets, solve } from "../../src/index.ts";

/** a step's preset, solved, with settings changed */
function solved(step: string, changes: Record<string, number | boolean> = {}) {
  const { settings } = stateOfStep(step, { backend: "cpu" });
  const changed = Object.entries(changes).reduce(
    (s, [key, value]) => withSetting(s, key, value, "set"),
    settings,
  );
  return solve(changed, { backend: "cpu" });
}

test("steps use the presets unchanged", () => {
  for (const { preset, against } of Object.values(steps))
    for (const name of [preset, against ?? preset])
      expect({ ...presets[name].config, ...settingsOfPreset(name) }).toEqual(presets[name].config);
});

test("the menu of games has every game with the settings of its preset, and the examples", () => {
  expect([...builtIn.keys()]).toEqual([...games.keys()]);
  expect(builtIn.get("linear")!.settings).toEqual(settingsOfPreset("experiment-1"));
  for (const [name, { settings }] of builtIn) {
    expect(settings.game).toBe(name);
    if (name !== "linear") expect(settings).toEqual(settingsOfPreset(name));
  }
  expect([...examples.keys()].toSorted()).toEqual(
    readdirSync(new URL("../../examples", import.meta.url)).map((file) => file.replace(".json", "")),
  );
  for (const { settings } of [...builtIn.values(), ...examples.values()])
    checkDiagram(settings, defaultDiagram(settings));
});

test("training, then deployment: a first coefficient of 0.03, outputs near 0, then the goal", async () => {
  const { plan, trajectory } = await solved("experiment-1");
  expect(plan.coefficient[0]).toBeCloseTo(0.03, 12);
  expect(Math.max(...trajectory.output.slice(0, 20))).toBeLessThan(0.1);
  expect(trajectory.theta[20]).toBeGreaterThan(0.7);
  expect(trajectory.output[20]).toBe(trajectory.theta[20]);
});

test("training alone: the start is almost the same, and the goal shrinks, faster towards the end", async () => {
  const { plan, trajectory } = await solved("experiment-2");
  expect(plan.coefficient[0]).toBeCloseTo(0.05, 12);
  const share = (t: number) => trajectory.theta[t + 1] / trajectory.theta[t];
  expect(share(90)).toBeLessThan(share(50));
  expect(share(50)).toBeLessThan(share(10));
  expect(trajectory.theta.at(-1)).toBeLessThan(0.1);
});

test("a discount: what is left of the goal shrinks faster than compliance does", async () => {
  const [patient, hasty] = await Promise.all([1, 0.85].map((discount) => solved("discount", { discount })));
  for (const [t, coefficient] of patient.plan.coefficient.slice(0, 20).entries())
    expect(hasty.plan.coefficient[t]).toBeGreaterThan(coefficient);
  expect(hasty.measures.retention!).toBeLessThan(0.2 * patient.measures.retention!);
  expect(hasty.measures.compliance!).toBeGreaterThan(0.8 * patient.measures.compliance!);
});

test("a discount: deception falls with γ in every row of the map", async () => {
  const { settings, diagram } = stateOfStep("discount", { backend: "cpu" });
  expect(diagram).toMatchObject({ x: { key: "discount" }, measure: "deception" });
  const { values } = await phase(phaseConfigOf(settings, { ...diagram, size: 64 }), { backend: "cpu" });
  const rises = values.deception.map((value, i) => (i % 64 === 0 ? 1 : value - values.deception[i - 1]));
  expect(Math.min(...rises)).toBeGreaterThan(0);
});

test("a misconception: the belief is corrected and not the goal, unless the belief cannot change", async () => {
  const { trajectory, measures } = await solved("misconception");
  expect(Math.abs(trajectory.belief[1])).toBeLessThan(0.01);
  expect(measures.retention).toBeGreaterThan(0.9);
  const stubborn = await solved("misconception", { beliefLearningRateScale: 0 });
  expect(stubborn.measures.retention).toBeLessThan(0.2);
});

test("a misconception: agents that know the truth keep as much, and the belief ends below 0", async () => {
  const [wrong, right] = [
    await solved("misconception"),
    await solved("misconception", { "initial.belief": 0 }),
  ];
  expect(right.measures.retention).toBeCloseTo(wrong.measures.retention!, 12);
  for (const { trajectory } of [wrong, right]) expect(trajectory.belief.at(-1)).toBeLessThan(-0.1);
});

test("a discount that is not trained keeps less of the goal, unless it is 1", async () => {
  const retention = async (from: number, κ: number) =>
    (await solved("learned-discount", { "initial.discount": from, discountLearningRateScale: κ })).measures
      .retention!;
  expect(await retention(0.8, 0)).toBeLessThan(await retention(0.8, 1));
  expect(await retention(1, 0)).toBeGreaterThan(await retention(1, 1));
});

test("a learned discount goes up to 1, and may go down where a regularizer's steps overshoot", async () => {
  const { trajectory } = await solved("learned-discount");
  expect(trajectory.discount.at(-1)).toBe(1);
  const wild = await solved("learned-discount", {
    ...{ "schedule.training": 8, "schedule.deployment": 16, "schedule.learningRate": 1 },
    ...{ regularization: 0.1, discountLearningRateScale: 2.5, "initial.discount": 0.6 },
  });
  const { discount } = wild.trajectory;
  expect(discount.some((γ, t) => γ < (discount[t - 1] ?? 0) - 0.1)).toBe(true);
});

test("uncertain deployment: with short training more is kept, with long training hardly anything, and uncertainty costs on average", async () => {
  const at = (deploymentAt: number, signalError = 0.1) =>
    solved("uncertain-deployment", { "initial.deploymentAt": deploymentAt, signalError });
  const [doubting, certain] = [await at(10), await at(10, 0)];
  expect(doubting.measures.retention).toBeGreaterThan(certain.measures.retention!);
  expect((await at(60)).measures.retention).toBeLessThan(0.05);
  expect((await at(60, 0)).measures.retention).toBeGreaterThan(0.6);
  const { ifTrainingSignal, ifDeploymentSignal } = doubting.plan;
  for (let t = 1; t < 40; t++) {
    expect(ifDeploymentSignal[t]).toBeGreaterThan(ifTrainingSignal[t]);
    expect(ifDeploymentSignal[t]).toBeLessThan(0.6);
  }
  // going up in the map, uncertainty costs, but almost nothing if agents expect deployment at once
  const { settings, diagram } = stateOfStep("uncertain-deployment", { backend: "cpu" });
  expect(diagram).toMatchObject({
    x: { key: "hazard" },
    y: { key: "signalError" },
    measure: "retentionOverHazard",
  });
  const { values } = await phase(phaseConfigOf(settings, { ...diagram, size: 64 }), { backend: "cpu" });
  for (let x = 0; x < 64; x += 7)
    for (const y of [1, 16, 63]) {
      const map = values.retentionOverHazard;
      expect(map[64 * y + x]).toBeLessThan(map[x] + 0.002);
    }
});

test("uncertain deployment: agents who remember keep more, and show it soon", async () => {
  const [without, remembering] = [
    await solved("uncertain-deployment"),
    await solved("uncertain-deployment", { memory: true }),
  ];
  expect(without.measuresOverHazard!.retention).toBeCloseTo(0.81, 2);
  expect(remembering.measuresOverHazard!.retention).toBeCloseTo(0.9, 2);
  const shown = ({ trajectory: { output, theta } }: typeof without) => output[25] / theta[25];
  expect(shown(remembering)).toBeGreaterThan(0.95);
  expect(shown(without)).toBeLessThan(0.5);
});

test("deployed forever: more patient agents deceive better", async () => {
  for (const [discount, deception] of [
    [0.9, 0.31],
    [0.99, 0.87],
    [0.999, 0.96],
  ])
    expect((await solved("deployed-for-ever", { discount })).measures.deception).toBeCloseTo(deception, 2);
  let before = 0;
  for (const discount of [0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999]) {
    const deception = (await solved("deployed-for-ever", { discount })).measures.deception!;
    expect(deception).toBeGreaterThan(before);
    before = deception;
  }
});

test("an infinite horizon: one coefficient, and the goal shrinks by a constant factor", async () => {
  const { plan, trajectory, stationary } = await solved("infinite-horizon");
  expect(new Set(plan.coefficient).size).toBe(1);
  expect(stationary).toMatchObject({ complete: true, finiteHorizon: { outcome: "limit" } });
  expect(stationary?.equilibria).toHaveLength(1);
  const share = (t: number) => trajectory.theta[t + 1] / trajectory.theta[t];
  expect(share(50)).toBeCloseTo(share(0), 12);
});

test("a regularizer: with 20 or more episodes of deployment the first coefficient falls and rises again; with five or fewer it only rises", async () => {
  const { settings, diagram } = stateOfStep("regularizer", { backend: "cpu" });
  const map = await phase(phaseConfigOf(settings, { ...diagram, size: 64 }), { backend: "cpu" });
  const { key, values: lengths } = map.diagram.y;
  expect(key).toBe("schedule.deployment");
  const rows = lengths.map((length, i) => ({
    length,
    row: map.values.firstCoefficient.slice(64 * i, 64 * (i + 1)),
  }));
  expect(rows.filter(({ length }) => length <= 5).length).toBeGreaterThan(0);
  for (const { length, row } of rows) {
    const minimum = Math.min(...row);
    const at = row.indexOf(minimum);
    const rises = [...row].map((value, i) => i > 0 && value > row[i - 1]);
    if (length <= 5) expect(at).toBe(0);
    if (length <= 5 || length >= 20) {
      expect(rises.slice(1, at + 1)).not.toContain(true);
      expect(rises.slice(at + 1)).not.toContain(false);
    }
    if (length >= 20) {
      expect(row[0]).toBeGreaterThan(1.2 * minimum);
      expect(row[63]).toBeGreaterThan(1.2 * minimum);
    }
  }
});
