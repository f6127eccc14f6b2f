// The expected measures over the signals, compared with all histories played one by one.
import { describe, expect, test } from "vitest";
import { type Config, defineGame, games, type Measures, simulate, solve } from "../../src/index.ts";
import { Random } from "../../src/search/random.ts";

const cpu = { backend: "cpu" } as const;
const uncertain = games.get("uncertain-deployment")!;

/** Every sequence of `length` zeros and ones. */
const sequences = (length: number): number[][] =>
  Array.from({ length: 2 ** length }, (_, bits) => Array.from({ length }, (_, i) => (bits >> i) & 1));

interface Setting {
  readonly episodes: number;
  readonly rate: number;
  readonly error: number;
  readonly hazard: number;
  readonly regularization: number;
  readonly end: number;
  readonly goal: number;
}

/** The outcome of a plan, with the configuration. */
function outcomeOf(setting: Setting, plan: readonly number[][]) {
  const { episodes, rate, error, hazard, regularization, end, goal } = setting;
  const config: Config = {
    game: "uncertain-deployment",
    schedule: { episodes, learningRate: rate },
    ...{ hazard, signalError: error, regularization },
    initial: { theta: goal, deploymentAt: end },
  };
  return simulate(config, { ifTrainingSignal: plan[0], ifDeploymentSignal: plan[1] });
}

/**
 * The averages over all signals of `length` episodes of training: |θ/θ_0|, the mean of (y/θ_0)², and whether θ
 * reversed.
 */
function averages({ rate, error, regularization, goal }: Setting, plan: readonly number[][], length: number) {
  const mean = { retention: 0, square: 0, reversal: 0 };
  for (const signals of sequences(length)) {
    let [theta, squares, probability] = [goal, 0, 1];
    for (const [t, signal] of signals.entries()) {
      const y = plan[signal][t] * theta;
      squares += y * y;
      theta -= rate * (2 * y * plan[signal][t] + 2 * regularization * theta);
      probability *= signal === 1 ? error : 1 - error;
    }
    mean.retention += probability * Math.abs(theta / goal);
    mean.square += (probability * squares) / goal ** 2 / length;
    if (theta / goal < 0) mean.reversal += probability;
  }
  return mean;
}

const clamped = (x: number) => Math.min(1, Math.max(0, x));

function expectClose(got: Measures, { retention, square, reversal }: ReturnType<typeof averages>) {
  const compliance = 1 - Math.sqrt(square);
  expect(got.retention).toBeCloseTo(retention, 11);
  expect(got.compliance).toBeCloseTo(compliance, 11);
  expect(got.reversal).toBeCloseTo(reversal, 12);
  expect(got.deception).toBeCloseTo(clamped(compliance) * clamped(retention), 11);
}

test("every history of up to six episodes, weighed by its probability", () => {
  const random = Random.seeded(11);
  const within = (low: number, high: number) => low + (high - low) * random.uniform();
  for (let i = 0; i < 60; i++) {
    const episodes = 3 + (i % 4);
    const setting: Setting = {
      episodes,
      rate: within(0.05, 1.5),
      error: within(0, 1),
      hazard: within(0, 1),
      regularization: i % 2 ? within(0, 0.3) : 0,
      end: 1 + Math.floor(random.uniform() * episodes),
      goal: within(-2, 2),
    };
    const plan = [0, 1].map(() => Array.from({ length: episodes }, () => within(-1.2, 1.2)));
    const { measures, measuresOverHazard } = outcomeOf(setting, plan);
    expectClose(measures, averages(setting, plan, setting.end));

    const over = { retention: 0, square: 0, reversal: 0 };
    for (let n = 1; n <= episodes; n++) {
      const lasts = (1 - setting.hazard) ** (n - 1) * (n < episodes ? setting.hazard : 1);
      const mean = averages(setting, plan, n);
      for (const name of ["retention", "square", "reversal"] as const) over[name] += lasts * mean[name];
    }
    expectClose(measuresOverHazard!, over);
  }
});

// η = 1/2: g = 1 − a². After a training signal (3/4) a = 1/2 and g = 3/4, after a deployment signal (1/4) a = 2 and
// g = −3. So E|g| = 9/16 + 12/16 = 21/16, E a² = 3/16 + 16/16 = 19/16, E g² = 27/64 + 144/64 = 171/64.
describe("two episodes by hand", () => {
  const plan = [
    [1 / 2, 1 / 2],
    [2, 2],
  ];
  const setting = { episodes: 2, rate: 1 / 2, error: 1 / 4, hazard: 1 / 3, regularization: 0, goal: -0.8 };
  const two = ((19 / 16) * (1 + 171 / 64)) / 2;

  test.each([
    [1, 21 / 16, 19 / 16, 1 / 4],
    [2, 441 / 256, two, 2 * (1 / 4) * (3 / 4)],
  ])("training that ends at %d", (end, retention, square, reversal) => {
    const { measures } = outcomeOf({ ...setting, end }, plan);
    expectClose(measures, { retention, square, reversal });
    expect(measures.compliance).toBeLessThan(0);
    expect(measures.retention).toBeGreaterThan(1);
    expect(measures.deception).toBe(0);
  });

  test("over the hazard: one episode with 1/3, two with 2/3", () => {
    const { measuresOverHazard } = outcomeOf({ ...setting, end: 2 }, plan);
    expectClose(measuresOverHazard!, {
      retention: 203 / 128,
      square: 19 / 48 + (2 / 3) * two,
      reversal: 1 / 3,
    });
  });

  test("a goal that becomes 0 has no sign", () => {
    const { measures } = outcomeOf({ ...setting, end: 2 }, [
      [1, 1 / 2],
      [2, 1 / 2],
    ]);
    expect(measures.retention).toBe((1 / 4) * 3 * (3 / 4));
    expect(measures.reversal).toBe(1 / 4);
  });
});

describe("the presets' settings, training of 21 episodes", () => {
  test.each([
    [0, 0.913, 0.91, 0.913],
    [0.01, 0.895, undefined, 0.96],
    [0.05, 0.881, undefined, 0.976],
    [0.1, 0.892, 0.809, 0.976],
    [0.2, 0.914, undefined, 0.972],
  ])("error %d", async (signalError, retention, overHazard, alone) => {
    const { measures, measuresOverHazard, trajectory } = await solve(
      { game: "uncertain-deployment", hazard: 0.05, signalError, initial: { deploymentAt: 21 } },
      cpu,
    );
    expect(measures.retention).toBeCloseTo(retention, 3);
    if (overHazard) expect(measuresOverHazard!.retention).toBeCloseTo(overHazard, 3);
    // the history in which no signal is wrong
    expect(trajectory.theta[21] / trajectory.theta[0]).toBeCloseTo(alone, 3);
  });

  test("the history that is shown is rare", async () => {
    const { trajectoryProbability } = await solve(
      { game: "uncertain-deployment", signalError: 0.1, initial: { deploymentAt: 21 } },
      cpu,
    );
    expect(trajectoryProbability!.training).toBeCloseTo(0.9 ** 21, 14);
    expect(trajectoryProbability!.whole).toBeCloseTo(0.9 ** 100, 14);
  });
});

describe("at the ends", () => {
  const random = Random.seeded(5);
  const some = (length: number) => Array.from({ length }, () => 2 * random.uniform() - 1);
  const [right, wrong] = [some(8), some(8)];
  const setting: Setting = {
    ...{ episodes: 8, rate: 1.2, error: 0.2, hazard: 0.3, regularization: 0.1, end: 5, goal: 0.8 },
  };
  /** the plan of `linear` that results from perfect signals, for training that ends at an episode */
  const linear = (numbers: number[], end: number) =>
    simulate(
      {
        game: "linear",
        schedule: { training: end, deployment: 8 - end, learningRate: 1.2 },
        regularization: 0.1,
      },
      { coefficient: numbers },
    ).measures;
  const expectAsIn = (got: Measures, { compliance, retention, deception }: Measures) => {
    expect(got.compliance).toBeCloseTo(compliance!, 13);
    expect(got.retention).toBeCloseTo(Math.abs(retention!), 13);
    expect(got.reversal).toBe(retention! < 0 ? 1 : 0);
    if (retention! > 0) expect(got.deception).toBeCloseTo(deception!, 13);
  };

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("no error: `linear` with training of %d", (end) => {
    const { measures, trajectoryProbability } = outcomeOf({ ...setting, error: 0, end }, [right, wrong]);
    expectAsIn(measures, linear(right, end));
    expect(trajectoryProbability).toEqual({ training: 1, whole: 1 });
  });

  test("error 1: `linear` with the decisions after the other signal", () => {
    const { measures, trajectoryProbability } = outcomeOf({ ...setting, error: 1 }, [wrong, right]);
    expectAsIn(measures, linear(right, 5));
    expect(trajectoryProbability).toEqual({ training: 1, whole: 1 });
  });

  test("error 1/2: the signals can be swapped", () => {
    const half = { ...setting, error: 1 / 2 };
    const [one, other] = [outcomeOf(half, [right, wrong]), outcomeOf(half, [wrong, right])];
    expect(one.measures).toEqual(other.measures);
    expect(one.measuresOverHazard).toEqual(other.measuresOverHazard);
    expect(one.trajectoryProbability).toEqual({ training: 2 ** -5, whole: 2 ** -8 });
  });

  test("more wrong signals than right ones: the more likely signals are wrong", () => {
    const { trajectoryProbability, trajectory } = outcomeOf({ ...setting, error: 0.75 }, [right, wrong]);
    expect(trajectoryProbability).toEqual({ training: 0.75 ** 5, whole: 0.75 ** 8 });
    expect(trajectory.output[0]).toBe(wrong[0] * 0.8);
  });

  test("hazard 0 is training for ever, hazard 1 is one episode of training", () => {
    const of = (change: Partial<Setting>) => outcomeOf({ ...setting, ...change }, [right, wrong]);
    for (const [hazard, end] of [
      [0, 8],
      [1, 1],
    ])
      expect(of({ hazard }).measuresOverHazard).toEqual(of({ end }).measures);
  });

  test("without training (by its end or by its rate) there is no compliance", () => {
    const kept = { compliance: null, retention: 1, deception: null, reversal: 0 };
    const ended = outcomeOf({ ...setting, end: 0 }, [right, wrong]);
    expect(ended.measures).toEqual(kept);
    expect(ended.trajectoryProbability!.training).toBe(1);
    expect(ended.measuresOverHazard!.compliance).not.toBeNull();
    const slow = outcomeOf({ ...setting, rate: 0 }, [right, wrong]);
    expect([slow.measures, slow.measuresOverHazard]).toEqual([kept, kept]);
  });

  test("without a goal there is no retention", () => {
    const { measures, measuresOverHazard } = outcomeOf({ ...setting, goal: 0 }, [right, wrong]);
    const none = { compliance: null, retention: null, deception: null, reversal: null };
    expect([measures, measuresOverHazard]).toEqual([none, none]);
  });
});

test("with a large learning rate a goal is reversed and grows: the measures are not clamped", () => {
  const setting: Config = {
    game: "linear",
    schedule: { training: 1, deployment: 1, learningRate: 2 },
    initial: { theta: 1 },
  };
  // g = 1 − 4a²
  const { measures } = simulate(setting, { coefficient: [1, 1] });
  expect(measures).toEqual({ compliance: 0, retention: -3, deception: 0 });
  const twice = { ...setting, schedule: { training: 2, deployment: 0, learningRate: 2 } };
  expect(simulate(twice, { coefficient: [1, 1] }).measures).toMatchObject({ retention: 9, deception: 0 });
});

describe("custom games with other chains", () => {
  const own = (transition: number[][], trains = [true, false]) =>
    defineGame({
      name: "own",
      state: { theta: uncertain.state.theta },
      decision: { coefficient: uncertain.decision.coefficient },
      output: "coefficient * theta",
      hidden: {
        signals: ["first", "second"],
        initial: [1, 0],
        trains,
        transition,
        likelihood: [
          [0.75, 0.25],
          [0.25, 0.75],
        ],
        deploymentAt: 2,
      },
    });
  const plan = { first: [0.5, 0.25, 0.1], second: [0.75, 1, 0.9] };
  const outcome = (transition: number[][], trains?: boolean[]) =>
    simulate({ game: own(transition, trains), schedule: { episodes: 3, learningRate: 0.5 } }, plan);
  const forGood = outcome([
    [0.5, 0.5],
    [0, 1],
  ]);

  test.each<[string, number[][], boolean[]]>([
    [
      "training that can come back",
      [
        [0.5, 0.5],
        [0.1, 0.9],
      ],
      [true, false],
    ],
    [
      "two phases that train",
      [
        [0.5, 0.5],
        [0, 1],
      ],
      [true, true],
    ],
  ])(
    "%s: the measures are those of the first phase, and there are none over the hazard",
    (_, transition, trains) => {
      const { measures, measuresOverHazard } = outcome(transition, trains);
      expect(measures).toEqual(forGood.measures);
      expect(measuresOverHazard).toBeUndefined();
      expect(forGood.measuresOverHazard).toBeDefined();
    },
  );
});
