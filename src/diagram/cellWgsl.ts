// The cells of a phase diagram in WGSL: the parts of shaders/phase.wgsl.ts that depend on the game, generated from the
// moments of a game that is linear in the state (src/model/momentFormulas.ts) and its other formulas. Everything that
// may differ between cells is data.
//
// Costs depend on the grid of states only through its moments. They are constants, divided by the largest, so that no
// grid is too small for float32. Terms with a moment that is 0 are left out.

import type { PhaseTexts } from "../../shaders/phase.wgsl.ts";
import { plain } from "../../shaders/real.wgsl.ts";
import { remembers } from "../config/config.ts";
import type { Game } from "../game/game.ts";
import { Graph, type Node, namesIn, nodesOf } from "../game/graph.ts";
import { sharedParts } from "../game/structure.ts";
import { decisionWgsl, functionOf } from "../gpu/gameWgsl.ts";
import { costLater, momentFormulasOf } from "../model/momentFormulas.ts";
import { meanOf } from "../model/moments.ts";
import { createProblem, type Problem } from "../model/problem.ts";
import type { PhaseMethod } from "./cellKernel.ts";
import type { Diagram } from "./config.ts";
import { cellNumbers, isLinearDiagram } from "./linearCell.ts";

/** the maximum number of numbers that an invocation keeps between candidates: with more, registers spill */
const MAX_KEPT = 128;

/** A diagram as code for the GPU. */
export interface CellCode {
  readonly texts: PhaseTexts;
  /** the problem of the lower left cell, which has the same grids as all other cells */
  readonly problem: Problem;
  /** the unit of costs: the GPU's costs times this are the costs */
  readonly scale: number;
}

type Matrix = readonly (readonly Node[])[];
type Place = readonly [row: number, column: number];

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** The code of a diagram's cells, or the reason why the GPU cannot solve them. */
export function cellCodeOf(diagram: Diagram, method: PhaseMethod | "rollout"): CellCode | string {
  const { game, config } = diagram;
  if (config.horizon === "infinite")
    return "the equilibria of an infinite horizon are proved in float64, on the cpu";
  if (remembers(config)) return "agents who remember are solved on the cpu";
  if (method === "rollout" || !isLinearDiagram(diagram))
    return `the gpu kernel of phase diagrams cannot solve the game ${game.name} by ${diagram.x.key} and ${diagram.y.key} with method ${method}: the cpu solves it`;

  if (game.hidden && !game.hidden.formulas.likelihood)
    return `the gpu kernel of phase diagrams has no normal distribution, which the signals of the game ${game.name} need: the cpu solves it`;

  const problem = createProblem(config);
  const { formulas, decisionNames } = game;
  const moments = momentFormulasOf(game)!;
  const { meanNames, powers } = moments;
  const { constant, linear, quadratic } = moments.later;
  const states = Object.keys(game.state);
  const hidden = game.hidden?.formulas;
  const trains = game.definition.hidden?.trains ?? [true];
  const [phases, signals] = [range(trains.length), range(game.hidden?.signals.length ?? 1)];

  const g = new Graph();
  const [zero, one] = [g.number(0), g.number(1)];
  const { named, total, product } = builderOf(g);
  /** the weighted averages of lists of expressions, entry by entry */
  const mix = (weights: readonly Node[], of: readonly (readonly Node[])[]) =>
    of[0].map((_, k) => total(of.map((nodes, i) => g.multiply(weights[i], nodes[k]))));

  const mean = meanOf(problem.states.axes);
  const largest = mean.reduce((most, m) => Math.max(most, m), 0);
  const scale = largest > 0 ? largest : 1;
  /** names, and the expressions that replace them */
  type Values = readonly [names: readonly string[], nodes: readonly Node[]];
  const ofGrid: Values = [
    meanNames,
    [...mean].map((m) => g.number(Math.abs(m) > 4 * Number.EPSILON * scale ? m / scale : 0)),
  ];
  /** the game's expressions in this graph */
  const all = (nodes: readonly Node[], ...values: readonly Values[]) =>
    nodes.map((node) =>
      g.substitute(node, (name) => {
        const found = [...values, ofGrid].find(([names]) => names.includes(name));
        return found?.[1][found[0].indexOf(name)];
      }),
    );

  // a cell: its settings, and the probabilities that follow from them
  const rateName = "learningRate";
  const settings = Object.keys(cellNumbers(diagram)).map((key, i) => ({
    node: g.name(key === "schedule.learningRate" ? rateName : key),
    text: key === diagram.x.key ? "xs[index]" : key === diagram.y.key ? "ys[index]" : `fixed[${i}]`,
  }));
  const probabilities = new Map<Node, Node>();
  const probability = (where: string) => (formula: Node, i: number) => {
    const [node] = all([formula]);
    if (node.op === "number") return node;
    probabilities.set(g.name(`${where}.${i}`), node);
    return g.name(`${where}.${i}`);
  };
  const rows = (of: readonly (readonly Node[])[] = [[one]], where: string) =>
    of.map((row, z) => row.map(probability(`${where}.${z}`)));
  const initial = (hidden?.initial ?? [one]).map(probability("initialPhase"));
  const transition = rows(hidden?.transition, "transition");
  const likelihood = rows(hidden?.likelihood, "likelihood");

  // the future of an agent, for each phase: of each form only the entries on which costs depend
  const matters = namesIn(...all([constant, ...linear, ...quadratic]));
  for (const name of matters)
    for (const other of namesIn(...moments.form.filter((_, i) => moments.formNames[i] === name)))
      matters.add(other);
  const isKept = (_: unknown, i: number) => matters.has(moments.formNames[i]);
  const formNames = moments.formNames.filter(isKept);
  const form = moments.form.filter(isKept);
  const forms = phases.map((z) => named(formNames.map((name) => `${name}.${z}`)));
  const rates = trains.map((does) => (does ? g.name(rateName) : zero));
  const weights = hidden ? named(phases.map((z) => `weight.${z}`)) : [one];
  const [now, discount] = all([moments.now, formulas.discount]);
  const inPhase = (z: number): Values[] => [
    [formNames, forms[z]],
    [[rateName], [rates[z]]],
  ];
  const expected = (z: number, nodes: readonly Node[]) =>
    all(nodes, ...inPhase(z)).map((node) => product(discount, weights[z], node));
  const steps = (rate: Node) => all(moments.steps, [[rateName], [rate]]);
  // terms that no decision changes are added after the choice: otherwise they would hide small differences of costs
  const fixed = total(phases.flatMap((z) => expected(z, [constant])));
  const costIn = (z: number) =>
    costLater(g, [zero, ...expected(z, [...linear, ...quadratic])], steps(rates[z]));
  const cost = g.add(now, total(phases.map(costIn)));
  const isDecided = (name: string) => decisionNames.includes(name);
  const shared = sharedParts([cost], (name) => !isDecided(name));
  const view = shared.length > 0 ? shared : [zero];
  const flat = forms.flat();
  const indices = range(states.length);
  const pairs = indices.flatMap((i) => indices.slice(i).map((j) => [i, j] as const));
  const places = indices.flatMap((i) => indices.map((j) => [i, j] as const));
  const kept = flat.length + view.length + 2 * (places.length + pairs.length);
  if (kept > MAX_KEPT)
    return `a cell of the game ${game.name} needs ${kept} numbers on the gpu, which has room for ${MAX_KEPT}: the cpu solves it`;
  const coefficients = (k: number) => [
    ...all(powers!.now.slice(k, k + 1)),
    ...phases.map((z) => expected(z, powers!.later)[k]),
  ];
  const slope =
    method === "exact" ? range(4).map((k) => product(g.number(k + 1), total(coefficients(k + 1)))) : [];

  // the forms that an episode passes to the episode before it
  const mixed = phases.flatMap((z) => mix(transition[z], forms));
  const chosen = signals.map((s) => named(decisionNames.map((name) => `${name}.${s}`)));
  const extended = phases.flatMap((z) => {
    const after = chosen.map((decision) => all(form, ...inPhase(z), [decisionNames, decision]));
    return mix(likelihood[z], after);
  });
  const diagonal = flat.filter(({ name }) => /\.(\d+)\.\1\.\d+$/.test(name));

  const beliefs = beliefsOf(g, transition, likelihood);
  const trajectory = trajectoryOf(g, game, places, pairs, all);

  const tooLarge = nodesOf(cost, ...slope, ...extended, ...trajectory.carry).find(
    ({ op, value }) => op === "number" && !Number.isFinite(Math.fround(value)),
  );
  if (tooLarge) return `${tooLarge.value} is too large for float32, which the gpu computes in`;

  type Given = readonly (readonly [Node, string])[];
  const listed = (name: string, nodes: readonly Node[]): Given =>
    nodes.map((node, i) => [node, `${name}[${i}]`]);
  const fields = (name: string, nodes: readonly Node[]): Given =>
    nodes.map((node, i) => [node, `${name}.x${i}`]);
  const write = (head: string, nodes: readonly Node[], given: Given, made?: (texts: string[]) => string) => {
    const type = head.split("-> ")[1];
    return functionOf(head, new Map(given), nodes, plain, (texts) =>
      (made ?? ((all) => `${type}(${all})`))([...texts]),
    );
  };
  const ofCell = [...settings.map(({ node }) => node), ...probabilities.values()];
  const cell = listed("cell", [...settings.map(({ node }) => node), ...probabilities.keys()]);
  const decision = fields("d", named(decisionNames));
  const episode: Given = [...cell, [g.name(rateName), "rate"], ...listed("after", flat)];
  const seen = [...episode, ...(hidden ? listed("weights", weights) : [])];
  const believing = [...cell, ...listed("prior", beliefs.prior)];
  const { carried, x } = trajectory;
  const { start, size, unit } = initialOf(g, game);
  const ofState = [...listed("c", carried), ...listed("s", x)];
  const declarations = `${decisionWgsl(problem, plain)}
const SIGNALS = ${signals.length}u;
alias Phases = array<f32, ${phases.length}>;
/// ${settings.map(({ node }) => node.name).join(", ")}; then probabilities
alias Cell = array<f32, ${ofCell.length}>;
/// P by phase, upper triangles by rows
alias Forms = array<f32, ${flat.length}>;
/// the parts of a candidate's cost that do not depend on the candidate
alias View = array<f32, ${view.length}>;
alias State = array<f32, ${states.length}>;

/// P(signal), and P(phase | signal)
struct Belief {
  chance: f32,
  weights: Phases,
}

/// the map from a state at an episode to the end: a matrix by rows, and a form's upper triangle by rows
alias Carried = array<f32, ${carried.length}>;

${write(
  "cell_at(index: u32) -> Cell",
  ofCell,
  settings.map(({ node, text }) => [node, text]),
)}
${write("first_prior(cell: Cell) -> Phases", initial, cell)}
${write("next_prior(cell: Cell, prior: Phases) -> Phases", beliefs.next, believing)}
${signals
  .map((s) =>
    write(
      `believe_${s}(cell: Cell, prior: Phases) -> Belief`,
      hidden ? beliefs.after[s] : [one, one],
      believing,
      ([chance, ...weights]) => `Belief(${chance}, Phases(${weights}))`,
    ),
  )
  .join("")}
/// the future by the phase of an episode, from the future by the phase of the next episode
${write("mixed(cell: Cell, after: Forms) -> Forms", mixed, [...cell, ...listed("after", flat)])}
${write("view_of(cell: Cell, rate: f32, after: Forms, weights: Phases) -> View", view, seen)}
${write("fixed_cost(cell: Cell, after: Forms, weights: Phases) -> f32", [fixed], seen)}
${write("slope_of(cell: Cell, rate: f32, after: Forms, weights: Phases) -> vec4f", slope, seen)}
${write("cost_of(d: Decision, view: View) -> f32", [cost], [...listed("view", view), ...decision])}
${write("extended(cell: Cell, rate: f32, after: Forms, d: array<Decision, SIGNALS>) -> Forms", extended, [
  ...episode,
  ...chosen.flatMap((numbers, s) => fields(`d[${s}]`, numbers)),
])}
${write("size_of(after: Forms) -> f32", [total(diagonal.map((p) => g.absolute(p)))], listed("after", flat))}
/// the size of the initial goals, and the initial state divided by it
${write("goal_of(cell: Cell) -> f32", [size], cell)}
${write(
  "start(cell: Cell, unit: f32) -> State",
  start.map((number) => g.divide(number, unit)),
  [...cell, [unit, "unit"]],
)}
${write("fresh() -> Carried", trajectory.fresh, [])}
${write("carry(cell: Cell, rate: f32, d: Decision, c: Carried) -> Carried", trajectory.carry, [...cell, [g.name(rateName), "rate"], ...decision, ...listed("c", carried)])}
${write("moved(c: Carried, s: State) -> State", trajectory.moved, ofState)}
/// the size of the goals at the end, and the sum of the squares of the outputs, relative to the initial goals
${write("shares(c: Carried, s: State) -> vec2f", trajectory.shares, ofState)}
${write(
  "seen_in(cell: Cell) -> vec2u",
  [0, Math.min(1, phases.length - 1)].map((z) => likeliest(g, likelihood[z])),
  cell,
  (texts) => `vec2u(vec2f(${texts}))`,
)}
`;
  const texts = new Map(cell.map(([{ name }, text]) => [name, text]));
  const text = (name: string) => texts.get(name) ?? "0.0";
  const textOf = (node: Node) => (node.op === "number" ? plain.literal(node.value) : text(node.name));
  const others = phases.slice(1);
  return {
    problem,
    scale,
    texts: {
      method,
      declarations,
      ...{ phases: phases.length, signals: signals.length, states: states.length },
      counts: problem.candidates.axes.map((axis) => axis.length),
      settings: settings.length,
      once: !hidden && !flat.some(({ name }) => namesIn(...all([cost], [[rateName], [zero]])).has(name)),
      learningRate: text(rateName),
      training: text(hidden ? "schedule.episodes" : "schedule.training"),
      deployment: text("schedule.deployment"),
      hidden: hidden && {
        deploymentAt: text("initial.deploymentAt"),
        rateAfter: trains[1] ? text(rateName) : "0.0",
        likelihood: likelihood[0].map(textOf),
        ends: others.map((z) => textOf(transition[0][z])).join(" + "),
        returns: others.map((z) => (trains[z] ? "1.0" : textOf(transition[z][0]))).join(" + "),
      },
    },
  };
}

/** Sums and products of a graph's expressions. */
function builderOf(g: Graph) {
  return {
    named: (names: readonly string[]) => names.map((name) => g.name(name)),
    total: (terms: readonly Node[]) => terms.reduce((a, b) => g.add(a, b), g.number(0)),
    product: (...factors: readonly Node[]) => factors.reduce((a, b) => g.multiply(a, b), g.number(1)),
  };
}

/** What agents believe about the phase. Probabilities move from phase to phase, so that no subtraction loses digits. */
function beliefsOf(g: Graph, transition: Matrix, likelihood: Matrix) {
  const { named, total, product } = builderOf(g);
  const zero = g.number(0);
  const phases = range(transition.length);
  const prior = named(phases.map((z) => `prior.${z}`));
  const flow = (i: number, j: number) => product(prior[i], transition[i][j]);
  const next = phases.map((j) =>
    phases
      .filter((i) => i !== j)
      .reduce((sum, i) => g.add(sum, g.subtract(flow(i, j), flow(j, i))), prior[j]),
  );
  /** for each signal: its probability, and the probability of each phase */
  const after = likelihood[0].map((_, s) => {
    const joint = prior.map((p, z) => product(p, likelihood[z][s]));
    const chance = total(joint);
    const either = joint.map((weight, z) => g.below(zero, chance, weight, likelihood[z][s]));
    const sum = total(either);
    const equal = g.number(1 / phases.length);
    return [chance, ...either.map((weight) => g.below(zero, sum, g.divide(weight, sum), equal))];
  });
  return { prior, next, after };
}

/** The index of the largest of some numbers; ties go to the first. */
function likeliest(g: Graph, row: readonly Node[]): Node {
  const most = row.reduce((a, b) => g.maximum(a, b));
  return row.reduceRight((at, p, s) => g.below(p, most, at, g.number(s)), g.number(0));
}

/**
 * What really happens from an episode to the end, from the state x there: the state at the end is E x, and the sum of
 * the squares of the outputs is xᵀQx. With x' = F x and y = C x, an earlier episode replaces E by E F and Q by CᵀC +
 * FᵀQF.
 *
 * @param places all of E, and `pairs` the upper triangle of Q
 * @param all the game's expressions in the graph
 */
function trajectoryOf(
  g: Graph,
  { state, goals, formulas }: Game,
  places: readonly Place[],
  pairs: readonly Place[],
  all: (nodes: readonly Node[]) => Node[],
) {
  const { named, total, product } = builderOf(g);
  const names = Object.keys(state);
  const indices = range(names.length);
  const { step, outputs } = formulas.linear!;
  const [one, zero] = [g.number(1), g.number(0)];
  const F = step.map((row, i) => all(row).map((change, j) => (i === j ? g.add(one, change) : change)));
  const C = outputs.map((row) => all(row));
  const E = (i: number, j: number) => g.name(`E.${i}.${j}`);
  const Q = (i: number, j: number) => g.name(`Q.${Math.min(i, j)}.${Math.max(i, j)}`);
  const QF = indices.map((i) => indices.map((j) => total(indices.map((k) => product(Q(i, k), F[k][j])))));
  const x = named(names);
  const moved = indices.map((i) => total(indices.map((j) => product(E(i, j), x[j]))));
  const wanted = goals.map((name) => names.indexOf(name));
  const square = total(wanted.map((i) => g.power(x[i], 2)));
  return {
    x,
    moved,
    carried: [...places.map(([i, j]) => E(i, j)), ...pairs.map(([i, j]) => Q(i, j))],
    fresh: [...places.map(([i, j]) => (i === j ? one : zero)), ...pairs.map(() => zero)],
    carry: [
      ...places.map(([i, j]) => total(indices.map((k) => product(E(i, k), F[k][j])))),
      ...pairs.map(([i, j]) =>
        total([
          ...C.map((row) => product(row[i], row[j])),
          ...indices.map((k) => product(F[k][i], QF[k][j])),
        ]),
      ),
    ],
    /**
     * from x at the beginning: the size of the goals at the end and the squares of the outputs, relative to the goals
     */
    shares: [
      total(wanted.map((i) => product(x[i], moved[i]))),
      total(places.map(([i, j]) => product(Q(i, j), x[i], x[j]))),
    ].map((sum) => g.divide(sum, square)),
  };
}

/** The state at the beginning of a trajectory, and the size of its largest goal, which is the unit of states. */
function initialOf(g: Graph, { state, goals }: Game) {
  const initial = (name: string) => g.name(`initial.${name}`);
  return {
    start: Object.keys(state).map(initial),
    size: goals.map((name) => g.absolute(initial(name))).reduce((a, b) => g.maximum(a, b)),
    unit: g.name("unit"),
  };
}
