// Lower bounds of the costs of boxes of candidates, by moments. The moments' cost less its error is an expression of
// the decision and of numbers that all candidates share. So its form over a box (forms.ts) takes some hundred
// operations, for any number of states and episodes.

import { createEvaluate, type Evaluate } from "../game/evaluate.ts";
import { discountOf, type Game } from "../game/game.ts";
import { type Graph, type Node, nodesOf } from "../game/graph.ts";
import { costLater, type MomentFormulas } from "../model/momentFormulas.ts";
import { type AgentView, evaluatorsOf, meanOf, UNDERFLOW, UNIT_ROUNDOFF } from "../model/moments.ts";
import type { Problem } from "../model/problem.ts";
import { MAX_FACTOR } from "../model/range.ts";
import { addUp, type BoundsOf } from "./boxes.ts";
import { boundFormulas, coefficientsOf } from "./forms.ts";

/** Lower bounds of the oracle's costs over boxes of a problem's candidates. */
export interface MomentBoxes {
  /** how many candidates' enclosures take as long as the bound of a box */
  readonly worth: number;
  /** the bounds under a view, if enclosures allow for so many roundings */
  under(view: AgentView, roundings: number): BoundsOf;
}

/** what all candidates share, and per phase: its weight, its learning rate, and what the future depends on */
const [DISCOUNT, SLACK] = ["weight of the future", "slack"];
const weightName = (z: number) => `weight ${z}`;
const rateName = (z: number) => `learning rate ${z}`;
const factorName = (z: number, i: number) => `factor ${z} ${i}`;
/** before the factors of the steps and of their products: the constant, most.slope and most.rest of the moments */
const FIXED = 3;
/** how many factors so many steps and their products have */
const factorsOf = (steps: number) => (steps * (steps + 3)) / 2;

/** The bound of a box, prepared for evaluation; the lists of names are the arguments. */
interface Prepared {
  /** (middle and reach, parameters, M, discount and slack, of all phases): coefficients, sizes */
  readonly evaluate: Evaluate;
  readonly worth: number;
}

/** by game, because many problems share one */
const known = new WeakMap<Game, Prepared | undefined>();

function prepare(game: Game, phases: number): Prepared | undefined {
  const { formulas } = evaluatorsOf(game);
  const { graph: g, meanNames, growth, steps } = formulas;
  const each = Array.from({ length: phases }, (_, z) => z);
  const cost = lowestCost(formulas, each);
  const sized = each.flatMap((z) => [growth.root, growth.step].map((of) => inPhase(g, of, z)));
  const bound = boundFormulas(cost, sized, game.decisionNames);
  if (!bound) return undefined;
  const results = [...bound.coefficients, ...bound.sizes];
  return {
    evaluate: createEvaluate(
      results,
      [...game.decisionNames, ...bound.reaches],
      Object.keys(game.parameters),
      meanNames,
      [DISCOUNT, SLACK],
      each.flatMap((z) => [
        ...[weightName(z), rateName(z)],
        ...Array.from({ length: FIXED + factorsOf(steps.length) }, (_, i) => factorName(z, i)),
      ]),
    ),
    worth: Math.ceil(nodesOf(...results).length / nodesOf(cost).length),
  };
}

/**
 * Prepares the bounds of a linear game's boxes.
 *
 * @returns undefined if its expressions have no forms
 */
export function createMomentBoxes(problem: Problem): MomentBoxes | undefined {
  const { game, parameters, states, hiddenPhase } = problem;
  if (!known.has(game)) known.set(game, prepare(game, hiddenPhase.phases));
  const prepared = known.get(game);
  if (!prepared) return undefined;
  const { evaluate, worth } = prepared;
  const { coefficients } = evaluatorsOf(game);
  const values = Object.keys(game.parameters).map((name) => parameters[name]);
  const [mean, discount] = [meanOf(states.axes), discountOf(game, parameters)];
  const [size, width] = [coefficientsOf(game.decisionNames.length), 2 * game.decisionNames.length];
  return {
    worth,
    under(view, roundings) {
      const shared = [discount, roundings * UNIT_ROUNDOFF];
      const seen = view.flatMap(({ weight, learningRate, form }) => [
        ...[weight, learningRate],
        ...coefficients(values, mean, form),
      ]);
      return (spans) => {
        const bounds = new Float64Array((spans.length / width) * size);
        for (let at = 0, from = 0; from < spans.length; from += width, at += size) {
          const span = spans.subarray(from, from + width);
          const numbers = evaluate(span, values, mean, shared, seen);
          const one = bounds.subarray(at, at + size);
          addUp(one, span.subarray(width / 2), 0, (_, i) => numbers[i], 1);
          // beyond these sizes enclosures are infinite
          if (!numbers.subarray(size).every((factor) => factor <= MAX_FACTOR))
            one[size - 1] = Number.POSITIVE_INFINITY;
        }
        return bounds;
      };
    },
  };
}

/** An expression with a phase's learning rate. */
const inPhase = (g: Graph, of: Node, z: number) =>
  g.substitute(of, (name) => (name === "learningRate" ? g.name(rateName(z)) : undefined));

/** The lower end of a candidate's enclosure, by the operations of `enclosures` in src/model/moments.ts. */
function lowestCost({ graph: g, now, steps, most }: MomentFormulas, phases: readonly number[]): Node {
  const sum = (terms: readonly Node[]) => terms.reduce((a, b) => g.add(a, b));
  const later = phases.map((z) => {
    const factor = (i: number) => g.name(factorName(z, i));
    const factors = Array.from({ length: factorsOf(steps.length) }, (_, i) => factor(FIXED + i));
    const taken = steps.map((step) => inPhase(g, step, z));
    const cost = costLater(g, [factor(0), ...factors], taken);
    const size = g.add(g.multiply(factor(1), inPhase(g, most.step, z)), factor(2));
    return [cost, size].map((of) => g.multiply(g.name(weightName(z)), of));
  });
  const [cost, size] = [now, most.now].map((of, i) =>
    g.add(inPhase(g, of, 0), g.multiply(g.name(DISCOUNT), sum(later.map((both) => both[i])))),
  );
  const error = g.add(g.multiply(g.name(SLACK), size), g.number(UNDERFLOW));
  return g.subtract(cost, error);
}
