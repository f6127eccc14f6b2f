// A whole game in each invocation: backward induction over the moments of a proportional game with the arithmetic of
// `linear`, and what its plan does. In float32 what src/diagram/cellKernel.ts does in float64.
//
// float32 holds few digits, so the moments are kept as what does not cancel: A, D = A − B and E = A − 2B + C, and of a
// gain g what it takes away, s = 1 − g = 2η(a² + λ). With Ā, D̄, Ē those of what follows, a decision a costs
//
//     J / mean(θ²) = (a − 1)² + γ Σ w (s² Ā − 2 s D̄ + Ē),
//
// which is E itself once a is decided, and
//
//     A ← a² + γ g² Ā,   D ← a (a − 1) + γ g (D̄ − s Ā),   E ← (a − 1)² + γ (s² Ā − 2 s D̄ + Ē).
//
// What the plan does needs no plan: over training, Σ (y/θ)² is Q ← a² + g² Q, and what is left of θ is F ← g F. Where the
// phase is hidden, these are in expectation over the signals, Q ← E a² + E g² Q and F ← E|g| F; and where training ends
// with the probability h before the next episode, with P(n) that it lasts n episodes,
//
//     F ← E|g| (h + (1 − h) F),   Q ← E a² Σ_{n > t} P(n)/n + E g² Q.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { bestResponseWgsl } from "./bestResponse.wgsl.ts";
import { f32 } from "./float32.ts";
import { Part } from "./layout.ts";
import { WORKGROUP } from "./rollout.wgsl.ts";

/** `perDiscount` → `per_discount` */
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** What may differ from cell to cell, in the order in which the kernel has it. */
export const NUMBERS = [
  "learningRate",
  "training",
  "deployment",
  "discount",
  "regularization",
  "theta",
  "hazard",
  "signalError",
  "deploymentAt",
] as const;
export type CellNumber = (typeof NUMBERS)[number];
/** `training` and `deployment` are episodes; where the phase is hidden, `training` is all of them. */
/** What one text of the kernel is made for; all else is data. */
export interface PhaseVariant {
  readonly method: "exact" | "moments";
  /** whether the phase is hidden */
  readonly hidden: boolean;
  /** the numbers that change along the axes */
  readonly x: CellNumber;
  readonly y: CellNumber;
}

/** What stands for a measure without meaning: more than any that has one. */
export const NONE = Math.fround(3e38);

/** What a cell's row of the output holds, in order. */
export const outputsOf = ({ hidden }: Pick<PhaseVariant, "hidden">): readonly string[] => [
  ...(hidden ? ["firstIfTrainingSignal", "firstIfDeploymentSignal"] : ["firstCoefficient"]),
  "compliance",
  "retention",
  "finalTheta",
  "cost",
  "margin",
  ...(hidden ? ["reversal", "complianceOverHazard", "retentionOverHazard", "reversalOverHazard"] : []),
  "trouble",
];

export function phaseWgsl(variant: PhaseVariant): string {
  const { method, hidden, x, y } = variant;
  const numbers = NUMBERS.map((name, i) => {
    const from = name === x ? "xs[index % columns]" : name === y ? "ys[index / columns]" : `fixed[${i}]`;
    return `  cell.${snake(name)} = ${from};`;
  });
  const outputs = outputsOf(variant);
  return wgsl`
${Part.wgsl}
const PHASES = ${hidden ? 2 : 1}u;
const SIGNALS = ${hidden ? 2 : 1}u;
const HUGE = ${f32(NONE)};

/// a number, and 1 minus it: what a discount near 1 leaves would lose its digits otherwise
alias Number = vec2f;

/// what the solve of a cell goes by: see CellNumbers in src/diagram/linearDiagram.ts
struct Cell {
${NUMBERS.map((name) => `  ${snake(name)}: Number,`).join("\n")}
}

${bestResponseWgsl(method)}
@group(0) @binding(0) var<uniform> part: Part;
/// the numbers that no axis changes; then x: the columns of the window, y: mean of θ²; then x: min, y: max of a
@group(0) @binding(1) var<storage, read> fixed: array<vec2f>;
@group(0) @binding(2) var<storage, read> xs: array<Number>;
@group(0) @binding(3) var<storage, read> ys: array<Number>;
/// the grid of a
@group(0) @binding(4) var<storage, read> candidates: array<f32>;
/// rows of ${outputs.join(", ")}
@group(0) @binding(5) var<storage, read_write> outputs: array<f32>;

/// Whether a number is finite, told by its bits: WGSL may assume that there is no infinity and no NaN.
fn finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) < 0x7e000000u; }

/// what a may be: x to y
fn bounds_of_a() -> vec2f { return fixed[${NUMBERS.length + 1}]; }

#if ${hidden}
/// two transitions, one after the other: P(still in training), P(deployed), with nothing that cancels
fn both(a: vec2f, b: vec2f) -> vec2f { return vec2f(a.x * b.x, a.y + a.x * b.y); }

/// P(phase) at an episode
fn prior(t: u32, cell: ptr<function, Cell>) -> vec2f {
  var step = vec2f((*cell).hazard.y, (*cell).hazard.x);
  var after = vec2f(1.0, 0.0);
  for (var n = t; n > 0u; n >>= 1u) {
    if ((n & 1u) == 1u) { after = both(after, step); }
    step = both(step, step);
  }
  return after;
}

/// what becomes of a goal of 1 from an episode of training on
struct Training {
  /// E|θ at deployment|
  left: f32,
  /// P(θ at deployment is positive), P(it is negative)
  signs: vec2f,
  /// the sum of E(y/θ)², weighted
  squares: f32,
}

/// Training from an episode on, of that after it.
///
/// lasts: P(training ends with the episode), P(it goes on); weight: of the episode's square;
/// a, gain: by signal; likelihood: of each signal
fn trained(after: Training, lasts: vec2f, weight: f32, a: vec2f, gain: vec2f, likelihood: vec2f) -> Training {
  let turns = dot(likelihood, select(vec2f(0.0), vec2f(1.0), gain < vec2f(0.0)));
  let keeps = dot(likelihood, select(vec2f(0.0), vec2f(1.0), gain > vec2f(0.0)));
  let signs = vec2f(lasts.x + lasts.y * after.signs.x, lasts.y * after.signs.y);
  return Training(
    dot(likelihood, abs(gain)) * (lasts.x + lasts.y * after.left),
    keeps * signs + turns * signs.yx,
    weight * dot(likelihood, a * a) + dot(likelihood, gain * gain) * after.squares,
  );
}
#endif

@compute @workgroup_size(${WORKGROUP})
fn phase(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
  let index = part.first + id.x;
  let columns = u32(fixed[${NUMBERS.length}].x);
  let mean_square = fixed[${NUMBERS.length}].y;
  var own: Cell;
  let cell = &own;
${numbers.join("\n").replaceAll("cell.", "own.")}
  let training = u32(own.training.x);
  let episodes = training + u32(own.deployment.x);
  let discount = own.discount.x;

  var after: array<Moments, PHASES>;
  var trouble = 0.0;
#if ${hidden}
  /// P(signal | phase)
  var likelihood = array<vec2f, 2>(own.signal_error.yx, own.signal_error.xy);
  /// the likelier signal in training
  let seen = select(0u, 1u, likelihood[0].y > likelihood[0].x);
#endif

  var training_episodes = f32(training);
#if ${hidden}
  training_episodes = min(training_episodes, own.deployment_at.x);
  // for training that ends where the cell says, and for training that ends by chance
  var to_end = Training(1.0, vec2f(1.0, 0.0), 0.0);
  var over_hazard = to_end;
  /// Σ P(training lasts n episodes)/n over the n that are more than t
  var weight = 0.0;
#else
  // Σ (y/θ)² over training
  var squares = 0.0;
#endif
  // what is left of θ: of the trajectory
  var left = 1.0;
  var first: array<f32, SIGNALS>;
  var cost = 0.0;
  var margin = HUGE;
  for (var next = episodes; next > 0u; next--) {
    let t = next - 1u;
    let pull = select(0.0, 2.0 * own.learning_rate.x, t < training);
    var prospects: array<PhaseView, PHASES>;
    cost = 0.0;
#if ${hidden}
    let stays = own.hazard.yx;
    prospects[0] = PhaseView(1.0, pull, Moments(
      stays.x * after[0].a + stays.y * after[1].a,
      stays.x * after[0].d + stays.y * after[1].d,
      stays.x * after[0].e + stays.y * after[1].e,
    ));
    prospects[1] = PhaseView(0.0, 0.0, after[1]);
    let before = prior(t, cell);
    // with a value, as there are compilers that zero a variable of a loop's body but once
    var now = array<Moments, PHASES>();
    for (var s = 0u; s < SIGNALS; s++) {
      var joint = before * vec2f(likelihood[0][s], likelihood[1][s]);
      let probability = joint.x + joint.y;
      if (!(probability > 0.0)) { joint = vec2f(likelihood[0][s], likelihood[1][s]); }
      let total = joint.x + joint.y;
      let posterior = select(vec2f(0.5), joint / total, total > 0.0);
      prospects[0].weight = posterior.x;
      prospects[1].weight = posterior.y;
      let response = respond(&prospects, cell);
      first[s] = response.a;
      let constant = posterior.x * prospects[0].after.e + posterior.y * prospects[1].after.e;
      cost += probability * (response.cost + discount * constant);
      if (t == 0u && probability > 0.0 && response.runner_up < HUGE) {
        margin = min(margin, probability * (response.runner_up - response.cost));
      }
      for (var z = 0u; z < PHASES; z++) {
        let then = extended(response.a, prospects[z].pull, prospects[z].after, cell);
        let p = likelihood[z][s];
        now[z] = Moments(now[z].a + p * then.a, now[z].d + p * then.d, now[z].e + p * then.e);
      }
    }
    after = now;
    let decisions = vec2f(first[0], first[1]);
    let gains = 1.0 - vec2f(loss(first[0], pull, cell), loss(first[1], pull, cell));
    weight += before.x * select(own.hazard.x, 1.0, next == episodes) / f32(next);
    over_hazard = trained(over_hazard, own.hazard.xy, weight, decisions, gains, likelihood[0]);
    if (f32(t) < own.deployment_at.x) {
      to_end = trained(to_end, vec2f(0.0, 1.0), 1.0, decisions, gains, likelihood[0]);
      left *= gains[seen];
    }
#else
    prospects[0] = PhaseView(1.0, pull, after[0]);
    let response = respond(&prospects, cell);
    let a = response.a;
    first[0] = a;
    cost = response.cost + discount * after[0].e;
    if (response.runner_up < HUGE) { margin = response.runner_up - response.cost; }
    after[0] = extended(a, pull, after[0], cell);
    let g = 1.0 - loss(a, pull, cell);
    squares = g * g * squares + select(0.0, a * a, pull > 0.0);
    left *= g;
#endif
    if (!finite(cost) || !finite(after[0].a)) { trouble = 1.0; }
  }

  let goal = own.theta.x;
  let trains = own.learning_rate.x != 0.0;
#if ${hidden}
  let squares = to_end.squares;
  let retention = to_end.left;
  if (!finite(over_hazard.left) || !finite(over_hazard.squares)) { trouble = 1.0; }
#else
  let retention = left;
#endif
  if (!finite(retention) || !finite(squares)) { trouble = 1.0; }
  if (!finite(goal * left) || !finite(mean_square * cost)) { trouble = 1.0; }
  let compliance = 1.0 - sqrt(squares / max(training_episodes, 1.0));

  let row = index * ${outputs.length}u;
  for (var s = 0u; s < SIGNALS; s++) { outputs[row + s] = first[s]; }
  outputs[row + SIGNALS] = select(HUGE, compliance, goal != 0.0 && trains && training_episodes > 0.0);
  outputs[row + SIGNALS + 1u] = select(HUGE, retention, goal != 0.0);
  outputs[row + SIGNALS + 2u] = goal * left;
  outputs[row + SIGNALS + 3u] = mean_square * cost;
  outputs[row + SIGNALS + 4u] = select(HUGE, mean_square * margin, margin < HUGE);
#if ${hidden}
  outputs[row + SIGNALS + 5u] = select(HUGE, to_end.signs.y, goal != 0.0);
  outputs[row + SIGNALS + 6u] = select(HUGE, 1.0 - sqrt(over_hazard.squares), goal != 0.0 && trains);
  outputs[row + SIGNALS + 7u] = select(HUGE, over_hazard.left, goal != 0.0);
  outputs[row + SIGNALS + 8u] = select(HUGE, over_hazard.signs.y, goal != 0.0);
#endif
  outputs[row + ${outputs.indexOf("trouble")}u] = trouble;
}
`;
}
