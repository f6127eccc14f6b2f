// The oracle's rollouts, compiled for the game at hand: the same bits as src/cpu/rollout.ts, many times as fast. See
// kernel.ts. Where WebAssembly must not run, as a page's security policy may have it, rollout.ts does the work.

import { createEvaluate } from "../game/evaluate.ts";
import { ownName } from "../game/game.ts";
import type { Plan } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { instantiate } from "./assembler.ts";
import { NUMBER, VECTOR } from "./evaluation.ts";
import {
  ADDRESS,
  createKernel,
  DECISION,
  divides,
  type Kernel,
  type KernelFunctions,
  LEARNING_RATE,
  WEIGHT,
} from "./kernel.ts";
import { type CostsOf, rolloutCosts, rolloutTotals, type Sample, type Telling } from "./rollout.ts";

/** Rollouts of one problem. */
export interface Rollouts {
  /** The costs at an episode, like `rolloutCosts` of src/cpu/rollout.ts, to the bit. */
  costsAt(episode: number, plan: Plan): CostsOf;
  /** What candidates cost at an episode in sum over a sample of the states, in whichever order it is added up. */
  sumsAt(episode: number, plan: Plan, sample: Sample): SumsOf;
  /** All states, in descending order of what they add to the cost of a decision. */
  tellingAt(episode: number, plan: Plan, decision: readonly number[]): Telling;
  /** false once it has turned out that WebAssembly must not run here, and the interpreter does the work */
  readonly compiled: boolean;
}

/** What candidates, by their indices, cost in sum over some states. */
export type SumsOf = (indices: ArrayLike<number>) => Float64Array;

type RolloutsAt = Pick<Rollouts, "costsAt" | "sumsAt" | "tellingAt">;

/** lanes of the candidates that are rolled out together, unless one has more */
const LANES = 1024;
/** blocks that a call takes through the episodes: between calls, the engine may put better code in place */
const BLOCKS = 256;
/** lanes of a vector */
const PAIR = 2;
const PAGE = 65_536;
/** modules that are kept */
const MOST_MODULES = 64;

/** A module at work, for one problem after the other. */
interface Machine extends KernelFunctions {
  readonly memory: WebAssembly.Memory;
  /** which lanes' states, and which decisions after which episode, its memory holds */
  lanes?: Lanes;
  rows?: object;
}

const machines = new Map<string, Machine>();

/** @throws whatever an engine throws where it must not compile */
function machineOf({ bytes }: Kernel): Machine {
  const key = new TextDecoder("latin1").decode(bytes);
  const known = machines.get(key);
  if (known) return known;
  const machine: Machine = instantiate<KernelFunctions>(bytes);
  if (machines.size === MOST_MODULES) machines.clear();
  machines.set(key, machine);
  return machine;
}

/** Prepares the rollouts of one problem. Nothing is compiled before costs are asked for. */
export function createRollouts(problem: Problem): Rollouts {
  let rollouts: RolloutsAt | undefined;
  let compiled = true;
  const open = () => {
    const kernel = createKernel(
      problem.formulas,
      problem.game.decisionNames,
      Object.keys(problem.game.state),
    );
    try {
      return run(problem, kernel, machineOf(kernel));
    } catch {
      compiled = false;
      return interpret(problem);
    }
  };
  /** what `prepare` makes of the rollouts, once it is called */
  const late = <In, Out>(prepare: (of: RolloutsAt) => (given: In) => Out) => {
    let prepared: ((given: In) => Out) | undefined;
    return (given: In) => {
      rollouts ??= open();
      prepared ??= prepare(rollouts);
      return prepared(given);
    };
  };
  return {
    costsAt: (episode, plan) => late((of) => of.costsAt(episode, plan)),
    sumsAt: (episode, plan, sample) => late((of) => of.sumsAt(episode, plan, sample)),
    tellingAt(episode, plan, decision) {
      rollouts ??= open();
      return rollouts.tellingAt(episode, plan, decision);
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
    tellingAt(episode, plan, decision) {
      const totalOf = rolloutTotals(problem, episode, plan);
      const all = Uint32Array.from({ length: states.size }, (_, i) => i);
      return telling(all, all.slice().fill(1), (i) => totalOf(decision, states.at(i)));
    },
  };
}

/** States in descending order of what they add to a cost. @param totalOf of the state at a place */
function telling(states: Uint32Array, counts: Uint32Array, totalOf: (place: number) => number): Telling {
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

/** Writes the numbers of a decision, by its place among those asked about, from a place of the memory on. */
type WriteDecision = (place: number, to: Float64Array, from: number) => void;

/** Rollouts by a machine. T episodes, S states. */
function run(problem: Problem, kernel: Kernel, machine: Machine): RolloutsAt {
  const { game, formulas, learningRates, states, candidates } = problem;
  const { numbers, ownParts, sizes, tame } = kernel;
  const owns = Object.keys(game.state).map(ownName);
  const isTame = (values: ArrayLike<number>) => {
    for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]) <= tame)) return false;
    return true;
  };
  const statesAreTame = states.axes.every(isTame);
  const ownPartsOf = createEvaluate(ownParts, owns);
  // where it depends on the own state, records have it
  const [discount] = createEvaluate([formulas.discount], owns)(states.at(0));
  const episodes = learningRates.length;
  const whole = lanesOf(problem);
  const totalAt = sizes.record - VECTOR;
  const placeOf = (lane: number) => Math.floor(lane / PAIR) * sizes.record + totalAt + (lane % PAIR) * NUMBER;

  // where everything is; what comes after the states depends on how many lanes there are
  const rowsAt = numbers.length * NUMBER;
  const statesAt = Math.ceil((rowsAt + episodes * sizes.row) / VECTOR) * VECTOR;
  const layoutOf = (lanes: Lanes) => {
    const size = Math.ceil(lanes.states.length / PAIR) * sizes.record;
    const together = Math.max(1, Math.floor(LANES / lanes.states.length));
    const candidatesAt = statesAt + size;
    const recordsAt = Math.ceil((candidatesAt + together * sizes.row) / VECTOR) * VECTOR;
    const placesAt = recordsAt + Math.ceil((together * size) / sizes.block) * sizes.block;
    return {
      size,
      together,
      candidatesAt,
      recordsAt,
      placesAt,
      placesEnd: placesAt + lanes.of.length * ADDRESS,
    };
  };

  const writeStates = (lanes: Lanes, { size, placesAt, placesEnd }: ReturnType<typeof layoutOf>) => {
    const { memory } = machine;
    const missing = placesEnd - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    const all = new Float64Array(memory.buffer);
    all.set(numbers);
    for (let lane = 0; lane < (size / sizes.record) * PAIR; lane++) {
      // the last vector may have to be filled up
      const state = states.at(lanes.states[Math.min(lane, lanes.states.length - 1)]);
      const at = (statesAt + Math.floor(lane / PAIR) * sizes.record) / NUMBER + (lane % PAIR);
      const parts = ownPartsOf(state);
      for (let i = 0; i < parts.length; i++) all[at + PAIR * i] = parts[i];
      for (let i = 0; i < state.length; i++) all[at + PAIR * (parts.length + i)] = state[i];
    }
    new Uint32Array(memory.buffer, placesAt, lanes.of.length).set(lanes.of.map(placeOf));
  };

  /** The sums over lanes of so many decisions. */
  const summing = (episode: number, plan: Plan, lanes: Lanes) => {
    const layout = layoutOf(lanes);
    const { size, together, candidatesAt, recordsAt, placesAt, placesEnd } = layout;
    const rows = {};
    const rowsEnd = rowsAt + (episodes - episode - 1) * sizes.row;
    let still = rowsAt;

    return (count: number, writeDecision: WriteDecision): Float64Array => {
      if (machine.lanes !== lanes) {
        writeStates(lanes, layout);
        machine.lanes = lanes;
      }
      const all = new Float64Array(machine.memory.buffer);
      const write = (at: number, weight: number, learningRate: number) => {
        all[at / NUMBER + WEIGHT] = weight;
        all[at / NUMBER + LEARNING_RATE] = learningRate;
        return at / NUMBER + DECISION;
      };
      if (machine.rows !== rows) {
        machine.rows = rows;
        still = rowsAt;
        let weight = 1;
        for (let k = episode + 1, at = rowsAt; k < episodes; k++, at += sizes.row) {
          weight *= discount;
          all.set(plan[k], write(at, weight, learningRates[k]));
          if (!(statesAreTame && learningRates[k] === 0 && isTame(plan[k]))) still = at + sizes.row;
        }
        if (rowsEnd > rowsAt) machine.prepare(rowsAt, rowsEnd);
      }

      const sums = new Float64Array(count);
      for (let from = 0; from < count; from += together) {
        const some = Math.min(together, count - from);
        const candidatesEnd = candidatesAt + some * sizes.row;
        const recordsEnd = recordsAt + some * size;
        for (let i = 0; i < some; i++)
          writeDecision(from + i, all, write(candidatesAt + i * sizes.row, 1, learningRates[episode]));
        machine.prepare(candidatesAt, candidatesEnd);
        machine.first(candidatesAt, candidatesEnd, statesAt, candidatesAt, recordsAt);
        if (rowsEnd > rowsAt) {
          const step = BLOCKS * sizes.block;
          for (let at = recordsAt; at < recordsEnd; at += step)
            machine.later(rowsAt, still, rowsEnd, at, Math.min(at + step, recordsEnd));
        }
        machine.sum(candidatesAt, candidatesEnd, recordsAt, size, placesAt, placesEnd);
        for (let i = 0; i < some; i++) sums[from + i] = all[(candidatesAt + i * sizes.row) / NUMBER + WEIGHT];
      }
      return sums;
    };
  };

  const ofDecisions =
    (decisions: readonly (readonly number[])[]): WriteDecision =>
    (place, to, from) =>
      to.set(decisions[place], from);

  return {
    costsAt(episode, plan) {
      const sumsOf = summing(episode, plan, whole);
      return (decisions) =>
        Array.from(sumsOf(decisions.length, ofDecisions(decisions)), (sum) => sum / states.size);
    },
    sumsAt(episode, plan, { states: sampled, counts }) {
      const of = Uint32Array.from([...counts].flatMap((count, lane) => new Array<number>(count).fill(lane)));
      const sumsOf = summing(episode, plan, { of, states: sampled });
      return (indices) =>
        sumsOf(indices.length, (place, to, from) => candidates.write(indices[place], to, from));
    },
    tellingAt(episode, plan, decision) {
      summing(episode, plan, whole)(1, ofDecisions([decision]));
      const counts = new Uint32Array(whole.states.length);
      for (const lane of whole.of) counts[lane]++;
      const all = new Float64Array(machine.memory.buffer);
      const { recordsAt } = layoutOf(whole);
      return telling(whole.states, counts, (lane) => all[(recordsAt + placeOf(lane)) / NUMBER]);
    },
  };
}

/** The lanes of one candidate. */
interface Lanes {
  /** the lanes that are added up, in this order: each state's of the grid, shape [S], or those of a sample */
  readonly of: Uint32Array;
  /** each lane's state, by its index */
  readonly states: Uint32Array;
}

/** Lanes for all states: a state and its mirror image, which cost the same to the bit, share one. */
function lanesOf({ game, formulas, states }: Problem): Lanes {
  const { mirrored, mesaObjective, expectedNext, discount } = formulas;
  // where a zero's sign can be told, mirror images may differ
  const isMirrored = (name: string) =>
    mirrored.includes(name) && !divides(mesaObjective, discount, ...expectedNext);
  /** by axis and index: the index of the mirror image, −1 where it is not on the axis */
  const images = Object.keys(game.state).map((name, d) => {
    const axis = states.axes[d];
    if (!isMirrored(name)) return [...axis.keys()];
    const indices = new Map(Array.from(axis, (value, i) => [value, i]));
    return Array.from(axis, (value) => indices.get(-value) ?? -1);
  });
  const of = new Uint32Array(states.size);
  const first: number[] = [];
  for (let index = 0; index < states.size; index++) {
    let image = 0;
    for (let d = images.length - 1, rest = index, stride = 1; d >= 0; d--) {
      const { length } = images[d];
      const at = images[d][rest % length];
      image = at < 0 ? Number.NaN : image + at * stride;
      rest = Math.floor(rest / length);
      stride *= length;
    }
    of[index] = image < index ? of[image] : first.push(index) - 1;
  }
  return { of, states: Uint32Array.from(first) };
}
