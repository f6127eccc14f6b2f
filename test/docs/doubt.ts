// Agents in doubt about their phase, by the closed form, and what becomes of their goals when the world is another one.
import { type Measures, type NamedPlan, type Result, simulate, solve } from "../../src/index.ts";
import { configOf, withSettings } from "./configOf.ts";

/** The game `uncertain-deployment`, solved with a hazard and a signal error. */
export const doubting = (hazard: number, signalError: number, changes: Record<string, unknown> = {}) =>
  solve(configOf("uncertain-deployment", { hazard, signalError, ...changes }), {
    backend: "cpu",
    method: "exact",
  });

/** What a plan comes to where settings are not what its agents believe. */
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

/** P(training lasts n episodes), n from 0, where the schedule has some number of them. */
export const lengths = (hazard: number, episodes: number): number[] =>
  Array.from({ length: episodes + 1 }, (_, n) => {
    if (n === 0) return 0;
    return (1 - hazard) ** (n - 1) * (n === episodes ? 1 : hazard);
  });

/** E(θ_n/θ_0) by n, sign and all, with the learning rate 1. */
export function signed(plan: NamedPlan, signalError: number): number[] {
  const mean = [1];
  for (const [t, likely] of plan.ifTrainingSignal.entries()) {
    const wrong = plan.ifDeploymentSignal[t];
    mean.push(mean[t] * (1 - 2 * ((1 - signalError) * likely ** 2 + signalError * wrong ** 2)));
  }
  return mean;
}
