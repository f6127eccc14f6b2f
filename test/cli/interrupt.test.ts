// An interrupted solve keeps what it has, and the same command goes on from there to the same bits.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readCheckpoint } from "../../src/cli/solve.ts";
import { type Ended, program, runHere } from "./program.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mesa-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** a second or two of work, in steps of less than a tenth of a second */
const LONG = [
  ...["experiment-1", "--backend", "cpu", "--method", "rollout"],
  ...["--set", "coefficient.count=9001", "--set", "theta.count=8001"],
  ...["--set", "schedule.training=6", "--set", "schedule.deployment=14"],
];

/** starts and interrupts a moment later; on a busy machine later, until it listens and `enough` was done by then */
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

const someKept = ({ stderr }: Ended) => stderr.includes("are kept");

/** a result without what is not the same each time */
function timeless(json: string) {
  const { solver, ...result } = JSON.parse(json);
  return { ...result, survivors: solver.survivors };
}

test("Ctrl-C keeps the finished steps, and the same command goes on to the same bits", async () => {
  const out = join(folder, "out");
  const args = [...LONG, "--out", out];
  const first = await interrupted(args, "SIGINT", someKept);
  expect(first).toMatchObject({ code: 130, stdout: "" });
  expect(first.stderr).toMatch(
    /^mesa-induction: interrupted: \d+ of 20 episodes are kept in .*checkpoint.json, and .*\n$/,
  );
  expect(await readdir(out)).toEqual(["checkpoint.json"]);
  const kept = JSON.parse(await readFile(join(out, "checkpoint.json"), "utf8")).steps.length;
  expect(kept).toBeGreaterThan(0);

  const second = await program.run(args);
  expect(second.code).toBe(0);
  expect(second.messages[0]).toContain(`${kept} of 20 episodes are solved`);
  expect((await readdir(out)).sort()).toEqual(["plan.csv", "plot.svg", "result.json"]);

  const { stdout } = await program.run([...LONG, "--json"]);
  expect(timeless(await readFile(join(out, "result.json"), "utf8"))).toEqual(timeless(stdout));
});

test("SIGTERM too; and without --out nothing is kept", async () => {
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
      /checkpoint.json is of another question: choose another folder, or replace it by --force$/,
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
  expect(messages[0]).toMatch(/checkpoint.json is damaged: starting anew/);
  expect(await readdir(out)).not.toContain("checkpoint.json");

  // and by force another question's is replaced
  await writeFile(file, text);
  const forced = await runHere([...short, "--force"]);
  expect(forced.messages).toEqual([expect.stringContaining("wrote ")]);
  expect(await readdir(out)).not.toContain("checkpoint.json");

  // a result is recognised, by any way that comes to it
  const result = await readFile(join(out, "result.json"), "utf8");
  const again = await runHere([join(out, "result.json"), "--out", out, "--json"]);
  expect(again.messages[0]).toMatch(/result.json has it already; --force makes it again$/);
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
