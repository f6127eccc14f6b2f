// Random problems, solved on the GPU and in float64, have the same plan, costs and margins, to the bit.
import fc from "fast-check";
import { expect, test } from "vitest";
import { momentum } from "../games/momentum.ts";
import { expectAgreement } from "./agreement.ts";
import { axis, even } from "./numbers.ts";

const share = fc.oneof(fc.constantFrom(0, 1), even(0, 1));
const rates = (most: number) =>
  fc.array(fc.oneof(fc.constantFrom(0, 1), even(0, most)), { minLength: 1, maxLength: 6 });

test("linear, by rollout and by moments", async () => {
  const problems = fc.record({
    schedule: fc.record({ learningRates: rates(10) }),
    coefficient: axis(3, 300),
    theta: axis(2, 40),
    discount: share,
    regularization: fc.oneof(fc.constant(0), even(0, 1)),
  });
  await fc.assert(
    fc.asyncProperty(problems, async (problem) => {
      await expectAgreement({ game: "linear", ...problem }, ["rollout", "moments"]);
    }),
    { numRuns: 12, endOnFailure: true },
  );
});

test("a custom game", async () => {
  const problems = fc.record({
    schedule: fc.record({ learningRates: rates(1) }),
    coefficient: axis(2, 200),
    theta: axis(2, 12),
    velocity: axis(0.5, 3),
    friction: share,
    discount: share,
    regularization: even(0, 0.2),
  });
  await fc.assert(
    fc.asyncProperty(problems, async (problem) => {
      await expectAgreement({ game: momentum, ...problem }, ["rollout"]);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});

test("a game with its own discount", async () => {
  const problems = fc.record({
    schedule: fc.record({ learningRates: rates(1) }),
    base: axis(1.5, 30),
    perDiscount: axis(1.5, 20),
    theta: axis(2, 9),
    discount: fc.constantFrom({ min: 0, max: 1, count: 5 }, { min: 0.9, max: 0.9, count: 1 }),
    discountLearningRateScale: even(0, 3),
    regularization: even(0, 0.2),
  });
  await fc.assert(
    fc.asyncProperty(problems, async (problem) => {
      await expectAgreement({ game: "learned-discount", ...problem }, ["rollout"]);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});

test("a game with a believed target", async () => {
  const problems = fc.record({
    schedule: fc.record({ learningRates: rates(0.5) }),
    coefficient: axis(2, 300),
    theta: axis(2, 9),
    belief: axis(1, 5),
    beliefLearningRateScale: even(0, 2),
    discount: share,
    regularization: even(0, 0.2),
  });
  await fc.assert(
    fc.asyncProperty(problems, async (problem) => {
      await expectAgreement({ game: "misconception", ...problem }, ["rollout"]);
    }),
    { numRuns: 8, endOnFailure: true },
  );
});

test("the presets' own grids", async () => {
  const schedule = { training: 4, deployment: 2, learningRate: 0.3 };
  for (const game of ["learned-discount", "misconception", momentum]) {
    const { plan } = await expectAgreement(
      { game, schedule, discount: game === "learned-discount" ? {} : 0.9 },
      ["rollout"],
    );
    // the plan is not constant, so the GPU had something to decide
    for (const numbers of Object.values(plan).slice(0, 1)) expect(new Set(numbers).size).toBeGreaterThan(1);
  }
});
