// Random games and problems for tests.
import fc from "fast-check";
import { createProblem, type Problem } from "../src/model/problem.ts";

/** numbers of ordinary and of extreme magnitudes, and zero */
export const magnitude = fc.oneof(
  { weight: 3, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.double({ min: 1, max: 10, noNaN: true }), fc.integer({ min: -30, max: 3 }))
      .map(([x, exponent]) => x * 10 ** exponent),
  },
);

const axis = (reach: number, maxCount: number) =>
  fc
    .tuple(
      fc.double({ min: -reach, max: reach, noNaN: true }),
      fc.double({ min: 1e-3, max: 2 * reach, noNaN: true }),
      fc.oneof(fc.constantFrom(1, 2, 7, 8, 9, 16, 17), fc.integer({ min: 1, max: maxCount })),
    )
    .map(([min, span, count]) => ({ min, max: count === 1 ? min : min + span, count }));

/** a configuration of the game linear, small enough to be solved in milliseconds */
export const linearConfig = fc.record({
  game: fc.constant("linear"),
  schedule: fc.record({
    learningRates: fc.array(fc.oneof(fc.constantFrom(0, 0.5, 1), magnitude), { minLength: 1, maxLength: 12 }),
  }),
  coefficient: axis(3, 41),
  theta: axis(2, 33),
  discount: fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true })),
  regularization: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1, noNaN: true })),
});

/** a problem of the game linear with a plan: an index of the coefficient's grid for every episode */
export const linearWithPlan: fc.Arbitrary<{ problem: Problem; plan: number[][] }> = linearConfig.chain(
  (config) =>
    fc
      .array(fc.nat(config.coefficient.count - 1), {
        minLength: config.schedule.learningRates.length,
        maxLength: config.schedule.learningRates.length,
      })
      .map((indices) => {
        const problem = createProblem(config);
        return { problem, plan: indices.map((i) => problem.candidates.at(i)) };
      }),
);
