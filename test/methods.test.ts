// The table of methods is true: each method that it lists for a game solves it, with the listed precision, and each
// other method is rejected with the listed reason.
import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import {
  type Config,
  checkPhase,
  describeGame,
  methods,
  type PhaseConfig,
  phaseMethod,
  presets,
  solve,
} from "../src/index.ts";
import { createProblem } from "../src/model/problem.ts";
import { chooseSolver } from "../src/solve/solverChoice.ts";

const EXAMPLES = new URL("../examples/", import.meta.url);
const files = (await readdir(EXAMPLES)).filter((name) => name.endsWith(".json"));
const examples = await Promise.all(
  files.map(async (name) => [name, JSON.parse(await readFile(new URL(name, EXAMPLES), "utf8"))] as const),
);

/** few candidates and states, and two episodes */
function small(config: Config): Config {
  const { decision, state, methods: _ } = describeGame(config);
  const axes = Object.entries({ ...decision, ...state }).map(([key, axis]) => [
    key,
    { count: Math.min(axis.count, 3) },
  ]);
  const search = config.game === "mlp" ? { layers: [1, 2, 1], search: { starts: 1, evaluations: 8 } } : {};
  const schedule = { learningRates: [0.5, 0] };
  return { ...config, ...Object.fromEntries(axes), ...search, schedule };
}

describe.each([...Object.entries(presets).map(([name, { config }]) => [name, config] as const), ...examples])(
  "%s",
  (_, config: Config) => {
    const asked = small(config);

    test.each(describeGame(asked).methods)(
      "$method, $backend, $precision",
      async ({ gives, why, ...how }) => {
        expect(gives === null).toBe(why !== null);
        const choose = () => chooseSolver(createProblem(asked), how);
        if (why !== null) expect(choose).toThrow(why);
        else expect(choose()).toMatchObject(how);
        if (how.backend === "cpu" && gives !== null)
          expect((await solve(asked, how)).solver).toMatchObject({ method: how.method, precision: gives });
      },
    );

    test("auto chooses a method that it has, in diagrams too", () => {
      const problem = createProblem(asked);
      expect(methods[chooseSolver(problem, {}).method](problem)).toBeUndefined();
      const axis = { from: 0.1, to: 0.2, count: 2 };
      const diagram: PhaseConfig = {
        config: asked,
        x: { key: "initial.theta", ...axis },
        y: { key: "regularization", ...axis },
      };
      expect(methods[phaseMethod(checkPhase(diagram))](problem)).toBeUndefined();
    });
  },
);
