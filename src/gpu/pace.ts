// How much work goes into one submission. An adapter that works too long at a time makes the screen stutter or is reset
// by its watchdog; one that works too briefly spends its time on round trips. So submissions are sized by the measured
// speed of the adapter.
//
// Each measurement is a lower bound of the speed, because round trips, a kernel that the driver finishes on its first
// use, and other load on the machine take time without doing work. So a fast submission raises the speed at once, and a
// slow one lowers it only by a limited factor: after a stall, the next submission still has a useful size.

/** the target duration of a submission, in seconds; watchdogs act from 2 s on, and a page stutters from 0.25 s on */
const TARGET = 0.1;
/** the speed that is assumed initially, in rollout steps per second: lower than that of software adapters */
const FIRST_GUESS = 1e7;
/** the maximum factor by which one slow submission lowers the speed */
const MAX_DOUBT = 4;

/** Measures an adapter's speed in rollout steps per second. */
export class Pace {
  #speed = FIRST_GUESS;

  /** rollout steps for the next submission */
  get budget(): number {
    return this.#speed * TARGET;
  }

  /** Updates the speed from a submission. A short one only shows that a larger one would have fitted. */
  learn(work: number, seconds: number): void {
    if (work === 0) return;
    const measured = work / Math.max(seconds, 1e-6);
    if (seconds > TARGET / 2) this.#speed = Math.max(measured, this.#speed / MAX_DOUBT);
    else if (work > this.budget / 2) this.#speed = Math.max(measured, 2 * this.#speed);
  }
}
