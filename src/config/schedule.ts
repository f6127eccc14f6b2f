// How fast the base optimizer learns in each episode: as it is asked, and as an array.

/**
 * The learning rate of each episode: a training phase followed by deployment, or every rate by itself; where the
 * phase is hidden, the rate while training lasts.
 */
export type Schedule =
  | { training: number; deployment: number; learningRate: number }
  | { learningRates: number[] }
  | { episodes: number; learningRate: number };

/** How many episodes a schedule has: T. */
export function episodesOf(schedule: Schedule): number {
  if ("learningRates" in schedule) return schedule.learningRates.length;
  return "episodes" in schedule ? schedule.episodes : schedule.training + schedule.deployment;
}

/** The learning rate of each episode, in training where the phase is hidden. Shape [T]. */
export function learningRatesOf(schedule: Schedule): Float64Array {
  if ("learningRates" in schedule) return Float64Array.from(schedule.learningRates);
  if ("episodes" in schedule) return new Float64Array(schedule.episodes).fill(schedule.learningRate);
  const { training, deployment, learningRate } = schedule;
  return new Float64Array(training + deployment).fill(learningRate, 0, training);
}
