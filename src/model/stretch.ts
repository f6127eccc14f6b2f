// Stretches of episodes in which what is played is fixed, at one learning rate: what they do to a state o + δ as its
// agent at first sees it, and what they cost it but for what all of its decisions share. With G = 1 + M_δ and M_o of
// momentFormulas.ts an episode leaves δ' = M_o o + G δ, and costs A = P_δδ and D = P_oδ come before it as
//
//     A ← R_δδ + Γᵀ A Γ,   D ← R_oδ + (φ D + Mᵀ A) Γ,   Γ = φG, M = φM_o, φ = √γ.
//
// P_oo, which grows like 1/(1 − γ), is no part of it. Several episodes are the same with other R, Γ, M and φ, and two
// stretches in a row are one again. So some tens of doublings go on for ever, or diverge where the sum does: sums of
// squares alone are added, and Γ − 1 is kept in place of Γ, so that nothing is lost where little changes. Each number has
// a bound of its rounding.

import { exp, expm1, log } from "../elementary.ts";
import { UNIT_ROUNDOFF } from "./moments.ts";

/** A matrix by rows, or the identity and it, with how far off each of its numbers may be. */
export interface Matrix {
  readonly columns: number;
  /** whether the identity is to be added to it */
  readonly isStep: boolean;
  readonly x: readonly number[];
  readonly error: readonly number[];
}

/** What follows, as far as choices depend on it. S states, s of which the agents expect to move. */
export interface Costs {
  /** P_δδ, shape [s][s] */
  readonly A: Matrix;
  /** P_oδ, shape [S][s] */
  readonly D: Matrix;
}

/** Some episodes of fixed decisions, and what they cost: R. */
export interface Stretch extends Costs {
  /** Γ, as a step, shape [s][s] */
  readonly gain: Matrix;
  /** M, shape [s][S] */
  readonly push: Matrix;
  /** log φ */
  readonly fading: number;
}

/** times that a stretch is doubled, at most: more episodes than the least 1 − γ above 0 lets count */
const MOST_DOUBLINGS = 70;
/** roundings of a scaled sum */
const OF_SUM = 4;

/** A matrix of one shape in memory, for speed. @param error how far its numbers may be off; not at all unless given */
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
      // the identities' parts
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
        // of the whole factors: near 0 a step's own number is near −1
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

/** What a stretch makes of changes of what follows it. */
export function carried({ gain, push, fading }: Omit<Stretch, "A" | "D">, of: Costs): Costs {
  return {
    A: multiply(gain, multiply(of.A, gain), true),
    D: multiply(add(multiply(push, of.A, true), of.D, exp(fading)), gain),
  };
}

/** A stretch, and what follows it. */
export const before = (stretch: Stretch, after: Costs): Costs => plus(stretch, carried(stretch, after));

/** One stretch and then another. */
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

/** By how much a stretch before them changes costs: {@link before} less them, of which nothing cancels. */
export function changeBefore({ A, D, gain, push, fading }: Stretch, now: Costs): Costs {
  const step = matrix(gain.columns, gain.x, gain.error);
  const quadratic = add(multiply(now.A, step), multiply(step, multiply(now.A, gain), true));
  const change = add(multiply(push, now.A, true), now.D, expm1(fading));
  return { A: add(A, quadratic), D: add(D, add(change, multiply(add(now.D, change), step))) };
}

/** The numbers of a matrix, without their signs; the identity in it where it has one. */
function sizes({ columns, isStep, x, error }: Matrix): Matrix {
  const size: number[] = [];
  for (let i = 0; i < x.length; i++)
    size.push(Math.abs(isStep && i % (columns + 1) === 0 ? 1 + x[i] : x[i]) + error[i]);
  return matrix(columns, size);
}

/** Costs without their signs. */
const sizesOf = ({ A, D }: Costs): Costs => ({ A: sizes(A), D: sizes(D) });

/** A stretch in which nothing cancels: what it makes of the sizes of changes. */
export function boundOf({ gain, push, fading }: Stretch): Omit<Stretch, "A" | "D"> {
  return { gain: sizes(gain), push: sizes(push), fading };
}

/** Whether each of some numbers is at most a share of others. */
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

/** What a stretch costs that is repeated for ever; undefined where that is infinite. */
export function forEver(stretch: Stretch): Costs | undefined {
  for (let [doubling, now] = [0, stretch]; doubling < MOST_DOUBLINGS; doubling++) {
    const twice = inTurn(now, now);
    if (!areFinite(twice)) return undefined;
    const more = plus(twice, now, -1);
    if (areWithin(0, more, more) || (halves(now) && areWithin(2 * Number.EPSILON, more, twice)))
      return { A: twice.A, D: twice.D };
    now = twice;
  }
  return undefined;
}

/** What a stretch's own play is called where it costs more than this, in its states' own units. */
const ENDLESS = 2 ** 200;

/**
 * Whether a stretch that is repeated for ever, which makes the costs of some changes grow without end, does so to those of
 * its own play: after it o is off by M o. What grows slowly may not be told.
 *
 * @param mean of o oᵀ, upper triangle by rows
 */
export function costsItselfEndlessly(stretch: Stretch, mean: ArrayLike<number>): boolean {
  let own = 0;
  for (let [doubling, now] = [0, stretch]; doubling < MOST_DOUBLINGS && areFinite(now); doubling++) {
    const played = multiply(multiply(stretch.push, now.A, true), stretch.push);
    own = 0;
    for (let [i, at] = [0, 0]; i < played.columns; i++)
      for (let j = i; j < played.columns; j++, at++)
        if (mean[at] !== 0) own += (i === j ? 1 : 2) * mean[at] * played.x[i * played.columns + j];
    now = inTurn(now, now);
  }
  return own > ENDLESS;
}

/** Costs that are no farther from some than others are. */
export interface Region {
  readonly middle: Costs;
  readonly far: Costs;
}

/** What holds two regions. */
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
 * How far repetitions of a stretch lead from costs that the first changes by so much: what holds all the way of 1, 2, 4
 * and so on of them, and of all where that is told. It ends where a number is too large.
 */
export function* wander(
  stretch: Stretch,
  change: Costs,
): Generator<{ readonly way: Region; readonly stretch: Stretch; readonly isAll: boolean }> {
  const at = (middle: Costs): Region => ({ middle, far: plus(middle, middle, -1) });
  const start = at(plus(change, change, -1));
  let [now, end, way] = [stretch, change, hull(start, at(change))];
  for (let doubling = 0; doubling < MOST_DOUBLINGS && areFinite(end) && areFinite(way.far); doubling++) {
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
 * The largest eigenvalue in magnitude, of a complex pair its magnitude, of what a stretch does to changes of A and D: of
 * γλ_iλ_j and γλ_i with the eigenvalues λ of G.
 */
export function multiplierOf({ gain, fading }: Stretch): number {
  const { columns, x } = gain;
  if (columns === 0) return 0;
  const trace = ({ x }: Matrix) => x.reduce((sum, y, i) => (i % (columns + 1) === 0 ? sum + y : sum), 0);
  const whole = matrix(
    columns,
    x.map((y, i) => (i % (columns + 1) === 0 ? 1 + y : y)),
  );
  // ρ = lim |Γⁿ|^(1/n), by squaring; of what remains of Γⁿ the traces tell the sign
  let [power, logarithm, share] = [whole, 0, 1];
  for (let i = 0; i < MOST_DOUBLINGS; i++) {
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
