// Shards on real schedulers: Slurm and GNU parallel. If a scheduler is not installed, the tests fail; none is skipped.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { program } from "../cli/program.ts";
import { MAX_ARRAY_SIZE, type Slurm, startSlurm } from "./slurm.ts";

const CPU = ["--backend", "cpu"];
/** 1,048,576 cells */
const MILLION = [
  ...["phase", "experiment-1", ...CPU],
  ...["--x", "discount=0.5:1:1024", "--y", "schedule.learningRate=0.1:4:1024"],
];
/** some seconds of work per shard */
const SLOW = [
  ...["phase", "learned-discount", ...CPU, "--measure", "retention"],
  ...["--x", "discountLearningRateScale=0.1:1:16", "--y", "schedule.learningRate=0.1:1:9"],
];

let slurm: Slurm;
let folder: string;

beforeAll(async () => {
  slurm = await startSlurm();
  folder = await mkdtemp(join(tmpdir(), "mesa-"));
});
afterAll(async () => {
  await slurm?.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function digestsIn(out: string): Promise<Record<string, string>> {
  const names = (await readdir(out)).filter((name) => name.startsWith("phase.")).sort();
  const digest = async (name: string) =>
    createHash("sha256")
      .update(await readFile(join(out, name)))
      .digest("hex");
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await digest(name)] as const)),
  );
}

/** the files that one process writes */
async function alone(args: readonly string[], name: string): Promise<Record<string, string>> {
  const out = join(folder, name);
  expect((await program.run([...args, "--out", out])).code).toBe(0);
  const digests = await digestsIn(out);
  expect(Object.keys(digests)).toHaveLength(5);
  return digests;
}

/** Submits what `submit` prints. @returns the jobs of the arrays and of the merge */
async function submit(args: readonly string[], shards: number, out: string) {
  const script = join(folder, `job-${shards}.sh`);
  const printed = await program.run(["submit", "slurm", ...args, "--shards", `${shards}`, "--out", out]);
  expect({ code: printed.code, stderr: printed.stderr }).toEqual({ code: 0, stderr: "" });
  await writeFile(script, printed.stdout);
  const { stdout } = await promisify(execFile)("bash", [script], { env: slurm.env, cwd: folder });
  const [, arrays, merge] = /^arrays ((?:\d+ ?)+), then merge (\d+)\n$/.exec(stdout)!;
  return { arrays: arrays.split(" "), merge };
}

const stateOf = async (job: string) => (await slurm.states()).get(job);
const reached = (job: string, state: string) =>
  slurm.until(`${job} to be ${state}`, async () => (await stateOf(job)) === state);
/** waits until a merge is completed */
const merged = (job: string) =>
  slurm.until(`${job} to be completed`, async () => {
    const state = await stateOf(job);
    if (/FAILED|CANCELLED/.test(state ?? "")) throw new Error(`${job} is ${state}`);
    return state === "COMPLETED";
  });
const logOf = (out: string, job: string) => readFile(join(out, "logs", `${job}.log`), "utf8").catch(() => "");
/** waits until a task has kept cells, and returns the id of its process */
const working = (out: string, index: number) =>
  slurm.until(`shard ${index} to keep cells`, async () => {
    for (const name of await readdir(join(out, "shards")).catch(() => [])) {
      const [, pid] = new RegExp(`^${index}-of-.*-(\\d+)-[0-9a-f]+\\.partial$`).exec(name) ?? [];
      const { length } = await readFile(join(out, "shards", name)).catch(() => "");
      if (pid && length > 1200) return Number(pid);
    }
    return undefined;
  });

test("a million cells in eight shards merge to the bytes of one process, and a too large array is divided", async () => {
  const out = join(folder, "million");
  const { arrays, merge } = await submit(MILLION, 8, out);
  expect(arrays).toHaveLength(Math.ceil(8 / (MAX_ARRAY_SIZE - 1)));
  await merged(merge);
  expect(await digestsIn(out)).toEqual(await alone(MILLION, "million-alone"));

  // a file that is cut off is named, and the printed command repairs it
  const name = (await readdir(join(out, "shards"))).find((name) => name.startsWith("5-of-8."))!;
  const path = join(out, "shards", name);
  await truncate(path, Math.floor((await readFile(path)).length / 2));
  await rm(join(out, "phase.json"));
  const refused = await program.run(["merge", out]);
  expect(refused.code).toBe(1);
  const [, repair] = /5-of-8.* is cut off or damaged; (.*) repairs it/.exec(refused.messages[0])!;
  const job = (await slurm.ask("sbatch", "--parsable", "--output=/dev/null", `--wrap=exec ${repair}`)).trim();
  await reached(job, "COMPLETED");
  expect((await program.run(["merge", out])).code).toBe(0);
  expect(await digestsIn(out)).toEqual(await alone(MILLION, "million-alone"));
});

test("a task that is killed and a task that is terminated resume", async () => {
  const out = join(folder, "killed");
  const { arrays, merge } = await submit(SLOW, 3, out);
  const task = (index: number) => `${arrays[0]}_${index}`;

  process.kill(await working(out, 2), "SIGKILL");
  await reached(task(2), "FAILED");
  // a time limit, a preemption and scancel all send this signal first
  await working(out, 3);
  await slurm.ask("scancel", "--batch", "--signal=TERM", task(3));
  await reached(task(3), "FAILED");
  expect(await logOf(out, task(3))).toMatch(
    /interrupted: \d+ of \d+ cells are kept in .*; run the same command again/,
  );
  await slurm.until(
    "the merge to be cancelled",
    async () => !/PENDING|RUNNING/.test((await stateOf(merge)) ?? ""),
  );
  const early = await program.run(["merge", out]);
  expect(early.code).toBe(1);
  expect(early.messages.join("\n")).toMatch(/shard 2 of 3 is not complete.*\n.*shard 3 of 3 is not complete/);

  for (const index of [2, 3]) {
    await slurm.ask("scontrol", "requeue", task(index));
    await slurm.ask("scontrol", "update", `jobid=${task(index)}`, "StartTime=now").catch(() => undefined);
  }
  for (const index of [1, 2, 3]) await reached(task(index), "COMPLETED");
  for (const index of [2, 3])
    expect(await logOf(out, task(index))).toMatch(/resuming from .*: \d+ of \d+ cells/);
  expect((await program.run(["merge", out])).code).toBe(0);
  expect(await digestsIn(out)).toEqual(await alone(SLOW, "killed-alone"));
});

test("another question in a folder is rejected; with --force both are kept and do not mix", async () => {
  const out = join(folder, "two");
  const axes = ["--x", "discount=0.5:1:40", "--y", "schedule.learningRate=0.1:4:30"];
  const small = ["phase", "experiment-1", ...axes, ...CPU];
  const other = ["phase", "experiment-1", ...axes, "--measure", "retention", ...CPU];
  await merged((await submit(small, 3, out)).merge);
  const another = await program.run([...other, "--shard", "1/4", "--out", out]);
  expect(another.code).not.toBe(0);
  expect(another.messages.at(-1)).toContain("is of another question, mesa-induction phase experiment-1");
  for (let i = 1; i <= 4; i++) {
    const { code } = await program.run([...other, "--shard", `${i}/4`, "--out", out, "--force"]);
    expect(code).toBe(0);
  }
  const refused = await program.run(["merge", out]);
  expect(refused.code).toBe(1);
  expect(refused.messages.at(-1)).toContain("shards of 2 questions");
  for (const [args, name] of [
    [small, "small"],
    [other, "other"],
  ] as const) {
    const into = join(folder, `${name}-merged`);
    const question = ["mesa-induction", ...args].join(" ");
    const { code } = await program.run(["merge", out, "--question", question, "--out", into]);
    expect(code).toBe(0);
    expect(await digestsIn(into)).toEqual(await alone(args, `${name}-alone`));
  }
});

test("GNU parallel makes the same", async () => {
  const out = join(folder, "parallel");
  const args = [
    "phase",
    "experiment-1",
    ...CPU,
    "--x",
    "discount=0.5:1:40",
    "--y",
    "regularization=0.001:0.1:30:log",
  ];
  const printed = await program.run(["submit", "parallel", ...args, "--shards", "5", "--out", out]);
  expect(printed.code).toBe(0);
  await promisify(execFile)("bash", ["-c", printed.stdout], { cwd: folder });
  expect(await digestsIn(out)).toEqual(await alone(args, "parallel-alone"));
});
