// The collapsed cost of a proportional game: what src/solve/moments.ts has, for every candidate at once. Each answer
// is an enclosure of what the oracle says per θ².

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { Part } from "../src/gpu/layout.ts";
import type { Problem } from "../src/problem.ts";
import { f32, RADIUS_SLACK, ROUNDING } from "./float32.ts";
import { candidateWgsl, gameWgsl } from "./game.wgsl.ts";
import { bestWgsl } from "./least.wgsl.ts";
import { type Arithmetic, plain } from "./real.wgsl.ts";
import { WORKGROUP } from "./rollout.wgsl.ts";

/** `real`s of an Outlook: see outlookWgsl */
export const outlookSize = ({ chain }: Problem): number => 5 * chain.phases + 1;

export const outlookWgsl = ({ chain }: Problem): string => /* wgsl */ `
const PHASES = ${chain.phases}u;
const SIGNALS = ${chain.signals}u;

/// a phase as an agent sees it: twin of Prospect in src/solve/moments.ts
struct Prospect {
  weight: real,
  learning_rate: real,
  a: real,
  b: real,
  abs_b: real,
}

/// what a decision depends on: twin of Outlook in src/solve/moments.ts
struct Outlook {
  phases: array<Prospect, PHASES>,
  c: real,
}
`;

export function momentsWgsl(problem: Problem, arithmetic: Arithmetic): string {
  return wgsl`${gameWgsl(problem, arithmetic)}
${Part.wgsl}
${outlookWgsl(problem)}
@group(0) @binding(0) var<uniform> part: Part;
/// the points of the decision's axes, one axis after the other
@group(0) @binding(1) var<storage, read> axes: array<real>;
/// by signal
@group(0) @binding(2) var<storage, read> outlooks: array<Outlook>;
/// x: the cost of each candidate of this part; y: how far the oracle's may be from it
@group(0) @binding(3) var<storage, read_write> enclosures: array<vec2f>;
${candidateWgsl(problem.game, problem.candidates)}
/// what adding up the phases and C may cost of each
const CHARGE = ${f32((problem.chain.phases + 1) * ROUNDING)};

@compute @workgroup_size(${WORKGROUP})
fn moments(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
  let d = candidate(part.first + id.x);
  let r = reach(d);
  var later = exactly(0.0);
  // the sum of the terms' magnitudes
  var magnitude = centre(outlooks[part.signal].c);
  for (var z = 0u; z < PHASES; z++) {
    let phase = outlooks[part.signal].phases[z];
    let g = gain(d, phase.learning_rate);
    let term = sub(mul(square(g), phase.a), mul(exactly(2.0), mul(g, phase.b)));
    later = tally(later, mul(phase.weight, term), CHARGE);
    let h = abs(centre(g)) + radius(g);
    magnitude += centre(phase.weight) * (h * h * centre(phase.a) + 2.0 * h * centre(phase.abs_b));
  }
  later = tally(later, outlooks[part.signal].c, CHARGE);
  let cost = add(square(sub(r, exactly(1.0))), mul(DISCOUNT, later));
#if ${arithmetic.kind === "plain"}
  enclosures[id.x] = vec2f(cost, 0.0);
#else
  // part.slack is what float64 itself may lose of the magnitude
  let reached = abs(centre(r)) + radius(r) + 1.0;
  let error = ${f32(RADIUS_SLACK)} * (radius(cost) + part.slack * (reached * reached + magnitude));
  enclosures[id.x] = vec2f(centre(cost), error + ${f32(ROUNDING)} * abs(centre(cost)));
#endif
}
`;
}

/** Walks the outlooks back by an episode, over the least candidates: twin of Future in src/solve/moments.ts. */
export function followMomentsWgsl(problem: Problem): string {
  const { chain } = problem;
  const row = (numbers: readonly number[]) => `array(${numbers.map(f32).join(", ")})`;
  return wgsl`${gameWgsl(problem, plain)}
${Part.wgsl}
${bestWgsl}
${outlookWgsl(problem)}
/// P(next phase | phase)
const TRANSITION = array(${chain.transition.map(row).join(", ")});
/// P(signal | phase)
const LIKELIHOOD = array(${chain.likelihood.map(row).join(", ")});

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
@group(0) @binding(5) var<storage, read_write> outlooks: array<Outlook>;
${candidateWgsl(problem.game, problem.candidates)}
@compute @workgroup_size(1)
fn follow() {
  let t = part.episode;
  if (t == 0u) { return; }
  // a, b and |b| of episode t, by phase
  var moments: array<vec3f, PHASES>;
  for (var z = 0u; z < PHASES; z++) {
    let phase = outlooks[0].phases[z];
    for (var s = 0u; s < SIGNALS; s++) {
      let d = candidate(bests[t * SIGNALS + s].index);
      let r = reach(d);
      let g = gain(d, phase.learning_rate);
      let now = vec3f(r * r, r, abs(r));
      let then = vec3f(g * g * phase.a, g * phase.b, abs(g) * phase.abs_b);
      moments[z] += LIKELIHOOD[z][s] * (now + DISCOUNT * then);
    }
  }
  for (var z = 0u; z < PHASES; z++) {
    var mixed = vec3f(0.0);
    for (var j = 0u; j < PHASES; j++) { mixed += TRANSITION[z][j] * moments[j]; }
    let rate = select(0.0, learning_rates[t - 1u], array(${chain.trains.join(", ")})[z]);
    for (var s = 0u; s < SIGNALS; s++) {
      let weight = posterior[((t - 1u) * SIGNALS + s) * PHASES + z];
      outlooks[s].phases[z] = Prospect(weight, rate, mixed.x, mixed.y, mixed.z);
    }
  }
  let c = 1.0 + DISCOUNT * outlooks[0].c;
  for (var s = 0u; s < SIGNALS; s++) { outlooks[s].c = c; }
}
`;
}
