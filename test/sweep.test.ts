// A sweep has the same values as its solves, and a gap where a solve has no answer.

import { expect, test } from "vitest";
import { geomspace } from "../src/grid.ts";
import { games, linspace, measureNames, presets, solve, sweep } from "../src/index.ts";
import { sweepToCsv } from "../src/report/csv.ts";
import { curvesOf, drawCurves, MAX_CURVES } from "../src/report/curves.ts";
import { createDocument } from "../src/report/render.ts";

const { config } = presets["experiment-1"];
const over = { key: "discount", values: [0.5, 0.9, 1] };
/** the equilibrium of this grid is a cycle of two decisions */
const CYCLE = {
  game: "linear",
  schedule: { training: 3, deployment: 0 },
  horizon: "infinite",
  coefficient: { min: 0, max: 1, count: 2 },
} as const;

test("each cell equals the result of solve for its configuration", async () => {
  const series = { key: "schedule.learningRate", values: [1, 0.3] };
  const measures = ["firstCoefficient", "retention", "finalTheta", "cost"];
  const { cells, ...rest } = await sweep(config, { over, series, measures, backend: "cpu" });
  expect(rest).toMatchObject({ game: "linear", over, series, measures });
  expect(cells.map(({ at, series }) => [series, at])).toEqual(
    series.values.flatMap((rate) => over.values.map((discount) => [rate, discount])),
  );
  for (const { at, series: learningRate, values, missing } of cells) {
    const schedule = { training: 20, deployment: 80, learningRate: learningRate as number };
    const result = await solve({ ...config, schedule, discount: at }, { backend: "cpu" });
    expect(missing).toBeNull();
    expect(values).toEqual({
      firstCoefficient: result.plan.coefficient[0],
      retention: result.measures.retention,
      finalTheta: result.trajectory.theta.at(-1),
      cost: result.cost[0],
    });
  }
});

test("an axis of whole numbers is rounded, as in a diagram", async () => {
  const axis = { key: "schedule.training", from: 1, to: 4, count: 6 };
  const swept = await sweep(config, { over: axis, measures: ["retention", "margin"], backend: "cpu" });
  expect(swept.over).toEqual({
    ...{ key: "schedule.training", scale: "linear", values: [1, 2, 3, 4], whole: true, asked: 6 },
  });
  const { margin } = await solve(
    { ...config, schedule: { training: 4, deployment: 80 } },
    { backend: "cpu" },
  );
  expect(swept.cells[3].values.margin).toBe(margin[0]);
});

test("a sweep does not change the configuration, and reports its progress", async () => {
  const before = structuredClone(config);
  const shares: number[] = [];
  await sweep(config, { over, backend: "cpu", onProgress: ({ share }) => shares.push(share) });
  expect(config).toEqual(before);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
});

test("a cell without an equilibrium is a gap that says why", async () => {
  const values = [...linspace({ min: 0.1, max: 0.9, count: 9 })];
  const swept = await sweep(CYCLE, {
    over: { key: "discount", values },
    measures: ["firstCoefficient"],
    backend: "cpu",
  });
  const gaps = swept.cells.filter(({ missing }) => missing !== null);
  expect(gaps.length).toBeGreaterThan(0);
  expect(gaps.length).toBeLessThan(9);
  for (const { values, missing } of gaps) {
    expect(values).toEqual({ firstCoefficient: null });
    expect(missing).toContain("has no stationary equilibrium");
  }
  const rows = sweepToCsv(swept).trim().split("\n");
  expect(rows[0]).toBe("discount,firstCoefficient,missing");
  expect(rows.filter((row) => /^[\d.]+,,"?the infinite horizon/.test(row))).toHaveLength(gaps.length);
  const figure = drawCurves(curvesOf(swept), createDocument());
  expect(figure).toContain(">no value</text>");
  expect(figure).not.toMatch(/NaN|undefined|null/);
});

test("a measure that is not defined is a gap", async () => {
  const { cells } = await sweep(config, {
    over: { key: "initial.theta", values: [0, 0.5] },
    backend: "cpu",
  });
  expect(cells[0]).toMatchObject({ missing: null, values: { retention: null } });
  expect(cells[1].values.retention).toBeGreaterThan(0);
});

test("if the phase is hidden, expected measures are swept", async () => {
  const measures = [
    "retention",
    "reversal",
    "complianceOverHazard",
    "deceptionOverHazard",
    "reversalOverHazard",
  ];
  const base = { game: "uncertain-deployment", schedule: { episodes: 8, learningRate: 2 } };
  const values = [0.1, 0.6];
  const { cells } = await sweep(base, { over: { key: "signalError", values }, measures, backend: "cpu" });
  for (const [i, signalError] of values.entries()) {
    const { measures: m, measuresOverHazard: over } = await solve(
      { ...base, signalError },
      { backend: "cpu" },
    );
    expect(Object.values(cells[i].values)).toEqual([
      ...[m.retention, m.reversal],
      ...[over!.compliance, over!.deception, over!.reversal],
    ]);
  }
});

test("every game has its own measures", () => {
  expect(Object.fromEntries([...games].map(([name, game]) => [name, measureNames(game)]))).toMatchObject({
    linear: ["firstCoefficient", "compliance", "retention", "deception", "finalTheta", "cost", "margin"],
    misconception: expect.arrayContaining(["finalBelief"]),
    "learned-discount": expect.arrayContaining(["firstBase", "firstPerDiscount", "finalDiscount"]),
    "uncertain-deployment": [
      ...["firstIfTrainingSignal", "firstIfDeploymentSignal"],
      ...["compliance", "retention", "deception", "reversal"],
      ...["complianceOverHazard", "retentionOverHazard", "deceptionOverHazard", "reversalOverHazard"],
      ...["finalTheta", "cost", "margin"],
    ],
    "distributional-shift": expect.arrayContaining(["firstIfInterval1", "firstIfInterval8", "reversal"]),
    mlp: expect.arrayContaining(["heldOutCost", "linearCost"]),
  });
});

test.each<[string, object, RegExp]>([
  ["a key that is none", { over: { key: "nonsense", values: [1] } }, /unknown key "nonsense"/],
  [
    "an empty part",
    { over: { key: "theta..count", values: [1] } },
    /^over\.key must be a setting's key like discount/,
  ],
  [
    "no values",
    { over: { key: "discount", values: [] } },
    /^over\.values must be a list of at least one value, got \[\]$/,
  ],
  [
    "the last value",
    { over: { key: "discount", values: [0.5, 1.5] } },
    /discount must be in \[0, 1\], got 1.5/,
  ],
  ["a measure", { over, measures: ["firstBase"] }, /^measures must be some of firstCoefficient, /],
  ["no measure", { over, measures: [] }, /^measures must be a list of at least one name, got \[\]$/],
  [
    "a key of a value that is not an object",
    { over: { key: "discount.x", values: [1] } },
    /^unknown key|no settings of its own/,
  ],
  ["one key twice", { over, series: over }, /different keys/],
  ["an axis without an end", { over: { key: "discount", from: 0, count: 3 } }, /^over\.to is missing$/],
  ["the game", { over: { key: "game", values: [1] } }, /a sweep is of one game/],
])("%s is rejected before anything is solved", async (_, options, message) => {
  const asked = sweep({ ...config, discount: 1 }, { over, ...options, onProgress: () => expect.fail() });
  await expect(asked).rejects.toMatchObject({
    code: "INVALID_CONFIG",
    message: expect.stringMatching(message),
  });
});

test("an aborted sweep throws", async () => {
  const asked = sweep(config, { over, signal: AbortSignal.abort("SIGINT") });
  await expect(asked).rejects.toMatchObject({ code: "ABORTED" });
});

test("figures of one point, a constant curve and the maximum number of curves", async () => {
  const values = Array.from({ length: MAX_CURVES }, (_, i) => 0.1 * (i + 1));
  for (const options of [
    { over: { key: "discount", values: [1] } },
    { over: { key: "initial.theta", values: [0.1, 0.5] }, measures: ["firstCoefficient"] },
    { over, series: { key: "schedule.learningRate", values }, measures: ["retention", "cost"] },
  ]) {
    const figure = drawCurves(
      curvesOf(await sweep(config, { ...options, backend: "cpu" })),
      createDocument(),
    );
    expect(figure).toMatch(/^<svg .*<\/svg>\n$/s);
    expect(figure).not.toMatch(/NaN|undefined|null|Infinity/);
  }
});

test("a value that is negative only by rounding does not lower a figure's axis", async () => {
  const swept = await sweep(config, { over, measures: ["retention"], backend: "cpu" });
  const figureWith = (first: number) => {
    const cells = swept.cells.map((cell, i) => (i === 0 ? { ...cell, values: { retention: first } } : cell));
    return drawCurves(curvesOf({ ...swept, cells }), createDocument());
  };
  expect(figureWith(-1e-32)).toBe(figureWith(0));
  expect(figureWith(-0.1)).not.toBe(figureWith(0));
});

test("geomspace has exact ends and a constant factor between its points", () => {
  const points = [...geomspace({ min: 1e-4, max: 0.5, count: 7 })];
  expect([points[0], points[6]]).toEqual([1e-4, 0.5]);
  for (let i = 1; i < 7; i++) expect(points[i] / points[i - 1]).toBeCloseTo(5000 ** (1 / 6), 9);
  expect([...geomspace({ min: 3, max: 3, count: 1 })]).toEqual([3]);
});
