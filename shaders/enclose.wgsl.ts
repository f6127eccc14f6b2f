// Adds up the costs of the blocks of states, and bounds the distance from the oracle's cost: one enclosure per
// candidate. The bound includes the rounding of cost ± bound.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { boundsWgsl } from "./boxes.wgsl.ts";
import { f32, RADIUS_SLACK, ROUNDING } from "./float32.ts";
import { type BoxGrid, boxOfWgsl } from "./grid.wgsl.ts";
import { Part } from "./layout.ts";
import { enclosedWgsl, HUGE } from "./minimum.wgsl.ts";
import { WORKGROUP } from "./rollout.wgsl.ts";

/** the assumed relative error of a float32 cost if there is no bound */
export const GUESS = 2 ** -12;

/**
 * Where the error bound comes from.
 *
 * - `none`: no bound is needed
 * - `open`: there is no bound, and any candidate could be the minimum
 * - `guess`: a share of the cost, for listed candidates, because the game uses functions that have no bound
 * - `boxes`: for listed candidates with plain totals, the bound of the float32 error that affine arithmetic gives for
 *   their box
 * - `unit`: the totals are balls for the state θ = 1 only. Everything is proportional to θ: a state θ costs θ² times a
 *   value in the ball.
 */
export type Bound =
  | { readonly kind: "none" | "guess" | "open" }
  | { readonly kind: "boxes"; readonly boxes: BoxGrid }
  | {
      readonly kind: "unit";
      /** how many states there are, and Σ θ² over them */
      readonly states: number;
      readonly squares: number;
      /** Σ θ² over the states that are too small for the ball to hold */
      readonly dropped: number;
    };

export const encloseWgsl = (bound: Bound): string => {
  const { kind } = bound;
  const listed = kind === "guess" || kind === "boxes";
  const enlarged = (sum: number) => f32(sum * (1 + 2 ** -20));
  return wgsl`
${Part.wgsl}
${enclosedWgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// by candidate of this part
@group(0) @binding(1) var<storage, read_write> enclosures: array<Enclosed>;
#if ${kind === "unit"}
/// the ball of the state θ = 1, for each candidate
@group(0) @binding(2) var<storage, read> unit: array<vec2f>;
#else
/// one row per block of states, one column per candidate
@group(0) @binding(2) var<storage, read> totals: array<f32>;
#endif
#if ${listed}
/// the candidates, and their costs over the states of earlier stages
@group(0) @binding(3) var<storage, read> listed: array<Enclosed>;
#endif
#if ${kind === "boxes"}
${boundsWgsl}
/// by box
@group(0) @binding(4) var<storage, read> bounds: array<Bounds>;
${kind === "boxes" ? boxOfWgsl(bound.boxes) : ""}
#endif

@compute @workgroup_size(${WORKGROUP})
fn enclose(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
#if ${listed}
  let before = listed[part.first + id.x];
  let index = before.index;
#else
  let index = part.first + id.x;
#endif
#if ${kind === "unit"}
  let ball = unit[id.x];
  let sum = ${kind === "unit" ? f32(bound.squares) : ""} * ball.x;
  let rounding = ${kind === "unit" ? enlarged(bound.squares) : ""} * ball.y;
  let dropped = ${kind === "unit" ? enlarged(bound.dropped) : ""} * (abs(ball.x) + ball.y);
  // the roundings of the product, and of the oracle's sum over the states
  let addition = ${kind === "unit" ? f32(2 * ROUNDING + bound.states * 2 ** -52) : ""} * abs(sum);
  enclosures[id.x] = Enclosed(index, sum, ${f32(RADIUS_SLACK)} * (rounding + dropped + addition));
#else
  var sum = totals[part.first_block * part.candidates + id.x];
  for (var block = part.first_block + 1u; block < part.first_block + part.run; block++) {
    sum += totals[block * part.candidates + id.x];
  }
#if ${listed}
  sum += before.cost;
#endif
#if ${kind === "boxes"}
  let error = ${f32(RADIUS_SLACK)} * bounds[box_of(index)].error + ${f32(ROUNDING)} * abs(sum);
#elif ${kind === "guess"}
  let error = ${f32(GUESS)} * abs(sum);
#elif ${kind === "open"}
  let error = ${f32(HUGE)};
#else
  let error = 0.0;
#endif
  enclosures[id.x] = Enclosed(index, sum, error);
#endif
}
`;
};
