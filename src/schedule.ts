// The learning rate of each episode, as it is asked and as it is used.

import * as v from "valibot";
import { bounded, isRecord, object, whole } from "./schema.ts";

/** The learning rate of each episode: a training phase followed by deployment, or every rate by itself. */
export type Schedule =
  | { training: number; deployment: number; learningRate: number }
  | { learningRates: number[] };

const rate = bounded({ min: 0 });
const phases = {
  training: v.optional(whole(0), 20),
  deployment: v.optional(whole(0), 80),
  learningRate: v.optional(rate, 1),
};
const list = { learningRates: v.array(rate, "a list of numbers") };

const phaseKeys = Object.keys(phases);
const forms = `an object with ${phaseKeys.join(", ")}, or with learningRates and none of these`;

/** The schema of a schedule; the defaults are the post's first experiment. */
export const schedule = v.pipe(
  v.custom<object>(
    (input) =>
      isRecord(input) &&
      !(Object.hasOwn(input, "learningRates") && phaseKeys.some((key) => Object.hasOwn(input, key))),
    forms,
  ),
  v.lazy(
    (input): v.GenericSchema<object, Schedule> =>
      Object.hasOwn(input as object, "learningRates")
        ? object(list)
        : object(phases, `${phaseKeys.join(", ")}, or learningRates alone`),
  ),
);

/** How many episodes a schedule has: T. */
export function episodesOf(schedule: Schedule): number {
  return "learningRates" in schedule
    ? schedule.learningRates.length
    : schedule.training + schedule.deployment;
}

/** The learning rate of each episode. Shape [T]. */
export function learningRatesOf(schedule: Schedule): Float64Array {
  if ("learningRates" in schedule) return Float64Array.from(schedule.learningRates);
  const { training, deployment, learningRate } = schedule;
  return new Float64Array(training + deployment).fill(learningRate, 0, training);
}
