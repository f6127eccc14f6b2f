// The collapsed cost of a proportional game: what src/solve/moments.ts has, for every candidate at once. Each answer
// is an enclosure of what the oracle's rollout says per θ².

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { Part } from "../src/gpu/layout.ts";
import type { Problem } from "../src/problem.ts";
import { candidateWgsl, gameWgsl } from "./game.wgsl.ts";
import { type Arithmetic, f32, RADIUS_SLACK, ROUNDING } from "./real.wgsl.ts";
import { WORKGROUP } from "./rollout.wgsl.ts";

/** A, B, C and |B| of the episodes after t: see src/solve/moments.ts */
export const FUTURE_SIZE = 4;

export const futureWgsl = /* wgsl */ `
/// what the episodes after t cost, per θ²: twin of Moments in src/solve/moments.ts
struct Future {
  a: real,
  b: real,
  c: real,
  abs_b: real,
}
`;

export function momentsWgsl(problem: Problem, arithmetic: Arithmetic): string {
  return wgsl`${gameWgsl(problem, arithmetic)}
${Part.wgsl}
${futureWgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// η of each episode
@group(0) @binding(1) var<storage, read> learning_rates: array<real>;
/// the points of the decision's axes, one axis after the other
@group(0) @binding(2) var<storage, read> axes: array<real>;
@group(0) @binding(3) var<storage, read> future: Future;
/// x: the cost of each candidate of this part; y: how far the oracle's may be from it
@group(0) @binding(4) var<storage, read_write> enclosures: array<vec2f>;
${candidateWgsl(problem)}
@compute @workgroup_size(${WORKGROUP})
fn moments(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
  let c = prepare(candidate(part.first + id.x), learning_rates[part.episode]);
  let r = c.reach;
  let g = c.gain;
  let later = add(sub(mul(square(g), future.a), mul(exactly(2.0), mul(g, future.b))), future.c);
  let cost = add(square(sub(r, exactly(1.0))), mul(DISCOUNT, later));
#if ${arithmetic === "plain"}
  enclosures[id.x] = vec2f(cost, 0.0);
#else
  // what float64 itself may lose: part.slack times the sum of the terms' magnitudes
  let reached = abs(centre(r)) + radius(r) + 1.0;
  let h = abs(centre(g)) + radius(g);
  let magnitude = reached * reached + h * h * centre(future.a) + 2.0 * h * centre(future.abs_b) + centre(future.c);
  let error = ${f32(RADIUS_SLACK)} * (radius(cost) + part.slack * magnitude);
  enclosures[id.x] = vec2f(centre(cost), error + ${f32(ROUNDING)} * abs(centre(cost)));
#endif
}
`;
}
