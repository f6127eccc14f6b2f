// The search for a stationary equilibrium: backward induction is iterated from several guesses of what comes at the
// end. Whenever the decision stays, its own fixed point is tried: where the best response to it is the decision
// itself, that is an equilibrium. With reach r and gain g the fixed point's moments are
//
//     A* = r²/(1 − γg²),   B* = r/(1 − γg),   C* = 1/(1 − γ).
//
// It asks for best responses and does not know who gives them.

import type { Grid } from "../grid.ts";
import { END, extend, type Moments } from "./moments.ts";

/** What became of the iteration from one guess. */
export interface Attempt {
  /** the guess: what is assumed to come at the end */
  readonly start: string;
  readonly outcome: "converged" | "cycle" | "undecided";
  /** the decision's numbers where it converged */
  readonly decision: readonly number[] | null;
  readonly iterations: number;
  /** after how many iterations it repeats itself, where it does */
  readonly period: number | null;
}

/** iterations from one guess */
export const MOST_ITERATIONS = 200_000;
const LONGEST_PERIOD = 64;
/** differences of this relative size are rounding */
const ROUNDING = 1e-12;
/** what comes nearer than this while it goes back and forth is not cycling but on its way */
const CONVERGING = 1e-8;

const close = (a: number, b: number, within = ROUNDING) =>
  Math.abs(a - b) <= within * Math.max(1, Math.abs(a), Math.abs(b));
const same = (a: readonly number[], b: readonly number[]) => a.every((x, i) => close(x, b[i]));
/** where the decision is any real number, an equilibrium is known to within a multiple of its residual */
export const agree = (a: readonly number[], b: readonly number[]) =>
  a.every((x, i) => Math.abs(x - b[i]) <= 1e-9);

/** The moments of a decision that goes on for ever; undefined where they are infinite. */
export function fixedPoint(r: number, g: number, discount: number): Moments | undefined {
  if (!(discount * g * g < 1)) return undefined;
  return {
    A: (r * r) / (1 - discount * g * g),
    B: r / (1 - discount * g),
    C: 1 / (1 - discount),
    absB: Math.abs(r) / (1 - discount * Math.abs(g)),
  };
}

/** What the search for an equilibrium goes by. */
export interface Stationarity {
  readonly discount: number;
  readonly reachAndGain: (decision: readonly number[]) => { r: number; g: number };
  /** decisions whose going on for ever is guessed to be the end, beside no future at all */
  readonly guesses: readonly (readonly number[])[];
}

/** What a search found. */
export interface Found {
  /** the iteration from no future first */
  readonly attempts: readonly Attempt[];
  /** the first decision that an attempt converged to, the moments of its going on for ever, and the best response */
  readonly equilibrium?: {
    readonly decision: readonly number[];
    readonly moments: Moments;
    readonly best: readonly number[];
  };
}

/** Asks for the best response to what comes after, and is told the decision's numbers. */
export type Search<T> = Generator<Moments, T, readonly number[]>;

/** The fixed point of a decision, and the best response to it; undefined where its moments are infinite. */
function* tried({ reachAndGain, discount }: Stationarity, decision: readonly number[]) {
  const { r, g } = reachAndGain(decision);
  const moments = fixedPoint(r, g, discount);
  if (!moments) return undefined;
  const best: readonly number[] = yield moments;
  return { moments, best };
}

function* iterate(stationarity: Stationarity, start: string, guess: Moments): Search<Attempt> {
  const { discount, reachAndGain } = stationarity;
  let moments: Moments = { ...guess, C: 1 / (1 - discount) };
  let before: readonly number[] | undefined;
  const past: Moments[] = [];
  for (let iterations = 1; iterations <= MOST_ITERATIONS; iterations++) {
    const decision = yield moments;
    if (before && decision.every((x, i) => Math.abs(x - before![i]) <= 1e-6)) {
      const trial = yield* tried(stationarity, decision);
      if (trial && same(trial.best, decision))
        return { start, outcome: "converged", decision, iterations, period: null };
    }
    before = decision;
    const { r, g } = reachAndGain(decision);
    moments = { ...extend(moments, r, g, discount), C: moments.C };
    // every decision costs more than any number: there is nothing left to choose by
    if (!Number.isFinite(moments.A))
      return { start, outcome: "undecided", decision: null, iterations, period: null };
    const period = past.findIndex(({ A, B }) => close(A, moments.A) && close(B, moments.B)) + 1;
    const steady = past.length > 0 && close(past[0].A, moments.A, CONVERGING);
    if (period > 1 && !steady) return { start, outcome: "cycle", decision: null, iterations, period };
    past.unshift(moments);
    past.length = Math.min(past.length, LONGEST_PERIOD);
  }
  return { start, outcome: "undecided", decision: null, iterations: MOST_ITERATIONS, period: null };
}

/** Iterates from every guess. */
export function* searchEquilibrium(stationarity: Stationarity): Search<Found> {
  const { discount, reachAndGain, guesses } = stationarity;
  const attempts = [yield* iterate(stationarity, "no future", END)];
  for (const decision of guesses) {
    const { r, g } = reachAndGain(decision);
    const guess = fixedPoint(r, g, discount);
    if (guess) attempts.push(yield* iterate(stationarity, `${decision.join(", ")} for ever`, guess));
  }
  const decision = attempts.find(({ outcome }) => outcome === "converged")?.decision;
  if (!decision) return { attempts };
  return { attempts, equilibrium: { decision, ...(yield* tried(stationarity, decision))! } };
}

/** The decisions of a grid that are guessed to be the end: the first, the middle and the last, each once. */
export function guessesIn(candidates: Grid): number[][] {
  const indices = new Set([0, Math.floor(candidates.size / 2), candidates.size - 1]);
  return [...indices].map((index) => candidates.at(index));
}

/** Whether every attempt that converged came to this decision. */
export function startsAgree({ attempts }: Pick<Found, "attempts">, decision: readonly number[]): boolean {
  return attempts.every((attempt) => !attempt.decision || agree(attempt.decision, decision));
}
