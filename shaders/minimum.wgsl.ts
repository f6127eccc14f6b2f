// The candidate with the minimum cost, and the candidates that could have it: a reduction of enclosures in two passes,
// and the list of survivors, for further states or for float64 to settle.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { f32 } from "./float32.ts";
import { Part } from "./layout.ts";

/** invocations per workgroup of the reduction */
export const REDUCERS = 64;
/** the maximum number of workgroups of its first pass */
export const MAX_GROUPS = 512;
/** bytes of an Enclosed */
export const ENCLOSED_SIZE = 12;
/** bytes of a Best */
export const BEST_SIZE = 16;
/** represents infinity, which WGSL does not guarantee to support */
export const HUGE = 3e38;

export const bestWgsl = /* wgsl */ `
/// the minimum and the second-lowest of some candidates' upper ends
struct Best {
  /// the minimum
  high: f32,
  /// its candidate, the first of equals
  index: u32,
  /// the lowest upper end of another candidate
  runner_up: f32,
  padding: u32,
}
`;

/** Candidates, or boxes of them, with enclosures of their costs. */
export const enclosedWgsl = /* wgsl */ `
/// a candidate and its cost: over all states or, in a list, over the states so far
struct Enclosed {
  index: u32,
  cost: f32,
  error: f32,
}

const HUGE = ${f32(HUGE)};

/// Whether an enclosure is finite. Tests the bits, because WGSL may assume that there is no infinity and no NaN.
fn known(cost: f32, error: f32) -> bool {
  let bits = bitcast<vec2u>(vec2f(cost, error)) & vec2u(0x7fffffffu);
  return bits.x < 0x7e000000u && bits.y < 0x7e000000u;
}
`;

/** Two entry points: `reduce`, many workgroups over the enclosures, and `finish`, one workgroup over their results. */
export const minimumWgsl = (): string => wgsl`
${Part.wgsl}
${bestWgsl}
${enclosedWgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// by candidate of this part
@group(0) @binding(1) var<storage, read> enclosures: array<Enclosed>;
/// the result of each workgroup of reduce
@group(0) @binding(2) var<storage, read_write> groups: array<Best>;
/// by slot
@group(0) @binding(3) var<storage, read_write> bests: array<Best>;

const NONE = Best(HUGE, 0xffffffffu, HUGE, 0u);

fn merged(a: Best, b: Best) -> Best {
  if (b.high < a.high || (b.high == a.high && b.index < a.index)) {
    return Best(b.high, b.index, min(a.high, b.runner_up), 0u);
  }
  return Best(a.high, a.index, min(a.runner_up, b.high), 0u);
}

// Only the upper half of the active invocations writes here. A workgroup's memory is cleared before use; a software
// adapter compiles one store per word for that, and every solve on it waits for the compiler.
var<workgroup> handed: array<Best, ${REDUCERS / 2}>;

/// the best of the workgroup, in its first invocation
fn of_workgroup(own: Best, local: u32) -> Best {
  var best = own;
  for (var half = ${REDUCERS / 2}u; half > 0u; half /= 2u) {
    if (local >= half && local < 2u * half) { handed[local - half] = best; }
    workgroupBarrier();
    if (local < half) { best = merged(best, handed[local]); }
    workgroupBarrier();
  }
  return best;
}

@compute @workgroup_size(${REDUCERS})
fn reduce(
  @builtin(local_invocation_index) local: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) group_count: vec3u,
) {
  var best = NONE;
  for (var i = group.x * ${REDUCERS}u + local; i < part.candidates; i += group_count.x * ${REDUCERS}u) {
    let enclosure = enclosures[i];
    var high = HUGE;
    if (known(enclosure.cost, enclosure.error)) { high = enclosure.cost + enclosure.error; }
    best = merged(best, Best(high, enclosure.index, HUGE, 0u));
  }
  best = of_workgroup(best, local);
  if (local == 0u) { groups[group.x] = best; }
}

@compute @workgroup_size(${REDUCERS})
fn finish(@builtin(local_invocation_index) local: u32) {
  let group_count = min(${MAX_GROUPS}u, (part.candidates + ${REDUCERS - 1}u) / ${REDUCERS}u);
  var best = NONE;
  if (local == 0u && part.fresh == 0u) { best = bests[part.slot]; }
  for (var i = local; i < group_count; i += ${REDUCERS}u) { best = merged(best, groups[i]); }
  best = of_workgroup(best, local);
  if (local == 0u) { bests[part.slot] = best; }
}
`;

/** Lists the candidates that could be the minimum or the runner-up. */
export const survivorsWgsl = (workgroup: number): string => wgsl`
${Part.wgsl}
${bestWgsl}
${enclosedWgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// by candidate of this part
@group(0) @binding(1) var<storage, read> enclosures: array<Enclosed>;
/// by slot; if costs are whole, the second-lowest upper end is a limit
@group(0) @binding(2) var<storage, read> bests: array<Best>;
@group(0) @binding(3) var<storage, read_write> count: atomic<u32>;
@group(0) @binding(4) var<storage, read_write> survivors: array<Enclosed>;

@compute @workgroup_size(${workgroup})
fn survive(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
  let enclosure = enclosures[id.x];
  var low = -HUGE;
  if (known(enclosure.cost, enclosure.error)) { low = enclosure.cost - enclosure.error; }
  if (low > part.limit) { return; }
  if (part.whole == 1u && low > bests[part.slot].runner_up) { return; }
  survivors[atomicAdd(&count, 1u)] = enclosure;
}
`;
