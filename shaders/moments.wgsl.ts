// The moments of a linear game: what src/model/moments.ts computes for each candidate, for all candidates at once and
// by the same formulas. Each result is an enclosure of the oracle's cost. Costs are in units of the largest mean square
// of a state's numbers, so that small states do not underflow.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import type { Problem } from "../src/model/problem.ts";
import { GUESS } from "./enclose.wgsl.ts";
import { f32, RADIUS_SLACK, ROUNDING } from "./float32.ts";
import { candidateWgsl } from "./grid.wgsl.ts";
import { Part } from "./layout.ts";
import { bestWgsl, enclosedWgsl } from "./minimum.wgsl.ts";
import type { Arithmetic } from "./real.wgsl.ts";
import { WORKGROUP } from "./rollout.wgsl.ts";

/** how many `real`s a phase of a view has */
export function phaseViewSize(problem: Problem): number {
  const squared = problem.states.axes.length ** 2;
  return 5 + squared + (squared * (squared + 1)) / 2;
}

const phaseViewWgsl = (problem: Problem): string => /* wgsl */ `
const PHASES = ${problem.hiddenPhase.phases}u;
const SIGNALS = ${problem.hiddenPhase.signals}u;

/// the numbers of a phase: constant, most.slope, most.rest, linear, quadratic of src/model/momentFormulas.ts
alias Coefficients = array<real, ${phaseViewSize(problem) - 2}>;

/// a phase as an agent sees it: the twin of PhaseView in src/model/moments.ts
struct PhaseView {
  weight: real,
  learning_rate: real,
  after: Coefficients,
}

alias AgentView = array<PhaseView, PHASES>;
`;

/**
 * The kernel `moments`.
 *
 * @param declarations costs by moments: see `costWgsl` of src/gpu/momentsWgsl.ts
 * @param guessed whether the float32 error is a guess, because the game uses functions that have no bound
 */
export function momentsWgsl(
  problem: Problem,
  arithmetic: Arithmetic,
  declarations: string,
  guessed: boolean,
): string {
  return wgsl`${declarations}
${Part.wgsl}
${enclosedWgsl}
${phaseViewWgsl(problem)}
const DISCOUNT: real = ${arithmetic.literal(problem.formulas.discount.value)};

@group(0) @binding(0) var<uniform> part: Part;
/// the points of the decision's axes, one axis after the other
@group(0) @binding(1) var<storage, read> axes: array<real>;
/// by signal
@group(0) @binding(2) var<storage, read> views: array<AgentView>;
/// by candidate of this part
@group(0) @binding(3) var<storage, read_write> enclosures: array<Enclosed>;
${candidateWgsl(problem.candidates)}
/// the charge for adding up the phases, per term
const CHARGE = ${f32((problem.hiddenPhase.phases + 1) * ROUNDING)};

/// the maximum size of a number
fn size(a: real) -> f32 { return abs(centre(a)) + radius(a); }

@compute @workgroup_size(${WORKGROUP})
fn moments(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
  let d = candidate(part.first + id.x);
  var later = exactly(0.0);
  var magnitude = 0.0;
  for (var z = 0u; z < PHASES; z++) {
    let weight = views[part.signal][z].weight;
    let learning_rate = views[part.signal][z].learning_rate;
    later = tally(later, mul(weight, cost_later(d, learning_rate, z)), CHARGE);
#if ${arithmetic.kind === "ball"}
    magnitude += size(weight) * size(most_later(d, learning_rate, z));
#endif
  }
  let cost = add(cost_now(d), mul(DISCOUNT, later));
#if ${arithmetic.kind === "ball"}
  // part.slack is the maximum float64 error relative to the magnitude
  let lost = part.slack * (1.0 + size(most_now(d)) + size(DISCOUNT) * magnitude);
  let error = ${f32(RADIUS_SLACK)} * (radius(cost) + lost);
  enclosures[id.x] = Enclosed(part.first + id.x, centre(cost), error + ${f32(ROUNDING)} * abs(centre(cost)));
#elif ${guessed}
  enclosures[id.x] = Enclosed(part.first + id.x, cost, ${f32(GUESS)} * abs(cost) + part.slack);
#else
  enclosures[id.x] = Enclosed(part.first + id.x, cost, 0.0);
#endif
}
`;
}

/**
 * Moves the views one episode back, using the best candidates: the twin of Future in src/model/moments.ts.
 *
 * @param declarations futures: see `extendWgsl` of src/gpu/momentsWgsl.ts
 */
export function followMomentsWgsl(problem: Problem, declarations: string): string {
  const { hiddenPhase, states } = problem;
  const numbers = 2 * states.axes.length;
  const row = (numbers: readonly number[]) => `array(${numbers.map(f32).join(", ")})`;
  return wgsl`${declarations}
${Part.wgsl}
${bestWgsl}
${phaseViewWgsl(problem)}
/// P, upper triangle by rows
const ENTRIES = ${(numbers * (numbers + 1)) / 2}u;
alias Form = array<f32, ENTRIES>;

/// P(next phase | phase)
const TRANSITION = array(${hiddenPhase.transition.map(row).join(", ")});
/// P(signal | phase)
const LIKELIHOOD = array(${hiddenPhase.likelihood.map(row).join(", ")});

@group(0) @binding(0) var<uniform> part: Part;
/// the points of the decision's axes, one axis after the other
@group(0) @binding(1) var<storage, read> axes: array<real>;
/// the learning rate in training, by episode
@group(0) @binding(2) var<storage, read> learning_rates: array<real>;
/// P(phase | episode, signal)
@group(0) @binding(3) var<storage, read> posterior: array<f32>;
/// by episode and signal
@group(0) @binding(4) var<storage, read> bests: array<Best>;
/// by signal
@group(0) @binding(5) var<storage, read_write> views: array<AgentView>;
/// the future after the episode, by the episode's phase
@group(0) @binding(6) var<storage, read_write> forms: array<Form, PHASES>;
${candidateWgsl(problem.candidates)}
@compute @workgroup_size(1)
fn follow() {
  let t = part.episode;
  if (t == 0u) { return; }
  // the future that begins with episode t, by phase
  var now = array<Form, PHASES>();
  for (var z = 0u; z < PHASES; z++) {
    for (var s = 0u; s < SIGNALS; s++) {
      let d = candidate(bests[t * SIGNALS + s].index);
      var then = extended(d, views[0][z].learning_rate, forms[z]);
      for (var i = 0u; i < ENTRIES; i++) { now[z][i] += LIKELIHOOD[z][s] * then[i]; }
    }
  }
  for (var z = 0u; z < PHASES; z++) {
    // initialized explicitly, because some compilers zero a variable of a loop's body only once
    var p = Form();
    for (var j = 0u; j < PHASES; j++) {
      for (var i = 0u; i < ENTRIES; i++) { p[i] += TRANSITION[z][j] * now[j][i]; }
    }
    forms[z] = p;
    let rate = select(0.0, learning_rates[t - 1u], array(${hiddenPhase.trains.join(", ")})[z]);
    for (var s = 0u; s < SIGNALS; s++) {
      let weight = posterior[((t - 1u) * SIGNALS + s) * PHASES + z];
      views[s][z] = PhaseView(weight, rate, coefficients(p));
    }
  }
}
`;
}
