// Agents who remember, without the solver's formulas: a tree of all histories of signals, in which each agent's
// posterior is a sum over histories of phases, its decision the best of a fine scan, and later episodes are played. If
// there is nothing to remember or to learn, the agents equal those without memory.
import { describe, expect, test } from "vitest";
import {
  type Config,
  describeGame,
  linspace,
  phase,
  type Result,
  simulate,
  simulateRuns,
  solve,
  sweep,
} from "../../src/index.ts";
import { createProblem } from "../../src/model/problem.ts";
import { errorOf } from "../errorOf.ts";

const cpu = { backend: "cpu", threads: 1 } as const;
const game = "uncertain-deployment";
/** a plan of agents who remember */
interface Remembering {
  trainingBelief: number[][];
  coefficient: number[][];
}
const planOf = ({ plan }: Pick<Result, "plan">) => plan as unknown as Remembering;

interface Setting {
  readonly hazard: number;
  readonly likelihood: readonly (readonly number[])[];
  readonly discount: number;
  readonly regularization: number;
  readonly rate: number;
  readonly episodes: number;
}

/** The tree of all histories, for candidates: the decision and cost after each history of signals. */
function treeOf(
  { hazard, likelihood, discount, regularization, rate, episodes }: Setting,
  candidates: readonly number[],
) {
  const signals = likelihood[0].map((_, s) => s);
  /** P(signals, last phase): a sum over the possible histories of phases, which leave training at some episode */
  const joint = (history: readonly number[]) => {
    const sums = [0, 0];
    for (let end = 1; end <= history.length; end++) {
      let p = end === history.length ? 1 : hazard;
      for (let k = 1; k < end; k++) p *= 1 - hazard;
      for (const [k, s] of history.entries()) p *= likelihood[k < end ? 0 : 1][s];
      sums[end === history.length ? 0 : 1] += p;
    }
    return sums;
  };
  const decisions = new Map<string, number>();
  /** the cost to an agent whose goal is 1 of the agents from a history on, for this θ and phase */
  const follow = (history: readonly number[], phase: number, theta: number): number => {
    const a = decisions.get(history.join(""))!;
    const step = (phase === 0 ? rate : 0) * 2 * (a * a + regularization) * theta;
    return (a * theta - 1) ** 2 + discount * later(history, phase, theta - step);
  };
  const later = (history: readonly number[], phase: number, theta: number): number => {
    if (history.length === episodes) return 0;
    const moves = phase === 0 ? [1 - hazard, hazard] : [0, 1];
    return moves.reduce(
      (sum, p, j) =>
        p === 0
          ? sum
          : sum + p * signals.reduce((of, s) => of + likelihood[j][s] * follow([...history, s], j, theta), 0),
      0,
    );
  };
  const cost: number[] = [];
  const histories = (length: number): number[][] =>
    length === 0 ? [[]] : histories(length - 1).flatMap((history) => signals.map((s) => [...history, s]));
  for (let length = episodes; length >= 1; length--) {
    let expected = 0;
    for (const history of histories(length)) {
      const weights = joint(history);
      const total = weights[0] + weights[1];
      if (total === 0) continue;
      // later costs are quadratic in θ, so three points determine them
      const of = weights.map((_, phase) => [0, 1, -1].map((theta) => later(history, phase, theta)));
      const costOf = (a: number) =>
        weights.reduce((sum, weight, phase) => {
          const theta = 1 - (phase === 0 ? rate : 0) * 2 * (a * a + regularization);
          const [zero, plus, minus] = of[phase];
          const value = zero + ((plus - minus) / 2) * theta + ((plus + minus) / 2 - zero) * theta * theta;
          return sum + (weight / total) * ((a - 1) ** 2 + discount * value);
        }, 0);
      let best = candidates[0];
      for (const a of candidates) if (costOf(a) < costOf(best)) best = a;
      decisions.set(history.join(""), best);
      expected += total * costOf(best);
    }
    cost.unshift(expected);
  }
  /** E|ρ|, E of the mean square of outputs and P(ρ < 0) over training of n episodes */
  const inTraining = (n: number) => {
    let [retention, square, reversal] = [0, 0, 0];
    for (const history of histories(n)) {
      let [p, theta, squares] = [1, 1, 0];
      for (const [k, s] of history.entries()) {
        const a = decisions.get(history.slice(0, k + 1).join(""))!;
        if (a === undefined) {
          p = 0;
          break;
        }
        p *= likelihood[0][s];
        squares += (a * theta) ** 2;
        theta -= rate * 2 * (a * a + regularization) * theta;
      }
      if (p === 0) continue;
      retention += p * Math.abs(theta);
      square += n > 0 ? (p * squares) / n : 0;
      reversal += theta < 0 ? p : 0;
    }
    return { retention, compliance: 1 - Math.sqrt(square), square, reversal };
  };
  return { decisions, cost, joint, inTraining };
}

const named = (signalError: number) => [
  [1 - signalError, signalError],
  [signalError, 1 - signalError],
];

describe.each<[Config, Setting]>([
  [
    {
      game,
      hazard: 0.3,
      signalError: 0.2,
      schedule: { episodes: 6, learningRate: 0.8 },
      coefficient: { count: 201 },
    },
    { hazard: 0.3, likelihood: named(0.2), discount: 1, regularization: 0, rate: 0.8, episodes: 6 },
  ],
  [
    {
      ...{ game, hazard: 0.1, signalError: 0.35, discount: 0.9, regularization: 0.03 },
      ...{ schedule: { episodes: 8, learningRate: 0.6 }, coefficient: { count: 101 } },
    },
    { hazard: 0.1, likelihood: named(0.35), discount: 0.9, regularization: 0.03, rate: 0.6, episodes: 8 },
  ],
  [
    {
      game: "distributional-shift",
      intervals: 3,
      hazard: 0.2,
      schedule: { episodes: 4 },
      coefficient: { count: 101 },
    },
    {
      ...{ hazard: 0.2, discount: 1, regularization: 0, rate: 1, episodes: 4 },
      likelihood: createProblem({ game: "distributional-shift", intervals: 3 }).hiddenPhase.likelihood,
    },
  ],
])("%j", (config, setting) => {
  const { episodes, rate, hazard } = setting;
  const { count } = config.coefficient as { count: number };
  const tree = treeOf(setting, [...linspace({ min: -2, max: 2, count })]);
  const { square } = { square: 0.4 }; // the mean of θ² over eleven goals from −1 to 1

  test("the decision of every history and the cost of each episode agree", async () => {
    const result = await solve({ ...config, memory: true, memoryError: 1e-9 } as Config, cpu);
    expect(result.memory!.error).toBe(0);
    const { trainingBelief, coefficient } = planOf(result);
    let held = 0;
    for (const [history, decision] of tree.decisions) {
      const signals = [...history].map(Number);
      const [first, second] = tree.joint(signals);
      const nodes = trainingBelief[signals.length - 1];
      const node = nodes.findIndex((belief) => Math.abs(belief - first / (first + second)) < 1e-12);
      expect(node).toBeGreaterThanOrEqual(0);
      expect(coefficient[signals.length - 1][node]).toBe(decision);
      held++;
    }
    expect(held).toBeGreaterThan(setting.likelihood[0].length ** episodes);
    for (const [t, cost] of tree.cost.entries()) expect(result.cost[t]).toBeCloseTo(square * cost, 12);
    expect(result.value).toBe(result.cost[0]);
    expect(result.solver).toMatchObject({ backend: "cpu", method: "moments", precision: "float64" });
  });

  test("the measures are sums over all histories", async () => {
    for (const deploymentAt of [0, 2, episodes]) {
      const asked = { ...config, memory: true, memoryError: 1e-9, initial: { deploymentAt } } as Config;
      const { measures, measuresOverHazard } = await solve(asked, cpu);
      const wanted = tree.inTraining(deploymentAt);
      expect(measures.retention).toBeCloseTo(wanted.retention, 12);
      expect(measures.reversal).toBeCloseTo(wanted.reversal, 12);
      if (deploymentAt > 0) expect(measures.compliance).toBeCloseTo(wanted.compliance, 12);
      let [retention, mean, reversal] = [0, 0, 0];
      for (let n = 1; n <= episodes; n++) {
        const p = (1 - hazard) ** (n - 1) * (n === episodes ? 1 : hazard);
        const of = tree.inTraining(n);
        retention += p * of.retention;
        mean += p * of.square;
        reversal += p * of.reversal;
      }
      expect(measuresOverHazard!.retention).toBeCloseTo(retention, 12);
      expect(measuresOverHazard!.compliance).toBeCloseTo(1 - Math.sqrt(mean), 12);
      expect(measuresOverHazard!.reversal).toBeCloseTo(reversal, 12);
    }
  });

  test("the closed form is as good as any candidate, and near them", async () => {
    const exact = await solve({ ...config, memory: true, memoryError: 1e-9 } as Config, {
      ...cpu,
      method: "exact",
    });
    const grid = await solve({ ...config, memory: true, memoryError: 1e-9 } as Config, cpu);
    expect(Math.abs(exact.value! / grid.value! - 1)).toBeLessThan(2e-3);
    expect(exact.cost.at(-1)).toBeLessThanOrEqual(grid.cost.at(-1)! + 1e-15);
    expect(rate).toBeGreaterThan(0);
  });
});

/** the largest difference of costs, by the first, and of measures */
function expectSame(one: Result, other: Result) {
  for (const which of ["measures", "measuresOverHazard"] as const)
    for (const [name, value] of Object.entries(one[which]!))
      expect(value).toBeCloseTo((other[which] as unknown as Record<string, number>)[name], 12);
  for (const [t, cost] of one.cost.entries())
    expect(Math.abs(cost - other.cost[t])).toBeLessThan(1e-12 * other.cost[0]);
}

describe.each(["exact", "moments"] as const)("%s: memory has no effect", (method) => {
  const solved = (change: object) =>
    solve({ game, schedule: { episodes: 50 }, initial: { deploymentAt: 7 }, ...change }, { ...cpu, method });

  test.each([0, 0.5, 1])("if a signal says all or nothing: signalError %d", async (signalError) => {
    const [one, other] = [await solved({ signalError, memory: true }), await solved({ signalError })];
    expectSame(one, other);
    expect(one.memory!.error).toBe(0);
    const { trainingBelief, coefficient } = planOf(one);
    const { ifTrainingSignal, ifDeploymentSignal } = other.plan;
    const after =
      signalError === 1 ? [ifTrainingSignal, ifDeploymentSignal] : [ifDeploymentSignal, ifTrainingSignal];
    for (const [t, nodes] of trainingBelief.entries()) {
      if (signalError === 0.5) expect(nodes).toEqual([expect.closeTo(0.95 ** t, 14)]);
      else expect(nodes).toEqual(t === 0 ? [1] : [0, 1]);
      const wanted = nodes.map((belief) => after[belief === 0 ? 0 : 1][t]);
      for (const [i, a] of coefficient[t].entries()) expect(a).toBeCloseTo(wanted[i], 9);
    }
  });

  test.each([0, 1])("if the next phase is known: hazard %d", async (hazard) => {
    const [one, other] = [await solved({ hazard, memory: true }), await solved({ hazard })];
    expectSame(one, other);
    expect(one.memory).toEqual({ nodes: 1, error: 0 });
  });
});

describe("too many beliefs for a node each", () => {
  const config: Config = { game, signalError: 0.25, schedule: { episodes: 40 }, memory: true };

  test("more nodes give the same result within the reported error", async () => {
    const results: Result[] = [];
    for (const memoryError of [3e-2, 1e-3, 1e-5])
      results.push(await solve({ ...config, memoryError } as Config, { ...cpu, method: "exact" }));
    const best = results[2];
    for (const { memory, value, measures, measuresOverHazard } of results) {
      expect(memory!.error).toBeGreaterThan(0);
      expect(Math.abs(value! / best.value! - 1)).toBeLessThanOrEqual(memory!.error);
      expect(Math.abs(measures.retention! - best.measures.retention!)).toBeLessThanOrEqual(memory!.error);
      expect(
        Math.abs(measuresOverHazard!.retention! - best.measuresOverHazard!.retention!),
      ).toBeLessThanOrEqual(memory!.error);
    }
    expect(results.map(({ memory }) => memory!.error <= 1e-5)).toEqual([false, false, true]);
    expect(results[0].memory!.nodes).toBeLessThan(best.memory!.nodes);
  });

  test("nodes are ascending probabilities, and P(node) agrees with the prior", async () => {
    const { hiddenPhase } = createProblem(config, 20);
    const { memory, beliefs, beliefAt, prior } = hiddenPhase;
    expect(memory!.complete).toBe(false);
    for (const [t, nodes] of memory!.nodes.entries()) {
      expect(nodes.length).toBeLessThanOrEqual(20);
      expect(nodes.every((b, i) => b >= 0 && b <= 1 && (i === 0 || b > nodes[i - 1]))).toBe(true);
      const total = beliefAt[t].reduce((a, b) => a + b, 0);
      expect(total).toBeCloseTo(1, 12);
      // except for the approximation between nodes, the mean belief is the prior
      const mean = beliefAt[t].reduce((sum, p, b) => sum + p * beliefs[t][b][0], 0);
      expect(mean).toBeCloseTo(prior[t][0], 2);
    }
  });

  test.each<Config>([
    config,
    { ...config, hazard: 0.15, signalError: 0.1, initial: { deploymentAt: 6 } } as Config,
    { game: "distributional-shift", shift: 1, intervals: 6, schedule: { episodes: 30 }, memory: true },
    // goals are reversed
    {
      ...config,
      signalError: 0.2,
      schedule: { episodes: 6, learningRate: 0.7 },
      coefficient: { min: 0.5, max: 1.5 },
    } as Config,
  ])("random runs agree with the expected cost and measures: %j", async (asked) => {
    const all = { ...asked, memoryError: 3e-4 } as Config;
    const result = await solve(all, { ...cpu, method: "exact" });
    const runs = simulateRuns(all, result.plan, { runs: 10_000, seed: 11 });
    expect(Math.abs(runs.mean - result.value!)).toBeLessThan(4 * runs.standardError);
    expect(runs.standardError).toBeLessThan(0.03 * runs.mean);
    for (const which of ["measures", "measuresOverHazard"] as const)
      for (const name of ["retention", "compliance", "reversal"] as const) {
        const { mean, standardError } = runs[which]![name]!;
        expect(Math.abs(mean - result[which]![name]!)).toBeLessThan(4 * standardError + 1e-12);
      }
    const later = simulateRuns(all, result.plan, { runs: 4000, seed: 12, episode: 4 });
    expect(Math.abs(later.mean - result.cost[4])).toBeLessThan(4 * later.standardError);
  });

  test("runs of agents without memory differ noticeably", async () => {
    const result = await solve(config, { ...cpu, method: "exact" });
    const forgetful = await solve({ ...config, memory: false } as Config, { ...cpu, method: "exact" });
    const runs = simulateRuns({ ...config, memory: false } as Config, forgetful.plan, { runs: 5000 });
    expect(Math.abs(runs.mean - result.value!)).toBeGreaterThan(4 * runs.standardError);
  });

  test("a plan that is simulated again has the same trajectory and measures", async () => {
    const result = await solve(config, { ...cpu, method: "exact" });
    const again = simulate(config, result.plan);
    expect(again.trajectory).toEqual(result.trajectory);
    expect(again.measures).toEqual(result.measures);
    expect(again.measuresOverHazard).toEqual(result.measuresOverHazard);
  });

  test("the trajectory has a belief after each signal, and its coefficient", async () => {
    const result = await solve({ ...config, initial: { deploymentAt: 3 } } as Config, {
      ...cpu,
      method: "exact",
    });
    const { trainingBelief: beliefs, coefficient, output, theta } = result.trajectory;
    let odds = Number.POSITIVE_INFINITY;
    for (const [t, belief] of beliefs.entries()) {
      odds = t === 0 ? odds : odds === Number.POSITIVE_INFINITY ? 19 : (0.95 * odds) / (0.05 * odds + 1);
      odds *= t < 3 ? 3 : 1 / 3;
      expect(belief).toBeCloseTo(odds === Number.POSITIVE_INFINITY ? 1 : odds / (1 + odds), 12);
      expect(output[t]).toBeCloseTo(coefficient[t] * theta[t], 15);
    }
    expect(beliefs).toHaveLength(40);
  });
});

describe("is rejected", () => {
  const asked = { game, schedule: { episodes: 3 }, memory: true };
  test.each<[object, string]>([
    [{ memory: 1 }, "memory must be true or false, got 1"],
    [{ memoryError: 0 }, "memoryError must be in [1e-12, 1], got 0"],
    [{ game: "linear", memory: true }, 'unknown key "memory"; allowed are '],
  ])("%j", (change, message) => {
    const { code, message: got } = errorOf({ game, ...change });
    expect(code).toBe("INVALID_CONFIG");
    expect(got).toContain(message);
  });

  test.each([
    [{ backend: "gpu" }, "agents who remember are solved only on the cpu"],
    [
      { precision: "f32" },
      "agents who remember are solved only on the cpu, and precision f32 is the GPU's arithmetic",
    ],
    [
      { method: "rollout" },
      "the game uncertain-deployment has no method rollout because its phase is hidden; it has moments",
    ],
  ] as const)("%j", async (options, message) => {
    await expect(solve(asked as Config, options)).rejects.toMatchObject({ code: "INVALID_CONFIG", message });
  });

  test.each<[object, string]>([
    [
      { coefficient: [[0], [0], [0]] },
      "plan.trainingBelief must be a list of 3 lists of numbers, got undefined",
    ],
    [
      { trainingBelief: [[1], [0.5, 0.5], [1]], coefficient: [[0], [0, 0], [0]] },
      "plan.trainingBelief[1] must be ascending numbers in [0, 1], at least one, got [0.5,0.5]",
    ],
    [
      { trainingBelief: [[1], [0.5, 0.6], [1]], coefficient: [[0], [0], [0]] },
      "plan.coefficient[1] must be a list of 2 numbers, got [0]",
    ],
  ])("a plan such as %j", (plan, message) => {
    expect(() => simulate(asked as Config, plan as never)).toThrow(
      expect.objectContaining({ code: "INVALID_CONFIG", message }),
    );
  });
});

test("two goals have costs, and measures from random runs only", async () => {
  const twoGoals = {
    name: "two-goals",
    state: {
      theta: { min: -1, max: 1, count: 3, initial: 1 },
      phi: { min: -1, max: 1, count: 3, initial: 0.5 },
    },
    decision: { share: { min: 0, max: 1, count: 21 } },
    output: "share * theta + (1 - share) * phi",
    hidden: {
      ...{ signals: ["ifOne", "ifOther"], initial: [1, 0], trains: [true, false], deploymentAt: 2 },
      transition: [
        [0.8, 0.2],
        [0, 1],
      ],
      likelihood: named(0.2),
    },
  };
  for (const memory of [false, true]) {
    const config = { game: twoGoals, schedule: { episodes: 5, learningRate: 0.3 }, memory } as Config;
    const result = await solve(config, cpu);
    expect(result.measures).toEqual({ compliance: null, retention: null, deception: null, reversal: null });
    const runs = simulateRuns(config, result.plan, { runs: 5000 });
    expect(Math.abs(runs.mean - result.value!)).toBeLessThan(4 * runs.standardError);
  }
});

describe("many games of agents who remember", () => {
  const config = { game, schedule: { episodes: 9 }, memory: true } as Config;

  test("a sweep maps their measures", async () => {
    const over = { key: "signalError", values: [0.1, 0.4] };
    const measures = ["firstCoefficient", "retentionOverHazard", "cost"];
    const { cells } = await sweep(config, { ...cpu, method: "exact", over, measures });
    for (const { at, values } of cells) {
      const result = await solve({ ...config, signalError: at } as Config, { ...cpu, method: "exact" });
      expect(values).toEqual({
        firstCoefficient: result.trajectory.coefficient[0],
        retentionOverHazard: result.measuresOverHazard!.retention,
        cost: result.value,
      });
    }
  });

  test("memory may be what differs", async () => {
    const over = { key: "signalError", values: [0.2] };
    const series = { key: "memory", values: [false, true] };
    const { cells } = await sweep(config, { ...cpu, method: "exact", over, series, measures: ["cost"] });
    expect(cells[1].values.cost).toBeLessThan(cells[0].values.cost!);
  });

  test("a phase diagram is solved on the cpu, and says so where the gpu is asked", async () => {
    const x = { key: "signalError", from: 0.1, to: 0.4, count: 2 } as const;
    const y = { key: "hazard", from: 0.05, to: 0.2, count: 2 } as const;
    const asked = { config, x, y, measures: ["firstCoefficient", "retention"] };
    const { values, solver } = await phase(asked, { backend: "cpu", threads: 1 });
    expect(solver).toMatchObject({ backend: "cpu", method: "exact", precision: "float64" });
    const last = await solve({ ...config, signalError: 0.4, hazard: 0.2 } as Config, {
      ...cpu,
      method: "exact",
    });
    expect(values.firstCoefficient[3]).toBe(last.trajectory.coefficient[0]);
    expect(values.retention[3]).toBe(last.measures.retention);
    await expect(phase(asked, { backend: "gpu" })).rejects.toMatchObject({
      code: "INVALID_CONFIG",
      message: "agents who remember are solved on the cpu, and backend gpu was asked",
    });
  });

  test("is described", () => {
    const { structure, methods } = describeGame(config);
    expect(structure.mustForget).toBe(null);
    expect(describeGame({ game: "linear" }).structure.mustForget).toBe("its phase is not hidden");
    const where = methods
      .filter(({ gives }) => gives !== null)
      .map(({ method, backend }) => [method, backend]);
    expect(where).toEqual([
      ["moments", "cpu"],
      ["exact", "cpu"],
    ]);
  });
});
