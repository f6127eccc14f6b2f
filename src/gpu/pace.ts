// How much work goes into one submission. An adapter that works too long at a time makes the screen stutter or is
// reset by its watchdog, and one that works too briefly spends its time on round trips; so submissions are sized from
// the speed that was measured on the adapter at hand.
//
// What is measured is a lower bound of the speed: the way to the adapter and back, a kernel that the driver finishes
// on its first use and a machine that does something else all take time and no work. So a fast submission is believed
// at once, and a slow one only in part: were it a stall, the next submission would still be of a useful size.

/** how long a submission should take, in seconds; watchdogs bite from 2 s on, a page stutters from 0.25 s on */
const TARGET = 0.1;
/** the speed that is assumed before any was measured, in rollout-steps a second: below that of software adapters */
const FIRST_GUESS = 1e7;
/** how far one slow submission lowers the speed, at most */
const MOST_DOUBT = 4;

/** Measures an adapter's speed in rollout-steps a second. */
export class Pace {
  #speed = FIRST_GUESS;

  /** rollout-steps for the next submission */
  get budget(): number {
    return this.#speed * TARGET;
  }

  /** Learns from a submission. A short one says little of the speed, except that more would have fitted. */
  learn(work: number, seconds: number): void {
    if (work === 0) return;
    const measured = work / Math.max(seconds, 1e-6);
    if (seconds > TARGET / 2) this.#speed = Math.max(measured, this.#speed / MOST_DOUBT);
    else if (work > this.budget / 2) this.#speed = Math.max(measured, 2 * this.#speed);
  }
}
