// The guarantee of `certified`: the GPU's plan, costs and margins equal the float64 oracle's, to the bit.
import { expect } from "vitest";
import { type Config, type Result, type SolveOptions, solve } from "../../src/index.ts";
import { keptGpu } from "./gpus.ts";

type GpuMethod = "rollout" | "moments";

/** The steps of the oracle, which tries every candidate. */
export function solveOnCpu(config: Config): Promise<Result> {
  return solve(config, { backend: "cpu", method: "rollout" });
}

/** The steps of the GPU, screened there and settled by the oracle; one device serves many solves. */
export async function solveOnGpu(
  config: Config,
  method: GpuMethod,
  options: SolveOptions = {},
): Promise<Result> {
  return solve(config, { backend: "gpu", method, precision: "certified", gpu: keptGpu, ...options });
}

/** Solves on both, and on the GPU by each method given. */
export async function expectAgreement(config: Config, methods: readonly GpuMethod[]): Promise<Result> {
  const cpu = await solveOnCpu(config);
  for (const method of methods) {
    const gpu = await solveOnGpu(config, method);
    expect(gpu.solver).toMatchObject({ backend: "gpu", method, precision: "certified", notes: [] });
    expectSameSteps(gpu, cpu);
  }
  return cpu;
}

/** Expects equal plans, costs and margins, to the bit. */
export function expectSameSteps(got: Result, wanted: Result): void {
  const steps = ({ plan, cost, margin }: Result) => ({ plan, cost, margin });
  expect(steps(got)).toEqual(steps(wanted));
}

/** The error code of a solve that should fail. */
export async function codeOf(solving: Promise<unknown>): Promise<string> {
  const outcome = await solving.then(
    () => "none",
    (error) => error,
  );
  return outcome.code ?? outcome;
}
