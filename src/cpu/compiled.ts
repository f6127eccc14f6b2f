// The oracle's rollouts for games of any kind, with the inner loop compiled for the game at hand: the same bits as
// src/cpu/rollout.ts, several times as fast, for three reasons. States go through an episode side by side and not one
// after the other, so that the processor works on the next while it waits for the last. The loop names the state's
// numbers literally, so that the engine sees that the objects which a game's functions take and give never leave the
// loop, and makes none. And the numbers of the states lie in arrays that are the loop's own, whose places the engine
// knows when it compiles. What is around the loop iterates by index: with for…of, whose iterators have to be closed
// should something be thrown, it is half as fast.
//
// In browsers, where a page's security policy may forbid code from strings and would log that it was tried, and wherever
// else it is forbidden, rollout.ts does the work.

import type { Game, Values } from "../games/game.ts";
import { deciderOf, namer, type Problem } from "../problem.ts";
import type { Plan } from "../solve/step.ts";
import { type CostsOf, rolloutCosts } from "./rollout.ts";

/** states that go through the episodes side by side: few enough for the processor's nearest cache */
const ROOM = 256;

/** Where states go through the episodes of a game, shape [ROOM] each. */
interface Room {
  /** θ_t, the believed target and the discount of the agents that decide */
  readonly goals: Float64Array;
  readonly targets: Float64Array;
  readonly discounts: Float64Array;
  /** the numbers of the state, in the order of their names */
  readonly state: readonly Float64Array[];
  /** γ^(k−t) and the costs so far */
  readonly weights: Float64Array;
  readonly totals: Float64Array;
  /** takes the first `count` states through an episode */
  pass(count: number, decision: Values, learningRate: number, parameters: Values): void;
  /** whose agents are in it */
  block?: Block;
}

/** Some of a problem's states, and what the agents there want; shape [count] each. */
type Block = Pick<Room, "goals" | "targets" | "discounts" | "state"> & { readonly count: number };

/** one a game, so that what the engine has learnt of its functions stays known from solve to solve */
const rooms = new WeakMap<Game, Room>();
let isForbidden = "document" in globalThis || "WorkerGlobalScope" in globalThis;

/** The names are plain identifiers, as defineGame has checked. @returns undefined where code from strings is forbidden */
function roomOf(game: Game): Room | undefined {
  const known = rooms.get(game);
  if (known || isForbidden) return known;
  const names = Object.keys(game.state);
  const array = () => new Float64Array(ROOM);
  const state = names.map(array);
  const arrays = { goals: array(), targets: array(), discounts: array(), weights: array(), totals: array() };
  // The source's name keeps the engine from sharing this code with another game whose state has the same names.
  const code = `const { goals, targets, discounts, weights, totals } = arrays;
    const [${names.map((_, j) => `state${j}`)}] = state;
    return (count, decision, learningRate, parameters) => {
      for (let i = 0; i < count; i++) {
        const state = { ${names.map((name, j) => `${name}: state${j}[i]`)} };
        const y = game.output(decision, state, parameters);
        const miss = y - goals[i];
        totals[i] += weights[i] * (miss * miss);
        weights[i] *= discounts[i];
        const next = game.learn(decision, state, 2 * (y - targets[i]), learningRate, parameters);
        ${names.map((name, j) => `state${j}[i] = next.${name};`).join(" ")}
      }
    };
    //# sourceURL=mesa-induction/rollout/${game.name}.js`;
  try {
    const pass = new Function("game", "arrays", "state", code)(game, arrays, state);
    const room: Room = { ...arrays, state, pass };
    rooms.set(game, room);
    return room;
  } catch (error) {
    if (!(error instanceof EvalError)) throw error;
    isForbidden = true;
    return undefined;
  }
}

/**
 * Prepares the rollouts of one problem.
 *
 * @returns a function like `rolloutCosts` of src/cpu/rollout.ts, to the bit
 */
export function createCompiledRollout(problem: Problem): (episode: number, plan: Plan) => CostsOf {
  const { game, parameters, learningRates, states } = problem;
  const room = roomOf(game);
  if (!room) return (episode, plan) => rolloutCosts(problem, episode, plan);

  const asDecision = deciderOf(game);
  const blocks: Block[] = [];
  for (let first = 0; first < states.size; first += ROOM) blocks.push(blockOf(problem, first));

  return (episode, plan) => {
    const decisions = plan.map((numbers, k) => (k > episode ? asDecision(numbers) : {}));
    const costOf = (decision: readonly number[]) => {
      decisions[episode] = asDecision(decision);
      let sum = 0;
      for (let b = 0; b < blocks.length; b++) {
        const block = blocks[b];
        enter(room, block);
        for (let k = episode; k < learningRates.length; k++)
          room.pass(block.count, decisions[k], learningRates[k], parameters);
        for (let i = 0; i < block.count; i++) sum += room.totals[i];
      }
      return sum / states.size;
    };
    return (candidates) => candidates.map(costOf);
  };
}

/** The states from the index `first` on, as many as there is room for. */
function blockOf({ game, parameters, states }: Problem, first: number): Block {
  const asState = namer(game.state);
  const count = Math.min(ROOM, states.size - first);
  const points = Array.from({ length: count }, (_, i) => asState(states.at(first + i)));
  const each = (value: (state: Values) => number) => Float64Array.from(points, value);
  return {
    count,
    goals: each(({ theta }) => theta),
    targets: each((state) => game.believedTarget?.(state, parameters) ?? 0),
    discounts: each((state) => game.discount?.(state, parameters) ?? parameters.discount),
    state: Object.keys(game.state).map((name) => each((state) => state[name])),
  };
}

/** Puts states at their start. */
function enter(room: Room, block: Block): void {
  if (room.block !== block) {
    room.goals.set(block.goals);
    room.targets.set(block.targets);
    room.discounts.set(block.discounts);
    room.block = block;
  }
  for (let j = 0; j < block.state.length; j++) room.state[j].set(block.state[j]);
  room.weights.fill(1);
  room.totals.fill(0);
}
