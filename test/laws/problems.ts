// Random problems of every game whose decisions are on a grid, small enough to be solved in milliseconds.
import fc from "fast-check";
import { axis, even } from "../gpu/numbers.ts";

export const share = even(0, 1);

const rates = fc.array(fc.oneof(fc.constantFrom(0, 0.5), even(0, 1)), { minLength: 1, maxLength: 6 });
const common = {
  schedule: fc.record({ learningRates: rates }),
  regularization: even(0, 0.2),
  theta: axis(2, 7, 2),
};

export const linear = fc.record({
  game: fc.constant("linear"),
  ...common,
  coefficient: axis(2, 60),
  discount: share,
});

export const uncertainDeployment = fc.record({
  game: fc.constant("uncertain-deployment"),
  ...common,
  coefficient: axis(2, 60),
  hazard: share,
  signalError: share,
  discount: share,
});

export const misconception = fc.record({
  game: fc.constant("misconception"),
  ...common,
  belief: axis(1, 4),
  coefficient: axis(2, 40),
  beliefLearningRateScale: even(0, 2),
  discount: share,
});

export const learnedDiscount = fc.record({
  game: fc.constant("learned-discount"),
  ...common,
  base: axis(1.5, 9),
  perDiscount: axis(1.5, 9),
  discount: fc.constantFrom({ min: 0, max: 1, count: 4 }, { min: 0.3, max: 0.9, count: 3 }),
  discountLearningRateScale: even(0, 2),
});

/** Those whose decision is one coefficient. */
export const oneCoefficient = fc.oneof<[typeof linear, typeof uncertainDeployment, typeof misconception]>(
  linear,
  uncertainDeployment,
  misconception,
);

/** All of them. */
export const anyGame = fc.oneof(oneCoefficient, learnedDiscount);
