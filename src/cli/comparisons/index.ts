// All that `validate` compares, in turn.

import { solve } from "../../index.ts";
import { backendChecks } from "./backends.ts";
import { chanceChecks } from "./chance.ts";
import type { Ask, Comparison } from "./comparison.ts";
import { experimentChecks } from "./experiments.ts";
import { reductionChecks } from "./reductions.ts";
import { referenceChecks } from "./reference.ts";

const CHECKS = [
  ...referenceChecks,
  ...experimentChecks,
  ...backendChecks,
  ...chanceChecks,
  ...reductionChecks,
];

/** Every comparison in turn, with the share of the work done. @param adapter whether there is one */
export async function* compareAll(
  adapter: boolean,
  signal?: AbortSignal,
): AsyncGenerator<{ row: Comparison; share: number }> {
  const ask: Ask = (config, options) => solve(config, { ...options, ...(signal && { signal }) });
  for (const [done, { subject, compared, gpu, run }] of CHECKS.entries()) {
    const verdict =
      gpu && !adapter ? ({ verdict: "not run", detail: "no adapter" } as const) : await run(ask);
    yield { row: { subject, compared, ...verdict }, share: (done + 1) / CHECKS.length };
  }
}
