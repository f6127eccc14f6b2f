// The hot loop: the total mesa cost of every candidate over a block of states. It is the same for every game.
//
// An invocation takes one candidate and some groups of states. The rollouts of a group run side by side in registers,
// so that what an episode has in common is read once for all of them. Twin of src/cpu/rollout.ts.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";
import type { Problem } from "../src/model/problem.ts";
import { f32, ROUNDING } from "./float32.ts";
import { candidateWgsl, type Points } from "./grid.wgsl.ts";
import { Part } from "./layout.ts";
import { enclosedWgsl } from "./minimum.wgsl.ts";
import type { Arithmetic } from "./real.wgsl.ts";

/** invocations per workgroup: candidates */
export const WORKGROUP = 64;
/** the maximum number of stages in which the states may come */
export const MAX_STAGES = 4;

/** How the states are distributed over invocations. */
export interface Deal {
  /** states that an invocation rolls out side by side */
  readonly lanes: number;
  /** groups of that size that it processes one after the other; together they are a block */
  readonly groups: number;
  /** the number of blocks of all states */
  readonly blocks: number;
}

/** What is rolled out: one total per candidate and block of states. */
export interface Rollout {
  readonly problem: Problem;
  /** the game in the arithmetic: see src/gpu/gameWgsl.ts */
  readonly declarations: string;
  readonly arithmetic: Arithmetic;
  readonly deal: Deal;
  /** the candidates, or in affine arithmetic their boxes */
  readonly candidates: Points;
  /** in affine arithmetic: the number of additions between a plain total and a cost */
  readonly additions?: number | undefined;
  /** whether candidates are read from a list, and each state stands for one or two */
  readonly listed?: boolean | undefined;
}

/** f32s of a total: a `real`; for a form its centre, spread and error */
export const totalSize = ({ kind, size }: Arithmetic): number => (kind === "affine" ? 3 : size);

/** The kernel `rollout`. */
export function rolloutWgsl(rollout: Rollout): string {
  const { problem, declarations, arithmetic, deal, candidates, additions = 0, listed } = rollout;
  const { lanes, groups, blocks } = deal;
  const each = (text: (i: number) => string) => Array.from({ length: lanes }, (_, i) => text(i)).join("\n");
  const { game, formulas, learningRates } = problem;
  const { discount } = formulas;
  const ownDiscount = discount.op !== "number";
  const discounted = ownDiscount || discount.value !== 1;
  const weight = (i: number) => (ownDiscount ? `weight${i}` : "weight");
  const affine = arithmetic.kind === "affine";
  if (affine && lanes !== 1)
    throw new Error("an invocation has one set of symbols: it takes one state at a time");
  // the charges for the sum over the states, per total: for a form, and for the values that it encloses
  const charges = [groups * lanes + blocks + MAX_STAGES, additions].map((count) => f32(ROUNDING * count));
  const total = (i: number) => (listed ? `scaled(total${i}, shares[at + ${i}u])` : `total${i}`);
  const tallied = (i: number) =>
    affine ? `tally_both(sum, ${total(i)}, ${charges})` : `tally(sum, ${total(i)}, ${charges[0]})`;

  return wgsl`${declarations}
${Part.wgsl}
/// T, the number of episodes
const EPISODES = ${learningRates.length}u;
/// groups of ${lanes} states per invocation
const GROUPS = ${groups}u;

#if ${affine}
struct Total {
  cost: f32,
  spread: f32,
  error: f32,
}
fn total_of(a: real) -> Total { return Total(a.centre, a.spread, a.error); }
#else
alias Total = real;
fn total_of(a: real) -> Total { return a; }
#endif

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
/// the states to average over, filled up to a whole number of blocks
@group(0) @binding(3) var<storage, read> states: array<State>;
/// sums over each block's states: one row per block, one column per candidate of this part
@group(0) @binding(4) var<storage, read_write> totals: array<Total>;
#if ${game.network}
fn candidate(index: u32) -> Decision { return Decision(EPISODES + index); }

fn planned(k: u32) -> Prepared { return prepare(Decision(k), learning_rates[k]); }
#else
/// the decisions of the episodes after t
@group(0) @binding(5) var<storage, read> plan: array<Prepared>;
${candidateWgsl(candidates)}
fn planned(k: u32) -> Prepared { return plan[k]; }
#endif
#if ${listed}
${listed ? enclosedWgsl : ""}
/// the candidates
@group(0) @binding(6) var<storage, read> listed: array<Enclosed>;
/// how many states of the grid each state stands for: one, or two with the same cost
@group(0) @binding(7) var<storage, read> shares: array<f32>;
#endif

@compute @workgroup_size(${WORKGROUP})
fn rollout(@builtin(global_invocation_id) id: vec3u) {
  // invocations are numbered over candidates and blocks, so that few candidates do not leave a workgroup partly idle
  if (id.x >= part.candidates * part.run) { return; }
  let index = id.x % part.candidates;
  let block = part.first_block + id.x / part.candidates;
#if ${listed}
  let decision = candidate(listed[part.first + index].index);
#else
  let decision = candidate(part.first + index);
#endif
#if ${affine}
  begin_box(decision);
#endif
  let mine = prepare(decision, learning_rates[part.episode]);
  var sum = exactly(0.0);

  for (var group = 0u; group < GROUPS; group++) {
    let at = (block * GROUPS + group) * ${lanes}u;
${each((i) => `    var state${i} = renewed(states[at + ${i}u]); let own${i} = own_of(state${i});`)}
${each((i) => `    var total${i} = exactly(0.0);`)}
#if ${ownDiscount}
${each((i) => `    let discount${i} = discount(own${i}); var weight${i} = exactly(1.0);`)}
#else
    var weight = exactly(1.0);
#endif

    var c = mine;
    var k = part.episode;
    loop {
${each((i) => `      let played${i} = play(c, state${i}, own${i});`)}
      // values that outlive an episode must not contain the state's symbols, which are new in each episode
#if ${discounted}
${each((i) => `      total${i} = settled(tally(total${i}, mul(${weight(i)}, played${i}.cost), part.charge));`)}
#else
${each((i) => `      total${i} = settled(tally(total${i}, played${i}.cost, part.charge));`)}
#endif
      k++;
      if (k == EPISODES) { break; }
${each((i) => `      state${i} = renewed(played${i}.next);`)}
#if ${ownDiscount}
${each((i) => `      weight${i} = mul(weight${i}, discount${i});`)}
#elif ${discounted}
      weight = mul(weight, DISCOUNT);
#endif
      c = planned(k);
    }

${each((i) => `    if (at + ${i}u < part.states) { sum = ${tallied(i)}; }`)}
  }
  totals[block * part.candidates + index] = total_of(sum);
}
`;
}
