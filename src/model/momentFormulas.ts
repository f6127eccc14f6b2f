// The moments of a game that is linear in the state, as expressions. They are written once and evaluated by the
// interpreter, in WebAssembly and in WGSL.
//
// Let o be the state of the deciding agent, x = o + δ the current state, and z = (o, δ). Let an episode with a decision
// d at a learning rate η have the cost Σ_q w_q (r_q·z)² and the next state
//
//     o' = o,   δ' = δ + M_o o + M_δ δ,   or z' = F z, F = (1, 0; M_o, 1 + M_δ).
//
// A future that begins with this episode costs zᵀ P z with P ← Σ_q w_q r_q r_qᵀ + γ Fᵀ P F. When the agent decides, δ =
// 0. With M = mean of o oᵀ over the grid, it expects
//
//     J = tr(Σ_q w_q r_q r_qᵀ M) + γ tr((P_oo + 2 P_oδ M_o + M_oᵀ P_δδ M_o) M).
//
// That is a few products per candidate, for any number of states and episodes. In terms of (o, δ) nothing large
// cancels: where agents act as they like, o is what they want and δ is small. In the post's game, y = aθ and θ' = (1 −
// s)θ,
//
//     P_δδ ← a² + γ(1 − s)² P_δδ,   P_oδ ← a(a − 1) + γ(1 − s)(P_oδ − s P_δδ),
//     P_oo ← (a − 1)² + γ(P_oo − 2s P_oδ + s² P_δδ).
//
// The difference between moments and rollouts in float64: a rollout's root loses at most c u ρ|z|, and its next state
// at most c u H|z|. Here ρ and H are the sums of the absolute terms of r and of (1 + M_o, 1 + M_δ), the larger of those
// in the forms and those in the formulas as written; u = 2⁻⁵³, and c counts roundings. An error e of a state changes
// the weighted roots of all later episodes, as a vector, by at most √(eᵀ P_δδ e) in length. So all errors together
// change that vector by at most c u Σ_k γ^(k/2) b_k·|z_k|, where with Q squares, S numbers of a state and n = 2S
//
//     b_j² = (Q + 1 + S) (Σ_q w_q ρ_qj² + γ (P_jj + Σ_i P_δδ,ii H_ij²)),   P_jj for the numbers of o only.
//
// By Cauchy's inequality this is at most c u √(T zᵀ B z) over T episodes, with B ← n diag(b²) + γ Fᵀ B F. The moments
// themselves lose at most c u zᵀ B z, and J ≤ zᵀ B z. So the two differ by at most the mean of zᵀ B z times u and a
// number of roundings: c (1 + 2 √T), plus those of the weights and those of the sum over the states. All of this holds
// while no number comes near the ends of float64's range: see range.ts.

import { ownName } from "../game/formulas.ts";
import type { Game } from "../game/game.ts";
import { type Graph, type Node, nodesOf, rewrite, wholePower } from "../game/graph.ts";
import { linearMagnitude, magnitudeOf } from "../game/structure.ts";

/** A matrix of expressions. */
type Matrix = readonly (readonly Node[])[];

/** Expressions of decision, learning rate, parameters, and the names below. S states, n = 2S. */
export interface MomentFormulas {
  readonly graph: Graph;
  /** S */
  readonly states: number;
  /** the names of P and of B, upper triangle by rows, shape [n(n + 1)/2] each */
  readonly formNames: readonly string[];
  readonly boundNames: readonly string[];
  /** the names of M, upper triangle by rows, shape [S(S + 1)/2] */
  readonly meanNames: readonly string[];
  /** the entries of M_o by rows, shape [S²] */
  readonly steps: readonly Node[];
  /** the part of J of the current episode; depends on M */
  readonly now: Node;
  /**
   * the part of J of later episodes, without γ, as a polynomial of the steps: the constant, the factor of each step,
   * and the factor of each product of a step with itself or a later one; depends on P and M
   */
  readonly later: {
    readonly constant: Node;
    readonly linear: readonly Node[];
    readonly quadratic: readonly Node[];
  };
  /** what an episode adds to P, shape [n][n]; and M_δ, shape [S][S] */
  readonly squares: Matrix;
  readonly inner: Matrix;
  /** for some of the above, the sums of the absolute values of their terms; same shapes */
  readonly sizes: {
    readonly now: Node;
    readonly steps: readonly Node[];
    readonly squares: Matrix;
    readonly inner: Matrix;
  };
  /** the new P and B, γ included, in the order of their names */
  readonly form: readonly Node[];
  readonly bound: readonly Node[];
  /** the mean of zᵀ B z is at most most.now + γ (most.slope·most.step + most.rest); depends on M, P and B */
  readonly most: { readonly now: Node; readonly step: Node; readonly slope: Node; readonly rest: Node };
  /** ρ and g of range.ts */
  readonly growth: { readonly root: Node; readonly step: Node };
  /** the maximum number of roundings of an episode, in a rollout and in a form */
  readonly roundings: number;
  /**
   * only if the decision is one number a and J has degree at most 4: coefficients of J by powers of a, now and later
   */
  readonly powers?: { readonly now: readonly Node[]; readonly later: readonly Node[] } | undefined;
}

const known = new WeakMap<Game, MomentFormulas | undefined>();

/** The moments of a game; undefined if it is not linear, or if its rounding has no bound. */
export function momentFormulasOf(game: Game): MomentFormulas | undefined {
  if (!known.has(game)) known.set(game, build(game));
  return known.get(game);
}

/**
 * The cost of later episodes.
 *
 * @param of the values of {@link MomentFormulas.later}: constant, linear, quadratic
 */
export function costLater(g: Graph, [constant, ...of]: readonly Node[], steps: readonly Node[]): Node {
  let [cost, product] = [constant, steps.length];
  for (const [i, step] of steps.entries()) {
    let slope = of[i];
    for (const other of steps.slice(i)) slope = g.add(slope, g.multiply(of[product++], other));
    cost = g.add(cost, g.multiply(step, slope));
  }
  return cost;
}

/** The names of a symmetric matrix, upper triangle by rows. */
const symmetric = (name: string, size: number) =>
  range(size).flatMap((i) => range(size - i).map((j) => `${name}.${i}.${i + j}`));

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

function build({ formulas, state, decisionNames }: Game): MomentFormulas | undefined {
  const { graph: g, linear, discount } = formulas;
  if (!linear) return undefined;
  const { objective, expectedStep } = linear;
  const S = Object.keys(state).length;
  const [Q, n] = [objective.length, 2 * S];
  const [small, all] = [range(S), range(n)];

  const sum = (terms: readonly Node[]) => terms.reduce((a, b) => g.add(a, b), g.number(0));
  const product = (...factors: readonly Node[]) => factors.reduce((a, b) => g.multiply(a, b), g.number(1));
  const square = (x: Node) => g.power(x, 2);
  const twice = (x: Node) => g.multiply(g.number(2), x);
  const named = (name: string) => (i: number, j: number) =>
    g.name(`${name}.${Math.min(i, j)}.${Math.max(i, j)}`);
  const [P, B, M] = [named("P"), named("B"), named("M")];
  const positive = (x: Node) => g.maximum(x, g.number(0));
  const entries = <T>(size: number, entry: (i: number, j: number) => T) =>
    range(size).flatMap((i) => range(size - i).map((j) => entry(i, i + j)));

  // turn coefficients by (own state, state), as in the game, into coefficients by (o, δ), with x = o + δ; sizes
  // likewise
  const aboutOwn = (form: readonly Node[]) => [
    ...small.map((j) => g.add(form[S + j], form[j])),
    ...form.slice(S),
  ];
  const roots = objective.map(({ root }) => aboutOwn(root));
  const steps = expectedStep.map(aboutOwn);
  const magnitudes = (forms: Matrix) => forms.map((form) => form.map((node) => magnitudeOf(g, node)));
  const sizes = [...magnitudes(objective.map(({ root }) => root)), ...magnitudes(expectedStep)];
  // also as the formulas are written, because forms leave out terms that cancel
  const names = Object.keys(state);
  const z = [...names.map(ownName), ...names];
  const asRead = [...objective.map(({ expression }) => expression), ...formulas.expectedNext].map((node) =>
    linearMagnitude(g, node, z),
  );
  if (asRead.includes(undefined) || sizes.some((form) => form.includes(undefined))) return undefined;
  const readRoots = (asRead.slice(0, Q) as Node[][]).map(aboutOwn);
  const readSteps = (asRead.slice(Q) as Node[][]).map(aboutOwn);
  const [ownRoots, ownSteps] = [sizes.slice(0, Q), sizes.slice(Q)].map((forms) =>
    (forms as Node[][]).map(aboutOwn),
  );
  const mostRoots = ownRoots.map((form, q) => form.map((size, j) => g.maximum(size, readRoots[q][j])));
  const mostSteps = ownSteps.map((form, i) =>
    form.map((size, j) => g.maximum(j % S === i ? g.add(g.number(1), size) : size, readSteps[i][j])),
  );
  const weights = objective.map(({ weight }) => weight);

  // the coefficients of δ' by z
  const next: Matrix = steps.map((form, i) => form.map((x, j) => (j === S + i ? g.add(g.number(1), x) : x)));
  /** Fᵀ A F */
  const transformed = (A: (i: number, j: number) => Node) => {
    const AF = all.map((i) =>
      all.map((j) =>
        sum([...(j < S ? [A(i, j)] : []), ...small.map((k) => product(A(i, S + k), next[k][j]))]),
      ),
    );
    return (i: number, j: number) =>
      sum([...(i < S ? [AF[i][j]] : []), ...small.map((k) => product(next[k][i], AF[S + k][j]))]);
  };
  const squares = (form: Matrix, i: number, j: number) =>
    sum(form.map((r, q) => product(weights[q], r[i], r[j])));
  const whole = (form: Matrix) => all.map((i) => all.map((j) => squares(form, i, j)));
  const meanSquare = (form: Matrix, mean: (node: Node) => Node) =>
    sum(small.flatMap((i) => small.map((j) => product(squares(form, i, j), mean(M(i, j))))));

  const PF = transformed(P);
  const BF = transformed(B);
  const terms = g.number(n * (Q + 1 + S));
  const diagonal = (j: number) => {
    const later = sum([
      ...(j < S ? [positive(P(j, j))] : []),
      ...small.map((i) => product(positive(P(S + i, S + i)), square(mostSteps[i][j]))),
    ]);
    return product(terms, g.add(squares(mostRoots, j, j), product(discount, later)));
  };

  const places = small.flatMap((i) => small.map((j) => [i, j] as const));
  const later = {
    constant: sum(places.map(([i, j]) => product(P(i, j), M(i, j)))),
    linear: places.map(([i, j]) => sum(small.map((l) => product(twice(P(l, S + i)), M(l, j))))),
    quadratic: entries(S * S, (a, b) => {
      const [[i, j], [k, l]] = [places[a], places[b]];
      const once = product(P(S + i, S + k), M(j, l));
      return a === b ? once : twice(once);
    }),
  };
  const now = meanSquare(roots, (node) => node);
  const trace = (A: (i: number, j: number) => Node) => sum(small.map((i) => positive(A(S + i, S + i))));
  const largest = (nodes: readonly Node[]) => nodes.reduce((a, b) => g.maximum(a, b));
  const ofStep = steps.flatMap((form) => form.slice(0, S));
  const products = entries(S * S, (a, b) => g.multiply(ofStep[a], ofStep[b]));
  const expected = sum([
    later.constant,
    ...later.linear.map((x, a) => g.multiply(x, ofStep[a])),
    ...later.quadratic.map((x, a) => g.multiply(x, products[a])),
  ]);

  return {
    graph: g,
    states: S,
    formNames: symmetric("P", n),
    boundNames: symmetric("B", n),
    meanNames: symmetric("M", S),
    steps: ofStep,
    now,
    later,
    squares: whole(roots),
    inner: steps.map((form) => form.slice(S)),
    sizes: {
      now: meanSquare(ownRoots, (node) => g.absolute(node)),
      steps: ownSteps.flatMap((form) => form.slice(0, S)),
      squares: whole(ownRoots),
      inner: ownSteps.map((form) => form.slice(S)),
    },
    form: entries(n, (i, j) => g.add(squares(roots, i, j), product(discount, PF(i, j)))),
    bound: entries(n, (i, j) => {
      const transported = product(discount, BF(i, j));
      return i === j ? g.add(diagonal(j), transported) : transported;
    }),
    most: {
      now: product(terms, sum(small.map((j) => product(M(j, j), squares(mostRoots, j, j))))),
      step: sum(small.flatMap((j) => small.map((i) => product(M(j, j), square(mostSteps[i][j]))))),
      slope: g.add(product(terms, trace(P)), product(g.number(2 * S), trace(B))),
      rest: sum(
        small.map((j) =>
          product(M(j, j), g.add(product(terms, positive(P(j, j))), product(g.number(2 * S), B(j, j)))),
        ),
      ),
    },
    growth: {
      root: sum(
        mostRoots.flatMap((form, q) => form.map((size) => product(g.maximum(weights[q], g.number(1)), size))),
      ),
      step: largest(mostSteps.map((form) => sum(small.map((j) => g.maximum(form[j], form[S + j]))))),
    },
    roundings:
      nodesOf(formulas.mesaObjective, ...formulas.expectedNext, ...roots.flat(), ...steps.flat()).length +
      4 * n +
      16,
    powers: decisionNames.length === 1 ? powersOf(g, decisionNames[0], now, expected) : undefined,
  };
}

/** The coefficients of an agent's cost by powers of the decision a; undefined unless the degree is at most 4. */
function powersOf(g: Graph, a: string, now: Node, later: Node): MomentFormulas["powers"] {
  const [first, second] = [now, later].map((node) => polynomialOf(g, node, a));
  if (!first || !second || Math.max(first.length, second.length) > 5) return undefined;
  const filled = (of: readonly Node[]) => range(5).map((k) => of[k] ?? g.number(0));
  return { now: filled(first), later: filled(second) };
}

/**
 * The coefficients of an expression by powers of a name; undefined unless its operations show that it is a polynomial.
 */
function polynomialOf(g: Graph, expression: Node, of: string): readonly Node[] | undefined {
  type Polynomial = readonly Node[];
  const zero = g.number(0);
  const product = (p: Polynomial, q: Polynomial): Polynomial =>
    range(p.length + q.length - 1).map((k) =>
      p.reduce((sum, x, i) => (k - i in q ? g.add(sum, g.multiply(x, q[k - i])) : sum), zero),
    );
  const each = (p: Polynomial, q: Polynomial, make: (a: Node, b: Node) => Node): Polynomial =>
    range(Math.max(p.length, q.length)).map((k) => make(p[k] ?? zero, q[k] ?? zero));
  return rewrite(expression, (node, args: readonly (Polynomial | undefined)[]): Polynomial | undefined => {
    if (node.op === "name") return node.name === of ? [zero, g.number(1)] : [node];
    if (!args.every((arg) => arg !== undefined)) return undefined;
    const [p, q] = args;
    if (args.every(({ length }) => length === 1))
      return [
        g.remade(
          node,
          args.map(([x]) => x),
        ),
      ];
    if (node.op === "add") return each(p, q, (a, b) => g.add(a, b));
    if (node.op === "subtract") return each(p, q, (a, b) => g.subtract(a, b));
    if (node.op === "multiply") return product(p, q);
    if (node.op === "power") return wholePower(p, node.value, product);
    if (node.op === "negate") return p.map((x) => g.negate(x));
    return node.op === "divide" && q.length === 1 ? p.map((x) => g.divide(x, q[0])) : undefined;
  });
}
