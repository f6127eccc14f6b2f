// Boxes of candidates, from coarse to fine: replaces the boxes that may contain the minimum or the runner-up by the
// smaller boxes, or in the end by the candidates, that they consist of. The bounds include the rounding of this code.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { f32, RADIUS_SLACK, ROUNDING } from "./float32.ts";
import { type BoxGrid, boxOfWgsl, coordinatesWgsl } from "./grid.wgsl.ts";
import { Part } from "./layout.ts";
import { enclosedWgsl } from "./minimum.wgsl.ts";
import { WORKGROUP } from "./rollout.wgsl.ts";

export const boundsWgsl = /* wgsl */ `
/// of a box: a cost, the maximum distance of its candidates' costs from it, and the maximum float32 error of each. They are
/// sums of f32s, so spread and error may have been rounded down.
struct Bounds {
  cost: f32,
  spread: f32,
  error: f32,
}
`;

/** Boxes and their parts, which are smaller boxes or candidates. */
export interface Descent {
  /** the box counts of each axis that define a box's index: those of the finest level */
  readonly boxes: readonly number[];
  /** the counts that define a part's index */
  readonly parts: readonly number[];
  /** how many parts there are along each axis */
  readonly counts: readonly number[];
  /** how many parts a box has along each side; the last box of an axis may have fewer */
  readonly sides: readonly number[];
  /** whether the boxes are the finest; their bounds are stored, and added up if states come in stages */
  readonly finest: boolean;
}

/** Lists the parts of the boxes that are not ruled out. */
export const descendWgsl = ({ boxes, parts, counts, sides, finest }: Descent): string => {
  const axes = boxes.map((_, d) => d);
  const flat = axes.reduce((index, d) => `(${index}) * ${parts[d]}u + i${d}`, "0u");
  return wgsl`
${Part.wgsl}
${enclosedWgsl}
${boundsWgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// the boxes
@group(0) @binding(1) var<storage, read> listed: array<Enclosed>;
/// one row per block of states, one column per box of this part
@group(0) @binding(2) var<storage, read> totals: array<Bounds>;
@group(0) @binding(3) var<storage, read_write> count: atomic<u32>;
@group(0) @binding(4) var<storage, read_write> parts: array<Enclosed>;
#if ${finest}
/// by box
@group(0) @binding(5) var<storage, read_write> bounds: array<Bounds>;
#endif

fn plus(a: Bounds, b: Bounds) -> Bounds {
  return Bounds(a.cost + b.cost, a.spread + b.spread, a.error + b.error);
}

@compute @workgroup_size(${WORKGROUP})
fn descend(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
  let index = listed[part.first + id.x].index;
  var sum = totals[part.first_block * part.candidates + id.x];
  for (var block = part.first_block + 1u; block < part.first_block + part.run; block++) {
    sum = plus(sum, totals[block * part.candidates + id.x]);
  }
#if ${finest}
  if (part.fresh == 0u) {
    bounds[index] = plus(bounds[index], sum);
    return;
  }
  bounds[index] = sum;
#endif
  let spread = ${f32(RADIUS_SLACK)} * sum.spread + ${f32(ROUNDING)} * abs(sum.cost);
  if (known(sum.cost, spread) && sum.cost - spread > part.limit) { return; }
${coordinatesWgsl(boxes)
  .map(
    (coordinate, d) =>
      `  let from${d} = ${sides[d]}u * (${coordinate}); let to${d} = min(from${d} + ${sides[d]}u, ${counts[d]}u);`,
  )
  .join("\n")}
  var at = atomicAdd(&count, ${axes.map((d) => `(to${d} - from${d})`).join(" * ")});
${axes.map((d) => `  for (var i${d} = from${d}; i${d} < to${d}; i${d}++) {`).join("\n")}
    parts[at] = Enclosed(${flat}, 0.0, 0.0);
    at++;
${axes.map(() => "  }").join("\n")}
}
`;
};

/** Lists the boxes of listed candidates, without duplicates. */
export const boxesOfWgsl = (grid: BoxGrid): string => wgsl`
${Part.wgsl}
${enclosedWgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// the candidates
@group(0) @binding(1) var<storage, read> listed: array<Enclosed>;
/// by box: whether it is listed
@group(0) @binding(2) var<storage, read_write> seen: array<atomic<u32>>;
/// how many candidates are listed, and how many boxes
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>, 2>;
@group(0) @binding(4) var<storage, read_write> boxes: array<Enclosed>;
${boxOfWgsl(grid)}
@compute @workgroup_size(${WORKGROUP})
fn boxes_of(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates || part.first + id.x >= atomicLoad(&counts[0])) { return; }
  let box = box_of(listed[part.first + id.x].index);
  if (atomicExchange(&seen[box], 1u) == 0u) { boxes[atomicAdd(&counts[1], 1u)] = Enclosed(box, 0.0, 0.0); }
}
`;
