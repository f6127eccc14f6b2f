// Prints "N passed, N failed" from Vitest's JSON report, and fails when anything did:
//
//     node .ci/count.mjs <report> <exit code of npm test> <failed checks>
//
// A check that failed counts as a failed test, and so does a test that did not run, a file that did not load, and a
// run that failed or ran nothing with no test to show for it.
import { readFile } from "node:fs/promises";

const [file, exitCode, failedChecks] = process.argv.slice(2);

/** the report; where the run did not get as far as writing it, one of no tests */
const report = await readFile(file, "utf8")
  .then(JSON.parse)
  .catch(() => ({ testResults: [] }));

let [passed, failed] = [0, 0];
for (const { status, assertionResults } of report.testResults) {
  const good = assertionResults.filter((test) => test.status === "passed").length;
  const bad = assertionResults.length - good;
  passed += good;
  failed += status === "failed" && bad === 0 ? 1 : bad;
}
if (failed === 0 && (Number(exitCode) !== 0 || passed === 0)) failed = 1;
failed += Number(failedChecks);

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
