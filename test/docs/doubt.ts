// Agents that are uncertain about their phase, solved by `exact`, and what happens to their goals where settings differ
// from what they believe.
import { type Measures, type NamedPlan, type Result, simulate, solve } from "../../src/index.ts";
import { configOf, withSettings } from "./configOf.ts";

/** The game `uncertain-deployment`, solved with a hazard and a signal error. */
export const doubting = (hazard: number, signalError: number, changes: Record<string, unknown> = {}) =>
  solve(configOf("uncertain-deployment", { hazard, signalError, ...changes }), {
    backend: "cpu",
    method: "exact",
  });

/** The measures and the trajectory of a plan where settings differ from what its agents believe. */
export const elsewhere = ({ config, plan }: Result, changes: Record<string, unknown>) =>
  simulate(withSettings(config, changes), plan);

/** The expected retention after some episodes of training. */
export const keptAfter = (result: Result, deploymentAt: number, changes: Record<string, unknown> = {}) =>
  elsewhere(result, { "initial.deploymentAt": deploymentAt, ...changes }).measures.retention!;

/** A measure over the hazard. */
export const over = (
  { measuresOverHazard }: { measuresOverHazard?: Measures },
  name: keyof Measures = "retention",
): number => measuresOverHazard![name]!;

/** P(training lasts n episodes) for n = 0 to the number of episodes of the schedule. */
export const lengths = (hazard: number, episodes: number): number[] =>
  Array.from({ length: episodes + 1 }, (_, n) => {
    if (n === 0) return 0;
    return (1 - hazard) ** (n - 1) * (n === episodes ? 1 : hazard);
  });

/** E(θ_n/θ_0) by n, with its sign, for the learning rate 1. */
export function signed(plan: NamedPlan, signalError: number): number[] {
  const mean = [1];
  for (const [t, likely] of plan.ifTrainingSignal.entries()) {
    const wrong = plan.ifDeploymentSignal[t];
    mean.push(mean[t] * (1 - 2 * ((1 - signalError) * likely ** 2 + signalError * wrong ** 2)));
  }
  return mean;
}

/**
 * What agents who remember believe and output on average, by episode, for a training of a given length: over all possible
 * signals, with each belief interpolated between the nearest two of the plan.
 */
export function followed(
  { config, plan }: Result,
  training: number,
): { beliefs: number[]; outputs: number[] } {
  const { trainingBelief, coefficient } = plan as unknown as Record<string, number[][]>;
  const { hazard, signalError: error } = config as unknown as { hazard: number; signalError: number };
  const [beliefs, outputs]: [number[], number[]] = [[], []];
  let chances: readonly (readonly [belief: number, chance: number])[] = [[1, 1]];
  for (const [t, nodes] of trainingBelief.entries()) {
    const next = new Float64Array(nodes.length);
    for (const [belief, chance] of chances) {
      const prior = t === 0 ? 1 : belief * (1 - hazard);
      for (const isWrong of [false, true]) {
        const isLikeTraining = t < training !== isWrong;
        const [ifTraining, otherwise] = isLikeTraining ? [1 - error, error] : [error, 1 - error];
        const b = (prior * ifTraining) / (prior * ifTraining + (1 - prior) * otherwise);
        const above = Math.max(
          1,
          nodes.findIndex((node) => node >= b - 1e-12),
        );
        const way = nodes.length === 1 ? 0 : (b - nodes[above - 1]) / (nodes[above] - nodes[above - 1]);
        const p = chance * (isWrong ? error : 1 - error);
        next[above - 1] += p * (1 - way);
        if (nodes.length > 1) next[above] += p * way;
      }
    }
    chances = nodes.map((node, i) => [node, next[i]] as const);
    beliefs.push(nodes.reduce((sum, node, i) => sum + next[i] * node, 0));
    outputs.push(nodes.reduce((sum, _, i) => sum + next[i] * coefficient[t][i], 0));
  }
  return { beliefs, outputs };
}
