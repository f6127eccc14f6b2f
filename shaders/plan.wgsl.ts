// The plan on the device: prepares decisions for the rollouts. They are either copied from the host (`adopt`), or the
// best candidate on the device, without the host (`follow`).

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { candidateWgsl, type Points } from "./grid.wgsl.ts";
import { Part } from "./layout.ts";
import { bestWgsl } from "./minimum.wgsl.ts";
import { WORKGROUP } from "./rollout.wgsl.ts";

/**
 * Prepares the decisions of the episodes from `part.first` on, copied from the host. @param declarations of the game
 */
export const adoptWgsl = (declarations: string, episodes: number): string => wgsl`
${declarations}
${Part.wgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// η of each episode
@group(0) @binding(1) var<storage, read> learning_rates: array<real>;
/// by episode
@group(0) @binding(2) var<storage, read> decisions: array<Decision>;
@group(0) @binding(3) var<storage, read_write> plan: array<Prepared>;

@compute @workgroup_size(${WORKGROUP})
fn adopt(@builtin(global_invocation_id) id: vec3u) {
  let k = part.first + id.x;
  if (k >= ${episodes}u) { return; }
  plan[k] = prepare(decisions[k], learning_rates[k]);
}
`;

/** Makes the best candidate of an episode the plan's decision. */
export const followWgsl = (declarations: string, candidates: Points): string => wgsl`
${declarations}
${Part.wgsl}
${bestWgsl}
@group(0) @binding(0) var<uniform> part: Part;
/// η of each episode
@group(0) @binding(1) var<storage, read> learning_rates: array<real>;
/// the points of the decision's axes, one axis after the other
@group(0) @binding(2) var<storage, read> axes: array<real>;
/// by episode
@group(0) @binding(3) var<storage, read> bests: array<Best>;
@group(0) @binding(4) var<storage, read_write> plan: array<Prepared>;
${candidateWgsl(candidates)}
@compute @workgroup_size(1)
fn follow() {
  let t = part.episode;
  plan[t] = prepare(candidate(bests[t].index), learning_rates[t]);
}
`;
