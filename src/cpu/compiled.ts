// The oracle's rollouts, compiled for a game by kernel.ts: the same bits as src/cpu/rollout.ts, many times as fast. If
// WebAssembly must not run, for example because of a page's security policy, rollout.ts does the work.

import type { Plan } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { NUMBER } from "./evaluation.ts";
import { rolloutProgram } from "./kernel.ts";
import { countsOf, createRolling, type Lanes, lanesFor, type WriteRow } from "./rolling.ts";
import { type CostsOf, type RankedStates, rolloutCosts, rolloutTotals, type Sample } from "./rollout.ts";

/** The rollouts of one problem. */
export interface Rollouts {
  /** The costs at an episode, like `rolloutCosts` of src/cpu/rollout.ts, to the bit. */
  costsAt(episode: number, plan: Plan): CostsOf;
  /** The sums of candidates' costs at an episode over a sample of the states, added up in any order. */
  sumsAt(episode: number, plan: Plan, sample: Sample): SumsOf;
  /** All states, in descending order of what they add to the cost of a decision. */
  rankStatesAt(episode: number, plan: Plan, decision: readonly number[]): RankedStates;
  /** becomes false if WebAssembly turns out not to run here, so that the interpreter does the work */
  readonly compiled: boolean;
}

/** The sums of candidates' costs over some states; candidates are given by index. */
export type SumsOf = (indices: ArrayLike<number>) => Float64Array;

type RolloutsAt = Pick<Rollouts, "costsAt" | "sumsAt" | "rankStatesAt">;

/** Prepares the rollouts of one problem. Compiles only when costs are first needed. */
export function createRollouts(problem: Problem): Rollouts {
  let rollouts: RolloutsAt | undefined;
  let compiled = true;
  const open = () => {
    try {
      return run(problem);
    } catch {
      compiled = false;
      return interpret(problem);
    }
  };
  /** delays `prepare` until the returned function is first called */
  const lazily = <In, Out>(prepare: (of: RolloutsAt) => (given: In) => Out) => {
    let prepared: ((given: In) => Out) | undefined;
    return (given: In) => {
      rollouts ??= open();
      prepared ??= prepare(rollouts);
      return prepared(given);
    };
  };
  return {
    costsAt: (episode, plan) => lazily((of) => of.costsAt(episode, plan)),
    sumsAt: (episode, plan, sample) => lazily((of) => of.sumsAt(episode, plan, sample)),
    rankStatesAt(episode, plan, decision) {
      rollouts ??= open();
      return rollouts.rankStatesAt(episode, plan, decision);
    },
    get compiled() {
      return compiled;
    },
  };
}

/** Rollouts by the interpreter. */
function interpret(problem: Problem): RolloutsAt {
  const { candidates, states } = problem;
  return {
    costsAt: (episode, plan) => rolloutCosts(problem, episode, plan),
    sumsAt(episode, plan, { states: sampled, counts }) {
      const totalOf = rolloutTotals(problem, episode, plan);
      const owns = Array.from(sampled, (index) => states.at(index));
      const sumOf = (decision: number[]) =>
        owns.reduce((sum, own, i) => sum + counts[i] * totalOf(decision, own), 0);
      return (indices) => Float64Array.from(indices, (index) => sumOf(candidates.at(index)));
    },
    rankStatesAt(episode, plan, decision) {
      const totalOf = rolloutTotals(problem, episode, plan);
      const all = Uint32Array.from({ length: states.size }, (_, i) => i);
      return rank(all, all.slice().fill(1), (i) => totalOf(decision, states.at(i)));
    },
  };
}

/** States in descending order of what they add to a cost. @param totalOf the total of the state at a position */
function rank(states: Uint32Array, counts: Uint32Array, totalOf: (place: number) => number): RankedStates {
  const added = Float64Array.from(states, (_, i) => counts[i] * totalOf(i));
  const order = [...added.keys()].sort((i, j) =>
    added[i] > added[j] ? -1 : added[i] < added[j] ? 1 : i - j,
  );
  return {
    states: Uint32Array.from(order, (i) => states[i]),
    counts: Uint32Array.from(order, (i) => counts[i]),
    added: Float64Array.from(order, (i) => added[i]),
  };
}

/**
 * Rollouts by a WebAssembly module.
 *
 * @throws whatever the engine throws if it must not compile
 */
function run(problem: Problem): RolloutsAt {
  const { formulas, game, states, candidates } = problem;
  const program = rolloutProgram(formulas, game.decisionNames, Object.keys(game.state));
  const rolling = createRolling(problem, program);
  const { whole } = rolling;

  /** Sums the totals of candidates over lanes. */
  const summing = (episode: number, plan: Plan, lanes: Lanes) => {
    const roll = rolling.from(episode, plan, lanes);
    return (count: number, write: WriteRow): Float64Array => {
      const sums = new Float64Array(count);
      roll(count, write, (from, some) => rolling.sum(lanes, some, sums, from));
      return sums;
    };
  };
  const ofDecisions =
    (decisions: readonly (readonly number[])[]): WriteRow =>
    (place, to, from) =>
      to.set(decisions[place], from);

  return {
    costsAt(episode, plan) {
      const sumsOf = summing(episode, plan, whole);
      return (decisions) => {
        const sums = sumsOf(decisions.length, ofDecisions(decisions));
        const costs = new Array<number>(sums.length);
        for (let i = 0; i < sums.length; i++) costs[i] = sums[i] / states.size;
        return costs;
      };
    },
    sumsAt(episode, plan, sample) {
      const sumsOf = summing(episode, plan, lanesFor(sample));
      return (indices) =>
        sumsOf(indices.length, (place, to, from) => candidates.write(indices[place], to, from));
    },
    rankStatesAt(episode, plan, decision) {
      const totals = new Float64Array(whole.states.length);
      rolling.from(episode, plan, whole)(1, ofDecisions([decision]), (_, __, memory, recordsAt) => {
        for (let lane = 0; lane < totals.length; lane++)
          totals[lane] = memory[(recordsAt + rolling.placeOf(lane)) / NUMBER];
      });
      return rank(whole.states, countsOf(whole), (lane) => totals[lane]);
    },
  };
}
