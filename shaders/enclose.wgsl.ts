// Adds up what the blocks of states cost, and says how far the oracle may be from it: an enclosure a candidate. The
// bound has room for the rounding of cost ± bound.
//
// Of a cell of candidates the same two numbers hold each of its candidates: see `encloseCellsWgsl`.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { f32, RADIUS_SLACK, ROUNDING } from "./float32.ts";
import { type CellGrid, cellOfWgsl } from "./grid.wgsl.ts";
import { Part } from "./layout.ts";
import { HUGE } from "./least.wgsl.ts";
import { WORKGROUP } from "./rollout.wgsl.ts";

/** the share of a cost that float32 is taken to lose where nothing bounds it */
export const GUESS = 2 ** -12;

/**
 * Where the error bound comes from.
 *
 * - `none`: no bound is asked for
 * - `guess`: a share of the cost, as the game uses functions that have no bound
 * - `open`: there is none, and any candidate could be the least
 * - `cells`: the totals are plain, and affine arithmetic has bounded what float32 loses in each cell. A candidate of a
 *   cell that is ruled out has that cell's own enclosure
 * - `unit`: the totals are plain, and beside them there is the ball of the state θ = 1. Everything is proportional
 *   to θ, and so is the ball: what state θ costs lies within θ² times the ball's radius of what it should.
 */
export type Bound =
  | { readonly kind: "none" | "guess" | "open" }
  | { readonly kind: "cells"; readonly cells: CellGrid }
  | {
      readonly kind: "unit";
      /** Σ θ² over the states that are rolled out */
      readonly squares: number;
      /** Σ θ² over the states that are too small to be rolled out in float32 */
      readonly dropped: number;
      /** additions that a state's total goes through, at most and in whichever order */
      readonly additions: number;
    };

const boundsWgsl = /* wgsl */ `
/// of a cell: a cost, how far that of any of its candidates may be from it, and what float32 may lose of that
struct Bounds {
  cost: f32,
  spread: f32,
  error: f32,
}
`;

export const encloseWgsl = (bound: Bound): string => {
  const addition = bound.kind === "unit" ? f32((bound.additions + 1) * ROUNDING) : "";
  return wgsl`
${Part.wgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// x: the cost of each candidate of this part; y: how far the oracle's may be from it
@group(0) @binding(1) var<storage, read_write> enclosures: array<vec2f>;
/// one row a block of states, one column a candidate
@group(0) @binding(2) var<storage, read> totals: array<f32>;
#if ${bound.kind === "unit"}
/// the ball of the state θ = 1, for each candidate
@group(0) @binding(3) var<storage, read> unit: array<vec2f>;
#elif ${bound.kind === "cells"}
${boundsWgsl}
/// by cell
@group(0) @binding(3) var<storage, read> bounds: array<Bounds>;
/// by cell: 0 where none of its candidates can be the least or the runner-up
@group(0) @binding(4) var<storage, read> open: array<u32>;
${bound.kind === "cells" ? cellOfWgsl(bound.cells) : ""}
#endif

@compute @workgroup_size(${WORKGROUP})
fn enclose(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
#if ${bound.kind === "cells"}
  let cell = cell_of(part.first + id.x);
  let bound = bounds[cell];
  if (open[cell] == 0u) {
    enclosures[id.x] = vec2f(bound.cost, bound.spread);
    return;
  }
#endif
  var sum = totals[id.x];
  for (var block = 1u; block < part.blocks; block++) {
    sum += totals[block * part.candidates + id.x];
  }
#if ${bound.kind === "unit"}
  let ball = unit[id.x];
  let rounding = ${bound.kind === "unit" ? f32(bound.squares * (1 + 2 ** -20)) : ""} * ball.y;
  let dropped = ${bound.kind === "unit" ? f32(bound.dropped * (1 + 2 ** -20)) : ""} * (ball.x + ball.y);
  let addition = ${addition} * sum;
  enclosures[id.x] = vec2f(sum, ${f32(RADIUS_SLACK)} * (rounding + dropped + addition));
#elif ${bound.kind === "cells"}
  enclosures[id.x] = vec2f(sum, bound.error + ${f32(ROUNDING)} * abs(sum));
#elif ${bound.kind === "guess"}
  enclosures[id.x] = vec2f(sum, ${f32(GUESS)} * abs(sum));
#elif ${bound.kind === "open"}
  enclosures[id.x] = vec2f(sum, ${f32(HUGE)});
#else
  enclosures[id.x] = vec2f(sum, 0.0);
#endif
}
`;
};

/** Adds up what the blocks of states say of each cell; their forms have room for what is rounded here. */
export const encloseCellsWgsl = (): string => wgsl`
${Part.wgsl}
${boundsWgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// by cell
@group(0) @binding(1) var<storage, read_write> bounds: array<Bounds>;
/// one row a block of states, one column a cell of this part
@group(0) @binding(2) var<storage, read> totals: array<Bounds>;

@compute @workgroup_size(${WORKGROUP})
fn enclose_cells(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
  var sum = totals[id.x];
  for (var block = 1u; block < part.blocks; block++) {
    let next = totals[block * part.candidates + id.x];
    sum = Bounds(sum.cost + next.cost, sum.spread + next.spread, sum.error + next.error);
  }
  let rounding = ${f32(ROUNDING)} * abs(sum.cost);
  bounds[part.first + id.x] = Bounds(
    sum.cost,
    ${f32(RADIUS_SLACK)} * sum.spread + rounding,
    ${f32(RADIUS_SLACK)} * sum.error,
  );
}
`;
