// The hot loop: the total mesa cost of every candidate over a block of states. It knows no game.
//
// An invocation takes one candidate and some groups of states. The rollouts of a group run side by side in registers:
// what an episode has in common is read once for all of them. Twin of src/cpu/rollout.ts.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import { Part } from "../src/gpu/layout.ts";
import type { Problem } from "../src/problem.ts";
import { candidateWgsl, gameWgsl } from "./game.wgsl.ts";
import type { Arithmetic } from "./real.wgsl.ts";

/** states that an invocation rolls out side by side */
export const LANES = 8;
/** invocations of a workgroup: candidates */
export const WORKGROUP = 64;

/** How the states are dealt to invocations. */
export interface Deal {
  /** how many states there are */
  readonly states: number;
  /** states that an invocation rolls out side by side */
  readonly lanes: number;
  /** groups of so many that it takes one after the other */
  readonly groups: number;
}

/** The kernel `rollout` for a problem and a deal. */
export function rolloutWgsl(
  problem: Problem,
  arithmetic: Arithmetic,
  { states, lanes, groups }: Deal,
  underflow?: number,
): string {
  const each = (text: (i: number) => string) => Array.from({ length: lanes }, (_, i) => text(i)).join("\n");
  const { game, parameters, learningRates } = problem;
  const ownDiscount = game.discount !== undefined;
  const discounted = ownDiscount || parameters.discount !== 1;
  const believes = game.believedTarget !== undefined;
  const weight = (i: number) => (ownDiscount ? `weight${i}` : "weight");

  return wgsl`${gameWgsl(problem, arithmetic, underflow)}
${Part.wgsl}
/// T, the number of episodes
const EPISODES = ${learningRates.length}u;
/// states of the grid; the table goes on with zeros to a whole number of blocks
const STATES = ${states}u;
/// groups of ${lanes} states an invocation
const GROUPS = ${groups}u;

@group(0) @binding(0) var<uniform> part: Part;
/// η of each episode
@group(0) @binding(1) var<storage, read> learning_rates: array<real>;
#if ${game.network}
/// weights: those of each episode of the plan, then those of each candidate
@group(0) @binding(2) var<storage, read> weights: array<real>;
#else
/// the points of the decision's axes, one axis after the other
@group(0) @binding(2) var<storage, read> axes: array<real>;
#endif
/// the states to average over
@group(0) @binding(3) var<storage, read> states: array<State>;
/// sums over each block's states: one row a block, one column a candidate of this part
@group(0) @binding(4) var<storage, read_write> totals: array<real>;
#if ${game.network}
fn candidate(index: u32) -> Decision { return Decision(EPISODES + index); }

fn planned(k: u32) -> Prepared { return prepare(Decision(k), learning_rates[k]); }
#else
/// the decisions of the episodes after t
@group(0) @binding(5) var<storage, read> plan: array<Prepared>;
${candidateWgsl(problem)}
fn planned(k: u32) -> Prepared { return plan[k]; }
#endif

@compute @workgroup_size(${WORKGROUP})
fn rollout(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= part.candidates) { return; }
  let block = part.first_block + id.y;
  let mine = prepare(candidate(part.first + id.x), learning_rates[part.episode]);
  var sum = exactly(0.0);

  for (var group = 0u; group < GROUPS; group++) {
    let at = (block * GROUPS + group) * ${lanes}u;
${each((i) => `    var state${i} = states[at + ${i}u]; let goal${i} = state${i}.theta; var total${i} = exactly(0.0);`)}
#if ${believes}
${each((i) => `    let target${i} = believed_target(state${i});`)}
#endif
#if ${ownDiscount}
${each((i) => `    let discount${i} = discount(state${i}); var weight${i} = exactly(1.0);`)}
#else
    var weight = exactly(1.0);
#endif

    var c = mine;
    var k = part.episode;
    loop {
${each((i) => `      let y${i} = prepared_output(c, state${i});`)}
${each((i) => `      let miss${i} = square(sub(y${i}, goal${i}));`)}
#if ${discounted}
${each((i) => `      total${i} = add(total${i}, mul(${weight(i)}, miss${i}));`)}
#else
${each((i) => `      total${i} = add(total${i}, miss${i});`)}
#endif
      k++;
      if (k == EPISODES) { break; }
#if ${believes}
${each((i) => `      state${i} = prepared_learn(c, state${i}, mul(exactly(2.0), sub(y${i}, target${i})));`)}
#else
${each((i) => `      state${i} = prepared_learn(c, state${i}, mul(exactly(2.0), y${i}));`)}
#endif
#if ${ownDiscount}
${each((i) => `      weight${i} = mul(weight${i}, discount${i});`)}
#elif ${discounted}
      weight = mul(weight, DISCOUNT);
#endif
      c = planned(k);
    }

${each((i) => `    if (at + ${i}u < STATES) { sum = add(sum, total${i}); }`)}
  }
  totals[block * part.candidates + id.x] = sum;
}
`;
}
