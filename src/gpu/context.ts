// What the methods on the device have in common: they compute an enclosure of the cost of each candidate of a part.

import type { Plan } from "../model/evaluator.ts";
import type { AgentView } from "../model/moments.ts";
import type { Problem } from "../model/problem.ts";
import type { Buffers } from "./buffers.ts";
import type { OpenDevice } from "./device.ts";
import type { Recorder } from "./recorder.ts";

/** What scorers are created from. */
export interface GpuContext {
  readonly open: OpenDevice;
  readonly problem: Problem;
  /** `certified`: enclosures have an error bound; `f32`: they have none, and the device makes the plan itself */
  readonly precision: "certified" | "f32";
  readonly recorder: Recorder;
  readonly buffers: Buffers;
  /** by slot: see shaders/minimum.wgsl.ts */
  readonly bests: GPUBuffer;
  /** overrides how many states an invocation rolls out side by side; lanesFor decides unless given */
  readonly lanes?: number | undefined;
}

/** The question: the best candidate of an episode after a signal. The answer is stored in a slot of `bests`. */
export interface Query {
  readonly episode: number;
  readonly signal: number;
  readonly slot: number;
  /** a candidate whose sum on the device is above this is neither the minimum nor the runner-up */
  readonly limit: number;
  /** 1 if sums are over all states, so that the runner-up's cost is a limit too */
  readonly whole: 0 | 1;
}

/** A part of the candidates in question, or of a list of them. */
export interface PartOfStep extends Query {
  readonly first: number;
  readonly candidates: number;
}

/** Computes enclosures of candidates. */
export interface Scorer {
  /** the `Enclosed` of each candidate of the current part; costs and errors must be multiplied by `scale` */
  readonly enclosures: GPUBuffer;
  /** the maximum number of candidates in a part */
  readonly capacity: number;
  /** factor that turns a cost on the device into an average total mesa cost */
  readonly scale: number;
  /**
   * the number of rollouts (one candidate from one state) for the last question; the form of a box counts as the
   * rollouts that take as long
   */
  readonly rolledOut: number;
  /** rollout steps per candidate at an episode */
  workOf(episode: number): number;
  /** Copies the decisions of the episodes after `episode` to the device. */
  adopt(episode: number, plan: Plan): void;
  /** Copies a view to the device as the view of signal 0; only for methods that use moments. */
  adoptView?(view: AgentView): void;
  /** Records the commands that fill `enclosures`. @returns the part, for the dispatches that read them */
  score(part: PartOfStep): Promise<number>;
  /** Records that the best candidates of an episode become decisions of the plan. Only for the precision f32. */
  follow?(episode: number): void;
}
