// The oracle's rollouts for proportional games, in WebAssembly: the same bits as src/cpu/rollout.ts, many times as
// fast. See proportional.wat.

import { namer, type Problem } from "../problem.ts";
import type { Plan } from "../solve/step.ts";
import wasm from "./proportional.wat";
import type { CostsOf } from "./rollout.ts";

interface Kernel {
  readonly memory: WebAssembly.Memory;
  begin(
    reach: number,
    gain: number,
    states: number,
    statesEnd: number,
    goal: number,
    theta: number,
    total: number,
  ): void;
  goOn(episodes: number, end: number, goal: number, goalEnd: number, stride: number): void;
  goOnDiscounted: Kernel["goOn"];
}

const BYTES = Float64Array.BYTES_PER_ELEMENT;
/** float64s of an episode: reach, gain, weight */
const EPISODE = 3;
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
  const count = states.size;
  const together = Math.max(1, Math.floor(LANES / count));
  const lanes = Math.ceil((together * count) / BLOCK) * BLOCK;
  const [statesAt, goalAt] = [length * EPISODE, length * EPISODE + count];
  const [thetaAt, totalAt] = [goalAt + lanes, goalAt + 2 * lanes];

  module ??= new WebAssembly.Module(wasm);
  const kernel = new WebAssembly.Instance(module).exports as unknown as Kernel;
  kernel.memory.grow(Math.ceil(((totalAt + lanes) * BYTES) / PAGE));
  const memory = new Float64Array(kernel.memory.buffer);
  memory.set(states.axes[0], statesAt);
  const goOn = parameters.discount === 1 ? kernel.goOn : kernel.goOnDiscounted;

  /** the mean over the states of the totals that begin at a lane */
  const mean = (from: number) => {
    let sum = 0;
    for (let i = from; i < from + count; i++) sum += memory[i];
    return sum / count;
  };

  return (episode, plan) => {
    let weight = 1;
    for (let k = episode + 1; k < length; k++) {
      weight *= parameters.discount;
      const decision = asDecision(plan[k]);
      memory[k * EPISODE] = proportional.reach(decision, parameters);
      memory[k * EPISODE + 1] = proportional.gain(decision, learningRates[k], parameters);
      memory[k * EPISODE + 2] = weight;
    }
    /** fills a candidate's lanes, which begin at `lane` of the group's */
    const begin = (numbers: readonly number[], lane: number) => {
      const decision = asDecision(numbers);
      kernel.begin(
        proportional.reach(decision, parameters),
        proportional.gain(decision, learningRates[episode], parameters),
        statesAt * BYTES,
        goalAt * BYTES,
        (goalAt + lane) * BYTES,
        (thetaAt + lane) * BYTES,
        (totalAt + lane) * BYTES,
      );
    };

    return (decisions) => {
      const costs: number[] = [];
      for (let first = 0; first < decisions.length; first += together) {
        const group = Math.min(together, decisions.length - first);
        for (let i = 0; i < group; i++) begin(decisions[first + i], i * count);
        if (episode + 1 < length) {
          const goalEnd = goalAt + Math.ceil((group * count) / BLOCK) * BLOCK;
          const later = (episode + 1) * EPISODE;
          goOn(later * BYTES, statesAt * BYTES, goalAt * BYTES, goalEnd * BYTES, lanes * BYTES);
        }
        for (let i = 0; i < group; i++) costs.push(mean(totalAt + i * count));
      }
      return costs;
    };
  };
}
