// The base optimizer's learning rate in each episode: as a configuration gives it, and as an array.

import * as v from "valibot";
import { bounded, byKey, isRecord, object, whole } from "../schema.ts";

/**
 * The learning rate of each episode, in one of three forms: training and then deployment, with one learning rate; a list
 * of learning rates; and, for games with hidden phases, the number of episodes and the learning rate while training lasts.
 */
export type Schedule =
  | {
      /** the number of episodes of training */
      training: number;
      /** the number of episodes of deployment, whose learning rate is 0 */
      deployment: number;
      /** the learning rate of training, at least 0 */
      learningRate: number;
    }
  | {
      /** the learning rate of each episode, at least 0, shape [T] */
      learningRates: number[];
    }
  | {
      /** the number of episodes T */
      episodes: number;
      /** the learning rate while training lasts, at least 0 */
      learningRate: number;
    };

/** How many episodes a schedule has: T. */
export function episodesOf(schedule: Schedule): number {
  if ("learningRates" in schedule) return schedule.learningRates.length;
  return "episodes" in schedule ? schedule.episodes : schedule.training + schedule.deployment;
}

/** The learning rate of each episode; if the phase is hidden, the rate in training. Shape [T]. */
export function learningRatesOf(schedule: Schedule): Float64Array {
  if ("learningRates" in schedule) return Float64Array.from(schedule.learningRates);
  if ("episodes" in schedule) return new Float64Array(schedule.episodes).fill(schedule.learningRate);
  const { training, deployment, learningRate } = schedule;
  return new Float64Array(training + deployment).fill(learningRate, 0, training);
}

const rate = bounded({ min: 0 });
const list = { learningRates: v.array(rate, "a list of numbers") };

/** A schedule with these entries, or a list of learning rates. */
function scheduleOf(entries: v.ObjectEntries) {
  const keys = Object.keys(entries);
  return v.pipe(
    v.custom<object>(
      (input) =>
        isRecord(input) &&
        !(Object.hasOwn(input, "learningRates") && keys.some((key) => Object.hasOwn(input, key))),
      `an object with ${keys.join(", ")}, or with only learningRates`,
    ),
    byKey<v.GenericSchema<object>, v.GenericSchema<object>>(
      "learningRates",
      object(list),
      object(entries, `${keys.join(", ")}, or only learningRates`),
    ),
  );
}

/** A schedule whose training has a given length; the defaults are the post's first experiment. */
export const schedule = scheduleOf({
  training: v.optional(whole(0), 20),
  deployment: v.optional(whole(0), 80),
  learningRate: v.optional(rate, 1),
});

/** A schedule for games whose hidden phase determines when training ends. */
export const hiddenSchedule = scheduleOf({
  episodes: v.optional(whole(0), 100),
  learningRate: v.optional(rate, 1),
});
