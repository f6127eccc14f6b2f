// All that `validate` compares, in turn.

import { keepDevice } from "../../gpu/kept.ts";
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

/** Every comparison in turn, all on one device, with the share of the work done. @param adapter whether there is one */
export async function* compareAll(
  adapter: boolean,
  signal?: AbortSignal,
): AsyncGenerator<{ row: Comparison; share: number }> {
  const on = keepDevice();
  const ask: Ask = (config, options) => solve(config, { ...options, gpu: on, ...(signal && { signal }) });
  try {
    for (const [done, { subject, compared, gpu, run }] of CHECKS.entries()) {
      const verdict =
        gpu && !adapter ? ({ verdict: "not run", detail: "no adapter" } as const) : await run(ask, on);
      yield { row: { subject, compared, ...verdict }, share: (done + 1) / CHECKS.length };
    }
  } finally {
    await on.close();
  }
}
