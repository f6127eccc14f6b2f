// Prints "N passed, N failed" from Vitest's JSON reports, and fails when anything did:
//
//     node .ci/count.mjs <failed checks> <report> <exit code> [<report> <exit code>]...
//
// Each of these counts as one failed test: a check that failed, a test that did not run, a file that did not load, and
// a run that failed although no test did, or that ran no tests.
import { readFile } from "node:fs/promises";

const [failedChecks, ...runs] = process.argv.slice(2);

let [passed, failed] = [0, Number(failedChecks)];
for (let i = 0; i < runs.length; i += 2) {
  /** the report; if the run ended before it was written, an empty report */
  const report = await readFile(runs[i], "utf8")
    .then(JSON.parse)
    .catch(() => ({ testResults: [] }));
  let [good, bad] = [0, 0];
  for (const { status, assertionResults } of report.testResults) {
    const fine = assertionResults.filter((test) => test.status === "passed").length;
    const wrong = assertionResults.length - fine;
    good += fine;
    bad += status === "failed" && wrong === 0 ? 1 : wrong;
  }
  if (bad === 0 && (Number(runs[i + 1]) !== 0 || good === 0)) bad = 1;
  passed += good;
  failed += bad;
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
