// Solves one whole game per invocation: backward induction over the moments of a game that is linear in the state, and
// the trajectory and measures of its plan. It does in float32 what src/diagram/cellKernel.ts does in float64. What
// depends on the game comes as text from src/diagram/cellWgsl.ts.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { f32 } from "./float32.ts";
import { Part } from "./layout.ts";
import { WORKGROUP } from "./rollout.wgsl.ts";

/** What a kernel is created for. A `…` text is an expression of `cell`. */
export interface PhaseTexts {
  readonly method: "exact" | "moments";
  /** `Decision`, `Cell`, `Forms`, `View`, `Belief`, `State`, `Played` and the functions that make them */
  readonly declarations: string;
  readonly phases: number;
  readonly signals: number;
  readonly states: number;
  /** the number of points of each of the decision's axes */
  readonly counts: readonly number[];
  /** how many settings `fixed` has; the minimum and the maximum of the decision's one number follow them */
  readonly settings: number;
  /** whether the deciding view is the same at all episodes without training */
  readonly once: boolean;
  readonly learningRate: string;
  readonly training: string;
  readonly deployment: string;
  readonly hidden?:
    | {
        readonly deploymentAt: string;
        /** the learning rate in the second phase */
        readonly rateAfter: string;
        /** P(signal | first phase) */
        readonly likelihood: readonly string[];
        /** P(the first phase ends after an episode), and P(it returns); 1 if other phases train */
        readonly ends: string;
        readonly returns: string;
      }
    | undefined;
}

/** Represents a measure without meaning: larger than any measure with one. */
export const NONE = Math.fround(3e38);

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** The names and expressions of a cell's row of the output, in order. */
export function resultsOf({
  signals,
  counts,
  states,
  hidden,
}: Omit<PhaseTexts, "declarations">): Record<string, string> {
  const decided = range(signals * counts.length).map(
    (i) => [`first.${i}`, `response_${Math.floor(i / counts.length)}.d.x${i % counts.length}`] as const,
  );
  const over = (text: string) => `select(HUGE, ${text}.y, ${hidden?.returns} == 0.0)`;
  const measured = {
    retention: "retention",
    meanSquare: "mean_square",
    ...(hidden && { reversal: "reversal" }),
  };
  return Object.fromEntries([
    ...decided,
    ...["cost", "margin", "trouble"].map((name) => [name, name] as const),
    ...range(states).map((i) => [`final.${i}`, `unit * state[${i}]`] as const),
    ...Object.entries(measured).flatMap(([name, text]) => [
      [name, `select(HUGE, ${text}.x, goal > 0.0)`],
      ...(hidden ? [[`${name}OverHazard`, `select(HUGE, ${over(text)}, goal > 0.0)`]] : []),
    ]),
  ]);
}

/** The best response in closed form: at a root of the slope of J, which is a cubic, or at an end of the axis. */
const exactWgsl = (settings: number) => wgsl`
fn cubic(c: vec4f, x: f32) -> f32 { return ((c.w * x + c.z) * x + c.y) * x + c.x; }

/// a / b, or a large number of the same sign if that would be too large
fn quotient(a: f32, b: f32) -> f32 {
  return select(a / b, sign(a) * sign(b) * 1e30, abs(a) >= abs(b) * 1e30);
}

/// the point of an interval at which a cubic rises through 0, by Newton's method with halving as a fallback
fn root_between(c: vec4f, ends: vec2f, guess: f32) -> f32 {
  let slope = vec3f(c.y, 2.0 * c.z, 3.0 * c.w);
  var within = ends;
  var x = select(ends.x + 0.5 * (ends.y - ends.x), guess, guess > ends.x && guess < ends.y);
  for (var i = 0; i < 40; i++) {
    let value = cubic(c, x);
    within = select(vec2f(within.x, x), vec2f(x, within.y), value < 0.0);
    let newton = x - value / max((slope.z * x + slope.y) * x + slope.x, 1e-30);
    let before = x;
    x = select(within.x + 0.5 * (within.y - within.x), newton, newton >= within.x && newton <= within.y);
    // the error after a step is of the order of the step's square
    if (abs(x - before) <= 2e-5 * abs(x)) { break; }
  }
  return x;
}

fn consider(best: Response, x: f32, view: View) -> Response {
  let d = Decision(x);
  let cost = cost_of(d, view);
  if (cost < best.cost) { return Response(d, cost, HUGE); }
  return best;
}

/// guess: a point that may be near the answer
fn respond(view: View, slope: vec4f, guess: f32) -> Response {
  let low = fixed[${settings}];
  let high = fixed[${settings + 1}];
  // scale, so that the discriminant does not overflow
  let size = max(max(abs(slope.x), abs(slope.y)), max(abs(slope.z), abs(slope.w)));
  let c = slope * (1.0 / max(size, 1e-37));
  let at_low = cubic(c, low);
  let at_high = cubic(c, high);
  // the turning points, clamped to the interval
  var turns = vec2f(high);
  var at_turns = vec2f(at_high);
  let discriminant = c.z * c.z - 3.0 * c.w * c.y;
  if (discriminant > 0.0) {
    let q = -(c.z + select(1.0, -1.0, c.z < 0.0) * sqrt(discriminant));
    let a = quotient(q, 3.0 * c.w);
    let b = quotient(c.y, q);
    turns = clamp(vec2f(min(a, b), max(a, b)), vec2f(low), vec2f(high));
    at_turns = vec2f(cubic(c, turns.x), cubic(c, turns.y));
  }
  var best = Response(Decision(low), HUGE, HUGE);
  if (at_low >= 0.0) { best = consider(best, low, view); }
  let is_early = at_low < 0.0 && at_turns.x > 0.0;
  if (is_early || (at_turns.x < 0.0 && at_turns.y > 0.0)) {
    best = consider(best, root_between(c, select(turns, vec2f(low, turns.x), is_early), guess), view);
  }
  if (at_turns.y < 0.0 && at_high > 0.0) {
    best = consider(best, root_between(c, vec2f(turns.y, high), guess), view);
  }
  if (at_high <= 0.0 || best.cost == HUGE) { best = consider(best, high, view); }
  return best;
}
`;

/** The best response on a grid, the first of equals. */
function gridWgsl(counts: readonly number[]): string {
  const starts = counts.map((_, k) => counts.slice(0, k).reduce((sum, count) => sum + count, 0));
  const loops = counts.map((count, k) => `for (var i${k} = 0u; i${k} < ${count}u; i${k}++) {`);
  return wgsl`
fn respond(view: View) -> Response {
  var best = Response(Decision(), HUGE, HUGE);
  var runner_up = HUGE;
  ${loops.join(" ")}
    let d = Decision(${starts.map((start, k) => `axes[${start}u + i${k}]`).join(", ")});
    let cost = cost_of(d, view);
    if (cost < best.cost) {
      runner_up = best.cost;
      best = Response(d, cost, HUGE);
    } else {
      runner_up = min(runner_up, cost);
    }
  ${"}".repeat(counts.length)}
  best.margin = select(HUGE, runner_up - best.cost, runner_up < HUGE);
  return best;
}
`;
}

export function phaseWgsl(texts: PhaseTexts): string {
  const { method, declarations, phases, signals, counts, settings, once, hidden } = texts;
  const exact = method === "exact";
  const results = Object.values(resultsOf(texts));
  const each = (count: number, text: (i: number) => string, glue = "\n") => range(count).map(text).join(glue);
  /** P(phase) at an episode; the table stores it after the decisions */
  const priorAt = hidden
    ? `Phases(${each(phases, (z) => `table[at(t, ${signals + z}u, id.x)]`, ", ")})`
    : "Phases(1.0)";
  const weighted = (of: (s: number) => string) =>
    hidden?.likelihood.map((p, s) => `${p} * ${of(s)}`).join(" + ");
  return wgsl`
${declarations}
${Part.wgsl}
const HUGE = ${f32(NONE)};
/// rows of the table per episode
const ROWS = ${signals + phases}u;

@group(0) @binding(0) var<uniform> part: Part;
/// a cell's settings except those that the axes change; then the minimum and maximum of a decision of one number
@group(0) @binding(1) var<storage, read> fixed: array<f32>;
/// the settings that the axes change, by cell
@group(0) @binding(2) var<storage, read> xs: array<f32>;
@group(0) @binding(3) var<storage, read> ys: array<f32>;
/// the points of the decision's axes, one axis after the other
@group(0) @binding(4) var<storage, read> axes: array<f32>;
/// by episode: the plan, and the probabilities of the phases
@group(0) @binding(5) var<storage, read_write> table: array<f32>;
/// one row per cell
@group(0) @binding(6) var<storage, read_write> outputs: array<f32>;

/// the best response: its cost, without the part that no decision changes, and by how much the best other decision costs more
struct Response {
  d: Decision,
  cost: f32,
  margin: f32,
}

/// Whether a form is below 2³⁰. Tests the bits, because WGSL may assume that there is no infinity and no NaN. If states grow
/// more than that, agents choose the small part that does not grow, for which float32 has no digits.
fn is_small(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) < 0x4e800000u; }

fn at(t: u32, row: u32, id: u32) -> u32 { return (t * ROWS + row) * part.candidates + id; }

${exact ? exactWgsl(settings) : gridWgsl(counts)}
@compute @workgroup_size(${WORKGROUP})
fn phase(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
  let index = part.first + id.x;
  let cell = cell_at(index);
  let learning_rate = ${texts.learningRate};
  let training = u32(${texts.training});
  let episodes = training + u32(${texts.deployment});
#if ${hidden}
  var belief = first_prior(cell);
  for (var t = 0u; t < episodes; t++) {
${each(phases, (z) => `    table[at(t, ${signals + z}u, id.x)] = belief[${z}];`)}
    belief = next_prior(cell, belief);
  }
  let seen = seen_in(cell);
#endif

  var forms = Forms();
  var cost = 0.0;
  var margin = HUGE;
  var trouble = 0.0;
  var carried = fresh();
  /// from the end of training on
  var later = carried;
${each(signals, (s) => `  var response_${s} = Response();`)}
  for (var next = episodes; next > 0u; next--) {
    let t = next - 1u;
    let rate = select(0.0, learning_rate, t < training);
    let after = mixed(cell, forms);
    let prior = ${priorAt};
    cost = 0.0;
    margin = HUGE;
${each(
  signals,
  (s) => `    let belief_${s} = believe_${s}(cell, prior);
    if (${once ? "t < training || next == episodes" : "true"}) {
      let view = view_of(cell, rate, after, belief_${s}.weights);
      response_${s} = respond(view${exact ? `, slope_of(cell, rate, after, belief_${s}.weights), response_${s}.d.x0` : ""});
    }
    cost += belief_${s}.chance * (response_${s}.cost + fixed_cost(cell, after, belief_${s}.weights));
${exact ? "" : `    if (belief_${s}.chance > 0.0 && response_${s}.margin < HUGE) {\n      margin = min(margin, belief_${s}.chance * response_${s}.margin);\n    }`}
${hidden ? `    table[at(t, ${s}u, id.x)] = response_${s}.d.x0;` : ""}`,
)}
    forms = extended(cell, rate, after, array<Decision, SIGNALS>(${each(signals, (s) => `response_${s}.d`, ", ")}));
    if (!is_small(size_of(forms))) { trouble = 1.0; }
#if ${hidden}
    let trains = f32(t) < ${hidden?.deploymentAt};
    let signal = select(seen.y, seen.x, trains);
    var played = response_0.d;
${each(signals, (s) => `    if (signal == ${s}u) { played = response_${s}.d; }`)}
    carried = carry(cell, select(${hidden?.rateAfter}, learning_rate, trains), played, carried);
#else
    carried = carry(cell, rate, response_0.d, carried);
    if (t == training) {
      later = carried;
      carried = fresh();
    }
#endif
  }

  if (!is_small(cost)) { trouble = 1.0; }

  // the trajectory, in units of the goals
  let goal = goal_of(cell);
  let unit = select(1.0, goal, goal > 0.0);
  let initial = start(cell, unit);
  let state = moved(later, moved(carried, initial));
#if ${!hidden}
  let trained = shares(carried, initial);
  let retention = vec2f(select(1.0, trained.x, learning_rate != 0.0));
  let lasts = select(0.0, f32(training), learning_rate != 0.0);
  let mean_square = select(vec2f(HUGE), vec2f(trained.y / lasts), lasts > 0.0);
#else
  // In expectation over the signals, as in src/model/measures.ts. x: training ends at the cell's setting; y: training
  // ends by chance.
  var left = 1.0;
  var signs = vec2f(1.0, 0.0);
  var square = 1.0;
  var squares = 0.0;
  var retention = vec2f(0.0);
  var reversal = vec2f(0.0);
  var mean_square = vec2f(0.0);
  var lasting = vec2f(0.0);
  let most = select(0u, episodes, learning_rate > 0.0);
  let first = first_prior(cell)[0];
  var lasts = vec2f(0.0, select(1.0 - first, 1.0, most == 0u));
  for (var n = 0u; ; n++) {
    lasts.x = select(0.0, 1.0, f32(n) == min(${hidden?.deploymentAt}, f32(most)));
    // skip what has probability 0, even if it overflows
    let p = lasts > vec2f(0.0);
    retention += select(vec2f(0.0), lasts * left, p);
    reversal += select(vec2f(0.0), lasts * signs.y, p);
    if (n > 0u) {
      mean_square += select(vec2f(0.0), lasts * (squares / f32(n)), p);
      lasting += lasts;
    }
    if (n == most) { break; }
    let t = n;
    lasts.y = table[at(t, ${signals}u, id.x)] * select(${hidden?.ends}, 1.0, n + 1u == most);
${each(signals, (s) => `    let effect_${s} = carry(cell, learning_rate, Decision(table[at(t, ${s}u, id.x)]), fresh());\n    let gain_${s} = effect_${s}[0];`)}
    squares += square * (${weighted((s) => `effect_${s}[1]`)});
    square *= ${weighted((s) => `gain_${s} * gain_${s}`)};
    left *= ${weighted((s) => `abs(gain_${s})`)};
    let keeps = ${weighted((s) => `select(0.0, 1.0, gain_${s} > 0.0)`)};
    let turns = ${weighted((s) => `select(0.0, 1.0, gain_${s} < 0.0)`)};
    signs = keeps * signs + turns * signs.yx;
  }
  mean_square = select(vec2f(HUGE), mean_square / lasting, lasting > vec2f(0.0));
#endif

  let row = index * ${results.length}u;
${results.map((result, i) => `  outputs[row + ${i}u] = ${result};`).join("\n")}
}
`;
}
