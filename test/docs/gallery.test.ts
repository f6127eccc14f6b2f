// What docs/gallery.md says about its maps is computed here, except for training that never ends (endless.test.ts).
import { describe, expect, test } from "vitest";
import { linspace, type PhaseConfig, phase, phasePresets, solve } from "../../src/index.ts";
import { afterAllOthers, claim, readDocument, says, unclaimed } from "./claims.ts";
import { configOf } from "./configOf.ts";
import { doubting, elsewhere, keptAfter, lengths, over, signed } from "./doubt.ts";

const page = await readDocument("docs/gallery.md");

describe("uncertainty about deployment", () => {
  const solved = async (hazard: number, error: number) => {
    const { measures, measuresOverHazard } = await doubting(hazard, error);
    return { short: measures.deception!, average: measuresOverHazard!.deception! };
  };
  const short = async (hazard: number, error: number) => (await solved(hazard, error)).short;
  const average = async (hazard: number, error: number) => (await solved(hazard, error)).average;
  /** a coarse map, row by row, the first for an error of 0 */
  const map = async (measures: readonly string[]) => {
    const { phase: diagram } = phasePresets["hazard-error"];
    const config: PhaseConfig = {
      ...{ ...diagram, x: { ...diagram.x, count: 48 }, y: { ...diagram.y, count: 49 }, measures },
    };
    return {
      x: linspace({ min: Math.log(0.001), max: Math.log(0.5), count: 48 }).map(Math.exp),
      ...(await phase(config, { backend: "cpu" })),
    };
  };

  test("the commands map what the page says", () => {
    says(page, "node dist/cli.js phase hazard-error --backend cpu --out out/hazard-error");
    expect(phasePresets["hazard-error"].phase.measures).toEqual(["deception", "deceptionOverHazard"]);
  });

  test("the cliff", async () => {
    says(page, "Then it falls steeply (a *cliff*).");
    const { x, values } = await map(["deception"]);
    const low = [...values.deception].filter((_, i) => x[i % 48] <= 0.06);
    claim(page, "On the left deception is between 0.82 and 0.93 up to a hazard of 0.06,", [
      ...[Math.min(...low, await short(0.06, 0.04)), Math.max(...low), 0.06],
    ]);
    claim(page, "it is 0.70 at a hazard of 0.1, 0.38 at 0.15, 0.07 at 0.2 and 0.00 at 0.3.", [
      ...[await short(0.1, 0.25), 0.1, await short(0.15, 0.25), 0.15],
      ...[await short(0.2, 0.25), 0.2, await short(0.3, 0.25), 0.3],
    ]);
    claim(page, "with a perfect signal there is no cliff, and deception is still 0.68", [
      await short(0.5, 0),
    ]);
    claim(page, "deception is 0.85, 0.87, 0.88 and 0.89.", [
      ...[await average(0.1, 0.25), await average(0.15, 0.25)],
      ...[await average(0.2, 0.25), await average(0.3, 0.25)],
    ]);
  });

  test("over the hazard", async () => {
    claim(page, "hazard is low, 0.40 at 0.01,", [await average(0.01, 0.25), 0.01]);
    const { x, values } = await map(["deceptionOverHazard"]);
    const changes = [...values.deceptionOverHazard].map(
      (value, i) => value - values.deceptionOverHazard[i % 48],
    );
    const [least, most] = [Math.min(...changes), Math.max(...changes)];
    claim(page, "by at most 0.14, at a hazard of 0.02;", [-least, x[changes.indexOf(least) % 48]]);
    claim(page, "where it raises deception, it does so by at most 0.005.", [most]);
    expect(changes.slice(48).filter((change) => change > 0).length / changes.length).toBeLessThan(0.1);
    claim(page, "An error of 0.05 already causes most of this loss,", [0.05]);
    for (const hazard of [0.005, 0.02, 0.05, 0.1]) {
      const at = (error: number) => average(hazard, error);
      const [none, some] = [await at(0), await at(0.05)];
      const lowest = Math.min(...(await Promise.all([0.05, 0.1, 0.2, 0.3, 0.5].map(at))));
      expect(none - some).toBeGreaterThan(0.75 * (none - lowest));
    }
    claim(
      page,
      "at a hazard of 0.05 deception is 0.87 with a perfect signal, 0.78 at an error of 0.05, 0.77 at 0.1 and 0.79 at 0.5.",
      [
        ...[0.05, await average(0.05, 0), await average(0.05, 0.05), 0.05],
        ...[await average(0.05, 0.1), 0.1, await average(0.05, 0.5), 0.5],
      ],
    );
  });

  test("where uncertainty helps", async () => {
    const gain = async (hazard: number, error: number) =>
      (await short(hazard, error)) - (await short(hazard, 0));
    for (const [error, from, to] of [
      [0.1, 0.0035, 0.04],
      [0.5, 0.01, 0.07],
    ]) {
      for (const hazard of [from, Math.sqrt(from * to), to])
        expect(await gain(hazard, error)).toBeGreaterThan(0);
      for (const hazard of [from / 1.5, to * 1.1]) expect(await gain(hazard, error)).toBeLessThan(0);
    }
    const { values } = await map(["deception"]);
    const gains = [...values.deception].map((value, i) => value - values.deception[i % 48]);
    claim(
      page,
      "on the left an error of 0.1 adds to deception for hazards from 0.003 to 0.04, one of a half from 0.01 to 0.07, by 0.04 at most.",
      [0.1, 0.003, 0.04, 0.01, 0.07, Math.max(...gains)],
    );
  });

  test("goals that are reversed", async () => {
    const opposite = async (hazard: number, error: number) => {
      const result = await doubting(hazard, error);
      const mean = signed(result.plan, error);
      const all = lengths(hazard, 100).map((p, n) => (p * (keptAfter(result, n) - mean[n])) / 2);
      return {
        average: all.reduce((sum, x) => sum + x),
        short: (elsewhere(result, {}).measures.retention! - mean[20]) / 2,
        kept: over(result),
      };
    };
    const edge = await opposite(0.001, 0);
    claim(page, "at a hazard of 0.001 and with a perfect signal retention is 0.16, 0.10 of it reversed,", [
      ...[0.001, edge.kept, edge.average],
    ]);
    const others: Awaited<ReturnType<typeof opposite>>[] = [];
    for (const hazard of [0.02, 0.05, 0.3])
      for (const error of [0.002, 0.02, 0.5]) others.push(await opposite(hazard, error));
    claim(page, "From a hazard of 0.02 on the reversed part is at most 0.02, and on the left at most 0.06,", [
      ...[0.02, Math.max(...others.map((one) => one.average)), Math.max(...others.map((one) => one.short))],
    ]);
  });
});

describe("learning rate and length of training", () => {
  const solved = (learningRate: number, training: number) => {
    const schedule = { training, deployment: 80, learningRate };
    return solve(configOf("experiment-1", { schedule }), { backend: "cpu", method: "exact" });
  };
  const deception = async (learningRate: number, training: number): Promise<number> =>
    (await solved(learningRate, training)).measures.deception!;

  test("deception grows with the learning rate", async () => {
    claim(page, "in 20 episodes from 0.27 at η = 0.01 to 0.66 at 0.1, 0.86 at 1 and 0.94 at 10.", [
      ...[20, await deception(0.01, 20), 0.01, await deception(0.1, 20), 0.1],
      ...[await deception(1, 20), 1, await deception(10, 20), 10],
    ]);
    for (const training of [1, 20, 400]) {
      const all: number[] = [];
      for (const rate of [0.01, 0.03, 0.1, 0.3, 1, 3, 10]) all.push(await deception(rate, training));
      expect(all).toEqual(all.toSorted((a, b) => a - b));
    }
  });

  test("it grows and falls with the length of training", async () => {
    claim(
      page,
      "At η = 0.1 it goes from 0.54 after one episode to 0.66 after 20 and down to 0.50 after 400.",
      [...[0.1, await deception(0.1, 1), await deception(0.1, 20), 20, await deception(0.1, 400), 400]],
    );
    /** the length with the most deception, between two lengths */
    const best = async (rate: number, from: number, to: number) => {
      const lengths = Array.from({ length: to - from + 1 }, (_, i) => from + i);
      const all = await Promise.all(lengths.map((n) => deception(rate, n)));
      return lengths[all.indexOf(Math.max(...all))];
    };
    claim(page, "91 episodes at η = 0.01, 20 at 0.1, 4 at 1 and one at 10.", [
      ...[await best(0.01, 70, 110), 0.01, await best(0.1, 1, 40), 0.1, await best(1, 1, 20), 1, 10],
    ]);
    expect(await best(10, 1, 10)).toBe(1);
    claim(
      page,
      "For η up to 2.8 it first grows with the length of training and then slowly falls; from η = 3 on it only falls.",
      [2.8, 3],
    );
    // the lengths between which deception is compared
    const some = [1, 2, 3, 5, 10, 20, 40, 80, 160, 280, 400];
    for (const rate of [0.01, 0.1, 0.5, 1, 2, 2.8, 3, 3.16, 5.6, 10]) {
      const all = await Promise.all(some.map((n) => deception(rate, n)));
      const top = all.indexOf(Math.max(...all));
      if (rate <= 2.8) expect(top).toBeGreaterThan(0);
      else expect(top).toBe(0);
      expect(top).toBeLessThan(all.length - 1);
      expect(all.slice(0, top + 1)).toEqual(all.slice(0, top + 1).toSorted((a, b) => a - b));
      expect(all.slice(top)).toEqual(all.slice(top).toSorted((a, b) => b - a));
    }
    for (const rate of [0.01, 0.1, 1, 10]) expect(await deception(rate, 400)).toBeGreaterThan(0.15);
  });

  test("small steps add up in a long training", async () => {
    const [short, long] = [await solved(0.01, 1), await solved(0.01, 400)];
    claim(
      page,
      "at η = 0.01 the first coefficient is 0.95 and compliance 0.05 in a training of one episode, 0.22 and 0.77 in one of 400.",
      [
        ...[0.01, short.plan.coefficient[0], short.measures.compliance!],
        ...[long.plan.coefficient[0], long.measures.compliance!, 400],
      ],
    );
  });
});

describe("discount and regularization", () => {
  const BOTTOM = 1e-4;
  const deception = async (discount: number, regularization: number): Promise<number> => {
    const config = configOf("experiment-1", { discount, regularization });
    return (await solve(config, { backend: "cpu", method: "exact" })).measures.deception!;
  };

  test("the bottom and the right edge", async () => {
    claim(
      page,
      "Along the bottom it is 0.86 at γ = 1, 0.61 at 0.95, 0.31 at 0.9, 0.03 at 0.8 and 0.002 at 0.7.",
      [
        ...[
          await deception(1, BOTTOM),
          1,
          await deception(0.95, BOTTOM),
          0.95,
          await deception(0.9, BOTTOM),
          0.9,
        ],
        ...[await deception(0.8, BOTTOM), 0.8, await deception(0.7, BOTTOM), 0.7],
      ],
    );
    claim(
      page,
      "Along the right edge it is 0.84 at λ = 0.001, 0.63 at 0.01, 0.28 at 0.03 and 0.009 at 0.1.",
      [
        ...[await deception(1, 0.001), 0.001, await deception(1, 0.01), 0.01],
        ...[await deception(1, 0.03), 0.03, await deception(1, 0.1), 0.1],
      ],
    );
  });

  test("the two effects nearly multiply", async () => {
    const whole = await deception(1, 0);
    const both = await deception(0.95, 0.01);
    claim(page, "with γ = 0.95 deception is 0.71 of what it is without a discount, with λ = 0.01 0.73 of", [
      ...[0.95, (await deception(0.95, 0)) / whole, 0.01, (await deception(1, 0.01)) / whole],
    ]);
    claim(page, "and with both 0.53, that is 0.456.", [both / whole, both]);
    claim(page, "(at γ = 0.9 and λ = 0.023 deception is 0.10, and the product says 0.14)", [
      ...[0.9, 0.023, await deception(0.9, 0.023)],
      ((await deception(0.9, 0)) * (await deception(1, 0.023))) / whole,
    ]);

    const { x, y } = phasePresets["discount-regularization"].phase as unknown as Record<
      "x" | "y",
      { from: number; to: number }
    >;
    const discounts = linspace({ min: x.from, max: x.to, count: 25 });
    const strengths = linspace({ min: Math.log(y.from), max: Math.log(y.to), count: 25 }).map(Math.exp);
    const shares = async (all: Promise<number>[]) => (await Promise.all(all)).map((one) => one / whole);
    const patience = await shares([...discounts].map((γ) => deception(γ, 0)));
    const leniency = await shares([...strengths].map((λ) => deception(1, λ)));
    let most = 0;
    for (const [i, γ] of discounts.entries())
      for (const [j, λ] of strengths.entries()) {
        const off = patience[i] * leniency[j] * whole - (await deception(γ, λ));
        most = Math.max(most, Math.abs(off));
        if (patience[i] < 0.5 && leniency[j] < 0.5) expect(off).toBeGreaterThanOrEqual(0);
      }
    claim(page, "is off by at most 0.04 of deception", [most]);
  });

  test("what a regularizer and steps do by themselves", async () => {
    says(page, "by the factor 1 − 2ηλ: at λ = 0.1 and η = 1 it leaves 0.8²⁰, about a hundredth, of the goal");
    expect(0.8 ** 20).toBeCloseTo(0.01, 2);
    says(page, "λ ends at 0.3 on purpose.");
    expect((phasePresets["discount-regularization"].phase.y as { to: number }).to).toBe(0.3);
  });
});

test("no number of these sections is without a claim", (context) => {
  afterAllOthers(context);
  expect(unclaimed(page, "# Gallery", "## Training that never ends")).toEqual([]);
});
