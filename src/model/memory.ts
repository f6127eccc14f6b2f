// What agents believe who remember all signals so far. Of two phases it is one number, b = P(first phase | s_0 … s_t):
//
//     p = b P(first | first) + (1 − b) P(first | second),   b' = p P(s | first) / (p P(s | first) + (1 − p) P(s | second)).
//
// So many beliefs can occur that a plan has a decision for some of them, the nodes of an episode, and what follows a
// belief between two nodes is what follows either, by its distance from the other. As long as there are no more beliefs
// than nodes are allowed, each is a node and nothing is approximate. From then on the outermost two are nodes, and the
// others lie where beliefs are likely: their density goes with the fourth root of how likely beliefs are in either phase,
// along √b/(√b + √(1 − b)), which has room for those near 0 and 1. All of that is + − × ÷ √, which every engine rounds
// the same.

import type { PhaseChain } from "../game/hidden.ts";
import type { Following } from "./hiddenPhase.ts";

/** Where a belief lies: so far on the way from a node to the one after it, from 0 to 1 (but 1). */
export interface Place {
  readonly node: number;
  readonly share: number;
}

/** Beliefs of agents who remember. T episodes, B nodes an episode. */
export interface Memory {
  /** P(first phase), ascending, shape [T][B] */
  readonly nodes: readonly (readonly number[])[];
  /** P(node) at each episode, shape [T][B] */
  readonly beliefAt: readonly (readonly number[])[];
  /** whether every belief that can occur is a node */
  readonly complete: boolean;
  /** what follows a node of an episode; before the first, of −1 */
  following(episode: number, node: number): Following;
  /** the belief after a signal and another belief, or none before the first signal */
  after(belief: number | undefined, signal: number): number;
  /** where a belief lies among an episode's nodes; beyond the outermost it is at that */
  place(episode: number, belief: number): Place;
}

/** beliefs that differ by less are one */
const SAME = 1e-15;
/** bins in which beliefs are counted, for each node */
const BINS = 4;
/** the share of the nodes that is spread evenly, so that none is far from the next where beliefs are unlikely */
const EVEN = 0.2;

/** √b/(√b + √(1 − b)), and b of it. */
const stretched = (b: number) => Math.sqrt(b) / (Math.sqrt(b) + Math.sqrt(1 - b));
const unstretched = (u: number) => (u * u) / (u * u + (1 - u) * (1 - u));

/** Beliefs with the probability of each and either phase. */
interface Joint {
  readonly beliefs: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/**
 * The beliefs of so many episodes.
 *
 * @param chain of two phases
 * @param nodes how many an episode may have, at least 2, or which ones
 */
export function createMemory(
  { initial, transition, likelihood }: PhaseChain,
  episodes: number,
  nodes: number | readonly (readonly number[])[],
): Memory {
  const [ofFirst, ofSecond] = likelihood;
  const signals = ofFirst.length;

  const predicted = (belief: number | undefined) =>
    belief === undefined ? initial[0] : belief * transition[0][0] + (1 - belief) * transition[1][0];
  /** a signal that cannot occur is taken at its word */
  const afterSignal = (p: number, signal: number) => {
    const [a, b] = [ofFirst[signal], ofSecond[signal]];
    const [first, second] = [p * a, (1 - p) * b];
    if (first + second > 0) return first / (first + second);
    return a + b > 0 ? a / (a + b) : 0.5;
  };

  const list: (readonly number[])[] = [];
  const place = (episode: number, belief: number) => placeAmong(list[episode], belief);

  /** what beliefs with their probabilities become by the next phase and signal; of those that can occur */
  const next = (of: Joint | undefined): Joint => {
    const count = of?.beliefs.length ?? 1;
    const [beliefs, first, second] = [0, 1, 2].map(() => new Float64Array(count * signals));
    let size = 0;
    for (let i = 0; i < count; i++) {
      const p = predicted(of?.beliefs[i]);
      const inFirst = of ? of.first[i] * transition[0][0] + of.second[i] * transition[1][0] : initial[0];
      const inSecond = of ? of.first[i] * transition[0][1] + of.second[i] * transition[1][1] : initial[1];
      for (let s = 0; s < signals; s++) {
        if (!(p * ofFirst[s] + (1 - p) * ofSecond[s] > 0)) continue;
        beliefs[size] = afterSignal(p, s);
        first[size] = inFirst * ofFirst[s];
        second[size] = inSecond * ofSecond[s];
        size++;
      }
    }
    return {
      beliefs: beliefs.subarray(0, size),
      first: first.subarray(0, size),
      second: second.subarray(0, size),
    };
  };

  const beliefAt: (readonly number[])[] = [];
  let complete = true;
  let joint: Joint | undefined;
  for (let t = 0; t < episodes; t++) {
    const reached = next(joint);
    if (typeof nodes !== "number") list.push(nodes[t]);
    else {
      const all: number[] | undefined =
        complete || reached.beliefs.length <= nodes ? distinct(reached.beliefs) : undefined;
      complete &&= all!.length <= nodes;
      list.push(all && all.length <= nodes ? all : spread(reached, nodes));
    }
    const here = Float64Array.from(list[t]);
    const [first, second] = [new Float64Array(here.length), new Float64Array(here.length)];
    for (const [i, belief] of reached.beliefs.entries()) {
      const { node, share } = placeAmong(list[t], belief);
      first[node] += (1 - share) * reached.first[i];
      second[node] += (1 - share) * reached.second[i];
      if (share === 0) continue;
      first[node + 1] += share * reached.first[i];
      second[node + 1] += share * reached.second[i];
    }
    joint = { beliefs: here, first, second };
    beliefAt.push(Array.from(first, (p, i) => p + second[i]));
  }

  return {
    nodes: list,
    beliefAt,
    complete,
    place,
    after: (belief, signal) => afterSignal(predicted(belief), signal),
    following(episode, node) {
      const p = predicted(episode < 0 ? undefined : list[episode][node]);
      const beliefs: number[] = [];
      const weights: [number[], number[]] = [[], []];
      const add = (belief: number, signal: number, share: number) => {
        beliefs.push(belief);
        weights[0].push(share * ofFirst[signal]);
        weights[1].push(share * ofSecond[signal]);
      };
      for (let s = 0; s < signals; s++) {
        const { node, share } = place(episode + 1, afterSignal(p, s));
        add(node, s, 1 - share);
        if (share > 0) add(node + 1, s, share);
      }
      return { beliefs, weights };
    },
  };
}

/** Where a belief lies among nodes. */
function placeAmong(nodes: readonly number[], belief: number): Place {
  let [low, high] = [0, nodes.length - 1];
  if (!(belief > nodes[low])) return { node: low, share: 0 };
  if (belief >= nodes[high]) return { node: high, share: 0 };
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (nodes[middle] <= belief) low = middle;
    else high = middle;
  }
  return { node: low, share: (belief - nodes[low]) / (nodes[high] - nodes[low]) };
}

/** Beliefs in ascending order, each once. */
function distinct(beliefs: Float64Array): number[] {
  const found: number[] = [];
  for (const belief of beliefs.slice().sort())
    if (found.length === 0 || belief - found[found.length - 1] > SAME) found.push(belief);
  return found;
}

/** So many nodes where beliefs are likely, from the lowest of these to the highest. */
function spread({ beliefs, first, second }: Joint, count: number): number[] {
  let [lowest, highest, ofFirst, ofSecond] = [1, 0, 0, 0];
  for (let i = 0; i < beliefs.length; i++) {
    lowest = Math.min(lowest, beliefs[i]);
    highest = Math.max(highest, beliefs[i]);
    ofFirst += first[i];
    ofSecond += second[i];
  }
  const [from, to] = [stretched(lowest), stretched(highest)];
  const bins = new Float64Array(BINS * count);
  for (let i = 0; i < beliefs.length; i++) {
    const bin = Math.floor(((stretched(beliefs[i]) - from) / (to - from)) * bins.length);
    const likely = (ofFirst > 0 ? first[i] / ofFirst : 0) + (ofSecond > 0 ? second[i] / ofSecond : 0);
    bins[Math.min(bins.length - 1, bin)] += likely;
  }
  let total = 0;
  for (let k = 0; k < bins.length; k++) {
    bins[k] = Math.sqrt(Math.sqrt(bins[k]));
    total += bins[k];
  }
  const nodes = [lowest];
  let [bin, below] = [0, 0];
  const inBin = () => (1 - EVEN) * (bins[bin] / total) + EVEN / bins.length;
  for (let i = 1; i < count - 1; i++) {
    const wanted = i / (count - 1);
    while (bin < bins.length - 1 && below + inBin() < wanted) {
      below += inBin();
      bin++;
    }
    const u = from + ((to - from) * (bin + (wanted - below) / inBin())) / bins.length;
    const node = unstretched(u);
    if (node > nodes[nodes.length - 1] && node < highest) nodes.push(node);
  }
  if (highest > nodes[nodes.length - 1]) nodes.push(highest);
  return nodes;
}
