// Stretches: sequences of episodes with fixed decisions at one learning rate. A stretch describes what they do to a
// state o + δ as the first agent sees it, and what they cost that agent, without the part that all of its decisions
// share. With G = 1 + M_δ and M_o of momentFormulas.ts, an episode leaves δ' = M_o o + G δ, and the costs A = P_δδ and
// D = P_oδ before it are
//
//     A ← R_δδ + Γᵀ A Γ,   D ← R_oδ + (φ D + Mᵀ A) Γ,   Γ = φG, M = φM_o, φ = √γ.
//
// P_oo, which grows like 1/(1 − γ), is not needed. Several episodes have the same form with other R, Γ, M and φ, and
// two consecutive stretches are again a stretch. So a few tens of doublings give the limit of infinitely many
// repetitions, or diverge if the sum does. Only sums of squares are added, and Γ − 1 is stored instead of Γ, so that
// nothing is lost where little changes. Each number has a bound of its rounding error.

import { exp, expm1, log } from "../elementary.ts";
import { UNIT_ROUNDOFF } from "./moments.ts";

/** A matrix by rows, or the identity plus such a matrix, with an error bound for each of its numbers. */
export interface Matrix {
  readonly columns: number;
  /** whether the identity is to be added to it */
  readonly isStep: boolean;
  readonly x: readonly number[];
  readonly error: readonly number[];
}

/** The costs of what follows, as far as choices depend on them. S states, of which the agents expect s to change. */
export interface Costs {
  /** P_δδ, shape [s][s] */
  readonly A: Matrix;
  /** P_oδ, shape [S][s] */
  readonly D: Matrix;
}

/** Some episodes with fixed decisions, and their costs R. */
export interface Stretch extends Costs {
  /** Γ, as a step, shape [s][s] */
  readonly gain: Matrix;
  /** M, shape [s][S] */
  readonly push: Matrix;
  /** log φ */
  readonly fading: number;
}

/** the maximum number of doublings: more episodes than matter for the smallest 1 − γ above 0 */
const MAX_DOUBLINGS = 70;
/** roundings of a scaled sum */
const OF_SUM = 4;

/** A matrix; all matrices have the same object layout, for speed. @param error bounds of the errors; 0 unless given */
export function matrix(
  columns: number,
  x: readonly number[],
  error: readonly number[] = new Array<number>(x.length).fill(0),
  isStep = false,
): Matrix {
  return { columns, isStep, x, error };
}

/** a b, or aᵀ b. */
function multiply(a: Matrix, b: Matrix, isTransposed = false): Matrix {
  const { columns } = b;
  if (columns === 0) return b;
  const inner = b.x.length / columns;
  const rows = isTransposed ? a.columns : a.x.length / inner;
  const x: number[] = [];
  const error: number[] = [];
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const place = isTransposed ? j * a.columns + i : i * a.columns + j;
      // the contributions of the identities
      const one = a.isStep ? b.x[i * columns + j] : 0;
      const other = b.isStep ? a.x[place] : 0;
      let sum = one + other;
      let terms = Math.abs(one) + Math.abs(other);
      let off = 0;
      for (let k = 0; k < inner; k++) {
        const p = isTransposed ? k * a.columns + i : i * a.columns + k;
        const q = k * columns + j;
        const term = a.x[p] * b.x[q];
        sum += term;
        terms += Math.abs(term);
        // the whole factors, identity included: near 0 the stored number of a step is near −1
        const left = Math.abs(a.isStep && k === i ? 1 + a.x[p] : a.x[p]);
        const right = Math.abs(b.isStep && k === j ? 1 + b.x[q] : b.x[q]);
        off += left * b.error[q] + a.error[p] * (right + b.error[q]);
      }
      x.push(sum);
      error.push(off + UNIT_ROUNDOFF * (inner + 3) * terms);
    }
  return matrix(columns, x, error, a.isStep && b.isStep);
}

/** a + weight b. */
function add(a: Matrix, b: Matrix, weight = 1): Matrix {
  const x: number[] = [];
  const error: number[] = [];
  const size = Math.abs(weight);
  for (let i = 0; i < a.x.length; i++) {
    const term = weight * b.x[i];
    x.push(a.x[i] + term);
    const rounding = UNIT_ROUNDOFF * OF_SUM * (Math.abs(a.x[i]) + Math.abs(term));
    error.push(a.error[i] + size * b.error[i] + rounding);
  }
  return matrix(a.columns, x, error, a.isStep);
}

/** A stretch of one episode. @param costs R_δδ and R_oδ; @param step M_δ; @param push M_o */
export function episodeOf({ A, D }: Costs, step: Matrix, push: Matrix, discount: number): Stretch {
  const fading = log(discount) / 2;
  const [factor, lost] = [exp(fading), expm1(fading)];
  const { columns } = step;
  const ones = matrix(
    columns,
    step.x.map((_, i) => (i % (columns + 1) === 0 ? lost : 0)),
  );
  const { x, error } = add(ones, step, factor);
  return { A, D, gain: matrix(columns, x, error, true), push: scaled(push, factor), fading };
}

const scaled = (a: Matrix, by: number) => add(matrix(a.columns, new Array(a.x.length).fill(0)), a, by);

export const plus = (a: Costs, b: Costs, weight = 1): Costs => ({
  A: add(a.A, b.A, weight),
  D: add(a.D, b.D, weight),
});

/** The change of costs before a stretch that is caused by a change of the costs after it. */
export function carried({ gain, push, fading }: Omit<Stretch, "A" | "D">, of: Costs): Costs {
  return {
    A: multiply(gain, multiply(of.A, gain), true),
    D: multiply(add(multiply(push, of.A, true), of.D, exp(fading)), gain),
  };
}

/** The costs of a stretch and what follows it. */
export const before = (stretch: Stretch, after: Costs): Costs => plus(stretch, carried(stretch, after));

/** One stretch followed by another. */
export function inTurn(first: Stretch, second: Stretch): Stretch {
  const { A, D } = before(first, second);
  return {
    A,
    D,
    gain: multiply(second.gain, first.gain),
    push: add(multiply(second.gain, first.push), second.push, exp(first.fading)),
    fading: first.fading + second.fading,
  };
}

/**
 * The change of costs when a stretch is put before them: {@link before} minus the costs, computed without cancellation.
 */
export function changeBefore({ A, D, gain, push, fading }: Stretch, now: Costs): Costs {
  const step = matrix(gain.columns, gain.x, gain.error);
  const quadratic = add(multiply(now.A, step), multiply(step, multiply(now.A, gain), true));
  const change = add(multiply(push, now.A, true), now.D, expm1(fading));
  return { A: add(A, quadratic), D: add(D, add(change, multiply(add(now.D, change), step))) };
}

/** Upper bounds of the absolute values of a matrix's numbers, including the identity if it has one. */
function sizes({ columns, isStep, x, error }: Matrix): Matrix {
  const size: number[] = [];
  for (let i = 0; i < x.length; i++)
    size.push(Math.abs(isStep && i % (columns + 1) === 0 ? 1 + x[i] : x[i]) + error[i]);
  return matrix(columns, size);
}

/** Upper bounds of the absolute values of costs. */
const sizesOf = ({ A, D }: Costs): Costs => ({ A: sizes(A), D: sizes(D) });

/** A stretch that maps sizes of changes to sizes, so that nothing cancels. */
export function boundOf({ gain, push, fading }: Stretch): Omit<Stretch, "A" | "D"> {
  return { gain: sizes(gain), push: sizes(push), fading };
}

/** Whether each number of `few` is at most a share of the corresponding number of `many`. */
function areWithin(share: number, few: Costs, many: Costs): boolean {
  const isWithin = (a: Matrix, b: Matrix) => {
    for (let i = 0; i < a.x.length; i++) if (!(Math.abs(a.x[i]) <= share * Math.abs(b.x[i]))) return false;
    return true;
  };
  return isWithin(few.A, many.A) && isWithin(few.D, many.D);
}

const areFinite = ({ A, D }: Costs) => A.x.every(Number.isFinite) && D.x.every(Number.isFinite);

/** Whether a stretch at least halves whatever follows it. */
function halves({ gain }: Stretch): boolean {
  const { columns, x } = sizes(gain);
  for (let from = 0; from < x.length; from += columns) {
    let row = 0;
    for (let k = 0; k < columns; k++) row += x[from + k];
    if (!(row <= 0.5)) return false;
  }
  return true;
}

/** The costs of a stretch that is repeated for ever; undefined if they are infinite. */
export function forEver(stretch: Stretch): Costs | undefined {
  for (let [doubling, now] = [0, stretch]; doubling < MAX_DOUBLINGS; doubling++) {
    const twice = inTurn(now, now);
    if (!areFinite(twice)) return undefined;
    const more = plus(twice, now, -1);
    if (areWithin(0, more, more) || (halves(now) && areWithin(2 * Number.EPSILON, more, twice)))
      return { A: twice.A, D: twice.D };
    now = twice;
  }
  return undefined;
}

/** The cost, in units of the states, above which a stretch's own play counts as infinitely expensive. */
const ENDLESS = 2 ** 200;

/**
 * Whether a stretch, repeated for ever, makes the costs of its own play grow without limit. (The caller knows that it
 * does so to the costs of some changes of the state.) After it, o is off by M o. Slow growth may not be detected.
 *
 * @param mean of o oᵀ, upper triangle by rows
 */
export function costsItselfEndlessly(stretch: Stretch, mean: ArrayLike<number>): boolean {
  let own = 0;
  for (let [doubling, now] = [0, stretch]; doubling < MAX_DOUBLINGS && areFinite(now); doubling++) {
    const played = multiply(multiply(stretch.push, now.A, true), stretch.push);
    own = 0;
    for (let [i, at] = [0, 0]; i < played.columns; i++)
      for (let j = i; j < played.columns; j++, at++)
        if (mean[at] !== 0) own += (i === j ? 1 : 2) * mean[at] * played.x[i * played.columns + j];
    now = inTurn(now, now);
  }
  return own > ENDLESS;
}

/** A region of costs: `middle` ± `far`. */
export interface Region {
  readonly middle: Costs;
  readonly far: Costs;
}

/** The smallest region that contains two regions. */
function hull(one: Region, other: Region): Region {
  const of = (key: "A" | "D") => {
    const [middle, far]: number[][] = [[], []];
    for (let i = 0; i < one.middle[key].x.length; i++) {
      const [a, b, r, s] = [
        one.middle[key].x[i],
        other.middle[key].x[i],
        one.far[key].x[i],
        other.far[key].x[i],
      ];
      const [low, high] = [Math.min(a - r, b - s), Math.max(a + r, b + s)];
      middle.push((low + high) / 2);
      far.push((high - low) / 2);
    }
    const { columns } = one.middle[key];
    return [matrix(columns, middle), matrix(columns, far)] as const;
  };
  const [A, D] = [of("A"), of("D")];
  return { middle: { A: A[0], D: D[0] }, far: { A: A[1], D: D[1] } };
}

/**
 * How far repetitions of a stretch move costs, if the first repetition changes them by `change`. Yields a region that
 * contains the whole way for 1, 2, 4, … repetitions, and finally for infinitely many if that can be shown. Ends if a
 * number becomes too large.
 */
export function* repetitionsOf(
  stretch: Stretch,
  change: Costs,
): Generator<{ readonly way: Region; readonly stretch: Stretch; readonly isAll: boolean }> {
  const at = (middle: Costs): Region => ({ middle, far: plus(middle, middle, -1) });
  const start = at(plus(change, change, -1));
  let [now, end, way] = [stretch, change, hull(start, at(change))];
  for (let doubling = 0; doubling < MAX_DOUBLINGS && areFinite(end) && areFinite(way.far); doubling++) {
    const sizes = plus(plus(sizesOf(way.middle), way.far), sizesOf(end));
    const bound = boundOf(now);
    const more = carried(bound, sizes);
    const isAll = areWithin(0, more, more) || (halves(now) && areWithin(2 ** -20, more, sizes));
    yield { way: isAll ? { ...way, far: plus(way.far, more, 4) } : way, stretch: now, isAll };
    if (isAll) return;
    way = hull(way, { middle: plus(carried(now, way.middle), end), far: carried(bound, way.far) });
    end = plus(carried(now, end), end);
    now = inTurn(now, now);
  }
}

/**
 * The eigenvalue of largest magnitude (for a complex pair, its magnitude) of the stretch's map of changes of A and D.
 * Its eigenvalues are γλ_iλ_j and γλ_i, with the eigenvalues λ of G.
 */
export function multiplierOf({ gain, fading }: Stretch): number {
  const { columns, x } = gain;
  if (columns === 0) return 0;
  const trace = ({ x }: Matrix) => x.reduce((sum, y, i) => (i % (columns + 1) === 0 ? sum + y : sum), 0);
  const whole = matrix(
    columns,
    x.map((y, i) => (i % (columns + 1) === 0 ? 1 + y : y)),
  );
  // ρ = lim |Γⁿ|^(1/n), by repeated squaring; the traces of the remaining powers give the sign
  let [power, logarithm, share] = [whole, 0, 1];
  for (let i = 0; i < MAX_DOUBLINGS; i++) {
    const most = Math.max(...power.x.map(Math.abs));
    if (most === 0) return 0;
    logarithm += share * log(most);
    const unit = scaled(power, 1 / most);
    const squared = multiply(unit, unit);
    if (squared.x.every((y, k) => y === power.x[k])) break;
    power = squared;
    share /= 2;
  }
  const [radius, factor] = [exp(logarithm), exp(fading)];
  if (radius > factor) return radius * radius;
  const turns = trace(multiply(power, whole)) / trace(power) / radius;
  return factor * (Math.abs(turns + 1) < 1e-6 ? -radius : radius);
}
