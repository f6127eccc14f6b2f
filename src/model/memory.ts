// The beliefs of agents who remember all signals so far. With two phases a belief is one number,
// b = P(first phase | s_0 … s_t):
//
//     p = b P(first | first) + (1 − b) P(first | second),   b' = p P(s | first) / (p P(s | first) + (1 − p) P(s | second)).
//
// There can be too many beliefs to have a decision for each, so a plan has decisions for some of them, the nodes of an
// episode. A belief between two nodes is treated as a mixture of both, weighted by its distance from the other. While
// an episode has no more beliefs than the allowed number of nodes, every belief is a node and nothing is approximated.
// From then on the two outermost beliefs are nodes, and the others are placed where beliefs are likely: their density
// is proportional to the fourth root of the probability of beliefs in either phase, along √b/(√b + √(1 − b)), which
// resolves beliefs near 0 and 1. All of this uses + − × ÷ √ only, which every engine rounds the same.

import type { PhaseChain } from "../game/hidden.ts";
import type { Following } from "./hiddenPhase.ts";

/** The position of a belief: `share` of the way from a node to the next one, in [0, 1). */
export interface Place {
  readonly node: number;
  readonly share: number;
}

/** The beliefs of agents who remember. T episodes, B nodes per episode. */
export interface Memory {
  /** P(first phase), ascending, shape [T][B] */
  readonly nodes: readonly (readonly number[])[];
  /** P(node) at each episode, shape [T][B] */
  readonly beliefAt: readonly (readonly number[])[];
  /** whether every possible belief is a node */
  readonly complete: boolean;
  /** the nodes that may follow a node of an episode; episode −1 stands for the time before the first signal */
  following(episode: number, node: number): Following;
  /** the belief after a signal, given the belief before it (undefined before the first signal) */
  after(belief: number | undefined, signal: number): number;
  /** the position of a belief among an episode's nodes; a belief beyond an end is placed at that end */
  place(episode: number, belief: number): Place;
}

/** beliefs that differ by at most this are treated as equal */
const SAME = 1e-15;
/** bins per node in which beliefs are counted */
const BINS = 4;
/** the share of nodes that is spread evenly, so that gaps between nodes stay small where beliefs are unlikely */
const EVEN = 0.2;

/** u = √b/(√b + √(1 − b)), and its inverse. */
const stretched = (b: number) => Math.sqrt(b) / (Math.sqrt(b) + Math.sqrt(1 - b));
const unstretched = (u: number) => (u * u) / (u * u + (1 - u) * (1 - u));

/** Beliefs with their joint probabilities with each phase. */
interface Joint {
  readonly beliefs: Float64Array;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/**
 * The beliefs over a number of episodes.
 *
 * @param chain with two phases
 * @param nodes the maximum number per episode, at least 2, or the nodes themselves
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
  /** Bayes' rule; after a signal of probability 0, the signal's likelihood only */
  const afterSignal = (p: number, signal: number) => {
    const [a, b] = [ofFirst[signal], ofSecond[signal]];
    const [first, second] = [p * a, (1 - p) * b];
    if (first + second > 0) return first / (first + second);
    return a + b > 0 ? a / (a + b) : 0.5;
  };

  const list: (readonly number[])[] = [];
  const place = (episode: number, belief: number) => placeAmong(list[episode], belief);

  /** the beliefs that are possible after the next phase change and signal, with their probabilities */
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

/** The position of a belief among nodes. */
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

/** Beliefs in ascending order, without duplicates. */
function distinct(beliefs: Float64Array): number[] {
  const found: number[] = [];
  for (const belief of beliefs.slice().sort())
    if (found.length === 0 || belief - found[found.length - 1] > SAME) found.push(belief);
  return found;
}

/** Places `count` nodes where beliefs are likely, between the lowest and the highest of them. */
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
