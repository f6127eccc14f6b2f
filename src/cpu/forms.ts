// Rollouts of whole boxes of candidates, as formulas. For a box around a middle, each number of a rollout is a Taylor
// model of second order (Makino and Berz 1996; the linear part is an affine form):
//
//     what the oracle computes = centre + Σ_j slope_j ε_j + Σ_{j≤l} bend_jl ε_j ε_l + Σ_s part_s τ_s ± rest,
//
// for every candidate of the box. ε_j is the distance of the candidate's j-th number from the middle, |ε_j| ≤ E_j, and
// τ_s is the difference between the state's s-th number and its value according to the decision, |τ_s| ≤ R_s. The model
// encloses the value that float64 computes, roundings included; docs/method.md proves the charges. The graph of a
// game's formulas is translated into a graph of these coefficients, which is compiled like the formulas themselves.

import { inBasicOperations } from "../game/evaluate.ts";
import { type Formulas, ownName } from "../game/formulas.ts";
import { Graph, type Node, nodesOf, rewrite } from "../game/graph.ts";
import { isBounded } from "../game/structure.ts";
import type { Episode, Program } from "./kernel.ts";

/**
 * The charge for the rounding of an operation and its form, relative to twice the operands' size: 16 units of rounding.
 */
const CHARGE = 2 ** -50;
/** The charge for underflow, if no symbol is above 1. */
const UNDERFLOW = 2 ** -1000;
/** A factor that covers the rounding of an episode's rests: 2²⁰ roundings and more. */
const SLACK = 1 + 2 ** -30;
/** the maximum number of roundings up to a rest, and the maximum per operation */
const [MAX_ROUNDINGS, ROUNDINGS] = [2 ** 20, 64];
/** the maximum of a decision's numbers: with more, there are too many products of two of them */
export const MAX_DECISIONS = 2;
/** how much longer an operation takes in forms, because they need more registers than there are (measured) */
const SLOWER = 4;

/** A number of a rollout, as above. If exact, it is what float64 computes, to the bit. */
interface Form {
  readonly centre: Node;
  readonly slopes: readonly Node[];
  readonly bends: readonly Node[];
  readonly parts: readonly Node[];
  readonly rest: Node;
  readonly exact: boolean;
  /** a lower and an upper bound of the value that float64 computes */
  readonly floor?: Node;
  readonly ceiling?: Node;
}

/** The rollouts of boxes. A decision has D numbers. */
export interface FormProgram extends Program {
  /** how many plain rollouts take as long as the rollout of a box */
  readonly worth: number;
}

/** How many coefficients the cost of a box has: the centre, D slopes, D(D + 1)/2 bends, the rest. */
export const coefficientsOf = (decisions: number): number =>
  2 + decisions + (decisions * (decisions + 1)) / 2;

/**
 * The rollouts of boxes. A row has the middle of a box and then its reach E, shape [2D]; the totals are the
 * coefficients of a cost: centre, slopes, bends ε₀², ε₀ε₁, ε₁², and the rest.
 *
 * @param episodes T, the maximum number of episodes
 * @returns undefined if a function has no bound, or if a decision has more than two numbers
 */
export function formProgram(
  formulas: Formulas,
  decision: readonly string[],
  states: readonly string[],
  episodes: number,
): FormProgram | undefined {
  if (!isBounded(formulas)) return undefined;
  const { mesaObjective, discount, expectedNext } = formulas;
  const [gamma, ...planned] = inBasicOperations([discount, mesaObjective, ...expectedNext]);
  if (!haveForms(planned, decision)) return undefined;

  const graph = new Graph();
  const name = (text: string) => graph.name(text);
  const pairs = pairsOf(decision);
  /** the names of a state number's further coefficients; its centre has the name of the state */
  const slopesOf = (state: string) => decision.map((_, j) => `${state} slope ${j}`);
  const bendsOf = (state: string) => pairs.map(([j, l]) => `${state} bend ${j} ${l}`);
  const reachOf = (state: string) => `${state} reach`;
  const rowReaches = decision.map(reachName);
  const reaches = decision.map((_, j) => `reach ${j}`);
  /** the charge, relative to the size of a cost, for summing over an episode and over all episodes */
  const sumCharge = graph.number((episodes + 16) * 2 ** -51);
  const slack = graph.number(SLACK);

  /** An episode of forms. @param formOf the forms of the names that are not exact */
  const episode = (arithmetic: Arithmetic, formOf: (name: string) => Form | undefined): Episode => {
    const [cost, ...next] = planned.map((node) => arithmetic.formOf(node, formOf));
    const unsure = (form: Form) => graph.add(arithmetic.stateReach(form), form.rest);
    const summed = graph.multiply(sumCharge, arithmetic.magnitude(cost));
    const known = ({ slopes, bends }: Form) => [...slopes, ...bends];
    return {
      costs: [cost.centre, ...known(cost), graph.multiply(slack, graph.add(unsure(cost), summed))],
      next: [
        ...next.map(({ centre }) => centre),
        ...next.flatMap((form) => [...known(form), graph.multiply(slack, unsure(form))]),
        ...arithmetic.reaches,
      ],
    };
  };

  const first = episode(new Arithmetic(graph, rowReaches.map(name), []), decides(graph, decision));
  const ongoing = new Arithmetic(graph, reaches.map(name), states.map(reachOf).map(name));
  const later = episode(ongoing, (of) => {
    const s = states.indexOf(of);
    return s < 0
      ? undefined
      : {
          ...{ centre: name(of), slopes: slopesOf(of).map(name), bends: bendsOf(of).map(name) },
          ...{ parts: unit(graph, states.length, s), rest: graph.number(0), exact: false },
        };
  });
  const sizes = [[...later.costs, ...later.next], planned].map((nodes) => nodesOf(...nodes).length);
  return {
    row: ["learningRate", ...decision, ...rowReaches],
    states: [
      ...states,
      ...states.flatMap((state) => [...slopesOf(state), ...bendsOf(state), reachOf(state)]),
      ...reaches,
    ],
    owns: states.map(ownName),
    discount: graph.substitute(gamma, () => undefined),
    ...{ first, later },
    worth: Math.ceil((SLOWER * sizes[0]) / sizes[1]),
  };
}

/** The cost of a box as expressions of the box's middle and reaches, and of what is the same for all candidates. */
export interface BoundFormulas {
  /** the names of the decision's reaches */
  readonly reaches: readonly string[];
  /** the coefficients: centre, slopes, bends, rest */
  readonly coefficients: readonly Node[];
  /** upper bounds of the sizes of further expressions */
  readonly sizes: readonly Node[];
}

/**
 * The form of an expression of the decision, over a box.
 *
 * @param sized further expressions, whose sizes are bounded
 * @returns undefined if a function has no bound, or if a decision has more than two numbers
 */
export function boundFormulas(
  expression: Node,
  sized: readonly Node[],
  decision: readonly string[],
): BoundFormulas | undefined {
  const basic = inBasicOperations([expression, ...sized]);
  if (!haveForms(basic, decision)) return undefined;
  const graph = new Graph();
  const reaches = decision.map(reachName);
  const arithmetic = new Arithmetic(
    graph,
    reaches.map((reach) => graph.name(reach)),
    [],
  );
  const [form, ...others] = basic.map((node) => arithmetic.formOf(node, decides(graph, decision)));
  const slack = graph.number(SLACK);
  return {
    reaches,
    coefficients: [form.centre, ...form.slopes, ...form.bends, graph.multiply(slack, form.rest)],
    sizes: others.map((other) => graph.multiply(slack, arithmetic.magnitude(other))),
  };
}

/** Whether expressions in basic operations have forms. */
const haveForms = (expressions: readonly Node[], decision: readonly string[]): boolean =>
  decision.length <= MAX_DECISIONS &&
  !nodesOf(...expressions).some(({ op }) => op === "below" || op === "exponential2") &&
  expressions.every((node) => roundingsOf(node) <= MAX_ROUNDINGS);

const reachName = (decision: string): string => `${decision} reach`;

/** The pairs of numbers of a decision, each with itself and with later ones. */
const pairsOf = (decision: readonly unknown[]) =>
  decision.flatMap((_, j) => decision.slice(j).map((_, l) => [j, j + l] as const));

const zeros = (graph: Graph, length: number) => new Array<Node>(length).fill(graph.number(0));
const unit = (graph: Graph, length: number, at: number) =>
  zeros(graph, length).map((zero, i) => (i === at ? graph.number(1) : zero));

/** The forms of a decision's numbers, which are the symbols. */
const decides =
  (graph: Graph, decision: readonly string[]) =>
  (name: string): Form | undefined => {
    const j = decision.indexOf(name);
    if (j < 0) return undefined;
    const slopes = unit(graph, decision.length, j);
    const bends = zeros(graph, pairsOf(decision).length);
    return { centre: graph.name(name), slopes, bends, parts: [], rest: graph.number(0), exact: false };
  };

/** How many roundings a rest goes through, including those of each factor. */
function roundingsOf(expression: Node): number {
  return rewrite(expression, ({ op }, counts: readonly number[]): number => {
    if (counts.length === 0) return 0;
    const [a, b] = counts;
    if (op === "multiply") return ROUNDINGS + a + b;
    // of a divisor's form there are up to three factors
    return ROUNDINGS + (op === "divide" ? a + 3 * b : Math.max(...counts));
  });
}

/** The operations on forms, for given reaches of the decision's numbers and of the state's. */
class Arithmetic {
  readonly reaches: readonly Node[];
  readonly #graph: Graph;
  readonly #parts: readonly Node[];
  readonly #pairs: readonly (readonly [number, number])[];
  readonly #underflow: Node;

  constructor(graph: Graph, reaches: readonly Node[], parts: readonly Node[]) {
    this.#graph = graph;
    this.reaches = reaches;
    this.#parts = parts;
    this.#pairs = pairsOf(reaches);
    const one: Node = graph.number(1);
    this.#underflow = graph.multiply(graph.number(UNDERFLOW), this.#sum(one, ...parts));
  }

  /** The form of an expression in basic operations. @param named the forms of the names that are not exact */
  formOf(expression: Node, named: (name: string) => Form | undefined): Form {
    const g = this.#graph;
    return rewrite(expression, (of, args: readonly Form[]): Form => {
      if (of.op === "number") return this.#exactly(g.number(of.value));
      if (of.op === "name") return named(of.name) ?? this.#exactly(g.name(of.name));
      return this.#apply(of, args);
    });
  }

  #exactly(centre: Node): Form {
    const [slopes, bends, parts] = [this.reaches, this.#pairs, this.#parts].map(({ length }) =>
      zeros(this.#graph, length),
    );
    return { centre, slopes, bends, parts, rest: this.#graph.number(0), exact: true };
  }

  #sum(...terms: readonly Node[]): Node {
    return terms.reduce((sum, term) => this.#graph.add(sum, term), this.#graph.number(0));
  }

  #product(...factors: readonly Node[]): Node {
    return factors.reduce((product, factor) => this.#graph.multiply(product, factor));
  }

  #reach(coefficients: readonly Node[], symbols: readonly Node[]): Node {
    const g = this.#graph;
    return this.#sum(...symbols.map((symbol, i) => g.multiply(g.absolute(coefficients[i]), symbol)));
  }

  /** the maximum contributions of the slopes, of the bends and of the state's symbols */
  #slopeReach = ({ slopes }: Form) => this.#reach(slopes, this.reaches);
  #bendReach = ({ bends }: Form) =>
    this.#reach(
      bends,
      this.#pairs.map(([j, l]) => this.#graph.multiply(this.reaches[j], this.reaches[l])),
    );
  stateReach = ({ parts }: Form) => this.#reach(parts, this.#parts);

  /** the maximum distance of a form from its centre */
  #spread(form: Form): Node {
    return this.#sum(this.#slopeReach(form), this.#bendReach(form), this.stateReach(form), form.rest);
  }

  /** the maximum size of a form */
  magnitude(form: Form): Node {
    return this.#graph.add(this.#graph.absolute(form.centre), this.#spread(form));
  }

  /** The form of an operation of the graph; if all arguments are exact, the exact value that float64 computes. */
  #apply(of: Node, args: readonly Form[]): Form {
    if (args.every(({ exact }) => exact))
      return this.#exactly(
        this.#graph.remade(
          of,
          args.map(({ centre }) => centre),
        ),
      );
    const [a, b] = args;
    switch (of.op) {
      case "add":
        return this.#add(a, b);
      case "subtract":
        return this.#add(a, this.#negated(b));
      case "multiply":
        return of.args[0] === of.args[1] ? this.#square(a) : this.#multiply(a, b);
      case "divide":
        return this.#divide(a, b);
      case "negate":
        return this.#negated(a);
      case "absolute":
        return this.#add(this.#ramp(a), this.#ramp(this.#negated(a)));
      case "minimum":
        return this.#minimum(a, b);
      case "maximum":
        return this.#maximum(a, b);
      default:
        throw new Error(`${of.op} has no form`);
    }
  }

  #minimum(a: Form, b: Form): Form {
    const minimum = this.#add(b, this.#negated(this.#ramp(this.#add(b, this.#negated(a)))));
    const [{ floor }, { centre: ceiling }] = b.exact ? [a, b] : [b, a];
    if (!a.exact && !b.exact) return minimum;
    return floor
      ? this.#between(minimum, this.#graph.minimum(floor, ceiling), ceiling)
      : { ...minimum, ceiling };
  }

  #maximum(a: Form, b: Form): Form {
    const most = this.#add(b, this.#ramp(this.#add(a, this.#negated(b))));
    const [{ ceiling }, { centre: floor }] = b.exact ? [a, b] : [b, a];
    if (!a.exact && !b.exact) return most;
    return ceiling ? this.#between(most, floor, this.#graph.maximum(floor, ceiling)) : { ...most, floor };
  }

  /** A form of a value between two bounds: the form itself if it is narrower than they are, else the bounds. */
  #between(form: Form, low: Node, high: Node): Form {
    const g = this.#graph;
    const half = g.multiply(g.number(0.5), g.subtract(high, low));
    const spread = this.#spread(form);
    const or = (of: Node, otherwise: Node) => g.below(half, spread, otherwise, of);
    const none = (coefficients: readonly Node[]) => coefficients.map((of) => or(of, g.number(0)));
    const charge = g.add(this.#charge(g.add(g.absolute(low), g.absolute(high))), this.#underflow);
    return {
      centre: or(form.centre, g.add(low, half)),
      ...{ slopes: none(form.slopes), bends: none(form.bends), parts: none(form.parts) },
      // a form that is not finite may not be a form of a number
      rest: or(form.rest, this.#sum(half, charge, g.multiply(spread, g.number(UNDERFLOW)))),
      exact: false,
    };
  }

  /** A form whose coefficients are changed by `map`, with another rest. */
  #mapped(form: Form, map: (coefficient: Node) => Node, rest: Node): Form {
    return {
      centre: map(form.centre),
      slopes: form.slopes.map(map),
      bends: form.bends.map(map),
      parts: form.parts.map(map),
      rest,
      exact: false,
    };
  }

  #negated(a: Form): Form {
    return this.#mapped(a, (x) => this.#graph.negate(x), a.rest);
  }

  /** The charge for rounding, for operands of a given size; of twice that size, so that an overflow gives no bound. */
  #charge(magnitude: Node): Node {
    const g = this.#graph;
    return g.multiply(g.number(CHARGE), g.multiply(g.number(2), magnitude));
  }

  #add(a: Form, b: Form): Form {
    const g = this.#graph;
    const both = (of: "slopes" | "bends" | "parts") => a[of].map((x, i) => g.add(x, b[of][i]));
    const charge = this.#charge(g.add(this.magnitude(a), this.magnitude(b)));
    return {
      centre: g.add(a.centre, b.centre),
      ...{ slopes: both("slopes"), bends: both("bends"), parts: both("parts") },
      rest: this.#sum(a.rest, b.rest, charge),
      exact: false,
    };
  }

  #multiply(a: Form, b: Form): Form {
    const g = this.#graph;
    const across = (of: "slopes" | "bends" | "parts") =>
      a[of].map((x, i) => g.add(g.multiply(a.centre, b[of][i]), g.multiply(b.centre, x)));
    const crossed = this.#pairs.map(([j, l]) =>
      j === l
        ? g.multiply(a.slopes[j], b.slopes[j])
        : g.add(g.multiply(a.slopes[j], b.slopes[l]), g.multiply(a.slopes[l], b.slopes[j])),
    );
    const [most, other] = [this.magnitude(a), this.magnitude(b)];
    const charge = g.add(this.#charge(g.multiply(most, other)), this.#underflow);
    return {
      centre: g.multiply(a.centre, b.centre),
      slopes: across("slopes"),
      bends: across("bends").map((x, i) => g.add(x, crossed[i])),
      parts: across("parts"),
      // terms of third order, products with the state's symbols, and the rests
      rest: this.#sum(
        this.#product(this.#slopeReach(a), this.#bendReach(b)),
        g.multiply(this.#bendReach(a), g.add(this.#slopeReach(b), this.#bendReach(b))),
        g.multiply(
          this.stateReach(a),
          this.#sum(this.#slopeReach(b), this.#bendReach(b), this.stateReach(b)),
        ),
        g.multiply(this.stateReach(b), g.add(this.#slopeReach(a), this.#bendReach(a))),
        g.multiply(a.rest, other),
        g.multiply(b.rest, most),
        charge,
      ),
      exact: false,
    };
  }

  /** The square of a form. */
  #square(a: Form): Form {
    const g = this.#graph;
    const two = g.number(2);
    const twice = g.multiply(two, a.centre);
    const crossed = this.#pairs.map(([j, l]) => {
      const product = g.multiply(a.slopes[j], a.slopes[l]);
      return j === l ? product : g.multiply(two, product);
    });
    const [slope, bend, state] = [this.#slopeReach(a), this.#bendReach(a), this.stateReach(a)];
    const most = this.magnitude(a);
    return {
      centre: g.multiply(a.centre, a.centre),
      slopes: a.slopes.map((x) => g.multiply(twice, x)),
      bends: a.bends.map((x, i) => g.add(g.multiply(twice, x), crossed[i])),
      parts: a.parts.map((x) => g.multiply(twice, x)),
      rest: this.#sum(
        g.multiply(bend, g.add(g.multiply(two, slope), bend)),
        g.multiply(state, g.add(g.multiply(two, g.add(slope, bend)), state)),
        this.#product(two, a.rest, most),
        this.#charge(g.multiply(most, most)),
        this.#underflow,
      ),
      exact: false,
    };
  }

  /**
   * With i near 1/(b's centre), p = a i and w = i b − 1: a/b = p/(1 + w) = p (1 − w) + p w²/(1 + w).
   * If |w| may be 1, the rest is infinite.
   */
  #divide(a: Form, b: Form): Form {
    const g = this.#graph;
    const inverse = this.#exactly(g.divide(g.number(1), b.centre));
    const p = this.#multiply(a, inverse);
    const w = this.#add(this.#multiply(inverse, b), this.#exactly(g.number(-1)));
    const quotient = this.#multiply(p, this.#add(this.#exactly(g.number(1)), this.#negated(w)));
    const far = g.multiply(g.number(SLACK), this.magnitude(w));
    const near = g.maximum(g.subtract(g.number(1), far), g.number(0));
    const strayed = g.divide(this.#product(this.magnitude(p), far, far), near);
    // the rounding of the oracle's division
    const rounded = this.#charge(g.divide(this.magnitude(p), near));
    return { ...quotient, rest: this.#sum(quotient.rest, strayed, rounded, this.#underflow) };
  }

  /**
   * The maximum of a and 0. For any λ in [0, 1] it is at minimum λa, and it exceeds λa by no more than at the ends of a's
   * range.
   */
  #ramp(a: Form): Form {
    const g = this.#graph;
    const [zero, one] = [g.number(0), g.number(1)];
    const spread = g.multiply(g.number(SLACK), this.#spread(a));
    const high = g.maximum(g.add(a.centre, spread), zero);
    const low = g.maximum(g.subtract(spread, a.centre), zero);
    const width = g.maximum(g.add(high, low), g.number(UNDERFLOW));
    const share = g.minimum(g.divide(high, width), one);
    const above = g.maximum(g.multiply(share, low), g.multiply(g.subtract(one, share), high));
    const half = g.multiply(g.number(0.5), above);
    const charge = g.add(this.#charge(this.magnitude(a)), this.#underflow);
    const scaled = this.#mapped(
      a,
      (x) => g.multiply(share, x),
      this.#sum(g.multiply(share, a.rest), half, charge),
    );
    return { ...scaled, centre: g.add(scaled.centre, half) };
  }
}
