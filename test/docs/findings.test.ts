// What docs/findings.md says is computed here by `solve` and `simulate`, except for the infinite horizon
// (endless.test.ts). Retention is θ at deployment over θ at the start, with its sign; it is an expectation if signals
// may be wrong.
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { describe, expect, test } from "vitest";
import type { TestedClaim } from "../../bench/claims.ts";
import { shareOf } from "../../bench/docTables.ts";
import { readAxis, readConfiguration } from "../../src/cli/configuration.ts";
import { readSeries } from "../../src/cli/sweep.ts";
import { withSetting } from "../../src/config/setting.ts";
import { upperTail } from "../../src/game/normal.ts";
import {
  type Config,
  checkConfig,
  checkSweep,
  defineGame,
  type GameDefinition,
  games,
  type NamedPlan,
  phase,
  type Result,
  simulate,
  solve,
} from "../../src/index.ts";
import { Random } from "../../src/search/random.ts";
import { afterAllOthers, claim, readDocument, says, unclaimed } from "./claims.ts";
import { configOf } from "./configOf.ts";
import { doubting, elsewhere, followed, keptAfter, lengths, over, signed } from "./doubt.ts";

const page = await readDocument("docs/findings.md");

const linear = (changes: Record<string, unknown> = {}) =>
  solve(configOf("experiment-1", changes), { backend: "cpu", method: "exact" });

/** a row of a table */
const row = (name: string, values: readonly number[], digits = 3) =>
  `| ${name} | ${values.map((value) => value.toFixed(digits)).join(" | ")} |`;

/** θ at deployment over θ at the start. */
function keptIn({ theta, learningRate }: Result["trajectory"]): number {
  return theta[learningRate.filter((rate) => rate > 0).length] / theta[0];
}
const kept = ({ trajectory }: Pick<Result, "trajectory">) => keptIn(trajectory);
const first = ({ plan }: Result) => plan.coefficient[0];
const complied = ({ measures }: Pick<Result, "measures">) => measures.compliance!;
const deceived = ({ measures }: Result) => measures.deception!;

describe("every command of the page can be given", () => {
  const blocks = [...page.text.matchAll(/```sh (.*?) ```/g)].map(([, block]) => block);
  // other programs are not commands of the package
  const commands = blocks
    .flatMap((block) => block.split(/ ?(?=(?:node dist\/cli\.js|npm run|python3) )/))
    .filter((line) => line.startsWith("node "))
    .map((line) => line.replace("node dist/cli.js ", ""));

  test("there are some", () => expect(commands.length).toBeGreaterThan(15));

  test.each(commands)("%s", async (command) => {
    const [word, ...rest] = command.trim().split(" ");
    const { values, positionals } = parseArgs({
      args: word === "sweep" ? rest : [word, ...rest],
      allowPositionals: true,
      options: {
        set: { type: "string", multiple: true, default: [] },
        ...{ over: { type: "string" }, series: { type: "string" }, measure: { type: "string" } },
        ...{ method: { type: "string" }, backend: { type: "string" }, out: { type: "string" } },
      },
    });
    expect(positionals).toHaveLength(1);
    const config = await readConfiguration(positionals[0], values.set);
    checkConfig(config);
    if (word !== "sweep") return;
    checkSweep({
      config,
      over: readAxis("--over", values.over),
      ...(values.series !== undefined && { series: readSeries(values.series) }),
      ...(values.measure !== undefined && { measures: values.measure.split(",") }),
    });
  });
});

describe("the equation", () => {
  test("what a small loss of the next agent's goal costs", async () => {
    says(
      page,
      "the cost of all later episodes to this agent, discounted from the next one on, rises by 2s(B − gA), in units of its squared goal.",
    );
    const [γ, λ] = [0.97, 0.02];
    const { plan, trajectory } = await linear({ discount: γ, regularization: λ });
    const left = (t: number) => 1 - 2 * trajectory.learningRate[t] * (plan.coefficient[t] ** 2 + λ);
    /** the outputs of all later agents, of which the first has the given goal */
    const outputs = (goal: number) => {
      let theta = goal;
      return plan.coefficient.slice(1).map((a, i) => {
        const output = a * theta;
        theta *= left(i + 1);
        return output;
      });
    };
    const sum = (values: readonly number[]) => values.reduce((all, value, j) => all + γ ** j * value, 0);
    const [own, s, g] = [0.8, 1e-6, left(0)];
    const cost = (share: number) => sum(outputs(own * share).map((y) => (y - own) ** 2));
    const relative = outputs(1);
    const loss = sum(relative) - g * sum(relative.map((y) => y * y));
    expect((cost(g - s) - cost(g)) / own ** 2 / (2 * s * loss)).toBeCloseTo(1, 4);
    expect(plan.coefficient[0]).toBeCloseTo(1 / (1 + 4 * γ * loss), 10);
  });

  test("an estimate of the first coefficient", async () => {
    const result = await linear();
    const G = kept(result);
    const estimate = 1 / (1 + 4 * 80 * G * (1 - G));
    claim(page, "the post's first coefficient is 0.03 and not 0: with the", [first(result), 0]);
    claim(
      page,
      "G = 0.904 that its agents reach, this estimate gives 0.035, and the best coefficient is 0.031.",
      [G, estimate, first(result)],
    );
  });
});

describe("a discount", () => {
  test("coefficients rise and deception falls", async () => {
    const by = new Map<number, Result>();
    for (const discount of [1, 0.93, 0.9, 0.845, 0.8, 0.75, 0.5])
      by.set(discount, await linear({ discount }));
    const at = (discount: number) => by.get(discount)!;
    claim(page, "at γ = 0.9 deception is 0.31 instead of 0.86, and at γ = 0.75 it is below 0.01.", [
      ...[0.9, deceived(at(0.9)), deceived(at(1)), 0.75],
      0.01,
    ]);
    expect(deceived(at(0.75))).toBeLessThan(0.01);
    claim(page, "rises from 0.031 at γ = 1 to 0.18 at γ = 0.9 and 0.49 at γ = 0.5.", [
      ...[first(at(1)), 1, first(at(0.9)), 0.9],
      ...[first(at(0.5)), 0.5],
    ]);
    claim(
      page,
      "Deception falls much faster: at the same γ it is 0.86, 0.31 and 0.000003.",
      [1, 0.9, 0.5].map((γ) => deceived(at(γ))),
    );
    claim(page, "It is one half near γ = 0.93, 0.1 near γ = 0.845 and 0.01 near γ = 0.75.", [
      ...[0.93, deceived(at(0.845)), 0.845, deceived(at(0.75)), 0.75],
    ]);
    expect(deceived(at(0.93))).toBeCloseTo(0.5, 1);
    claim(page, "For γ from 0.5 to 0.8 compliance is 0.87 to 0.88", [
      0.5,
      0.8,
      complied(at(0.5)),
      complied(at(0.8)),
    ]);
    claim(
      page,
      "About half of the goal is lost in one episode at γ = 0.5 and in three at γ = 0.8.",
      [0.5, 0.8],
    );
    const share = (discount: number, t: number) => at(discount).trajectory.theta[t] / 0.8;
    expect(share(0.5, 1)).toBeCloseTo(0.5, 1);
    expect(share(0.8, 2)).toBeGreaterThan(0.5);
    expect(share(0.8, 3)).toBeCloseTo(0.54, 2);
  });

  test("what deployment weighs", async () => {
    const weight = (γ: number, training = 20) => (γ ** training * (1 - γ ** 80)) / (1 - γ);
    claim(page, "80 at γ = 1, 1.2 at γ = 0.9 and 0.06 at γ = 0.8.", [
      80,
      1,
      weight(0.9),
      0.9,
      weight(0.8),
      0.8,
    ]);
    const even = (training: number) => {
      let [low, high] = [0.3, 0.99999];
      for (let i = 0; i < 60; i++) {
        const middle = (low + high) / 2;
        if (weight(middle, training) < 1) low = middle;
        else high = middle;
      }
      return low;
    };
    claim(page, "deception is 0.28 where the weight is 1 (γ = 0.894)", [
      ...[deceived(await linear({ discount: even(20) })), 1, even(20)],
    ]);
    const all: number[] = [];
    for (const training of [5, 10, 20, 40, 80])
      for (const learningRate of [1, 0.3, 0.1])
        all.push(
          deceived(
            await linear({
              discount: even(training),
              "schedule.training": training,
              "schedule.learningRate": learningRate,
            }),
          ),
        );
    claim(page, "between 0.10 and 0.36 where it is 1 for a training of 5 to 80 episodes", [
      ...[Math.min(...all), Math.max(...all), 1, 5, 80],
    ]);
    claim(page, "at γ = 0.8 it is 0.304, and the same without any deployment.", [
      0.8,
      first(await linear({ discount: 0.8 })),
    ]);
    expect(first(await linear({ discount: 0.8, "schedule.deployment": 0 }))).toBeCloseTo(0.304, 2);
  });

  test("smaller learning rates show more, and at γ = 0 a goal only seems to be kept", async () => {
    says(page, "agents show more of their goal at every γ above 0,");
    for (const discount of [0.02, 0.2, 0.5, 0.8, 0.95, 1]) {
      const [a, b, c] = [1, 0.3, 0.1].map((rate) => linear({ discount, "schedule.learningRate": rate }));
      expect(first(await a)).toBeLessThan(first(await b));
      expect(first(await b)).toBeLessThan(first(await c));
    }
    const at = (rate: number, training: number) =>
      linear({ discount: 0, "schedule.learningRate": rate, "schedule.training": training });
    const [even, odd] = [await at(1, 20), await at(1, 21)];
    claim(page, "so that θ is 0.8 again after 20 episodes and −0.8 after 21.", [
      ...[even.trajectory.theta[20], 20, odd.trajectory.theta[21], 21],
    ]);
    for (const t of even.trajectory.theta.slice(0, 20).keys())
      expect(even.trajectory.theta[t + 1]).toBeCloseTo(-even.trajectory.theta[t], 12);
    for (const rate of [0.3, 0.1]) expect(Math.abs(kept(await at(rate, 20)))).toBeLessThan(0.02);
  });
});

describe("a learned discount", () => {
  // a goal and its negative cost the same, and the goal 0 costs nothing: half of the states suffice
  const HALF = { theta: { min: 0.2, max: 1, count: 5 } };
  const COARSE = { "base.count": 26, "perDiscount.count": 31, "discount.count": 6 };
  const learned = (changes: Record<string, unknown> = {}) =>
    solve(configOf("learned-discount", changes), { backend: "cpu" });
  const d = ({ plan }: Result) => plan.perDiscount[0];
  const last = ({ trajectory }: Pick<Result, "trajectory">) => trajectory.discount.at(-1)!;
  /** the same agents, starting from another discount: one plan serves all */
  const from = ({ config, plan }: Result, discount: number) =>
    simulate(withSetting(config, "initial.discount", discount, "set"), plan);

  test("the preset, and other starts", async () => {
    const [none, quarter, one] = [
      await learned({ ...HALF, discountLearningRateScale: 0 }),
      await learned({ ...HALF, discountLearningRateScale: 0.25 }),
      await learned(),
    ];
    claim(
      page,
      "With κ = 1 it ends at 1 from every start of 0.4 or more, and at 0.49 from 0; with κ = 0.25 it ends at 0.65 from 0.5.",
      [...[1, 1, 0.4, last(from(one, 0)), 0, 0.25, last(from(quarter, 0.5)), 0.5]],
    );
    for (const start of [0.4, 0.5, 0.7, 0.9, 1]) expect(last(from(one, start))).toBe(1);
    expect(last(from(one, 0.35))).toBeLessThan(1);
    claim(page, "An agent that starts at γ = 0.9 is at γ = 1 after one episode.", [
      one.trajectory.discount[0],
      one.trajectory.discount[1],
    ]);
    claim(
      page,
      "from γ = 0.9, retention is 0.35 with κ = 0 and 0.54 with κ = 1; from 0.6 it is 0.004 and 0.41.",
      [
        ...[0.9, kept(from(none, 0.9)), 0, kept(one), 1],
        ...[0.6, kept(from(none, 0.6)), kept(from(one, 0.6))],
      ],
    );
    says(page, "With κ above 0, the base optimizer raises γ from every start below 1.");
    for (const result of [one, quarter])
      for (let start = 0; start <= 20; start++) {
        const { discount } = from(result, start / 20).trajectory;
        if (start < 20) expect(discount.at(-1)).toBeGreaterThan(discount[0]);
        for (const [t, γ] of discount.slice(1).entries()) expect(γ).toBeGreaterThanOrEqual(discount[t]);
      }
    const { base, perDiscount } = one.plan;
    claim(page, "(c = 0.95, d = −0.8) and θ = 0.8, γ = 0.9 this ratio is 0.23 to 0.64,", [
      ...[base[0], perDiscount[0], 0.8, 0.9],
      ...[base[0] + perDiscount[0] * 0.9, -perDiscount[0] * 0.8],
    ]);
    claim(page, "it is −0.95 with κ = 0, where γ cannot be steered", [d(none), 0]);
    claim(page, "a κ above 0 costs retention (0.67 with κ = 0, 0.55 with κ = 1)", [
      ...[0, kept(from(none, 1)), 0, kept(from(one, 1)), 1],
    ]);
  });

  test("on grids half as fine the sign is the same, and the size is not", async () => {
    claim(
      page,
      "give the preset a retention of 0.65 instead of 0.54, and grids twice as fine give 0.46 (0.32 with κ = 0):",
      [
        // the last two take too long to be computed in a test
        ...[kept(await learned(COARSE)), 0.5355, 0.4612, 0.3183, 0],
      ],
    );
    const slopes: number[] = [];
    for (const changes of [
      ...[0, 0.5, 1, 2, 3, 4].map((κ) => ({ discountLearningRateScale: κ })),
      ...[0.1, 0.3].map((rate) => ({ "schedule.learningRate": rate })),
    ]) {
      const result = await learned({ ...HALF, ...COARSE, ...changes });
      slopes.push(d(result));
      expect(last(result)).toBe(
        "discountLearningRateScale" in changes && changes.discountLearningRateScale === 0 ? 0.9 : 1,
      );
    }
    claim(page, "d is between −0.8 and −1.1 in the first episode of all games of these two commands", [
      Math.max(...slopes),
      Math.min(...slopes),
    ]);
  });

  test("no step that keeps within the bound takes γ down", async () => {
    says(page, "if 2η(1 + λ) ≤ 1;");
    says(page, "η (0.02 to 2), κ (0.05 to 8), λ (0, or up to 0.5) and starts");
    says(page, "Four of these 101 have λ = 0, all with η above 1.1;");
    const start = [0.05, 0.3, 0.6, 0.9];
    for (const [i, regularization] of [0, 0.05, 0.2, 0.5].entries())
      for (const κ of [0.5, 6]) {
        const learningRate = (0.5 / (1 + regularization)) * [1, 0.7, 0.4][i % 3];
        const result = await learned({
          ...{
            ...HALF,
            ...COARSE,
            regularization,
            discountLearningRateScale: κ,
            "schedule.training": 4 + 3 * i,
          },
          ...{ "schedule.learningRate": learningRate, "schedule.deployment": 5 + 2 * κ },
        });
        for (const { discount } of start.map((γ) => from(result, γ).trajectory))
          for (const [t, γ] of discount.slice(1).entries()) expect(γ).toBeGreaterThanOrEqual(discount[t]);
      }
  });

  test("a strong regularizer and a large κ let γ fall within the bound", async () => {
    const strong = {
      ...{ regularization: 2, discountLearningRateScale: 20, "schedule.learningRate": 0.1 },
      ...{ "schedule.training": 13, "schedule.deployment": 15, "initial.discount": 0.3 },
    };
    const result = await learned({ ...HALF, ...strong });
    const { theta, discount } = result.trajectory;
    says(page, "With λ = 2 and κ = 20 it can lower the discount factor, without any overshooting.");
    claim(page, "Here 2η(1 + λ) is 0.6 and no step takes more than 0.6 of the goal,", [
      ...[1, 2 * 0.1 * (1 + 2), 0.6],
    ]);
    for (const [t, goal] of theta.slice(1).entries()) expect(1 - goal / theta[t]).toBeLessThan(0.6);
    claim(page, "the first agent has d = 0.1. γ falls from 0.3 to 0.088 in one step and ends at 0.245.", [
      d(result),
      discount[0],
      discount[1],
      last(result),
    ]);
    const weaker = await learned({
      ...{ ...HALF, regularization: 0.49, discountLearningRateScale: 7.5 },
      ...{ "schedule.learningRate": 0.23, "schedule.training": 19, "schedule.deployment": 21 },
      "initial.discount": 0.56,
    });
    const path = weaker.trajectory.discount;
    expect(2 * 0.23 * 1.49).toBeLessThan(1);
    claim(
      page,
      "With λ = 0.49 and κ = 7.5 there is a small exception: γ falls from 1 to 0.976 (η = 0.23, 19 episodes of training and 21 of deployment, from γ = 0.56).",
      [0.49, 7.5, path[1], path[2], 0.23, 19, 21, path[0]],
    );
  });

  test("where a step overshoots, γ falls, and not where it cannot", async () => {
    const settings = {
      ...{ regularization: 0.1, "schedule.training": 8, "schedule.deployment": 16 },
      ...{ "schedule.learningRate": 1.04, discountLearningRateScale: 2.5, "initial.discount": 0.6 },
    };
    const result = await learned(settings);
    const { base, perDiscount } = result.plan;
    claim(page, "The first agent has c = 0.1 and d = 0.85, and γ falls from 0.6 to 0 in one step.", [
      ...[base[0], perDiscount[0], ...result.trajectory.discount.slice(0, 2)],
    ]);
    const patient = base[0] + perDiscount[0];
    claim(page, "at γ = 1 an agent outputs 0.95θ, and", [1]);
    says(page, "an agent outputs 0.95θ");
    expect(patient).toBeCloseTo(0.95, 12);
    claim(page, "multiplies the goal by 1 − 2η(0.95² + λ) = −1.085, which", [
      1,
      0.95 ** 2,
      1 - 2.08 * (patient ** 2 + 0.1),
    ]);
    claim(page, "which would take a fifth of it (2ηλ = 0.208)", [2 * 1.04 * 0.1]);
    says(page, "it is also negative with κ = 0, or with η = 0.5 and all else the same.");
    for (const change of [{ discountLearningRateScale: 0 }, { "schedule.learningRate": 0.5 }])
      expect(d(await learned({ ...settings, ...HALF, ...COARSE, ...change }))).toBeLessThan(0);

    // the same game, with the slopes at γ = 0 and γ = 1 for decisions, so that both can be limited
    const { state, parameters } = games.get("learned-discount")!;
    const limited = (most: number, count: number) => {
      const axis = { min: -most, max: most, count };
      const game = defineGame({
        name: "limited-slopes",
        state: { theta: state.theta, discount: state.discount },
        decision: { low: axis, high: axis },
        parameters: { discountLearningRateScale: parameters.discountLearningRateScale },
        output: "(low + (high - low) * discount) * theta",
      });
      const { game: _, ...rest } = configOf("learned-discount", settings);
      return solve({ ...rest, game, ...HALF, discount: { count: 6 } } as Config, { backend: "cpu" });
    };
    says(page, "If slopes are limited so that no step overshoots, d is negative again");
    const [tame, wild] = [await limited(0.6, 25), await limited(1.2, 49)];
    expect(2 * 1.04 * (0.6 ** 2 + 0.1)).toBeLessThan(1);
    expect(tame.plan.high[0] - tame.plan.low[0]).toBeLessThan(0);
    for (const [t, γ] of tame.trajectory.discount.slice(1).entries())
      expect(γ).toBeGreaterThanOrEqual(tame.trajectory.discount[t] - 1e-12);
    expect(wild.trajectory.discount.some((γ, t) => γ < (wild.trajectory.discount[t - 1] ?? 0))).toBe(true);
  });
});

describe("a misconception", () => {
  /** One state suffices, as a test shows. */
  const ONE = { theta: { min: 0.8, max: 0.8, count: 1 }, belief: { min: 0, max: 0, count: 1 } };
  const { beliefLearningRateScale } = games.get("misconception")!.parameters;
  const solved = (κ: number, changes: Record<string, unknown> = {}) =>
    solve(configOf("misconception", { ...ONE, beliefLearningRateScale: κ, ...changes }), { backend: "cpu" });
  const play = (plan: NamedPlan, κ: number, belief: number, changes: Record<string, unknown> = {}) =>
    simulate(
      configOf("misconception", { beliefLearningRateScale: κ, "initial.belief": belief, ...changes }),
      plan,
    );

  test("the preset, and agents that know the truth", async () => {
    const [wrong, { plan }] = [await solve(configOf("misconception"), { backend: "cpu" }), await solved(1)];
    expect(plan).toEqual(wrong.plan);
    const right = play(plan, 1, 0);
    claim(
      page,
      "With κ = 1 the belief is 0 after one episode, and the goal is still 0.8; it ends at 0.77 (retention 0.966).",
      [
        ...[
          1,
          wrong.trajectory.belief[1],
          wrong.trajectory.theta[1],
          wrong.trajectory.theta.at(-1)!,
          kept(wrong),
        ],
      ],
    );
    expect(kept(right)).toBeCloseTo(kept(wrong), 12);
    claim(page, "keep exactly as much, and comply more, 0.973 against 0.885,", [
      complied(right),
      complied(wrong),
    ]);
    claim(page, "In both cases b continues past the truth, to −0.18.", [wrong.trajectory.belief.at(-1)!]);
    expect(right.trajectory.belief.at(-1)!).toBeCloseTo(wrong.trajectory.belief.at(-1)!, 12);
    says(page, "The goal starts at 0.8, the belief at 0.4, and η = 0.5.");
    expect(wrong.config).toMatchObject({
      initial: { theta: 0.8, belief: 0.4 },
      schedule: { learningRate: 0.5 },
    });
  });

  test("a misconception costs or adds to the goal, by its sign; κ is what keeps it", async () => {
    says(page, "| κ | b = 0.4 | b = 0 | b = −0.4 |");
    for (const κ of [1, 0.5, 0.25, 0.1, 0]) {
      const { plan } = await solved(κ);
      const row = [0.4, 0, -0.4].map((belief) => kept(play(plan, κ, belief)));
      claim(page, `| ${κ} | ${row.map((value) => value.toFixed(3)).join(" | ")} |`, [κ, ...row]);
      expect(row[0] + row[2]).toBeCloseTo(2 * row[1], 12);
    }
    const alone = { "schedule.deployment": 40, "schedule.learningRate": 0.5 };
    const post = await solve(configOf("experiment-1", alone), { backend: "cpu" });
    const { plan } = await solved(0);
    expect(plan.coefficient).toEqual(post.plan.coefficient);
    expect(kept(play(plan, 0, 0))).toBeCloseTo(kept(post), 12);
  });

  test("what protects the goal is an offset to train", async () => {
    const [fixed, trained] = [await solved(0), await solved(1)];
    const cell = ({ plan }: Result, κ: number) => kept(play(plan, κ, 0));
    claim(page, "| κ = 0, that is `linear` | 0.820 | 0.967 |", [0, cell(fixed, 0), cell(fixed, 1)]);
    claim(page, "| κ = 1 | 0.920 | 0.966 |", [1, cell(trained, 0), cell(trained, 1)]);
    claim(
      page,
      "If the offset is not trained, this plan keeps 0.920 instead of 0.820. If it is trained, both plans keep 0.966 to 0.967.",
      [cell(trained, 0), cell(fixed, 0), cell(trained, 1), cell(fixed, 1)],
    );
    const some = trained.plan.coefficient.slice(0, 14);
    const plain = fixed.plan.coefficient.slice(0, 14);
    claim(page, "(coefficients of 0 to 0.01 in the first 14 episodes, where `linear` has 0.06 to 0.09)", [
      ...[Math.min(...some), Math.max(...some), 14, Math.min(...plain), Math.max(...plain)],
    ]);

    const { state, decision, definition } = games.get("misconception")!;
    const stopping = defineGame({
      name: "no-offset",
      state: { theta: state.theta, belief: { ...state.belief, min: 0, bounds: { min: 0 } } },
      decision: { coefficient: decision.coefficient },
      parameters: { beliefLearningRateScale },
      output: definition.output!,
    });
    const stopped = (belief: number) =>
      kept(
        simulate(
          { ...configOf("misconception", { "initial.belief": belief }), game: stopping as GameDefinition },
          fixed.plan,
        ),
      );
    claim(page, "retention is 0.820 from b = 0 and 0.797 from b = 0.4.", [stopped(0), 0, stopped(0.4), 0.4]);
  });

  test("how fast the belief goes", async () => {
    claim(page, "with κ = 0.25 the belief falls only by a quarter in the first episode.", [0.25]);
    expect(play({ coefficient: Array(60).fill(0) }, 0.25, 0.4).trajectory.belief[1]).toBeCloseTo(0.3, 12);
    const overshooting = play((await solved(2)).plan, 2, 0.4);
    claim(page, "compliance is 0.51 at κ = 2", [complied(overshooting), 2]);
    for (const t of [1, 2, 3]) expect(overshooting.trajectory.belief[t]).toBeCloseTo(0.4 * (-1) ** t, 12);
    const wild = play((await solved(4)).plan, 4, 0.4);
    expect(Math.abs(wild.trajectory.theta[20])).toBeGreaterThan(100);
  });

  test("agents with the same offset that know what is wanted", async () => {
    const { believedTarget: wrong, ...known } = games.get("misconception")!.definition;
    expect(wrong).toBe("belief");
    const game = defineGame({ ...known, name: "informed" });
    const informed = async (κ: number, grids: Record<string, unknown> = {}) => {
      const config = configOf("misconception", { beliefLearningRateScale: κ, ...grids });
      return kept(await solve({ ...config, game }, { backend: "cpu" }));
    };
    says(page, "*Agents with the same false offset that know that 0 is wanted keep more in the preset.*");
    const knowing = [await informed(1), await informed(0.25), await informed(0)];
    claim(
      page,
      "start with the offset 0.4, and retain 0.987 with κ = 1, 0.996 with κ = 0.25 and 0.968 with κ = 0.",
      [...[0.4, knowing[0], 1, knowing[1], 0.25, knowing[2], 0]],
    );
    for (const [i, κ] of [1, 0.25, 0].entries())
      expect(knowing[i]).toBeGreaterThan(kept(play((await solved(κ)).plan, κ, 0.4)));
    const [goal, belief] = [
      { min: 0.8, max: 0.8, count: 1 },
      { min: 0.4, max: 0.4, count: 1 },
    ];
    const near = [
      { theta: goal, belief },
      { theta: goal, belief: { min: -0.4, max: 0.4, count: 9 } },
      { belief },
    ];
    const ranges: number[] = [];
    for (const κ of [1, 0.25, 0]) {
      const all: number[] = [];
      for (const grids of near) all.push(await informed(κ, grids));
      ranges.push(Math.min(...all), Math.max(...all));
    }
    claim(page, "retention is 0.96 to 1.00, 0.97 to 0.99 and 0.82 to 0.99.", ranges);
  });

  test("other grids and schedules", async () => {
    const fine = await solved(1, { "coefficient.count": 1601 });
    claim(page, "retention is 0.964 and b ends at −0.180:", [kept(fine), fine.trajectory.belief.at(-1)!]);
    says(
      page,
      "η from 0.05 to 2, κ = 0.25 and 1). In all of them agents that start with the true belief keep and comply at least as much",
    );
    says(page, "to within the 0.0003 that the grid of coefficients causes.");
    // some of the 60; the best coefficients are between 0 and 1
    const coefficient = { min: 0, max: 1, count: 101 };
    for (const [training, deployment] of [
      [20, 40],
      [5, 5],
      [60, 40],
    ])
      for (const learningRate of [0.05, 0.5, 2]) {
        const schedule = { training, deployment, learningRate };
        const known = (plan: NamedPlan, κ: number) => play(plan, κ, 0, { schedule });
        const plain = known((await solved(0, { schedule, coefficient })).plan, 0);
        for (const κ of [0.25, 1]) {
          const offset = known((await solved(κ, { schedule, coefficient })).plan, κ);
          expect(kept(offset)).toBeGreaterThanOrEqual(kept(plain) - 0.0003);
          expect(complied(offset)).toBeGreaterThanOrEqual(complied(plain) - 0.0003);
        }
      }
    const schedule = { training: 20, deployment: 0, learningRate: 0.5 };
    for (const κ of [0, 0.25, 1])
      expect(kept(play((await solved(κ, { schedule })).plan, κ, 0, { schedule }))).toBeLessThan(0.001);
  });
});

describe("a neural network", () => {
  test("linear agents beside it", async () => {
    const { cost, measures } = await linear({
      ...{ "schedule.training": 5, "schedule.deployment": 5 },
      ...{ "schedule.learningRate": 0.5, "theta.count": 201 },
    });
    const { compliance, retention, deception } = measures;
    claim(page, "| linear, exact | 1.168 | 1.156 | 0.757 | 0.661 | 0.500 |", [
      // their costs are proportional to the mean square of the goals
      ...[cost[0], (cost[0] * (1 - 1 / 2000 ** 2)) / 3 / (202 / 600), compliance!, retention!, deception!],
    ]);
    says(page, "On the 201 goals this plan costs 0.413, and the best linear agents cost 1.168.");
    const goals = Array.from({ length: 201 }, (_, i) => i / 100 - 1);
    const apart = goals.map((goal) => (0.5 * Math.sign(goal) - goal) ** 2);
    const constant = (5 * apart.reduce((a, b) => a + b)) / 201;
    claim(page, "and 0.4147 on these 201.", [constant, 201]);
    says(
      page,
      "At this learning rate, a linear agent that outputs its whole goal loses all of it in one step;",
    );
    const open = simulate(configOf("experiment-1", { "schedule.learningRate": 0.5 }), {
      coefficient: Array(100).fill(1),
    });
    expect(open.trajectory.theta[1]).toBe(0);
    says(page, "layers 1–8–8–1");
    says(page, "five of deployment, η = 0.5, and 201 goals from −1 to 1");
  });

  test("how good they are", async () => {
    const { rows, config } = JSON.parse(
      await readFile(new URL("../../bench/results/networks.json", import.meta.url), "utf8"),
    );
    expect(config.search).toEqual({ seed: 1, starts: 12, evaluations: 2000 });
    const { training } = config.schedule;
    const above = rows.slice(0, training).map(({ ratio }: { ratio: number }) => ratio - 1);
    expect(Math.max(...above)).toBeLessThan(0.008);
    says(page, "No episode of training costs more than 0.8 % above the best that it found.");
    // the error of deployed agents is negligible
    for (const { cost } of rows.slice(training)) expect(cost).toBeLessThan(1e-11);
    claim(page, "| the preset | 0.413 |", [rows[0].cost]);
  });

  // What takes minutes is not solved here; the page has the commands.
  test.each([
    "At its goal, 0.8, the first agent outputs 0.504, with so little slope that the step of gradient descent moves the goal by 0.0001. At the end of training the goal is 0.772.",
    "a slope of up to 0.1 at goals of middle size",
    "compliance is 0.49 from θ = 1 and below 0 from 0.4; for linear agents it is 0.757 from any goal.",
    "those on 1,001 goals, comply 0.583 and are more deceptive",
    "networks that start from 0.8 have half the compliance of linear agents and keep half as much again.",
    "| the preset | 0.413 | 2.04 | 0.365 | 0.965 | 0.352 |",
    "| seeds 2 to 5 | 0.408 to 0.414 | 0.80 to 1.21 | 0.361 to 0.366 | 0.959 to 0.969 | 0.349 to 0.354 |",
    "| 51 goals | 0.416 | 2.25 | 0.333 | 0.966 | 0.321 |",
    "| 1,001 goals | 0.619 | 0.620 | 0.583 | 0.955 | 0.556 |",
    "between the goals −0.01 and 0.01 of the grid, with a slope of 335, which affects no goal of the grid except 0.",
    "All of them lie between −0.01 and 0.01, a step moves most of them far outside [−1, 1],",
    "they make up 80 % of the held-out cost of 2.04.",
    "smoother policies, which output 0.30 to 0.32 with the right sign, show more slope, and cost 0.619",
  ])("not computed here: %s", (quote) => says(page, quote));
});

describe("training, then deployment for ever", () => {
  const lasting = (discount: number, schedule: object = {}) =>
    solve(
      {
        game: "linear",
        ...{ schedule: { training: 20, deployment: 1, learningRate: 1, ...schedule }, horizon: "infinite" },
        discount,
      },
      { backend: "cpu", method: "exact" },
    );
  const GAMMAS = [0.5, 0.9, 0.95, 0.99, 0.999, 0.9999];

  test("the table", async () => {
    const results = await Promise.all(GAMMAS.map((gamma) => lasting(gamma)));
    claim(page, "| γ | 0.5 | 0.9 | 0.95 | 0.99 | 0.999 | 0.9999 |", GAMMAS);
    claim(
      page,
      "| first coefficient | 0.491 | 0.182 | 0.091 | 0.0327 | 0.0134 | 0.00613 |",
      results.map(first),
    );
    claim(page, "| compliance | 0.872 | 0.894 | 0.917 | 0.954 | 0.978 | 0.990 |", results.map(complied));
    claim(page, "| retention | 4e-6 | 0.351 | 0.674 | 0.910 | 0.981 | 0.996 |", results.map(kept));
    claim(page, "| deception | 3e-6 | 0.314 | 0.618 | 0.868 | 0.960 | 0.986 |", results.map(deceived));
    claim(page, "deception is 0.868 at γ = 0.99, 0.960 at 0.999, and tends to 1.", [
      ...[deceived(results[3]), 0.99, deceived(results[4]), 0.999, 1],
    ]);
    for (const { plan, stationary } of results) {
      expect(plan.coefficient.at(-1)).toBe(1);
      expect(stationary!.equilibria).toHaveLength(1);
    }
    const [, , , , some, most] = results;
    claim(
      page,
      "From γ = 0.999 to 0.9999 the first falls by a factor of 2.19 and the second by a factor of 4.62, where",
      [...[0.999, 0.9999, first(some) / first(most), (1 - kept(some)) / (1 - kept(most))]],
    );
    claim(page, "10^⅓ is 2.15 and 10^⅔ is 4.64.", [10, 10 ** (1 / 3), 10, 10 ** (2 / 3)]);
  });

  test("beside deployments that end", async () => {
    const [ending] = [await linear({ discount: 0.99 })];
    claim(
      page,
      "With 80 episodes of deployment, as in the first experiment, deception at γ = 0.99 is 0.822; with more episodes it tends to the 0.868",
      [
        ...[
          80,
          0.99,
          deceived(ending),
          deceived(await linear({ discount: 0.99, "schedule.deployment": 2000 })),
        ],
      ],
    );
    const deceptions = [80, 320, 1280].map(async (deployment) =>
      deceived(await linear({ "schedule.deployment": deployment })),
    );
    const [short, longer, long] = await Promise.all(deceptions);
    claim(page, "0.861 for 80 episodes, 0.931 for 320, 0.965 for 1,280.", [
      short,
      80,
      longer,
      320,
      long,
      1280,
    ]);
  });

  test("from γ = 0.2 on deception grows with γ, and below it need not", async () => {
    const by = async (gammas: number[]) =>
      Promise.all(gammas.map(async (gamma) => deceived(await lasting(gamma, { training: 6 }))));
    const patient = await by([0.2, 0.3, 0.45, 0.6, 0.75, 0.85, 0.95]);
    expect(patient).toEqual(patient.toSorted((a, b) => a - b));
    const [some, more] = await by([0.05, 0.19]);
    expect(more).toBeLessThan(some);
    says(page, "deception need not grow with γ below γ = 0.2, because large steps overshoot there;");
    says(page, "with larger learning rates this can happen above 0.2 too.");
    const fast = { training: 5, learningRate: 2 };
    expect(deceived(await lasting(0.25, fast))).toBeLessThan(deceived(await lasting(0.2, fast)));
  });

  test("after long training", async () => {
    claim(
      page,
      "at γ = 0.99, after 60 episodes of training, deception is 0.819. At γ = 0.9 it is 0.008 after this training",
      [
        ...[0.99, 60, deceived(await lasting(0.99, { training: 60 })), 0.9],
        deceived(await lasting(0.9, { training: 60 })),
      ],
    );
    claim(page, "the whole deployment has a weight of only γ⁶⁰/(1 − γ) = 0.02.", [1, 0.9 ** 60 / (1 - 0.9)]);
  });
});

describe("robustness", async () => {
  const file = new URL("../../bench/results/claims.json", import.meta.url);
  const { claims } = JSON.parse(await readFile(file, "utf8")) as { claims: TestedClaim[] };
  const rows = [...page.text.matchAll(/\| \[[^\]]+\]\(#([a-z-]+)\) \| ([^|]+) \| ([\d.]+ %) \|/g)];

  test("every sentence of the table at the top was tested", () => {
    expect(rows.map(([, section]) => section).toSorted()).toEqual(
      claims.map(({ section }) => section).toSorted(),
    );
  });

  test.each(claims)("$section", (tested) => {
    const [, , sentence, share] = rows.find(([, name]) => name === tested.section)!;
    expect(share).toBe(shareOf(tested));
    says(page, `${sentence.split(" ").slice(-4).join(" ")} | ${share} |`);
  });

  test("the answers at the top say for which settings they were tested", async () => {
    const box = (name: string) => claims.find(({ section }) => section === name)!.box;
    const discounting = box("a-discount");
    claim(page, "For learning rates up to 1 and γ from 0.05 on, an agent that discounts the future", [
      ...[discounting.learningRate.to, discounting.discount.from],
    ]);
    const learned = box("a-learned-discount");
    claim(page, "or with a weak one (λ ≤ 0.3), and for κ from 0.1 to 4, the base optimizer raised", [
      ...[
        learned.regularization.to,
        learned.discountLearningRateScale.from,
        learned.discountLearningRateScale.to,
      ],
    ]);
    claim(
      page,
      "Within it no exception was found for λ ≤ 0.3 and κ ≤ 4 on the preset's grids: γ fell in no episode of the 1,000 games",
      [
        ...[learned.regularization.to, learned.discountLearningRateScale.to],
        claims.find(({ section, holds, settings }) => section === "a-learned-discount" && holds === settings)!
          .settings,
      ],
    );
    expect(learned.fullStep.to).toBe(1);
    says(
      page,
      "If the belief is trained at least a quarter as fast as the goal, a false belief with the sign",
    );
    expect(box("a-misconception").beliefLearningRateScale.from).toBe(0.25);
    const { learningRate, episodes, signalError, discount } = box("uncertain-deployment");
    claim(
      page,
      "For learning rates up to 1, γ from 0.5 on and 20 or more episodes: if the signal is wrong in one of a hundred cases or more,",
      [...[learningRate.to, discount.from, episodes.from]],
    );
    expect(signalError).toEqual({ from: 0.01, to: 0.5 });
    const remembering = box("agents-who-remember");
    claim(
      page,
      "Without a discount, for learning rates up to 1 and errors of up to 0.3, agents who remember all signals keep at least nine tenths",
      [...[remembering.learningRate.to, remembering.signalError.to]],
    );
    const endless = box("an-infinite-horizon");
    claim(page, "For learning rates up to 1 and γ from 0.5 on, an episode takes at most 1 − γ of the goal.", [
      ...[endless.learningRate.to, endless.discount.from, 1],
    ]);
    const { theta } = (
      await linear({
        ...{ "schedule.training": 1, "schedule.deployment": 0 },
        ...{ discount: 0.5, horizon: "infinite" },
      })
    ).trajectory;
    claim(page, "So patient agents lose it slowly. At γ = 0.5 and η = 1 an episode takes 48 %.", [
      ...[0.5, 1, 1 - theta[1] / theta[0]],
    ]);
    const lasting = box("training-then-deployment-for-ever");
    claim(
      page,
      "For learning rates up to 1, and from γ = 0.2 upward, more patient agents deceive better: with η = 1",
      [...[lasting.learningRate.to, lasting.discount.from, 1]],
    );
    const { weak, training, deployment, ...rates } = box("a-regularizer");
    claim(
      page,
      "Without a discount, for η from 0.1 to 1, with 5 to 40 episodes of training and 20 to 100 of deployment, a weak regularizer (λ ≤ 0.01) makes agents hide more, and one that alone takes 95 % of the goal makes them hide less.",
      [
        ...[rates.learningRate.from, rates.learningRate.to, training.from, training.to],
        ...[deployment.from, deployment.to, weak.to, 1 - Math.exp(-rates.strongPull.from)],
      ],
    );
    for (const name of ["a-misconception", "a-neural-network", "agents-who-remember", "a-regularizer"])
      expect(box(name).discount).toEqual({ from: 1, to: 1 });
    says(
      page,
      "100.0 % does not mean always: it is the share within one box of settings, always with η of at most 1",
    );
    for (const { section, box } of claims)
      expect((box.learningRate ?? box.fullStep).to, section).toBeLessThanOrEqual(1);
  });

  test("where the misconception claim fails", () => {
    says(page, "fails where steps are small (η below 0.25) or where the belief overshoots (κη above 0.8).");
    const { fails } = claims.find(({ section }) => section === "a-misconception")!;
    expect(fails.length).toBeGreaterThan(0);
    for (const { learningRate: η, beliefLearningRateScale: κ } of fails)
      expect(η < 0.25 || κ * η > 0.8).toBe(true);
  });
});

describe("limits of uncertainty and memory", () => {
  const overHazard = async (changes: Record<string, unknown>) => {
    const result = await solve(configOf("uncertain-deployment", changes), {
      backend: "cpu",
      method: "exact",
    });
    return { kept: result.measuresOverHazard!.retention!, at: result.measures.retention! };
  };
  const remembering = { memory: true, memoryError: 0.0001 };

  test("errors that are far below 0.01", async () => {
    const [some, none] = [await overHazard({ signalError: 0.0003 }), await overHazard({ signalError: 0 })];
    claim(
      page,
      "With errors far below 0.01 agents may even seem to keep more: 0.9093 over the hazard with an error of 0.0003, and 0.9077 with none.",
      [...[0.01, some.kept, 0.0003, none.kept]],
    );
  });

  test("what memory undoes", async () => {
    const { kept: knowing } = await overHazard({ signalError: 0 });
    const undone = async (signalError: number) => {
      const { kept } = await overHazard({ signalError });
      return ((await overHazard({ signalError, ...remembering })).kept - kept) / (knowing - kept);
    };
    claim(page, "90 % with an error of 0.1, 38 % with 0.4 and 3 % with 0.48.", [
      ...[await undone(0.1), 0.1, await undone(0.4), 0.4, await undone(0.48), 0.48],
    ]);
    const short = { "initial.deploymentAt": 15 };
    const [doubting, certain] = [
      await overHazard({ signalError: 0.4, ...remembering, ...short }),
      await overHazard({ signalError: 0, ...short }),
    ];
    claim(page, "(With an error of 0.4 it does: after 15 episodes retention is 0.951 against 0.939.)", [
      ...[0.4, 15, doubting.at, certain.at],
    ]);
  });

  test("where memory lowers retention", async () => {
    const game = {
      ...{ "schedule.episodes": 44, "schedule.learningRate": 0.997, hazard: 0.299 },
      ...{ signalError: 0.01165, discount: 0.949 },
    };
    const without = await overHazard(game);
    const withIt = await overHazard({ ...game, memory: true, memoryError: 0.00001 });
    claim(
      page,
      "With errors near 0.01 and η near 1 memory may lower retention a little: with 44 episodes, a hazard of 0.299, an error of 0.01165, γ = 0.949 and η = 0.997 from 0.8797 to 0.8786.",
      [...[0.01, 1, 44, 0.299, 0.01165, 0.949, 0.997, without.kept, withIt.kept]],
    );
  });
});

describe("uncertain deployment", () => {
  const ERRORS = [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5];
  const HAZARD = 0.05;
  const all = Promise.all(ERRORS.map((error) => doubting(HAZARD, error)));
  const by = async (error: number) => (await all)[ERRORS.indexOf(error)];
  const share = (signal: number, error: number) =>
    (signal * error) / (signal * error + (1 - signal) * (1 - error));

  test("the table", async () => {
    const results = await all;
    claim(page, "| retention by signal error | 0 | 0.01 | 0.05 | 0.1 | 0.2 | 0.3 | 0.5 |", ERRORS);
    const average = results.map((result) => over(result));
    claim(page, row("over the hazard", average), average);
    const short = results.map((result) => keptAfter(result, 21));
    claim(page, row("training of 21 episodes", short), [21, ...short]);
    claim(page, "| training of 61 episodes | 0.696 | 0.448 | 0.100 | 0.016 | 2e-4 | 1e-6 | 4e-12 |", [
      61,
      ...results.map((result) => keptAfter(result, 61)),
    ]);
    const right = results.map((result) => elsewhere(result, { signalError: 0 }));
    const without = right.map((result) => over(result));
    claim(page, row("over the hazard, same plan, no signal wrong", without), without);
    const kept21 = results.map((result) => keptAfter(result, 21, { signalError: 0 }));
    claim(page, row("training of 21 episodes, same plan, no signal wrong", kept21), [21, ...kept21]);
    // where the signal says nothing, a plan does not depend on it
    expect(over(right[6])).toBeCloseTo(over(results[6]), 12);
    claim(page, "with probability `hazard` (0.05).", [HAZARD]);
  });

  test("short trainings and long ones", async () => {
    const [certain, some, most] = [await by(0), await by(0.1), await by(0.5)];
    const last = (result: Result) => {
      let n = 0;
      while (keptAfter(result, n + 1) > keptAfter(certain, n + 1)) n++;
      for (let k = n + 1; k < 100; k++) expect(keptAfter(result, k)).toBeLessThan(keptAfter(certain, k));
      return n;
    };
    const within = (n: number) => 1 - (1 - HAZARD) ** n;
    claim(
      page,
      "With an error of 0.1 agents keep more than agents that know their phase if training ends within 18 episodes, with 0.5 if it ends within 25. The probabilities of such trainings are 0.60 and 0.72.",
      [0.1, last(some), 0.5, last(most), within(18), within(25)],
    );
    const at = (n: number) => [some, most, certain].map((result) => keptAfter(result, n));
    claim(page, "after 10 episodes 0.981 and 0.986 instead of 0.960", [10, ...at(10)]);
    claim(page, "after 40 episodes 0.407 and 0.379 instead of 0.823", [40, ...at(40)]);
  });

  test("deployed agents, and what it costs them", async () => {
    const [certain, some, most] = [await by(0), await by(0.1), await by(0.5)];
    const shown = ({ plan: { ifTrainingSignal, ifDeploymentSignal } }: Result, error: number) => {
      const outputs = ifDeploymentSignal.map((a, t) => (1 - error) * a + error * ifTrainingSignal[t]);
      return outputs.slice(20, 40).reduce((sum, a) => sum + a) / 20;
    };
    claim(
      page,
      "In the first 20 episodes after a training of 20, the expected output is 37 % of the goal that was kept with an error of 0.1, and 14 % with 0.5.",
      [20, 20, shown(some, 0.1), 0.1, shown(most, 0.5), 0.5],
    );
    expect(shown(certain, 0)).toBeCloseTo(1, 12);
    const { ifTrainingSignal: hidden, ifDeploymentSignal: open } = some.plan;
    claim(
      page,
      "agents show 26 % of this goal immediately after a deployment signal, 51 % at episode 36 and 93 % at 68; after a training signal it is still 4 % at episode 27.",
      [open[20], open[36], 36, open[68], 68, hidden[27], 27],
    );
    claim(
      page,
      "the expected cost before the first signal is 7.5 with error 0, 16.1 with 0.1 and 19.3 with 0.5.",
      [certain.value!, 0, some.value!, 0.1, most.value!, 0.5],
    );
  });

  test("caution, wrong signals, and no information", async () => {
    const [certain, some] = [await by(0), await by(0.1)];
    claim(page, "The first coefficient falls from 0.044 with error 0 to 0.020 with 0.1,", [
      ...[certain.plan.ifTrainingSignal[0], 0, some.plan.ifTrainingSignal[0], 0.1],
    ]);
    // by an independent program, as the page says
    says(
      page,
      "the coefficient is 0.038; if they expect no wrong signal in training, it stays at 0.020; with both it is 0.043.",
    );
    const loss = async (error: number) => error * (await by(error)).plan.ifDeploymentSignal[20] ** 2;
    claim(
      page,
      "At episode 20 the product is 0.0033 with error 0.01, 0.0065 with 0.1, 0.0036 with 0.3 and 0.0020 with 0.5.",
      [20, await loss(0.01), 0.01, await loss(0.1), 0.1, await loss(0.3), 0.3, await loss(0.5), 0.5],
    );
    claim(
      page,
      "with a true error of 0.1, agents that believe in 0.3 keep 0.952; with a true error of 0.3, agents that believe in 0.1 keep 0.742.",
      [
        ...[0.1, 0.3, keptAfter(await by(0.3), 21, { signalError: 0.1 })],
        ...[0.3, 0.1, keptAfter(some, 21, { signalError: 0.3 })],
      ],
    );
    // a plan keeps less if more of its signals are wrong
    for (const believed of [0.05, 0.1, 0.3]) {
      const kept21: number[] = [];
      for (const signalError of ERRORS) kept21.push(keptAfter(await by(believed), 21, { signalError }));
      expect(kept21).toEqual(kept21.toSorted((a, b) => b - a));
    }
    const training = 0.95 ** 50;
    claim(
      page,
      "P(training at t) = 0.95^t. So at episode 50, with an error of 0.1, training has a probability of only 43 % even after a training signal.",
      [...[0.95, 50, 0.1, 1 - share(1 - training, 0.1)]],
    );
    const lost = async (error: number) => {
      const result = await by(error);
      const without = over(elsewhere(result, { signalError: 0 }));
      return (without - over(result)) / (over(certain) - over(result));
    };
    says(
      page,
      "With an error of 0.1 all of the loss over the hazard comes from wrong signals, because the same plan without a wrong signal keeps as much as agents that know their phase.",
    );
    says(page, "With 0.3 about half of the loss comes from them, and with 0.5 none,");
    expect(await lost(0.1)).toBeCloseTo(1, 1);
    expect(await lost(0.3)).toBeCloseTo(0.5, 1);
    expect(await lost(0.5)).toBeCloseTo(0, 12);
  });

  test("the hazard", async () => {
    const results = await Promise.all([0.02, 0.05, 0.2].map((hazard) => doubting(hazard, 0.1)));
    const [a, b, c] = results.map((result) => keptAfter(result, 25));
    claim(
      page,
      "With an error of 0.1 a training of 25 episodes leaves 0.924 of the goal if the hazard is 0.02, 0.825 if it is 0.05 and 0.068 if it is 0.2.",
      [0.1, 25, a, 0.02, b, 0.05, c, 0.2],
    );
    claim(
      page,
      "But at 0.2 fewer than one training in 200 lasts so long: over the hazard, retention is 0.604, 0.808 and 0.935.",
      [...[0.2, 200, ...results.map((result) => over(result))]],
    );
    expect(0.8 ** 24).toBeLessThan(1 / 200);
  });

  test("other hazards, learning rates, horizons and grids", async () => {
    says(
      page,
      "With signal errors from 0.01 to 0.5, retention over the hazard was below that of agents that know their phase for hazards from 0.005 to 0.3, η = 1, 0.3 and 0.1, and 100 and 300 episodes.",
    );
    for (const learningRate of [1, 0.3, 0.1])
      for (const episodes of [100, 300])
        for (const hazard of [0.005, 0.02, 0.1, 0.3]) {
          const of = async (error: number) =>
            over(await doubting(hazard, error, { schedule: { episodes, learningRate } }));
          const certain = await of(0);
          for (const error of [0.01, 0.1, 0.5]) expect(await of(error)).toBeLessThan(certain);
        }
    const half = async (error: number) =>
      over(await doubting(HAZARD, error, { "schedule.learningRate": 0.5 }));
    claim(page, "With η = 0.5 it is 0.889 with error 0, 0.796 with 0.1 and 0.793 with 0.5.", [
      ...[0.5, await half(0), 0, await half(0.1), 0.1, await half(0.5), 0.5],
    ]);
    const [sure, unsure] = [0, 0.1].map((error) => doubting(HAZARD, error, { "schedule.episodes": 400 }));
    claim(
      page,
      "with `schedule.episodes=400`, retention over the hazard is 0.974 without errors and 0.936 with an error of 0.1. A training of 61 episodes then leaves 0.588 with an error of 0.1.",
      [over(await sure), over(await unsure), 0.1, 61, keptAfter(await unsure, 61), 0.1],
    );
    let most = 0;
    for (const [i, signalError] of ERRORS.entries()) {
      const fine = (await all)[i];
      const config = configOf("uncertain-deployment", { signalError });
      const coarse = await solve(config, { backend: "cpu" });
      most = Math.max(
        most,
        Math.abs(over(fine) - over(coarse)),
        Math.abs(keptAfter(fine, 21) - keptAfter(coarse, 21)),
      );
    }
    claim(page, "are the same to within 0.003.", [0.003]);
    expect(most).toBeLessThan(0.003);
  });

  test("another hazard than agents believe in, and a discount", async () => {
    const moved = async (error: number, hazard: number) => over(elsewhere(await by(error), { hazard }));
    claim(
      page,
      "If they believe in 0.05 and it is 0.2, so that training is shorter, an error of 0.1 raises retention over the hazard from 0.980 to 0.990; if it is 0.02 the error lowers it from 0.727 to 0.502.",
      [
        ...[0.05, 0.2, 0.1, await moved(0, 0.2), await moved(0.1, 0.2)],
        ...[0.02, await moved(0, 0.02), await moved(0.1, 0.02)],
      ],
    );
    const impatient = (error: number) => doubting(HAZARD, error, { discount: 0.95 });
    const [sure, some, most] = [await impatient(0), await impatient(0.1), await impatient(0.5)];
    const helped = (n: number) => keptAfter(some, n) > keptAfter(sure, n);
    const last = Array.from({ length: 99 }, (_, i) => i + 1).findLast(helped)!;
    for (let n = 1; n <= last; n++) expect(helped(n)).toBe(true);
    claim(
      page,
      "at γ = 0.95, with an error of 0.1, in trainings of up to 7 episodes. A training of 21 leaves 0.608 with error 0, 0.339 with 0.1 and 0.302 with 0.5.",
      [
        ...[0.95, 0.1, last, 21, keptAfter(sure, 21), 0],
        ...[keptAfter(some, 21), 0.1, keptAfter(most, 21), 0.5],
      ],
    );
  });

  test("goals that are reversed", async () => {
    const few = await by(0.01);
    const opposite = (result: Result, error: number, n: number) =>
      (keptAfter(result, n) - signed(result.plan, error)[n]) / 2;
    claim(page, "With η = 1 a coefficient above 0.71 in training", [1, Math.SQRT1_2]);
    claim(
      page,
      "With error 0.01 and 61 episodes the probability of that is 0.227, and 0.055 of the 0.448 is of the wrong sign.",
      [
        ...[0.01, 61, elsewhere(few, { "initial.deploymentAt": 61 }).measures.reversal!],
        ...[opposite(few, 0.01, 61), keptAfter(few, 61)],
      ],
    );
    const P = lengths(HAZARD, 100);
    let most = 0;
    for (const [i, error] of ERRORS.entries()) {
      const result = (await all)[i];
      const average = P.reduce((sum, p, n) => sum + p * opposite(result, error, n), 0);
      const long = error === 0.01 || error === 0.05 ? 0 : opposite(result, error, 61);
      most = Math.max(most, average, opposite(result, error, 21), long);
    }
    const some = await by(0.05);
    claim(page, "With 0.05 it is 0.021 of the 0.100, and elsewhere in the first three rows at most 0.005.", [
      0.05,
      opposite(some, 0.05, 61),
      keptAfter(some, 61),
      most,
    ]);
    const deceived = elsewhere(await by(0), { signalError: 0.1 });
    claim(page, "seem to keep 0.916 over the hazard, but 0.417 of them have the opposite goal in the end.", [
      ...[over(deceived), over(deceived, "reversal")],
    ]);
    const slow = { "schedule.learningRate": 0.5 };
    const mistaken = elsewhere(await doubting(HAZARD, 0, slow), { signalError: 0.1 });
    claim(
      page,
      "With η = 0.5 or less no coefficient up to 1 reverses the goal, and such agents keep 0.300, instead of the 0.796",
      [...[0.5, 1, over(mistaken), over(await doubting(HAZARD, 0.1, slow))]],
    );
    expect(over(mistaken, "reversal")).toBe(0);
  });
});

describe("a signal with a distributional shift", () => {
  const shifted = (changes: Record<string, unknown>) =>
    solve(configOf("distributional-shift", changes), { backend: "cpu", method: "exact" });
  const SHIFTS = [0, 1, 2, 3, 4, 6];
  const all = Promise.all(SHIFTS.map((shift) => shifted({ shift, intervals: 64 })));

  test("the table", async () => {
    const results = await all;
    claim(page, "| by shift, 64 intervals | 0 | 1 | 2 | 3 | 4 | 6 |", [64, ...SHIFTS]);
    const average = results.map((result) => over(result));
    claim(page, row("retention over the hazard", average), average);
    const short = results.map((result) => keptAfter(result, 21));
    claim(page, row("retention, training of 21 episodes", short), [21, ...short]);
    claim(page, "| retention, training of 61 episodes | 4e-12 | 4e-6 | 0.009 | 0.174 | 0.470 | 0.670 |", [
      61,
      ...results.map((result) => keptAfter(result, 61)),
    ]);
    const costs = results.map((result) => result.value!);
    claim(page, row("expected cost", costs, 2), costs);
    claim(page, "wrong with probability Φ(−shift/2), which is 0.159 for a shift of 2.", [2, upperTail(1), 2]);
  });

  test("small shifts", async () => {
    const { values, diagram } = await phase(
      {
        config: configOf("distributional-shift", { intervals: 64 }),
        x: { key: "shift", from: 0, to: 2.5, count: 26 },
        y: { key: "hazard", from: 0.05, to: 0.1, count: 2 },
        measures: ["retentionOverHazard"],
      },
      { backend: "cpu", method: "exact", threads: 1 },
    );
    const kept = [...values.retentionOverHazard.subarray(0, 26)];
    const value = Math.min(...kept);
    const shift = diagram.x.values[kept.indexOf(value)];
    const from = diagram.x.values[kept.findIndex((x) => x > kept[0])];
    claim(
      page,
      "over the hazard, retention has its minimum, 0.812, near a shift of 1.4, and exceeds retention without any signal only from 2.1 on.",
      [value, shift, from],
    );
  });

  test("intervals", async () => {
    const by = async (intervals: number) => shifted({ intervals });
    const [none, two, four, eight, sixteen, most] = await Promise.all([1, 2, 4, 8, 16, 64].map(by));
    says(page, "Beyond eight intervals, how finely agents see the signal matters little.");
    const saved = ({ value }: Result) => (none.value! - value!) / (none.value! - most.value!);
    claim(
      page,
      "Of the cost that a signal of shift 2 saves them, two intervals save 59 %, four 87 %, eight 96 % and sixteen 99 %.",
      [2, ...[two, four, eight, sixteen].map(saved)],
    );
    claim(page, "Over the hazard they keep 0.807 with two intervals, 0.817 with eight and 0.819 with 64.", [
      ...[over(two), over(eight), over(most), 64],
    ]);
    const { ifInterval1: lowest, ifInterval64: highest } = most.plan;
    claim(
      page,
      "At episode 20, two intervals have coefficients of 0.033 and 0.189, and 64 have 0.026 in the lowest and 0.850 in the highest.",
      [20, two.plan.ifInterval1[20], two.plan.ifInterval2[20], 64, lowest[20], highest[20]],
    );
    const last = most.signalEdges!.at(-1)!;
    says(
      page,
      "In deployment one signal in 32 falls into this highest interval, and in training almost none.",
    );
    expect(1 / upperTail(last - 2)).toBeCloseTo(32, 0);
    expect(upperTail(last)).toBeLessThan(1e-4);
    // test/hidden/normalSignal.test.ts compares two intervals with the two named signals
    claim(page, "and a shift of 0 those of an error of 0.5, to 12 digits.", [0, 0.5, 12]);
    claim(
      page,
      "With hazards of 0.01 and 0.2, and η = 1 and 0.1, 8 intervals cost less than 2, and 64 a little less than 8.",
      [...[0.01, 0.2, 1, 0.1, 8, 2, 64, 8]],
    );
    for (const hazard of [0.01, 0.2])
      for (const rate of [1, 0.1]) {
        const costs: number[] = [];
        for (const intervals of [2, 8, 64])
          costs.push((await shifted({ hazard, intervals, "schedule.learningRate": rate })).value!);
        expect(costs[1]).toBeLessThan(costs[0]);
        expect(costs[2]).toBeLessThan(costs[1]);
        expect(costs[1] - costs[2]).toBeLessThan(0.5 * (costs[0] - costs[1]));
      }
  });
});

describe("agents who remember", () => {
  const ERRORS = [0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5];
  const remembering = (signalError: number, changes: Record<string, unknown> = {}) =>
    doubting(0.05, signalError, { memory: true, memoryError: 1e-4, ...changes });
  const without = Promise.all(ERRORS.map((error) => doubting(0.05, error)));
  const all = Promise.all(ERRORS.map((error) => remembering(error)));
  const at = async (of: typeof all, error: number) => (await of)[ERRORS.indexOf(error)];
  /** the first coefficient, which is the same for both signals */
  const begin = ({ plan, trajectory }: Result) => trajectory.coefficient?.[0] ?? plan.ifTrainingSignal[0];

  test("the table", async () => {
    claim(page, "| by signal error | 0 | 0.01 | 0.05 | 0.1 | 0.2 | 0.3 | 0.5 |", ERRORS);
    const [with_, none] = [await all, await without];
    for (const [name, results, read, digits] of [
      ["retention over the hazard, without memory", none, (result: Result) => over(result), 3],
      ["retention over the hazard, with memory", with_, (result: Result) => over(result), 3],
      ["deception over the hazard, without memory", none, (result: Result) => over(result, "deception"), 3],
      ["deception over the hazard, with memory", with_, (result: Result) => over(result, "deception"), 3],
      ["expected cost, without memory", none, (result: Result) => result.value!, 2],
      ["expected cost, with memory", with_, (result: Result) => result.value!, 2],
      ["first coefficient, without memory", none, begin, 3],
      ["first coefficient, with memory", with_, begin, 3],
    ] as const) {
      const values = results.map(read);
      claim(page, row(name, values, digits), values);
    }
    const short = with_.map((result) => keptAfter(result, 21));
    claim(page, row("retention, training of 21 episodes, with memory", short), [21, ...short]);
    claim(
      page,
      "| retention, training of 61 episodes, with memory | 0.696 | 0.683 | 0.671 | 0.657 | 0.617 | 0.535 | 4e-12 |",
      [61, ...with_.map((result) => keptAfter(result, 61))],
    );
  });

  test("long trainings, short ones, and deployment", async () => {
    const [some, certain, forgetful] = [await at(all, 0.1), await at(all, 0), await at(without, 0.1)];
    claim(
      page,
      "A training of 61 episodes is no cure for these agents: with an error of 0.1 it leaves 0.657 of the goal instead of 0.016.",
      [61, 0.1, keptAfter(some, 61), keptAfter(forgetful, 61)],
    );
    claim(
      page,
      "80 episodes leave 0.470 with an error of 0.1 and 0.319 with 0.3, where agents that know their phase keep 0.527.",
      [80, keptAfter(some, 80), 0.1, keptAfter(await at(all, 0.3), 80), 0.3, keptAfter(certain, 80)],
    );
    claim(
      page,
      "after 10 episodes retention is 0.957, where agents without memory keep 0.981 and agents that know their phase 0.960.",
      [10, ...[some, forgetful, certain].map((result) => keptAfter(result, 10))],
    );
    const { outputs } = followed(some, 20);
    claim(
      page,
      "in the first 20 episodes after a training of 20 they output 84 % of the goal that was kept, instead of 37 %.",
      [...[20, 20, outputs.slice(20, 40).reduce((sum, a) => sum + a) / 20, 0.37]],
    );
    const { trainingBelief, coefficient } = some.plan as unknown as Record<string, number[][]>;
    says(
      page,
      "In the second figure, at episode 20, they show half of their goal when training has a probability of about 0.01, and nine tenths at 0.001.",
    );
    const shownAt = (belief: number) => coefficient[20][trainingBelief[20].findIndex((b) => b >= belief)];
    expect(shownAt(0.01)).toBeGreaterThan(0.45);
    expect(shownAt(0.01)).toBeLessThan(0.55);
    expect(shownAt(0.001)).toBeGreaterThan(0.85);
    expect(shownAt(0.001)).toBeLessThan(0.95);
  });

  test("why", async () => {
    const [some, certain, forgetful] = [await at(all, 0.1), await at(all, 0), await at(without, 0.1)];
    const { beliefs } = followed(some, 100);
    claim(page, "an agent's probability of training falls as 0.95^t.", [0.95]);
    claim(page, "with an error of 0.1 it gives training a probability of 0.94 on average.", [
      0.1,
      beliefs[50],
    ]);
    expect(beliefs[50]).toBeCloseTo(beliefs[20], 4);
    const { theta } = elsewhere(some, { "initial.deploymentAt": 61 }).trajectory;
    claim(
      page,
      "if no signal is wrong, 61 episodes of training leave 0.730, more than agents that know their phase keep (0.696).",
      [...[61, theta[61] / theta[0], keptAfter(certain, 61)]],
    );
    claim(page, "Without memory, 61 episodes in which no signal is wrong leave 0.179.", [
      61,
      keptAfter(forgetful, 61, { signalError: 0 }),
    ]);
    const [remembers, forgets] = [await at(all, 0.3), await at(without, 0.3)];
    claim(page, "with an error of 0.3, one of 21 episodes leaves 0.886 with memory and 0.927 without.", [
      ...[0.3, 21, keptAfter(remembers, 21), keptAfter(forgets, 21)],
    ]);
    const goal = elsewhere(remembers, { "initial.deploymentAt": 21 }).trajectory.theta;
    const right = [goal[21] / goal[0], keptAfter(forgets, 21, { signalError: 0 })];
    claim(page, "Where no signal is wrong it leaves 0.941 and 0.965.", right);
    expect(right[1] - right[0]).toBeGreaterThan((keptAfter(forgets, 21) - keptAfter(remembers, 21)) / 2);
    says(page, "With an error of 0.5 there is nothing to remember.");
  });

  test("random games", async () => {
    claim(
      page,
      "In 20 games with random hazards from 0.005 to 0.3, errors from 0.01 to 0.4, γ from 0.9 to 1, η from 0.1 to 1 and 40 to 60 episodes,",
      [20, 0.005, 0.3, 0.01, 0.4, 0.9, 1, 0.1, 1, 40, 60],
    );
    const random = Random.seeded(5);
    const between = (low: number, high: number) => low + (high - low) * random.uniform();
    for (let i = 0; i < 20; i++) {
      const changes = {
        discount: between(0.9, 1),
        "schedule.learningRate": between(0.1, 1),
        "schedule.episodes": Math.round(between(40, 60)),
      };
      const [hazard, error] = [between(0.005, 0.3), between(0.01, 0.4)];
      const of = (signalError: number, more: object = {}) =>
        doubting(hazard, signalError, { ...changes, ...more });
      const remembers = await of(error, { memory: true });
      const forgets = await of(error);
      expect(remembers.value!).toBeLessThan(forgets.value!);
      expect(over(remembers)).toBeGreaterThan(over(forgets) - remembers.memory!.error);
      expect(over(remembers)).toBeLessThan(over(await of(0)));
    }
  });
});

describe("a regularizer", () => {
  const at = (regularization: number, changes: Record<string, unknown> = {}) =>
    linear({ regularization, ...changes });
  /** λ at which the first coefficient is lowest */
  async function lowest(changes: Record<string, unknown>, from = 1e-4, to = 0.05, count = 46) {
    let best: Result | undefined;
    for (let i = 0; i < count; i++) {
      const result = await at(from * (to / from) ** (i / (count - 1)), changes);
      if (!best || first(result) < first(best)) best = result;
    }
    return best!;
  }
  const estimate = (η: number, N: number) => 1 / (1 + η * N);

  test("the goal decays, and the first coefficient falls and rises", async () => {
    claim(page, "retention is 0.90 at λ = 0.0001, 0.64 at 0.01, 0.12 at 0.05 and 0.009 at 0.1.", [
      ...[kept(await at(0.0001)), 0.0001, kept(await at(0.01)), 0.01],
      ...[kept(await at(0.05)), 0.05, kept(await at(0.1)), 0.1],
    ]);
    const best = await lowest({}, 0.01, 0.03, 50);
    claim(page, "Up to λ of about 0.017 they hide more: the first coefficient falls from 0.031 to 0.012.", [
      ...[Number(best.config.regularization), first(await at(0)), first(best)],
    ]);
    claim(page, "Beyond it they hide less and less: the coefficient is 0.157 at λ = 0.1 and 0.34 at 0.2,", [
      ...[first(await at(0.1)), 0.1, first(await at(0.2)), 0.2],
    ]);
    claim(page, "(compliance 0.979 at λ = 0.01, and 0.952 without)", [
      ...[complied(await at(0.01)), 0.01, complied(await at(0))],
    ]);
    claim(page, "at λ = 0.01 (1 − 2ηλ)²⁰ is 0.668 and retention 0.644, at λ = 0.05 0.122 and 0.120.", [
      ...[0.01, 1, 0.98 ** 20, kept(await at(0.01)), 0.05, 0.9 ** 20, kept(await at(0.05))],
    ]);
  });

  test("the lowest coefficients are where half survives", async () => {
    const [a, b, c] = [20, 80, 320].map((deployment) => lowest({ "schedule.deployment": deployment }));
    const all = [await a, await b, await c];
    claim(page, "1/(1 + 4ηN/4) is 0.048, 0.012 and 0.0031 for N = 20, 80 and 320;", [
      ...[1, 1, 4, ...[20, 80, 320].map((N) => estimate(1, N)), 20, 80, 320],
    ]);
    claim(
      page,
      "the lowest coefficients in the figure are 0.041, 0.012 and 0.0030, and retention there is 0.51, 0.50 and 0.51.",
      [...all.map(first), ...all.map(kept)],
    );
    const slow = { "schedule.learningRate": 0.1, "schedule.deployment": 20 };
    claim(page, "at η = 0.1 and N = 20 it is 0.33, and the lowest coefficient 0.23.", [
      ...[0.1, 20, estimate(0.1, 20), first(await lowest(slow, 1e-3, 1))],
    ]);
    claim(page, "After 60 episodes of training with η = 0.1 and N = 20 less than", [60, 0.1, 20]);
    const long = { ...slow, "schedule.training": 60 };
    expect(kept(await at(0, long))).toBeLessThan(0.5);
    const rising: number[] = [];
    for (const λ of [0, 1e-3, 1e-2, 0.03, 0.1, 0.3, 1]) rising.push(first(await at(λ, long)));
    expect(rising).toEqual(rising.toSorted((x, y) => x - y));
  });

  test("where steps overshoot", async () => {
    const { plan, trajectory } = await at(0.6);
    claim(page, "(λ = 0.5 for η = 1)", [0.5, 1]);
    claim(
      page,
      "At λ = 0.6 agents make use of it, with coefficients that alternate between 1.541 and 0.002:",
      [...[0.6, plan.coefficient[0], plan.coefficient[1]]],
    );
    for (let t = 0; t < 18; t++) expect(plan.coefficient[t]).toBeCloseTo(t % 2 === 0 ? 1.541 : 0.0025, 3);
    const { theta } = trajectory;
    claim(
      page,
      "θ from 0.8 to −3.96 and the second back to 0.79, and so on, to 0.73 after 20 steps and −3.63 after 19.",
      [...[theta[0], theta[1], theta[2], theta[20], 20, theta[19], 19]],
    );
    const strong = await at(1.1);
    claim(page, "(from 0.8 to 31 at λ = 1.1, where agents output next to nothing)", [
      ...[strong.trajectory.theta[0], strong.trajectory.theta[20], 1.1],
    ]);
    for (const λ of [1.05, 1.2]) expect(kept(await at(λ))).toBeGreaterThan(1);
    expect(Math.max(...strong.plan.coefficient.slice(0, 19).map(Math.abs))).toBeLessThan(0.01);
  });
});

test("no number of these sections is without a claim", (context) => {
  afterAllOthers(context);
  expect(unclaimed(page, "# Findings", "## An infinite horizon")).toEqual([]);
  expect(unclaimed(page, "## Training, then deployment for ever", "## Robustness")).toEqual([]);
});
