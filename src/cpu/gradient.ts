// The average total mesa cost with its derivatives by the decision, for searches of decisions that are not on a grid.
//
// A state's total is Σ_k w_k c_k with w_k = γ^(k−t). Going back from the last episode, let λ be the derivative of all
// later costs by the state. One expression of an episode contains everything that its decision and its state change,
//
//     φ_k = w_k c(d_k, x_k; x_t) + λ_{k+1}·x_{k+1}(d_k, x_k),   λ_k = ∂φ_k/∂x_k,   ∂J/∂d = mean ∂φ_t/∂d,
//
// so the derivative includes the effect on later agents. In the WebAssembly module a lane is one state and two lanes
// make a vector, as in kernel.ts. Memory holds a row for each episode, (learningRate, decision…), and a tape for each
// vector with entries (weight, total, state…), one for each episode and one for the end. The state of its first entry
// is the own state.

import { createEvaluate } from "../game/evaluate.ts";
import { ownName } from "../game/formulas.ts";
import { gradientOf, type Node, namesIn } from "../game/graph.ts";
import type { Plan } from "../model/evaluator.ts";
import type { Problem } from "../model/problem.ts";
import { assemble, Code, instantiate, reserve } from "./assembler.ts";
import { NUMBER, Numbers, VECTOR, Writer } from "./evaluation.ts";

/** J of a decision, shape [n]. Writes the derivatives to `gradient`, shape [n]. Not finite if float64 overflows. */
export type CostGradient = (decision: ArrayLike<number>, gradient: Float64Array) => number;

/** The costs of one problem with their derivatives, by episode. */
export interface Gradients {
  /**
   * The cost function of an episode, given the plan of later episodes. Functions from earlier calls must not be called
   * any more, because all share one memory.
   */
  at(episode: number, plan: Plan): CostGradient;
  /**
   * Whether the decision of an episode has no effect on later episodes, because its learning rate is 0. Then J is the
   * cost of that episode only, the same function for all such episodes; the later costs, which do not depend on the
   * decision, are left out.
   */
  isAlone(episode: number): boolean;
  /** becomes false if WebAssembly turns out not to run here, so that the interpreter does the work */
  readonly compiled: boolean;
}

/** The numbers of an entry before its state. */
const [WEIGHT, TOTAL, STATE] = [0, 1, 2];
const PAIR = 2;

const adjointName = (state: string) => `adjoint.${state}`;

/** The expressions of an episode. */
interface Episode {
  readonly cost: Node;
  readonly discount: Node;
  readonly next: readonly Node[];
  /** ∂φ/∂x */
  readonly byState: readonly Node[];
  /** ∂φ/∂d */
  readonly byDecision: readonly Node[];
}

/** @param learns false if the learning rate is 0, which simplifies the expressions */
function episodeOf({ formulas, game }: Problem, learns: boolean): Episode {
  const { graph: g, mesaObjective: cost, discount, expectedNext } = formulas;
  const states = Object.keys(game.state);
  const zero = g.number(0);
  const next = learns
    ? expectedNext
    : expectedNext.map((node) => g.substitute(node, (name) => (name === "learningRate" ? zero : undefined)));
  const all = next.reduce(
    (sum, node, i) => g.add(sum, g.multiply(g.name(adjointName(states[i])), node)),
    g.multiply(g.name("weight"), cost),
  );
  const slopes = gradientOf(g, all, [...states, ...game.decisionNames]);
  return {
    ...{ cost, discount, next },
    byState: slopes.slice(0, states.length),
    byDecision: slopes.slice(states.length),
  };
}

/** Costs and derivatives of a problem with a finite horizon and no hidden phase. */
export function createGradients(problem: Problem): Gradients {
  const { game, learningRates } = problem;
  const [learning, still] = [true, false].map((learns) => episodeOf(problem, learns));
  const moved = namesIn(...still.next);
  const staysAsItIs = !game.decisionNames.some((name) => moved.has(name));
  const isAlone = (episode: number) => learningRates[episode] === 0 && staysAsItIs;
  const counting = (episode: number) => (isAlone(episode) ? 1 : learningRates.length - episode);
  let compiled = true;
  let at: Opened | undefined;
  const open = () => {
    try {
      return compile(problem, learning, still);
    } catch {
      compiled = false;
      return interpret(problem, learning, still);
    }
  };
  return {
    isAlone,
    at(episode, plan) {
      at ??= open();
      return at(episode, plan, counting(episode));
    },
    get compiled() {
      return compiled;
    },
  };
}

/** @param counting how many episodes from `episode` on are included */
type Opened = (episode: number, plan: Plan, counting: number) => CostGradient;

function interpret(problem: Problem, learning: Episode, still: Episode): Opened {
  const { game, learningRates, states } = problem;
  const names = Object.keys(game.state);
  const lists = [game.decisionNames, ["learningRate"], names, names.map(ownName)];
  const adjoints = ["weight", ...names.map(adjointName)];
  const open = ({ cost, discount, next, byState, byDecision }: Episode) => ({
    forth: createEvaluate([discount, cost, ...next], ...lists),
    back: createEvaluate(byState, ...lists, adjoints),
    first: createEvaluate(byDecision, ...lists, adjoints),
  });
  const [learned, unlearned] = [open(learning), open(still)];
  return (episode, plan, counting) => {
    return (decision, gradient) => {
      // summed in the same order as lanes, so that the sums have the same bits
      const lanes = [new Float64Array(gradient.length), new Float64Array(gradient.length)];
      const totals = new Float64Array(PAIR * Math.ceil(states.size / PAIR));
      for (let i = 0; i < states.size; i++) {
        const own = states.at(i);
        const played = Array.from({ length: counting }, (_, j) => {
          const rate = learningRates[episode + j];
          return {
            of: rate === 0 ? unlearned : learned,
            given: [j === 0 ? decision : plan[episode + j], [rate]],
          };
        });
        let [weight, total] = [1, 0];
        let state: ArrayLike<number> = own;
        const tape = played.map(({ of, given }) => {
          const [gamma, cost, ...next] = of.forth(...given, state, own);
          const entry = { weight, state };
          total += weight * cost;
          weight *= gamma;
          state = next;
          return entry;
        });
        totals[i] = total;
        let adjoint = names.map(() => 0);
        for (let j = counting - 1; j >= 0; j--) {
          const { weight, state } = tape[j];
          const { of, given } = played[j];
          const all = [...given, state, own, [weight, ...adjoint]];
          if (j > 0) adjoint = [...of.back(...all)];
          else for (const [d, slope] of of.first(...all).entries()) lanes[i % PAIR][d] += slope;
        }
      }
      for (let d = 0; d < gradient.length; d++) gradient[d] = (lanes[0][d] + lanes[1][d]) / states.size;
      let sum = 0;
      for (let i = 0; i < totals.length; i += PAIR) sum += totals[i] + totals[i + 1];
      return sum / states.size;
    };
  };
}

/** The functions that the module exports. All parameters are addresses, and no range is empty. */
interface Functions {
  /** fills in tapes, starting from their first entries; the rows from `still` on have learning rate 0 */
  forth(row: number, still: number, rowsEnd: number, tape: number, tapesEnd: number, stride: number): void;
  /** adds up the derivatives from filled tapes; the rows after `lastLearning` have learning rate 0 */
  back(
    row: number,
    lastRow: number,
    lastLearning: number,
    tape: number,
    tapesEnd: number,
    stride: number,
    gradient: number,
  ): void;
}

function compile(problem: Problem, learning: Episode, still: Episode): Opened {
  const { game, learningRates, states, formulas } = problem;
  const { decisionNames } = game;
  const names = Object.keys(game.state);
  const row = (1 + decisionNames.length) * NUMBER;
  const entry = (STATE + names.length) * VECTOR;
  const numbers = new Numbers();

  /**
   * a writer for names in a row, in a tape's first entry and in the current entry; arguments are the locals of their
   * addresses
   */
  const open = (code: Code, at: number, tape: number, here: number) => {
    const fromRow = (slot: number) => () => code.get(at).memory("v128.load64_splat", slot * NUMBER);
    const fromEntry = (address: number, slot: number) => () =>
      code.get(address).memory("v128.load", slot * VECTOR);
    return new Writer(
      code,
      formulas.graph,
      numbers,
      new Map([
        ["learningRate", fromRow(0)],
        ...decisionNames.map((name, i) => [name, fromRow(1 + i)] as const),
        ...names.map((name, i) => [name, fromEntry(here, STATE + i)] as const),
        ...names.map((name, i) => [ownName(name), fromEntry(tape, STATE + i)] as const),
        ["weight", fromEntry(here, WEIGHT)],
        ["total", fromEntry(here, TOTAL)],
      ]),
    );
  };
  const move = (code: Code, address: number, instruction: "i32.add" | "i32.sub", bytes: number) =>
    code.get(address).do("i32.const", bytes).do(instruction).set(address);

  function forth(): Code {
    const code = new Code(6, 2);
    const [first, stillFrom, end, tape, tapesEnd, stride, at, here] = [0, 1, 2, 3, 4, 5, 6, 7];
    const writer = open(code, at, tape, here);
    const g = formulas.graph;
    const [weight, total] = ["weight", "total"].map((name) => g.name(name));
    const episodes = ({ cost, discount, next }: Episode, until: number) => {
      code.get(at).get(until).do("i32.lt_u");
      code.if(() =>
        code.each(at, row, until, () => {
          const then = [g.multiply(weight, discount), g.add(total, g.multiply(weight, cost)), ...next];
          writer.store(here, entry, then);
          move(code, here, "i32.add", entry);
        }),
      );
    };
    code.loop(() => {
      code.get(first).set(at).get(tape).set(here);
      episodes(learning, stillFrom);
      episodes(still, end);
      code.get(tape).get(stride).do("i32.add").do("local.tee", tape);
      code.get(tapesEnd).do("i32.lt_u").do("br_if", 0);
    });
    return code;
  }

  function back(): Code {
    const code = new Code(7, 2);
    const [first, last, lastLearning, tape, tapesEnd, stride, gradient, at, here] = [
      0, 1, 2, 3, 4, 5, 6, 7, 8,
    ];
    const writer = open(code, at, tape, here);
    const g = formulas.graph;
    const slope = code.vector();
    const adjoint = names.map(() => writer.variable(g.number(0)));
    const adjoints = new Map(names.map((name, i) => [adjointName(name), adjoint[i].node]));
    const adjoined = (nodes: readonly Node[]) =>
      nodes.map((node) => g.substitute(node, (name) => adjoints.get(name)));
    const isAfter = (row: number) => code.get(row).get(at).do("i32.lt_u");

    /** goes back over the rows from `at` to the one after `until`, except the first row */
    const later = ({ byState }: Episode, until: number) => {
      const goesOn = () => {
        isAfter(first);
        isAfter(until);
        code.do("i32.and");
      };
      goesOn();
      code.if(() =>
        code.loop(() => {
          writer.assign(adjoint, adjoined(byState));
          move(code, at, "i32.sub", row);
          move(code, here, "i32.sub", entry);
          goesOn();
          code.do("br_if", 0);
        }),
      );
    };
    const add = ({ byDecision }: Episode) =>
      writer.push(adjoined(byDecision), (i) => {
        code.set(slope).get(gradient);
        code
          .get(gradient)
          .memory("v128.load", i * VECTOR)
          .get(slope)
          .do("f64x2.add");
        code.memory("v128.store", i * VECTOR);
      });

    code.loop(() => {
      writer.assign(
        adjoint,
        names.map(() => g.number(0)),
      );
      code.get(last).set(at).get(tape).get(stride).do("i32.add").set(here);
      move(code, here, "i32.sub", 2 * entry);
      later(still, lastLearning);
      later(learning, first);
      isAfter(lastLearning);
      code.if(() => add(still));
      isAfter(lastLearning);
      code.do("i32.eqz");
      code.if(() => add(learning));
      code.get(tape).get(stride).do("i32.add").do("local.tee", tape);
      code.get(tapesEnd).do("i32.lt_u").do("br_if", 0);
    });
    return code;
  }

  const machine = instantiate<Functions>(assemble({ forth: forth(), back: back() }));
  const episodes = learningRates.length;
  const vectors = Math.ceil(states.size / PAIR);
  const numbersEnd = Math.ceil(numbers.list.length / PAIR) * VECTOR;
  const gradientAt = numbersEnd;
  const rowsAt = gradientAt + decisionNames.length * VECTOR;
  const tapesAt = Math.ceil((rowsAt + episodes * row) / VECTOR) * VECTOR;
  reserve(machine.memory, tapesAt + vectors * (episodes + 1) * entry);
  const all = new Float64Array(machine.memory.buffer);
  all.set(numbers.list);

  return (episode, plan, counting) => {
    const stride = (counting + 1) * entry;
    const rowsEnd = rowsAt + counting * row;
    const tapesEnd = tapesAt + vectors * stride;
    let stillFrom = rowsAt;
    for (let j = 0, at = rowsAt; j < counting; j++, at += row) {
      all[at / NUMBER] = learningRates[episode + j];
      if (j > 0) all.set(plan[episode + j], at / NUMBER + 1);
      if (learningRates[episode + j] !== 0) stillFrom = at + row;
    }
    for (let lane = 0; lane < vectors * PAIR; lane++) {
      const at = (tapesAt + Math.floor(lane / PAIR) * stride) / NUMBER + (lane % PAIR);
      // a surplus lane has weight 0
      const state = states.at(Math.min(lane, states.size - 1));
      all[at + PAIR * WEIGHT] = lane < states.size ? 1 : 0;
      all[at + PAIR * TOTAL] = 0;
      for (let i = 0; i < state.length; i++) all[at + PAIR * (STATE + i)] = state[i];
    }
    return (decision, gradient) => {
      all.set(decision as readonly number[], rowsAt / NUMBER + 1);
      all.fill(0, gradientAt / NUMBER, rowsAt / NUMBER);
      machine.forth(rowsAt, stillFrom, rowsEnd, tapesAt, tapesEnd, stride);
      machine.back(rowsAt, rowsEnd - row, stillFrom - row, tapesAt, tapesEnd, stride, gradientAt);
      let total = 0;
      const lastEntry = (stride - entry) / NUMBER + PAIR * TOTAL;
      for (let at = tapesAt / NUMBER + lastEntry, v = 0; v < vectors; v++, at += stride / NUMBER)
        total += all[at] + all[at + 1];
      for (let i = 0; i < gradient.length; i++) {
        const at = gradientAt / NUMBER + PAIR * i;
        gradient[i] = (all[at] + all[at + 1]) / states.size;
      }
      return total / states.size;
    };
  };
}
