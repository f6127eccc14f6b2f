// The oracle's rollouts for proportional games, in WebAssembly: the same bits as src/cpu/rollout.ts, many times as
// fast. See proportional.wat.

import { namer, type Problem } from "../problem.ts";
import type { Plan } from "../solve/step.ts";
import wasm from "./proportional.wat";
import type { CostsOf } from "./rollout.ts";

/** Its numbers are addresses in bytes, but for `stride` and `size`, which are lengths in bytes. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  begin(
    candidates: number,
    candidatesEnd: number,
    states: number,
    statesEnd: number,
    goal: number,
    stride: number,
  ): void;
  goOn(episodes: number, still: number, end: number, goal: number, goalEnd: number, stride: number): void;
  goOnDiscounted: Kernel["goOn"];
  sum(
    candidates: number,
    candidatesEnd: number,
    places: number,
    placesEnd: number,
    total: number,
    size: number,
  ): void;
}

const BYTES = Float64Array.BYTES_PER_ELEMENT;
/** float64s of an episode: reach, gain, weight */
const EPISODE = 3;
/** float64s of a candidate: reach, gain */
const CANDIDATE = 2;
/** lanes that the kernel takes at once */
const BLOCK = 8;
/** lanes of the candidates that are rolled out together, unless one has more */
const LANES = 1024;
const PAGE = 65_536;

let module: WebAssembly.Module | undefined;

/**
 * Room for the rollouts of one problem, reused from step to step.
 *
 * @returns a function like `rolloutCosts` of src/cpu/rollout.ts, to the bit
 * @throws Error when the problem's game is not proportional
 */
export function createProportionalRollout(problem: Problem): (episode: number, plan: Plan) => CostsOf {
  const { game, parameters, learningRates, states } = problem;
  const { proportional } = game;
  if (!proportional) throw new Error(`the game ${game.name} is not proportional`);

  const asDecision = namer(game.decision);
  const length = learningRates.length;
  // one lane serves a state and its negative
  const laneOf = new Map<number, number>();
  for (const state of states.axes[0]) {
    const magnitude = Math.abs(state);
    if (!laneOf.has(magnitude)) laneOf.set(magnitude, laneOf.size);
  }
  const count = laneOf.size;
  const together = Math.max(1, Math.floor(LANES / count));
  const lanes = Math.ceil((together * count) / BLOCK) * BLOCK;

  const candidatesAt = length * EPISODE * BYTES;
  const statesAt = candidatesAt + together * CANDIDATE * BYTES;
  const placesAt = statesAt + count * BYTES;
  const placesEnd = placesAt + states.size * Uint32Array.BYTES_PER_ELEMENT;
  const goalAt = Math.ceil(placesEnd / BYTES) * BYTES;
  const stride = lanes * BYTES;
  const totalAt = goalAt + 2 * stride;

  module ??= new WebAssembly.Module(wasm);
  const kernel = new WebAssembly.Instance(module).exports as unknown as Kernel;
  kernel.memory.grow(Math.ceil((totalAt + stride) / PAGE));
  const { buffer } = kernel.memory;
  const episodes = new Float64Array(buffer);
  const candidates = new Float64Array(buffer, candidatesAt);
  new Float64Array(buffer, statesAt).set([...laneOf.keys()]);
  new Uint32Array(buffer, placesAt).set(states.axes[0].map((state) => laneOf.get(Math.abs(state))! * BYTES));
  const goOn = parameters.discount === 1 ? kernel.goOn : kernel.goOnDiscounted;

  return (episode, plan) => {
    let weight = 1;
    // the first of those last episodes in which no goal changes
    let still = episode + 1;
    for (let k = episode + 1; k < length; k++) {
      weight *= parameters.discount;
      const decision = asDecision(plan[k]);
      episodes[k * EPISODE] = proportional.reach(decision, parameters);
      episodes[k * EPISODE + 1] = proportional.gain(decision, learningRates[k], parameters);
      episodes[k * EPISODE + 2] = weight;
      if (episodes[k * EPISODE + 1] !== 1) still = k + 1;
    }
    const laterAt = (episode + 1) * EPISODE * BYTES;

    return (decisions) => {
      const costs: number[] = [];
      for (let first = 0; first < decisions.length; first += together) {
        const group = Math.min(together, decisions.length - first);
        for (let i = 0; i < group; i++) {
          const decision = asDecision(decisions[first + i]);
          candidates[i * CANDIDATE] = proportional.reach(decision, parameters);
          candidates[i * CANDIDATE + 1] = proportional.gain(decision, learningRates[episode], parameters);
        }
        const end = candidatesAt + group * CANDIDATE * BYTES;
        kernel.begin(candidatesAt, end, statesAt, placesAt, goalAt, stride);
        if (episode + 1 < length) {
          const goalEnd = goalAt + Math.ceil((group * count) / BLOCK) * BLOCK * BYTES;
          goOn(laterAt, still * EPISODE * BYTES, candidatesAt, goalAt, goalEnd, stride);
        }
        kernel.sum(candidatesAt, end, placesAt, placesEnd, totalAt, count * BYTES);
        for (let i = 0; i < group; i++) costs.push(candidates[i * CANDIDATE] / states.size);
      }
      return costs;
    };
  };
}
