// An interrupted solve keeps the steps it has solved; the same command resumes from them and gives the same bits.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { beQuiet, note, say } from "../../src/cli/failure.ts";
import { createProgress } from "../../src/cli/progress.ts";
import { readCheckpoint } from "../../src/cli/solve.ts";
import { buildProgram, type Ended, program, runHere, withNumber } from "./program.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mesa-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** about a second of work, in steps of less than a twentieth of a second */
const LONG = [
  ...["experiment-1", "--backend", "cpu", "--method", "rollout"],
  ...["--set", "coefficient.count=6001", "--set", "theta.count=6001"],
  ...["--set", "schedule.training=6", "--set", "schedule.deployment=14"],
];

/** Starts the program and interrupts it, with longer and longer delays until the interruption came after `enough`. */
async function interrupted(
  args: string[],
  signal: NodeJS.Signals = "SIGINT",
  enough = ({ code }: Ended) => code !== null,
): Promise<Ended> {
  for (let wait = 200; ; wait *= 1.5) {
    const { child, ended } = program.start(args);
    const timer = setTimeout(() => child.kill(signal), wait);
    const end = await ended;
    clearTimeout(timer);
    if (enough(end) || end.code === 0) return end;
  }
}

/** the result of an uninterrupted run, as JSON */
const whole = () => (uninterrupted ??= program.run([...LONG, "--json"]));
let uninterrupted: Promise<Ended> | undefined;

const someKept = ({ stderr }: Ended) => stderr.includes("are kept");

/** a result without the values that differ from run to run */
function timeless(json: string) {
  const { solver, ...result } = JSON.parse(json);
  return { ...result, survivors: solver.survivors };
}

test("Ctrl-C keeps the finished steps, and the same command resumes and gives the same bits", async () => {
  const out = join(folder, "out");
  const args = [...LONG, "--out", out];
  const first = await interrupted(args, "SIGINT", someKept);
  expect(first).toMatchObject({ code: 130, stdout: "" });
  expect(first.stderr).toMatch(
    /^mesa-induction: interrupted: \d+ of 20 episodes are kept in .*checkpoint.json; run the same command again to resume\n$/,
  );
  expect(await readdir(out)).toEqual(["checkpoint.json"]);
  const kept = JSON.parse(await readFile(join(out, "checkpoint.json"), "utf8")).steps.length;
  expect(kept).toBeGreaterThan(0);

  const second = await program.run(args);
  expect(second.code).toBe(0);
  expect(second.messages[0]).toContain(`${kept} of 20 episodes are solved`);
  expect((await readdir(out)).sort()).toEqual(["plan.csv", "plot.svg", "result.json"]);

  const { stdout } = await whole();
  expect(timeless(await readFile(join(out, "result.json"), "utf8"))).toEqual(timeless(stdout));
});

test("a kill loses only the steps since the last checkpoint; checkpoints are written every few seconds", async () => {
  const out = join(folder, "killed");
  const args = [...LONG, "--out", out];
  const often = await buildProgram([withNumber("cli/solve.ts", "BETWEEN_CHECKPOINTS = ", 1)]);
  const { child, ended } = often.start([...args, "--quiet"]);
  const written = () => readFile(join(out, "checkpoint.json"), "utf8").catch(() => "");
  await expect.poll(written, { timeout: 30_000, interval: 5 }).not.toBe("");
  child.kill("SIGKILL");
  expect(await ended).toMatchObject({ code: null, stdout: "", stderr: "" });
  const kept = JSON.parse(await written()).steps.length;

  const quiet = await program.run([...args, "--quiet", "--json"]);
  expect(quiet).toMatchObject({ code: 0, stderr: "" });
  expect(await readdir(out)).not.toContain("checkpoint.json");
  expect(timeless(quiet.stdout)).toEqual(timeless((await whole()).stdout));
  expect(kept).toBeGreaterThan(0);
});

test("without a terminal, progress is printed as lines, unless --quiet is given", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    for (const silent of [false, true]) {
      beQuiet(silent);
      const { show, stop } = createProgress();
      for (let half = 0; half <= 6; half++) {
        show(half / 8, `cell ${half}`);
        vi.advanceTimersByTime(30_000);
      }
      stop();
    }
    expect(said.mock.calls.map(([text]) => text)).toEqual([
      "mesa-induction: 25.0 %, cell 2, 3m00s left\n",
      "mesa-induction: 50.0 %, cell 4, 2m00s left\n",
      "mesa-induction: 75.0 %, cell 6, 1m00s left\n",
    ]);
    beQuiet(true);
    note("nothing");
    say("something is wrong");
    expect(said.mock.calls.at(-1)).toEqual(["mesa-induction: something is wrong\n"]);
    expect(said).toHaveBeenCalledTimes(4);
  } finally {
    beQuiet(false);
    vi.restoreAllMocks();
    vi.useRealTimers();
  }
});

test("SIGTERM ends a solve too, and without --out nothing is kept", async () => {
  const end = await interrupted(LONG, "SIGTERM");
  expect(end).toMatchObject({ code: 143, stdout: "", stderr: "mesa-induction: the solve was interrupted\n" });
});

test("a checkpoint of another configuration is kept unless --force is given, and a damaged one is ignored", async () => {
  const out = join(folder, "other");
  await interrupted([...LONG, "--out", out], "SIGINT", someKept);
  const file = join(out, "checkpoint.json");
  const text = await readFile(file, "utf8");
  const short = ["experiment-1", "--backend", "cpu", "--out", out];

  const other = await program.run(short);
  expect(other).toMatchObject({ code: 2, stdout: "" });
  expect(other.messages).toEqual([
    expect.stringMatching(
      /checkpoint.json is of another question: choose another folder, or replace it with --force$/,
    ),
  ]);
  expect(await readFile(file, "utf8")).toBe(text);
  const { question } = JSON.parse(text);
  expect(await readCheckpoint(file, question)).not.toHaveProperty("ignored");
  const another = text.replace(/"cost":\d/, '"cost":9');
  for (const damaged of ["", "{", "null", "[]", text.slice(0, -20), another]) {
    await writeFile(file, damaged);
    const { induction, ignored } = await readCheckpoint(file, question);
    expect(ignored).toBe("damaged");
    expect(induction.remaining).toBe(20);
  }
  const { code, messages } = await program.run(short);
  expect(code).toBe(0);
  expect(messages[0]).toMatch(/checkpoint.json is damaged: starting from the beginning/);
  expect(await readdir(out)).not.toContain("checkpoint.json");

  // with --force, the checkpoint of another question is replaced
  await writeFile(file, text);
  const forced = await runHere([...short, "--force"]);
  expect(forced.messages).toEqual([expect.stringContaining("wrote ")]);
  expect(await readdir(out)).not.toContain("checkpoint.json");

  // a finished result is recognised, also with options that do not change it
  const result = await readFile(join(out, "result.json"), "utf8");
  const again = await runHere([join(out, "result.json"), "--out", out, "--json"]);
  expect(again.messages[0]).toMatch(/result.json already has this result; --force computes it again$/);
  expect(again.stdout).toBe(result);
  expect((await runHere([...short, "--method", "moments"])).stdout).toBe(forced.stdout);
  for (const changed of [
    ["--set", "discount=0.5"],
    ["--method", "rollout"],
    ["--precision", "f32", "--backend", "gpu"],
  ]) {
    const refused = await runHere(["experiment-1", "--out", out, ...changed]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.messages[0]).toContain("result.json is of another question: choose another folder");
  }
  expect(await readFile(join(out, "result.json"), "utf8")).toBe(result);
});
