// `validate`: every way of solving against the reference outputs of the post's code, the post's claims, and each other.

import { listAdapters } from "../gpu/device.ts";
import { toJson } from "../report/json.ts";
import { alignColumns } from "../report/table.ts";
import type { Comparison } from "./comparisons/comparison.ts";
import { compareAll } from "./comparisons/index.ts";
import { say } from "./failure.ts";
import { interruptible } from "./interrupt.ts";
import { createProgress } from "./progress.ts";

/** Prints a row for each comparison; the exit status is 1 when any differs. */
export async function validateCommand({ json }: { json?: boolean }): Promise<void> {
  const [adapter] = await listAdapters();
  const progress = createProgress();
  const rows: Comparison[] = [];
  try {
    await interruptible(async (signal) => {
      for await (const { row, share } of compareAll(adapter !== undefined, signal)) {
        rows.push(row);
        progress.show(share, row.subject);
      }
    });
  } finally {
    progress.stop();
  }
  const count = (verdict: Comparison["verdict"]) => rows.filter((row) => row.verdict === verdict).length;
  const [agree, differ, notRun] = [count("agree"), count("differ"), count("not run")];

  if (json) {
    process.stdout.write(
      toJson({
        version: __VERSION__,
        adapter: adapter?.name ?? null,
        comparisons: rows,
        agree,
        differ,
        notRun,
      }),
    );
  } else {
    const table = rows.map(({ subject, compared, verdict, detail }) => [subject, compared, verdict, detail]);
    process.stdout.write(
      `${alignColumns([["case", "compared", "verdict", "detail"], ...table], 4)}\n\n` +
        `${agree} agree, ${differ} differ, ${notRun} not run\n`,
    );
  }
  if (notRun > 0) say("no adapter: the GPU was not compared; mesa-induction doctor says what to do");
  if (differ > 0) process.exitCode = 1;
}
