// How fast the base optimizer learns in each episode: as it is asked, and as an array.

/** The learning rate of each episode: a training phase followed by deployment, or every rate by itself. */
export type Schedule =
  | { training: number; deployment: number; learningRate: number }
  | { learningRates: number[] };

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
