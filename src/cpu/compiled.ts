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
import { type CostsOf, rolloutCosts } from "./rollout.ts";

/** Rollouts of one problem. */
export interface Rollouts {
  /** The costs at an episode, like `rolloutCosts` of src/cpu/rollout.ts, to the bit. */
  costsAt(episode: number, plan: Plan): CostsOf;
  /** false once it has turned out that WebAssembly must not run here, and the interpreter does the work */
  readonly compiled: boolean;
}

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
  /** whose states, and which decisions after which episode, its memory holds */
  states?: Problem;
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
  let rollouts: Rollouts["costsAt"] | undefined;
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
      return (episode: number, plan: Plan) => rolloutCosts(problem, episode, plan);
    }
  };
  return {
    costsAt(episode, plan) {
      let costsOf: CostsOf | undefined;
      return (decisions) => {
        rollouts ??= open();
        costsOf ??= rollouts(episode, plan);
        return costsOf(decisions);
      };
    },
    get compiled() {
      return compiled;
    },
  };
}

/** Rollouts by a machine. T episodes, S states. */
function run(problem: Problem, kernel: Kernel, machine: Machine): Rollouts["costsAt"] {
  const { game, formulas, learningRates, states } = problem;
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
  const lanes = lanesOf(problem);
  const vectors = Math.ceil(lanes.states.length / PAIR);
  const together = Math.max(1, Math.floor(LANES / lanes.states.length));

  // where everything is
  const candidatesAt = numbers.length * NUMBER;
  const rowsAt = candidatesAt + together * sizes.row;
  const statesAt = Math.ceil((rowsAt + episodes * sizes.row) / VECTOR) * VECTOR;
  const size = vectors * sizes.record;
  const recordsAt = statesAt + size;
  const placesAt = recordsAt + Math.ceil((together * size) / sizes.block) * sizes.block;
  const placesEnd = placesAt + states.size * ADDRESS;

  const writeStates = ({ memory }: Machine) => {
    const missing = placesEnd - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    const all = new Float64Array(memory.buffer);
    all.set(numbers);
    for (let lane = 0; lane < vectors * PAIR; lane++) {
      // the last vector may have to be filled up
      const state = states.at(lanes.states[Math.min(lane, lanes.states.length - 1)]);
      const at = (statesAt + Math.floor(lane / PAIR) * sizes.record) / NUMBER + (lane % PAIR);
      const parts = ownPartsOf(state);
      for (let i = 0; i < parts.length; i++) all[at + PAIR * i] = parts[i];
      for (let i = 0; i < state.length; i++) all[at + PAIR * (parts.length + i)] = state[i];
    }
    const totalAt = sizes.record - VECTOR;
    const placeOf = (lane: number) =>
      Math.floor(lane / PAIR) * sizes.record + totalAt + (lane % PAIR) * NUMBER;
    new Uint32Array(memory.buffer, placesAt).set(lanes.of.map(placeOf));
  };

  return (episode, plan) => {
    const rows = {};
    const rowsEnd = rowsAt + (episodes - episode - 1) * sizes.row;
    let still = rowsAt;

    return (decisions) => {
      if (machine.states !== problem) {
        writeStates(machine);
        machine.states = problem;
      }
      const all = new Float64Array(machine.memory.buffer);
      const write = (at: number, weight: number, learningRate: number, decision: readonly number[]) => {
        const row = at / NUMBER;
        all[row + WEIGHT] = weight;
        all[row + LEARNING_RATE] = learningRate;
        for (let i = 0; i < decision.length; i++) all[row + DECISION + i] = decision[i];
      };
      if (machine.rows !== rows) {
        machine.rows = rows;
        still = rowsAt;
        let weight = 1;
        for (let k = episode + 1, at = rowsAt; k < episodes; k++, at += sizes.row) {
          weight *= discount;
          write(at, weight, learningRates[k], plan[k]);
          if (!(statesAreTame && learningRates[k] === 0 && isTame(plan[k]))) still = at + sizes.row;
        }
        if (rowsEnd > rowsAt) machine.prepare(rowsAt, rowsEnd);
      }

      const costs = new Array<number>(decisions.length);
      for (let from = 0; from < decisions.length; from += together) {
        const count = Math.min(together, decisions.length - from);
        const candidatesEnd = candidatesAt + count * sizes.row;
        const recordsEnd = recordsAt + count * size;
        for (let i = 0; i < count; i++)
          write(candidatesAt + i * sizes.row, 1, learningRates[episode], decisions[from + i]);
        machine.prepare(candidatesAt, candidatesEnd);
        machine.first(candidatesAt, candidatesEnd, statesAt, recordsAt, recordsAt);
        if (rowsEnd > rowsAt) {
          const step = BLOCKS * sizes.block;
          for (let at = recordsAt; at < recordsEnd; at += step)
            machine.later(rowsAt, still, rowsEnd, at, Math.min(at + step, recordsEnd));
        }
        machine.sum(candidatesAt, candidatesEnd, recordsAt, size, placesAt, placesEnd);
        for (let i = 0; i < count; i++)
          costs[from + i] = all[(candidatesAt + i * sizes.row) / NUMBER + WEIGHT] / states.size;
      }
      return costs;
    };
  };
}

/** The lanes of one candidate. */
interface Lanes {
  /** each state's lane, shape [S] */
  readonly of: Uint32Array;
  /** each lane's state, by its index */
  readonly states: readonly number[];
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
  return { of, states: first };
}
