// Cells of candidates, coarse to fine: those in which a candidate may be the minimum or the runner-up make way for the
// cells, or at last for the candidates, that they consist of. The bounds have room for what is rounded here.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { f32, RADIUS_SLACK, ROUNDING } from "./float32.ts";
import { type CellGrid, cellOfWgsl, coordinatesWgsl } from "./grid.wgsl.ts";
import { Part } from "./layout.ts";
import { enclosedWgsl } from "./least.wgsl.ts";
import { WORKGROUP } from "./rollout.wgsl.ts";

export const boundsWgsl = /* wgsl */ `
/// of a cell: a cost, how far that of any of its candidates may be from it, and what float32 may lose of that. As sums
/// of f32s, of which spread and error may have come out low.
struct Bounds {
  cost: f32,
  spread: f32,
  error: f32,
}
`;

/** Cells that consist of others, or of candidates. */
export interface Descent {
  /** what the indices of cells are in: the counts of each axis of the finest cells */
  readonly cells: readonly number[];
  /** what those of their parts are in */
  readonly parts: readonly number[];
  /** how many parts there are along each axis */
  readonly counts: readonly number[];
  /** how many of them a cell has along each side; the last of an axis may have fewer */
  readonly sides: readonly number[];
  /** whether the cells are the finest, whose bounds are kept, and added up where states come in stages */
  readonly finest: boolean;
}

/** Lists the parts of the cells that are not ruled out. */
export const descendWgsl = ({ cells, parts, counts, sides, finest }: Descent): string => {
  const axes = cells.map((_, d) => d);
  const flat = axes.reduce((index, d) => `(${index}) * ${parts[d]}u + i${d}`, "0u");
  return wgsl`
${Part.wgsl}
${enclosedWgsl}
${boundsWgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// the cells
@group(0) @binding(1) var<storage, read> listed: array<Enclosed>;
/// one row a block of states, one column a cell of this part
@group(0) @binding(2) var<storage, read> totals: array<Bounds>;
@group(0) @binding(3) var<storage, read_write> count: atomic<u32>;
@group(0) @binding(4) var<storage, read_write> parts: array<Enclosed>;
#if ${finest}
/// by cell
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
${coordinatesWgsl(cells)
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

/** Lists the cells of listed candidates, each once. */
export const cellsOfWgsl = (grid: CellGrid): string => wgsl`
${Part.wgsl}
${enclosedWgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// the candidates
@group(0) @binding(1) var<storage, read> listed: array<Enclosed>;
/// by cell: whether it is listed
@group(0) @binding(2) var<storage, read_write> seen: array<atomic<u32>>;
/// how many candidates are listed, and how many cells
@group(0) @binding(3) var<storage, read_write> counts: array<atomic<u32>, 2>;
@group(0) @binding(4) var<storage, read_write> cells: array<Enclosed>;
${cellOfWgsl(grid)}
@compute @workgroup_size(${WORKGROUP})
fn cells_of(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates || part.first + id.x >= atomicLoad(&counts[0])) { return; }
  let cell = cell_of(listed[part.first + id.x].index);
  if (atomicExchange(&seen[cell], 1u) == 0u) { cells[atomicAdd(&counts[1], 1u)] = Enclosed(cell, 0.0, 0.0); }
}
`;
