// The arithmetic of stationary equilibria, by hand and compared with long sums; the lists of all, compared with brute
// force.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linspace } from "../../src/index.ts";
import { type Equilibria, finish, restForEver, withBound } from "../../src/model/equilibrium.ts";
import { findOnGrid } from "../../src/model/gridEquilibria.ts";
import { createProblem } from "../../src/model/problem.ts";
import {
  type Continuation,
  END,
  extend,
  findAmongReals,
  forEver,
  relativeCost,
} from "../../src/model/realEquilibria.ts";
import { even } from "../gpu/numbers.ts";
import { costOfDeviating, costsAgainst, endless } from "./endless.ts";

describe("a decision that is played for ever", () => {
  // r = 1/2, s = 1/2, γ = 1/2: A = 1/4 / (1 − 1/8) = 2/7, B = 1/2 / (1 − 1/4) = 2/3, D = A − B
  test("by hand", () => {
    const close = (got: Continuation | undefined, A: number, B: number) => {
      expect(got!.A).toBeCloseTo(A, 15);
      expect(got!.D).toBeCloseTo(A - B, 15);
    };
    close(forEver({ r: 1 / 2, s: 1 / 2 }, 1 / 2), 2 / 7, 2 / 3);
    close(forEver({ r: 1 / 2, s: 3 / 2 }, 1 / 2), 2 / 7, 2 / 5);
    close(forEver({ r: 3, s: 8 }, 0), 9, 3);
    // γ³ J/(1 − γ)
    expect(restForEver(5, 1 / 2, 3)).toBe(5 / 4);
  });

  test("agrees with long sums, and so does its cost", () => {
    fc.assert(
      fc.property(
        even(-3, 3),
        even(-0.02, 2.02),
        even(-3, 3),
        even(0, 2),
        even(0, 0.95),
        (r, s, q, t, discount) => {
          let long = END;
          for (let i = 0; i < 3000; i++) long = extend(long, { r, s }, discount);
          const limit = forEver({ r, s }, discount)!;
          const [A, B] = [(r * r) / (1 - discount * (1 - s) ** 2), r / (1 - discount * (1 - s))];
          for (const [got, wanted] of [
            [long.A, A],
            [long.D, A - B],
            [limit.A, A],
            [limit.D, A - B],
          ])
            expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-11 * (1 + Math.abs(A) + Math.abs(B)));
          // the difference of two decisions' costs agrees with the definition
          const cost = (r: number, g: number) => (r - 1) ** 2 + discount * (g * g * A - 2 * g * B);
          const relative = (r: number, s: number) => relativeCost(limit, { r, s }, discount);
          expect(relative(r, s) - relative(q, t)).toBeCloseTo(cost(r, 1 - s) - cost(q, 1 - t), 7);
        },
      ),
    );
  });

  test("as a form it has a bound of all of its terms", () => {
    const forms = fc
      .integer({ min: 1, max: 4 })
      .chain((n) =>
        fc.tuple(
          fc.array(even(-5, 5), { minLength: (n * (n + 1)) / 2, maxLength: (n * (n + 1)) / 2 }),
          fc.array(even(-2, 2), { minLength: n, maxLength: n }),
        ),
      );
    fc.assert(
      fc.property(forms, ([entries, z]) => {
        const form = withBound(Float64Array.from(entries));
        expect([...form.subarray(0, entries.length)]).toEqual(entries);
        let [at, terms, bound] = [0, 0, 0];
        for (let i = 0; i < z.length; i++)
          for (let j = i; j < z.length; j++, at++) {
            terms += Math.abs((i === j ? 1 : 2) * entries[at] * z[i] * z[j]);
            bound += (i === j ? 1 : 2) * form[entries.length + at] * z[i] * z[j];
            if (i !== j) expect(form[entries.length + at]).toBe(0);
          }
        expect(bound).toBeGreaterThanOrEqual(4 * terms * (1 - 1e-14));
      }),
    );
  });

  test("is infinite if the goal grows faster than the discount forgets", () => {
    expect(forEver({ r: 1, s: -1 }, 0.25)).toBeUndefined();
    expect(forEver({ r: 1, s: 3 }, 0.3)).toBeUndefined();
    expect(forEver({ r: 1, s: -1 }, 0.24)).toBeDefined();
  });
});

const settings = fc.oneof(
  fc.record({
    eta: even(-2, 1).map((x) => 10 ** x),
    discount: even(0, 0.97),
    lambda: fc.oneof(fc.constant(0), even(0, 0.4)),
  }),
  // unstable equilibria occur
  fc.record({ eta: even(2, 5), discount: even(0.5, 0.97), lambda: even(0.15, 0.25) }),
);

/** Candidates that no other beats, the first of equals; undefined if two costs are too close to decide. */
function bruteForce(
  candidates: Float64Array,
  eta: number,
  lambda: number,
  discount: number,
): number[] | undefined {
  const found: number[] = [];
  for (const own of candidates) {
    const cost = costsAgainst(own, eta, lambda, discount);
    if (!cost) continue;
    const others = [...candidates].filter((a) => a !== own).map(cost);
    const best = Math.min(...others);
    if (Math.abs(best - cost(own)) < 1e-12 * Math.max(...others.map(Math.abs))) return undefined;
    if (cost(own) < best) found.push(own);
  }
  return found;
}

const onGrid = (coefficient: object, eta: number, regularization: number, discount: number): Equilibria =>
  finish(
    findOnGrid(
      createProblem(endless({ coefficient, regularization, discount, schedule: { learningRates: [eta] } })),
    ),
  );

test("on 1,000 random grids, exactly the equilibria that brute force finds", () => {
  const counts = [0, 0, 0, 0, 0];
  let tooClose = 0;
  fc.assert(
    fc.property(
      settings,
      even(0.2, 2),
      fc.integer({ min: 3, max: 120 }),
      ({ eta, discount, lambda }, reach, count) => {
        const coefficient = { min: -reach, max: reach, count };
        const wanted = bruteForce(linspace(coefficient), eta, lambda, discount);
        if (!wanted) {
          tooClose++;
          return;
        }
        const { equilibria, undecided, chosen } = onGrid(coefficient, eta, lambda, discount);
        expect(equilibria.map(({ decision }) => decision[0])).toEqual(wanted);
        expect(undecided).toEqual([]);
        expect(chosen).toBeLessThan(wanted.length);
        expect(chosen >= 0).toBe(wanted.length > 0);
        counts[wanted.length]++;
      },
    ),
    { numRuns: 1010 },
  );
  expect(tooClose).toBeLessThanOrEqual(10);
  // none, one and several all occur
  expect(Math.min(counts[0], counts[1])).toBeGreaterThan(100);
  expect(counts[2]).toBeGreaterThan(5);
});

test("among real coefficients, exactly the sign changes of the derivative", () => {
  let found = 0;
  fc.assert(
    fc.property(settings, ({ eta, discount, lambda }) => {
      const gain = (a: number) => 1 - 2 * eta * (a * a + lambda);
      // half of dJ/da' at a' = a, if a is played for ever after; NaN if its cost is infinite
      const slope = (a: number) => {
        const g = gain(a);
        if (!(discount * g * g < 1)) return Number.NaN;
        const [A, B] = [(a * a) / (1 - discount * g * g), a / (1 - discount * g)];
        return a - 1 - 4 * eta * discount * a * (g * A - B);
      };
      const points = linspace({ min: 0, max: 2, count: 20_001 });
      const wanted: number[] = [];
      for (let i = 1; i < points.length; i++)
        if (
          slope(points[i - 1]) < 0 !== slope(points[i]) < 0 &&
          !Number.isNaN(slope(points[i - 1]) + slope(points[i]))
        )
          wanted.push(points[i]);
      const game = { lost: 2 * eta * lambda, pull: 2 * eta, discount, min: -2, max: 2 };
      const { equilibria, undecided } = finish(findAmongReals(game));
      expect(undecided).toEqual([]);
      expect(equilibria.length).toBe(wanted.length);
      for (const [i, { decision, gap }] of equilibria.entries()) {
        expect(Math.abs(decision[0] - wanted[i])).toBeLessThanOrEqual(1.0001e-4);
        expect(gap).toBeLessThanOrEqual(1e-12);
        const cost = costsAgainst(decision[0], eta, lambda, discount)!;
        const magnitude = Math.max(...[-2, 0, 2].map((a) => Math.abs(cost(a))));
        const least = Math.min(...Array.from(linspace({ min: -2, max: 2, count: 401 }), (a) => cost(a)));
        expect(least).toBeGreaterThanOrEqual(cost(decision[0]) - 1e-12 * magnitude);
      }
      found += wanted.length;
    }),
    { numRuns: 200 },
  );
  expect(found).toBeGreaterThan(150);
});

describe("the ends of an axis", () => {
  // inside the axis nothing differs from a wider axis; at the end the agents would go further
  test.each([
    ["the root is beyond the upper end", 0, 0.1, [0.1]],
    ["the root is below the lower end", 0.5, 1, [0.5]],
    ["the axis reaches farther down than up", -2, 1, [0.2154678]],
    ["no coefficient is above 0", -2, -0.5, [-0.7277327]],
  ])("%s", (_, min, max, wanted) => {
    const { equilibria, undecided } = finish(findAmongReals({ lost: 0, pull: 2, discount: 0.9, min, max }));
    expect(undecided).toEqual([]);
    const found = equilibria.map(({ decision }) => decision[0]);
    expect(found.length).toBe(wanted.length);
    for (const [i, a] of found.entries()) {
      expect(a).toBeCloseTo(wanted[i], 7);
      const own = costOfDeviating(a, a, 1, 0, 0.9);
      for (const other of linspace({ min, max, count: 201 }))
        expect(costOfDeviating(other, a, 1, 0, 0.9)).toBeGreaterThanOrEqual(own * (1 - 1e-12));
    }
  });

  test("an equilibrium at the end itself is found once", () => {
    // without learning the best coefficient is 1
    for (const max of [1, 1 + 1e-12, 1 - 1e-12]) {
      const { equilibria } = finish(findAmongReals({ lost: 0, pull: 0, discount: 0.9, min: -1, max }));
      expect(equilibria.map(({ decision }) => decision)).toEqual([[expect.closeTo(1, 11)]]);
    }
  });
});

describe("the multiplier", () => {
  /** the induction's map of (A, B), by a search for the best response in ever smaller steps */
  function earlier(
    [A, B]: readonly number[],
    eta: number,
    lambda: number,
    discount: number,
  ): [number, number] {
    const gain = (a: number) => 1 - 2 * eta * (a * a + lambda);
    const cost = (a: number) => (a - 1) ** 2 + discount * (gain(a) ** 2 * A - 2 * gain(a) * B);
    let [low, high] = [0, 2];
    // from 0 on, the cost first falls and then rises
    for (let i = 0; i < 200; i++) {
      const [p, q] = [low + (high - low) / 3, high - (high - low) / 3];
      if (cost(p) < cost(q)) high = q;
      else low = p;
    }
    const a = (low + high) / 2;
    return [a * a + discount * gain(a) ** 2 * A, a + discount * gain(a) * B];
  }

  test("is the rate at which horizons near the equilibrium leave or approach it", () => {
    let [unstable, turning] = [0, 0];
    fc.assert(
      fc.property(settings, ({ eta, discount, lambda }) => {
        const game = { lost: 2 * eta * lambda, pull: 2 * eta, discount, min: -2, max: 2 };
        for (const { form, multiplier, decision } of finish(findAmongReals(game)).equilibria) {
          if (decision[0] >= 2) continue;
          const [, D, A] = form;
          const at = [A, A - D];
          const step = at.map((x) => 1e-5 * Math.max(x, 1e-3));
          const column = (k: number) => {
            const [up, down] = [1, -1].map((sign) =>
              earlier(
                at.map((x, i) => (i === k ? x + sign * step[k] : x)),
                eta,
                lambda,
                discount,
              ),
            );
            return up.map((x, i) => (x - down[i]) / (2 * step[k]));
          };
          const [[a, c], [b, d]] = [column(0), column(1)];
          const root = (a + d) ** 2 / 4 - (a * d - b * c);
          const largest = Math.abs((a + d) / 2) + Math.sqrt(Math.max(0, root));
          const wanted = root < 0 ? Math.sqrt(a * d - b * c) : Math.sign(a + d) * largest;
          // near the change to complex eigenvalues the root has an infinite slope
          if (Math.abs(root) < 1e-3) continue;
          expect(Math.abs(multiplier - wanted)).toBeLessThanOrEqual(2e-2 * (1 + Math.abs(wanted)));
          if (Math.abs(multiplier) > 1) unstable++;
          if (root < 0) turning++;
        }
      }),
      { numRuns: 200 },
    );
    expect(unstable).toBeGreaterThan(3);
    expect(turning).toBeGreaterThan(20);
  });
});

test("a root in the last digit of an axis's end is one equilibrium", () => {
  const game = { lost: 0, pull: 2, discount: 0.9, min: -0.1 };
  let end = finish(findAmongReals({ ...game, max: 2 })).equilibria[0].decision[0];
  end -= 30 * 2 ** -55;
  for (let i = 0; i < 60; i++, end += 2 ** -55)
    expect(finish(findAmongReals({ ...game, max: end })).equilibria).toHaveLength(1);
});

test("a limit whose D is 0 is found too", () => {
  // at the lower end A = B, because its output equals the goal after the step
  const game = { lost: 0, pull: 0.002519916348783296, discount: 0.95, min: 1.05, max: 2 };
  expect(finish(findAmongReals(game)).finiteHorizon).toMatchObject({ outcome: "limit", decisions: [[1.05]] });
});

test("on an axis of one coefficient, that is the equilibrium", () => {
  const { equilibria } = finish(findAmongReals({ lost: 0, pull: 2, discount: 0.5, min: 0.3, max: 0.3 }));
  expect(equilibria.map(({ decision }) => decision)).toEqual([[0.3]]);
});
