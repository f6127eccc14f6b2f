// Runs a module of kernel.ts for one problem: lays out states, rows and records in its memory, and takes candidates, or
// boxes of them, through the episodes in batches.

import { createEvaluate } from "../game/evaluate.ts";
import { ownName } from "../game/formulas.ts";
import type { Plan } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { instantiate, reserve } from "./assembler.ts";
import { NUMBER, VECTOR } from "./evaluation.ts";
import {
  ADDRESS,
  createKernel,
  DECISION,
  divides,
  type KernelFunctions,
  LEARNING_RATE,
  type Program,
  WEIGHT,
} from "./kernel.ts";
import type { Sample } from "./rollout.ts";

/** lanes of the candidates that are rolled out together, unless one candidate has more */
const LANES = 1024;
/** blocks per call of `later`: between calls, the engine may switch to better code */
const BLOCKS = 256;
/** lanes per vector */
const PAIR = 2;
/** the maximum number of cached modules */
const MAX_MODULES = 64;

/** An instantiated module, used for one problem after the other. */
interface Machine extends KernelFunctions {
  readonly memory: WebAssembly.Memory;
  /** the lanes whose states its memory holds, and the rows (of an episode and plan) that it holds */
  lanes?: Lanes;
  rows?: object;
}

const machines = new Map<string, Machine>();

/** @throws whatever the engine throws if it must not compile */
function machineOf(bytes: Uint8Array<ArrayBuffer>): Machine {
  const key = new TextDecoder("latin1").decode(bytes);
  const known = machines.get(key);
  if (known) return known;
  const machine: Machine = instantiate<KernelFunctions>(bytes);
  if (machines.size === MAX_MODULES) machines.clear();
  machines.set(key, machine);
  return machine;
}

/**
 * Writes a candidate's part of a row. Candidates are given by position; `to` is the memory, `from` the index to start
 * at.
 */
export type WriteRow = (place: number, to: Float64Array, from: number) => void;

/** Receives the results of a batch: `some` candidates, starting with `from`, whose records begin at an address. */
export type Collect = (from: number, some: number, memory: Float64Array, recordsAt: number) => void;

/** The rollouts of a program. */
export interface Rolling {
  /** lanes for all states */
  readonly whole: Lanes;
  /** the distance in bytes between two candidates' records */
  sizeOf(lanes: Lanes): number;
  /** the offset in bytes of a lane's first total in a candidate's records; further totals are TOTALS_APART apart */
  placeOf(lane: number): number;
  /** Prepares the rollouts from an episode on. @returns a function that rolls `count` candidates out */
  from(episode: number, plan: Plan, lanes: Lanes): (count: number, write: WriteRow, collect: Collect) => void;
  /** Adds up the first totals of the current batch, in the order of the lanes. */
  sum(lanes: Lanes, some: number, into: Float64Array, from: number): void;
}

/** The distance in bytes between the totals of a lane. */
export const TOTALS_APART = VECTOR;

/**
 * Prepares the rollouts of a program for a problem.
 *
 * @throws whatever the engine throws if it must not compile
 */
export function createRolling(problem: Problem, program: Program): Rolling {
  const { game, formulas, learningRates, states } = problem;
  const { bytes, numbers, ownParts, sizes, tame } = createKernel(program);
  const machine = machineOf(bytes);
  const owns = Object.keys(game.state).map(ownName);
  const isTame = (values: ArrayLike<number>) => {
    for (let i = 0; i < values.length; i++) if (!(Math.abs(values[i]) <= tame)) return false;
    return true;
  };
  const statesAreTame = states.axes.every(isTame);
  const ownPartsOf = createEvaluate(ownParts, owns);
  // used only if the discount does not depend on the own state; otherwise the records contain it
  const [discount] = createEvaluate([formulas.discount], owns)(states.at(0));
  const episodes = learningRates.length;
  const whole = lanesOf(problem);
  const placeOf = (lane: number) =>
    Math.floor(lane / PAIR) * sizes.record + sizes.totals + (lane % PAIR) * NUMBER;

  // the layout of the memory; the part after the states depends on the number of lanes
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
    reserve(memory, placesEnd);
    const all = new Float64Array(memory.buffer);
    all.set(numbers);
    for (let lane = 0; lane < (size / sizes.record) * PAIR; lane++) {
      // if the number of lanes is odd, the last vector is filled up
      const state = states.at(lanes.states[Math.min(lane, lanes.states.length - 1)]);
      const at = (statesAt + Math.floor(lane / PAIR) * sizes.record) / NUMBER + (lane % PAIR);
      const parts = ownPartsOf(state);
      for (let i = 0; i < parts.length; i++) all[at + PAIR * i] = parts[i];
      for (let i = 0; i < state.length; i++) all[at + PAIR * (parts.length + i)] = state[i];
    }
    new Uint32Array(memory.buffer, placesAt, lanes.of.length).set(lanes.of.map(placeOf));
  };

  const from: Rolling["from"] = (episode, plan, lanes) => {
    const layout = layoutOf(lanes);
    const { size, together, candidatesAt, recordsAt } = layout;
    const rows = {};
    const rowsEnd = rowsAt + (episodes - episode - 1) * sizes.row;
    let still = rowsAt;

    return (count, writeRow, collect) => {
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

      for (let first = 0; first < count; first += together) {
        const some = Math.min(together, count - first);
        const candidatesEnd = candidatesAt + some * sizes.row;
        const recordsEnd = recordsAt + some * size;
        for (let i = 0; i < some; i++)
          writeRow(first + i, all, write(candidatesAt + i * sizes.row, 1, learningRates[episode]));
        machine.prepare(candidatesAt, candidatesEnd);
        machine.first(candidatesAt, candidatesEnd, statesAt, candidatesAt, recordsAt);
        if (rowsEnd > rowsAt) {
          const step = BLOCKS * sizes.block;
          for (let at = recordsAt; at < recordsEnd; at += step)
            machine.later(rowsAt, still, rowsEnd, at, Math.min(at + step, recordsEnd));
        }
        collect(first, some, all, recordsAt);
      }
    };
  };

  return {
    whole,
    placeOf,
    from,
    sizeOf: (lanes) => layoutOf(lanes).size,
    sum(lanes, some, into, first) {
      const { size, candidatesAt, recordsAt, placesAt, placesEnd } = layoutOf(lanes);
      machine.sum(candidatesAt, candidatesAt + some * sizes.row, recordsAt, size, placesAt, placesEnd);
      const all = new Float64Array(machine.memory.buffer);
      for (let i = 0; i < some; i++) into[first + i] = all[(candidatesAt + i * sizes.row) / NUMBER + WEIGHT];
    },
  };
}

/** The lanes of one candidate. */
export interface Lanes {
  /** the lanes to add up, in this order: one for each state of the grid, shape [S], or those of a sample */
  readonly of: Uint32Array;
  /** the index of each lane's state */
  readonly states: Uint32Array;
}

/** Lanes for all states. A state and its mirror image, which have the same cost to the bit, share one lane. */
function lanesOf({ game, formulas, states }: Problem): Lanes {
  const { mirrored, mesaObjective, expectedNext, discount } = formulas;
  // mirror images may differ if the sign of a zero has an effect
  const isMirrored = (name: string) =>
    mirrored.includes(name) && !divides(mesaObjective, discount, ...expectedNext);
  /** by axis and index: the index of the mirror image, −1 if it is not on the axis */
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

/** Lanes for a sample: each state's lane is repeated as often as the state counts. */
export function lanesFor({ states, counts }: Sample): Lanes {
  return {
    of: Uint32Array.from([...counts].flatMap((count, lane) => new Array<number>(count).fill(lane))),
    states,
  };
}

/** How many states each lane stands for. */
export function countsOf({ of, states }: Lanes): Uint32Array {
  const counts = new Uint32Array(states.length);
  for (const lane of of) counts[lane]++;
  return counts;
}
