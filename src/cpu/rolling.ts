// A module of kernel.ts at work for one problem: where in its memory the states, the rows and the records are, and
// how candidates, or cells of them, are taken through the episodes in batches.

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

/** lanes of the candidates that are rolled out together, unless one has more */
const LANES = 1024;
/** blocks that a call takes through the episodes: between calls, the engine may put better code in place */
const BLOCKS = 256;
/** lanes of a vector */
const PAIR = 2;
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
function machineOf(bytes: Uint8Array<ArrayBuffer>): Machine {
  const key = new TextDecoder("latin1").decode(bytes);
  const known = machines.get(key);
  if (known) return known;
  const machine: Machine = instantiate<KernelFunctions>(bytes);
  if (machines.size === MOST_MODULES) machines.clear();
  machines.set(key, machine);
  return machine;
}

/** Writes what a row has of a candidate, by its place among those asked about, from a place of the memory on. */
export type WriteRow = (place: number, to: Float64Array, from: number) => void;

/** Takes what a batch has come to: candidates from `from` on, so many, whose records begin at an address. */
export type Collect = (from: number, some: number, memory: Float64Array, recordsAt: number) => void;

/** Rollouts of a program. */
export interface Rolling {
  /** lanes for all states */
  readonly whole: Lanes;
  /** bytes from one candidate's records to the next's */
  sizeOf(lanes: Lanes): number;
  /** where a lane's totals are in a candidate's records: the first, and how far apart they are, in bytes */
  placeOf(lane: number): number;
  /** Prepares the rollouts from an episode on. @returns what rolls so many candidates out */
  from(episode: number, plan: Plan, lanes: Lanes): (count: number, write: WriteRow, collect: Collect) => void;
  /** Adds up the first totals of the batch at hand, in the order of the lanes. */
  sum(lanes: Lanes, some: number, into: Float64Array, from: number): void;
}

/** The totals of a lane lie so far apart, in bytes. */
export const TOTALS_APART = VECTOR;

/**
 * Prepares the rollouts of a program for a problem.
 *
 * @throws whatever an engine throws where it must not compile
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
  // where it depends on the own state, records have it
  const [discount] = createEvaluate([formulas.discount], owns)(states.at(0));
  const episodes = learningRates.length;
  const whole = lanesOf(problem);
  const placeOf = (lane: number) =>
    Math.floor(lane / PAIR) * sizes.record + sizes.totals + (lane % PAIR) * NUMBER;

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
    reserve(memory, placesEnd);
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

/** Lanes for a sample: the lane of each state as often as it counts. */
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
