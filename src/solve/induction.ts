// Backward induction, the same for every game, method and backend: from the last episode to the first, the decision of
// each is the candidate with the minimum average total mesa cost, given the decisions after it.

import { checkNotAborted } from "../errors.ts";
import type { Evaluator, Plan, Step } from "../model/evaluator.ts";

/** how long steps may follow each other before timers and signals are let through, in milliseconds */
const TURN = 50;

/** The progress of a backward induction. */
export interface Progress {
  /** the episode that was decided last */
  readonly episode: number;
  /** the number of episodes */
  readonly episodes: number;
  /** the share of the work that is done, in [0, 1] */
  readonly share: number;
}

/** How an induction is stopped, and how it reports its progress. */
export interface InductionWatch {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** The steps of a backward induction, from the last episode to the first. An induction that was interrupted can be resumed. */
export class Induction {
  /** the steps by episode, shape [T]; those of episodes that are not decided are empty */
  readonly steps: Step[];
  /** the decisions by episode, shape [T]; those of episodes that are not decided are empty */
  readonly plan: Plan;
  /** how many episodes are not decided; the next to decide is `remaining − 1` */
  remaining: number;
  readonly #plan: number[][];

  /** @param episodes the number of episodes T */
  constructor(episodes: number) {
    this.steps = new Array<Step>(episodes);
    this.#plan = new Array<number[]>(episodes);
    this.plan = this.#plan;
    this.remaining = episodes;
  }

  /** Adds the step of the next episode, for example from a checkpoint. */
  take(step: Step): void {
    this.remaining = step.episode;
    this.steps[step.episode] = step;
    this.#plan[step.episode] = step.decision;
  }

  /**
   * Walks back to the first episode.
   *
   * @internal
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
