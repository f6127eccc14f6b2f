// The oracle's rollouts for proportional games, in WebAssembly: the same bits as src/cpu/rollout.ts, many times as
// fast. See proportional.wat.

import { namer, type Problem } from "../problem.ts";
import type { Plan } from "../solve/step.ts";
import wasm from "./proportional.wat";
import type { CostOf } from "./rollout.ts";

interface Kernel {
  readonly memory: WebAssembly.Memory;
  rollout(episodes: number, end: number, states: number, statesEnd: number, totals: number): void;
}

const BYTES = Float64Array.BYTES_PER_ELEMENT;
/** float64s of an episode: reach, gain, weight */
const EPISODE = 3;
/** states that the kernel takes at once */
const BLOCK = 8;
const PAGE = 65_536;

let module: WebAssembly.Module | undefined;

/**
 * Room for the rollouts of one problem, reused from step to step.
 *
 * @returns a function like `rolloutCost` of src/cpu/rollout.ts, to the bit
 * @throws Error when the problem's game is not proportional
 */
export function createProportionalRollout(problem: Problem): (episode: number, plan: Plan) => CostOf {
  const { game, parameters, learningRates, states } = problem;
  const { proportional } = game;
  if (!proportional) throw new Error(`the game ${game.name} is not proportional`);

  const asDecision = namer(game.decision);
  const length = learningRates.length;
  const count = states.size;
  const padded = Math.ceil(count / BLOCK) * BLOCK;
  const statesAt = length * EPISODE;
  const totalsAt = statesAt + padded;
  module ??= new WebAssembly.Module(wasm);
  const kernel = new WebAssembly.Instance(module).exports as unknown as Kernel;
  kernel.memory.grow(Math.ceil(((totalsAt + padded) * BYTES) / PAGE));
  const memory = new Float64Array(kernel.memory.buffer);
  memory.set(states.axes[0], statesAt);
  const totals = memory.subarray(totalsAt, totalsAt + count);

  /** writes an episode's reach and gain */
  const prepare = (k: number, numbers: ArrayLike<number>) => {
    const decision = asDecision(numbers);
    memory[k * EPISODE] = proportional.reach(decision, parameters);
    memory[k * EPISODE + 1] = proportional.gain(decision, learningRates[k], parameters);
  };

  return (episode, plan) => {
    let weight = 1;
    for (let k = episode; k < length; k++) {
      if (k > episode) prepare(k, plan[k]);
      memory[k * EPISODE + 2] = weight;
      weight *= parameters.discount;
    }
    return (decision) => {
      prepare(episode, decision);
      kernel.rollout(
        episode * EPISODE * BYTES,
        length * EPISODE * BYTES,
        statesAt * BYTES,
        (statesAt + padded) * BYTES,
        totalsAt * BYTES,
      );
      let sum = 0;
      for (let i = 0; i < count; i++) sum += totals[i];
      return sum / count;
    };
  };
}
