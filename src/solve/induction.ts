// Backward induction, the same for every game, method and backend: from the last episode to the first, the decision of
// each is the candidate with the minimum average total mesa cost, given the decisions after it.

import { checkNotAborted } from "../errors.ts";
import type { Evaluator, Plan, Step } from "../model/evaluator.ts";

/** how long steps may follow each other before timers and signals are let through, in milliseconds */
const TURN = 50;

/** How far an induction is. */
export interface Progress {
  /** the episode decided last */
  readonly episode: number;
  /** how many episodes there are */
  readonly episodes: number;
  /** the share of the work that is done, in [0, 1] */
  readonly share: number;
}

/** How an induction is stopped, and how it reports its progress. */
export interface InductionWatch {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Steps by episode, filled from the end; an induction that stopped goes on from what it has. */
export class Induction {
  readonly steps: Step[];
  /** the decisions so far, by episode */
  readonly plan: Plan;
  /** how many episodes are still to be decided: the next is `remaining − 1` */
  remaining: number;
  readonly #plan: number[][];

  constructor(episodes: number) {
    this.steps = new Array<Step>(episodes);
    this.#plan = new Array<number[]>(episodes);
    this.plan = this.#plan;
    this.remaining = episodes;
  }

  /** Takes the step of the next episode. */
  take(step: Step): void {
    this.remaining = step.episode;
    this.steps[step.episode] = step;
    this.#plan[step.episode] = step.decision;
  }

  /**
   * Walks back to the first episode.
   *
   * @param effort what deciding an episode costs, in any unit
   * @throws what the evaluator throws; the steps taken before are kept
   */
  async run(
    evaluator: Evaluator,
    effort: (episode: number) => number,
    { signal, onProgress }: InductionWatch,
  ): Promise<void> {
    const episodes = this.steps.length;
    let [total, done] = [0, 0];
    for (let t = 0; t < episodes; t++) {
      total += effort(t);
      if (t >= this.remaining) done += effort(t);
    }
    let turn = performance.now();
    while (this.remaining > 0) {
      checkNotAborted(signal);
      const episode = this.remaining - 1;
      const steps = await evaluator.decide(episode, this.plan, {
        signal,
        onProgress: (share) =>
          onProgress?.({ episode: episode + 1, episodes, share: (done + share * effort(episode)) / total }),
      });
      for (const step of steps) {
        this.take(step);
        done += effort(step.episode);
      }
      onProgress?.({ episode: this.remaining, episodes, share: done / total });
      if (performance.now() - turn > TURN) {
        await new Promise((resolve) => setTimeout(resolve));
        turn = performance.now();
      }
    }
  }
}
