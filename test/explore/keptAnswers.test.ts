// The answers that are stored as files equal what is computed; `npm run page:answers` makes them again.
import { describe, expect, test } from "vitest";
import learnedDiscount from "../../src/explore/answers/learned-discount.json" with { type: "json" };
import network from "../../src/explore/answers/network.json" with { type: "json" };
import { mapRequestOf } from "../../src/explore/mapGeometry.ts";
import { checkDiagram } from "../../src/explore/mapSettings.ts";
import { stateOfStep } from "../../src/explore/steps.ts";
import { alternatives, cellConfig, checkConfig, solve } from "../../src/index.ts";

const plain = (of: unknown) => JSON.parse(JSON.stringify(of));

describe("for learned-discount, the stored", () => {
  const state = stateOfStep("learned-discount", { backend: "auto" });

  test("solution equals solve", async () => {
    const { solver: _, ...solved } = await solve(state.settings, { backend: "cpu" });
    const { solver: __, ...kept } = learnedDiscount.solution;
    expect(kept).toEqual(plain(solved));
  });

  test("map equals solve in some cells", async () => {
    const { settings, diagram } = mapRequestOf(state);
    const checked = checkDiagram(settings, diagram);
    const { x, y } = checked;
    expect(learnedDiscount.map.values).toHaveLength(x.values.length * y.values.length);
    for (const [column, row] of [
      [1, 2],
      [6, 5],
    ]) {
      const { measures } = await solve(cellConfig(checked, x.values[column], y.values[row]), {
        backend: "cpu",
      });
      expect(learnedDiscount.map.values[row * x.values.length + column]).toBe(measures.retention);
    }
  });
});

test("the stored solution of the network has the step's settings, and its costs are right", () => {
  const { settings } = stateOfStep("network", { backend: "auto" });
  const { config, plan, cost } = network.solution;
  expect(config).toEqual(plain(checkConfig(settings).config));
  for (const [episode, expected] of cost.entries()) {
    const decisions = [plan.weights[episode]];
    const { own, later } = alternatives(settings, plan as never, episode, { decisions });
    expect(own[0] + later[0]).toBeCloseTo(expected, 12);
  }
});
