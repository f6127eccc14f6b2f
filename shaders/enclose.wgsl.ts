// Adds up what the blocks of states cost, and says how far the oracle may be from it: an enclosure a candidate. The
// bound has room for the rounding of cost ± bound.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { Part } from "../src/gpu/layout.ts";
import { HUGE } from "./least.wgsl.ts";
import { f32, RADIUS_SLACK, ROUNDING } from "./real.wgsl.ts";
import { WORKGROUP } from "./rollout.wgsl.ts";

/** the share of a cost that float32 is taken to lose where nothing bounds it */
const GUESS = 2 ** -12;

/**
 * Where the error bound comes from.
 *
 * - `none`: no bound is asked for
 * - `guess`: a share of the cost, as the game uses functions that have no bound
 * - `open`: there is none, and any candidate could be the least
 * - `ball`: the totals are balls
 * - `unit`: the totals are plain, and beside them there is the ball of the state θ = 1. Everything is proportional
 *   to θ, and so is the ball: what state θ costs lies within θ² times the ball's radius of what it should.
 */
export type Bound =
  | { readonly kind: "none" | "guess" | "open" | "ball" }
  | {
      readonly kind: "unit";
      /** Σ θ² over the states that are rolled out */
      readonly squares: number;
      /** Σ θ² over the states that are too small to be rolled out in float32 */
      readonly dropped: number;
      /** additions that a summand goes through */
      readonly additions: number;
    };

export const encloseWgsl = (bound: Bound): string => wgsl`
${Part.wgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// x: the cost of each candidate of this part; y: how far the oracle's may be from it
@group(0) @binding(1) var<storage, read_write> enclosures: array<vec2f>;
#if ${bound.kind === "ball"}
/// balls: one row a block of states, one column a candidate
@group(0) @binding(2) var<storage, read> totals: array<vec2f>;
#else
/// one row a block of states, one column a candidate
@group(0) @binding(2) var<storage, read> totals: array<f32>;
#endif
#if ${bound.kind === "unit"}
/// the ball of the state θ = 1, for each candidate
@group(0) @binding(3) var<storage, read> unit: array<vec2f>;
#endif

@compute @workgroup_size(${WORKGROUP})
fn enclose(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
  var sum = totals[id.x];
#if ${bound.kind === "ball"}
  for (var block = 1u; block < part.blocks; block++) {
    let next = totals[block * part.candidates + id.x];
    sum = vec2f(sum.x + next.x, sum.y + next.y + ${f32(ROUNDING)} * (abs(sum.x) + abs(next.x)));
  }
  enclosures[id.x] = vec2f(sum.x, ${f32(RADIUS_SLACK)} * sum.y + ${f32(ROUNDING)} * abs(sum.x));
#else
  for (var block = 1u; block < part.blocks; block++) {
    sum += totals[block * part.candidates + id.x];
  }
#if ${bound.kind === "unit"}
  let ball = unit[id.x];
  let rounding = ${bound.kind === "unit" ? f32(bound.squares * (1 + 2 ** -20)) : ""} * ball.y;
  let dropped = ${bound.kind === "unit" ? f32(bound.dropped * (1 + 2 ** -20)) : ""} * (ball.x + ball.y);
  let addition = ${bound.kind === "unit" ? f32((bound.additions + 1) * ROUNDING) : ""} * sum;
  enclosures[id.x] = vec2f(sum, ${f32(RADIUS_SLACK)} * (rounding + dropped + addition));
#elif ${bound.kind === "guess"}
  enclosures[id.x] = vec2f(sum, ${f32(GUESS)} * abs(sum));
#elif ${bound.kind === "open"}
  enclosures[id.x] = vec2f(sum, ${f32(HUGE)});
#else
  enclosures[id.x] = vec2f(sum, 0.0);
#endif
#endif
}
`;
