// `validate`: compares the solvers with the outputs of the post's code, the post's claims, and each other.

import { listAdapters } from "../gpu/device.ts";
import { keepDevice } from "../gpu/kept.ts";
import { solve } from "../index.ts";
import { toJson } from "../report/json.ts";
import { alignColumns } from "../report/table.ts";
import type { Ask, Comparison } from "./comparisons/comparison.ts";
import { experimentChecks } from "./comparisons/experiments.ts";
import { backendChecks, referenceChecks } from "./comparisons/implementations.ts";
import { lawChecks } from "./comparisons/laws.ts";
import { say } from "./failure.ts";
import { visibly } from "./progress.ts";

const CHECKS = [...referenceChecks, ...experimentChecks, ...backendChecks, ...lawChecks];

/** Prints a row for each comparison; the exit status is 1 if any differ. */
export async function validateCommand({ json }: { json?: boolean }): Promise<void> {
  const [adapter] = await listAdapters();
  const comparisons: Comparison[] = [];
  /** all comparisons share one device */
  const kept = keepDevice();
  try {
    await visibly(async (signal, show) => {
      const ask: Ask = (config, options) => solve(config, { ...options, gpu: kept, signal });
      for (const { subject, compared, gpu, run } of CHECKS) {
        const verdict =
          gpu && !adapter ? ({ verdict: "not run", detail: "no adapter" } as const) : await run(ask, kept);
        comparisons.push({ subject, compared, ...verdict });
        show(comparisons.length / CHECKS.length, subject);
      }
    });
  } finally {
    await kept.close();
  }
  const count = (verdict: Comparison["verdict"]) =>
    comparisons.filter((row) => row.verdict === verdict).length;
  const [agree, differ, notRun] = [count("agree"), count("differ"), count("not run")];

  if (json) {
    const counts = { agree, differ, notRun };
    process.stdout.write(
      toJson({ version: __VERSION__, adapter: adapter?.name ?? null, comparisons, ...counts }),
    );
  } else {
    const heading = ["case", "compared", "verdict", "detail"];
    const rows = comparisons.map((row) => [row.subject, row.compared, row.verdict, row.detail]);
    process.stdout.write(
      `${alignColumns([heading, ...rows], 4)}\n\n${agree} agree, ${differ} differ, ${notRun} not run\n`,
    );
  }
  if (notRun > 0) say("no adapter: the GPU was not compared; mesa-induction doctor says how to get one");
  if (differ > 0) process.exitCode = 1;
}
