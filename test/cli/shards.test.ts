// Shards merge to the bytes of one process; bad shards are rejected with the command that repairs them.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Job } from "kubernetes-models/batch/v1";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { listShards, readShard, ShardWriter } from "../../src/cli/shards.ts";
import { mostlyHere, program, runHere } from "./program.ts";

const MAP = ["phase", "experiment-1", "--x", "discount=0.5:1:13", "--y", "regularization=0.001:0.1:11:log"];
const SWEEP = [
  "sweep",
  "experiment-1",
  "--over",
  "discount=0:1:7",
  "--series",
  "schedule.learningRate=1,0.3",
];
const CPU = ["--backend", "cpu"];

let folder: string;
/** a folder with all three shards of the sweep, for copies, and the files that one process writes */
let shards: string;
let wanted: Record<string, string>;

async function digestsIn(out: string): Promise<Record<string, string>> {
  const names = (await readdir(out)).filter((name) => name !== "shards" && name !== "logs").sort();
  const of = async (name: string) =>
    createHash("sha256")
      .update(await readFile(join(out, name)))
      .digest("hex");
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await of(name)] as const)));
}

async function solveShards(args: readonly string[], out: string, of: number) {
  for (let i = 1; i <= of; i++) {
    const { code, stdout, messages } = await program.run([...args, "--out", out, "--shard", `${i}/${of}`]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(messages.at(-1)).toContain(`shard ${i} of ${of} is complete in ${join(out, "shards")}`);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mesa-"));
  shards = join(folder, "shards-of-three");
  await solveShards([...SWEEP, ...CPU], shards, 3);
  const whole = join(folder, "whole");
  await program.run([...SWEEP, ...CPU, "--out", whole]);
  wanted = await digestsIn(whole);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** a copy of the folder with the three shards */
async function copy(name: string): Promise<string> {
  const out = join(folder, name);
  await cp(shards, out, { recursive: true });
  return out;
}

const shardsIn = async (out: string) =>
  (await readdir(join(out, "shards"))).map((name) => join(out, "shards", name));

test("a map's shards merge to the bytes of one process, and --partial marks the result as partial", async () => {
  const [out, whole] = [join(folder, "map"), join(folder, "whole-map")];
  await solveShards([...MAP, ...CPU], out, 3);
  await program.run([...MAP, ...CPU, "--out", whole]);
  const { code, messages } = await program.run(["merge", out]);
  expect({ code, messages: messages.length }).toEqual({ code: 0, messages: 1 });
  const files = await digestsIn(out);
  expect(Object.keys(files)).toEqual(["phase.json", "phase.npz", "phase.parquet", "phase.png", "phase.svg"]);
  expect(files).toEqual(await digestsIn(whole));

  const [path] = (await shardsIn(out)).filter((one) => one.includes("/2-of-3."));
  await rm(path);
  const { stdout } = await program.run(["merge", out, "--partial"]);
  expect(stdout).toMatch(/13 × 11 cells: 95 solved and 48 unsolved/);
  expect(await readFile(join(out, "phase.svg"), "utf8")).toContain("partial: 48 of 143 cells unsolved");
  const { counts } = JSON.parse(await readFile(join(out, "phase.json"), "utf8"));
  expect(counts).toEqual({ solved: 95, unsolved: 48 });
});

test("a sweep's shards merge to the bytes of one process, and --partial marks missing cells", async () => {
  const out = await copy("merged");
  const { code, stdout } = await program.run(["merge", out]);
  expect({ code, stdout: stdout.split("\n")[0] }).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^discount +/),
  });
  expect(Object.keys(wanted)).toEqual(["sweep.csv", "sweep.json", "sweep.svg"]);
  expect(await digestsIn(out)).toEqual(wanted);
  const [path] = (await shardsIn(out)).filter((one) => one.includes("/2-of-3."));
  await rm(path);
  expect((await program.run(["merge", out, "--partial"])).messages[0]).toContain(
    "5 of 14 cells have no answer",
  );
  expect(await readFile(join(out, "sweep.csv"), "utf8")).toContain("not solved yet");
});

test("a complete shard is not solved again", async () => {
  const out = await copy("again");
  const { code, messages } = await program.run([...SWEEP, ...CPU, "--out", out, "--shard", "2/3"]);
  expect({ code, messages }).toEqual({
    code: 0,
    messages: [`mesa-induction: shard 2 of 3 is complete in ${join(out, "shards")}`],
  });
});

describe("merge rejects, names what is wrong, and prints the command that repairs it:", () => {
  const damages: Record<string, { of: string; damage(path: string): Promise<void> }> = {
    "a missing shard": { of: "shard 2 of 3 is missing", damage: (path) => rm(path) },
    "a shard that is cut off": {
      of: "is cut off or damaged",
      damage: async (path) => truncate(path, (await readFile(path)).length - 100),
    },
    "a shard that lacks only its last record": {
      of: "is cut off or damaged",
      damage: async (path) => truncate(path, (await readFile(path)).length - 1),
    },
    "a shard with one bit changed": {
      of: "is cut off or damaged",
      async damage(path) {
        const bytes = await readFile(path);
        bytes[bytes.length - 100] ^= 1;
        await writeFile(path, bytes);
      },
    },
    "a file that does not begin as a shard": {
      of: "does not begin as a shard does",
      damage: (path) => writeFile(path, "nothing of the kind\n"),
    },
    "an empty file": { of: "does not begin as a shard does", damage: (path) => writeFile(path, "") },
    "a shard that is not complete": {
      of: "shard 2 of 3 is not complete",
      damage: (path) => rename(path, path.replace(/cells$/, "elsewhere-1-abcdef.partial")),
    },
  };
  test.each(Object.entries(damages))("%s", async (name, { of, damage }) => {
    const out = await copy(name.replaceAll(" ", "-"));
    const [path] = (await shardsIn(out)).filter((one) => one.includes("/2-of-3."));
    await damage(path);
    const refused = await program.run(["merge", out]);
    expect({ code: refused.code, stdout: refused.stdout }).toEqual({ code: 1, stdout: "" });
    expect(await readdir(out)).toEqual(["shards"]);
    expect(refused.messages).toHaveLength(2);
    const [, why, command] = /^mesa-induction: (.*); (.*) repairs it$/.exec(refused.messages[0])!;
    expect(why).toContain(of);
    expect(refused.messages[1]).toContain("1 of 3 shards cannot be merged, and nothing was written");

    const { stderr } = await promisify(execFile)("sh", ["-c", command]);
    expect(stderr).toContain("shard 2 of 3 is complete");
    expect((await runHere(["merge", out])).code).toBe(0);
    expect(await digestsIn(out)).toEqual(wanted);
    expect(await shardsIn(out)).toHaveLength(3);
  });

  test("shards of two questions", async () => {
    const out = await copy("two-questions");
    const other = [...SWEEP, ...CPU, "--measure", "retention"];
    expect(await runHere([...other, "--shard", "1/3", "--out", out])).toMatchObject({
      code: 2,
      messages: [expect.stringContaining("is of another question, mesa-induction sweep ")],
    });
    await solveShards([...other, "--force"], out, 1);
    const refused = await program.run(["merge", out]);
    expect(refused.code).toBe(1);
    expect(refused.messages).toHaveLength(3);
    expect(refused.messages[2]).toContain("shards of 2 questions: choose one with --question");
    expect(refused.messages[0]).toContain("(cpu, certified, ");
    const [, name] = refused.messages.map((line) => /([0-9a-f]{12}\/3): 3 files/.exec(line)).find(Boolean)!;
    expect((await program.run(["merge", out, "--question", name])).code).toBe(0);
    expect(await digestsIn(out)).toEqual(wanted);
  });

  test("shards of one question that was divided in two ways", async () => {
    const out = await copy("two-cuts");
    await solveShards([...SWEEP, ...CPU], out, 2);
    const refused = await program.run(["merge", out]);
    expect({ code: refused.code, last: refused.messages.at(-1) }).toEqual({
      code: 1,
      last: expect.stringContaining("shards of 2 questions"),
    });
  });

  test("shards of another version", async () => {
    const out = await copy("version");
    for (const path of await shardsIn(out)) {
      const bytes = await readFile(path);
      const end = bytes.indexOf("\n");
      const heading = JSON.parse(bytes.toString("utf8", 0, end));
      heading.question.version = "0.0.1";
      const name = createHash("sha256").update(JSON.stringify(heading.question)).digest("hex").slice(0, 12);
      await rm(path);
      await writeFile(
        path.replace(/\.[0-9a-f]{12}\./, `.${name}.`),
        Buffer.concat([Buffer.from(JSON.stringify(heading)), bytes.subarray(end)]),
      );
    }
    const { code, messages } = await program.run(["merge", out]);
    expect({ code, messages }).toEqual({
      code: 1,
      messages: [expect.stringContaining("version 0.0.1 made the shards and this is")],
    });
  });

  test("a folder whose only file does not begin as a shard", async () => {
    const out = join(folder, "unread");
    await mkdir(join(out, "shards"), { recursive: true });
    await writeFile(join(out, "shards", "1-of-1.0123456789ab.cells"), "nothing of the kind");
    const { code, messages } = await program.run(["merge", out]);
    expect({ code, messages }).toEqual({
      code: 1,
      messages: [
        expect.stringContaining("1-of-1.0123456789ab.cells does not begin as a shard does"),
        expect.stringContaining("has no shards"),
      ],
    });
  });

  test("a folder without shards", async () => {
    await mkdir(join(folder, "empty"));
    const { code, messages } = await program.run(["merge", join(folder, "empty")]);
    expect({ code, messages }).toEqual({ code: 1, messages: [expect.stringContaining("has no shards")] });
  });
});

test("two processes that solve the same shard do not disturb each other", async () => {
  const out = join(folder, "both");
  const heading = { question: { kind: "test" }, shard: { index: 1, of: 1 }, tiles: 2, command: "test" };
  const open = async () => (await ShardWriter.open(out, heading, () => undefined))!;
  const [first, second] = [await open(), await open()];
  for (const writer of [first, second])
    for (const tile of [0, 1]) writer.append(tile, Buffer.from(`tile ${tile}`));
  await second.finish();
  await first.finish();
  const [whole, ...others] = await listShards(out);
  expect(others).toEqual([]);
  const tiles: string[] = [];
  const read = await readShard(whole.path, (_, payload) => tiles.push(payload.toString()));
  expect({ tiles, complete: read.complete }).toEqual({ tiles: ["tile 0", "tile 1"], complete: true });
});

test.each(
  mostlyHere<[string[], string]>([
    [[...MAP, "--out", "x", "--shard", "0/3"], '--shard must be i/n with i from 1 to n, like 3/8, got "0/3"'],
    [[...MAP, "--out", "x", "--shard", "4/3"], "--shard must be i/n"],
    [[...MAP, "--out", "x", "--shard", "1"], "--shard must be i/n"],
    [[...MAP, "--shard", "1/3"], "--shard needs --out"],
    [
      ["submit", "slurm", ...MAP, "--shards", "0", "--out", "x"],
      "--shards must be a whole number in [1, 100000]",
    ],
    [["submit", "slurm", ...MAP, "--shards", "8"], "required option '--out <folder>' not specified"],
    [["submit", "parallel", "phase", "experiment-1", "--shards", "8", "--out", "x"], "--x is missing"],
    [["submit", "slurm", "sweep", "experiment-1", "--shards", "8", "--out", "x"], "--over must be"],
  ]),
)("%j: one line, nothing written", async (args, words, run) => {
  const { code, stdout, stderr } = await run(args, { cwd: folder });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^mesa-induction: [^\n]*\n$/);
  expect(stderr).toContain(words);
  expect(await readdir(folder)).not.toContain("x");
});

test("a Kubernetes manifest conforms to the published schema, and its commands make the result", async () => {
  const out = join(folder, "volume");
  const flags = [
    "--shards",
    "2",
    "--out",
    out,
    "--cpus",
    "2",
    "--gpus",
    "1",
    "--time",
    "600",
    "--image",
    "here:1",
  ];
  const { code, stdout } = await program.run(["submit", "kubernetes", ...SWEEP, ...CPU, ...flags]);
  expect(code).toBe(0);
  const jobs = parseAllDocuments(stdout).map((document) => document.toJS());
  expect(jobs).toHaveLength(2);
  for (const job of jobs) new Job(job).validate();
  const [array, merge] = jobs;
  expect(array.spec).toMatchObject({ completionMode: "Indexed", completions: 2, activeDeadlineSeconds: 600 });
  expect(array.spec.template.spec.containers[0]).toMatchObject({
    image: "here:1",
    resources: { limits: { cpu: "2", "nvidia.com/gpu": "1" } },
    volumeMounts: [{ mountPath: out }],
  });
  expect(() => new Job({ ...array, spec: { ...array.spec, completions: "two" } }).validate()).toThrow();

  // the program in the PATH of the image
  const bin = join(folder, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "mesa-induction"), `#!/bin/sh\nexec ${process.execPath} ${program.file} "$@"\n`, {
    mode: 0o755,
  });
  const run = ({ spec }: typeof array, env: Record<string, string>) => {
    const [sh, ...args] = spec.template.spec.containers[0].command;
    return promisify(execFile)(sh, args, {
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, ...env },
    });
  };
  const merged = run(merge, {});
  for (const index of ["0", "1"]) await run(array, { JOB_COMPLETION_INDEX: index });
  await merged;
  expect(await digestsIn(out)).toEqual(wanted);
});
