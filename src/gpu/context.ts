// What the methods have in common on the device: they give every candidate of a part an enclosure of its cost.

import type { Plan } from "../model/evaluator.ts";
import type { AgentView } from "../model/moments.ts";
import type { Problem } from "../model/problem.ts";
import type { Buffers } from "./buffers.ts";
import type { OpenDevice } from "./device.ts";
import type { Recorder } from "./recorder.ts";

/** What scorers are made of. */
export interface GpuContext {
  readonly open: OpenDevice;
  readonly problem: Problem;
  /** whether enclosures need an error bound, or none and the device walks on by itself */
  readonly precision: "certified" | "f32";
  readonly recorder: Recorder;
  readonly buffers: Buffers;
  /** by slot: see shaders/least.wgsl.ts */
  readonly bests: GPUBuffer;
  /** states that an invocation rolls out side by side, where it is not for lanesFor to say */
  readonly lanes?: number | undefined;
}

/** What is asked of the candidates: the best at an episode, after a signal, to be noted in a slot of the bests. */
export interface Asked {
  readonly episode: number;
  readonly signal: number;
  readonly slot: number;
  /** a sum on the device above this is neither the minimum nor the runner-up */
  readonly limit: number;
  /** 1 where costs are of all states and the runner-up found is a limit too */
  readonly whole: 0 | 1;
}

/** A part of the candidates that are asked: of all of them, or of a list. */
export interface PartOfStep extends Asked {
  readonly first: number;
  readonly candidates: number;
}

/** Gives candidates enclosures. */
export interface Scorer {
  /** `Enclosed` of each candidate of the part at hand; costs and errors are to be multiplied by `scale` */
  readonly enclosures: GPUBuffer;
  /** candidates that a part may have, at most */
  readonly capacity: number;
  /** turns a score into an average total mesa cost */
  readonly scale: number;
  /** rollouts from a state under a candidate of what was asked last; a form of a cell counts as those it takes as long as */
  readonly rolledOut: number;
  /** rollout-steps for a candidate at an episode */
  workOf(episode: number): number;
  /** Puts what the host decided on the device: what comes after `episode`. */
  adopt(episode: number, plan: Plan): void;
  /** Puts a view on the device as that of signal 0; only where the method goes by moments. */
  adoptView?(view: AgentView): void;
  /** Records what fills `enclosures`. @returns the part, for the dispatches that read them */
  score(part: PartOfStep): Promise<number>;
  /** Records that the best candidates of an episode become the plan's. Only where the precision is f32. */
  follow?(episode: number): void;
}
