// What `phase` prints, writes and rejects, and that it resumes after it was killed.

import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode } from "fast-png";
import { unzipSync } from "fflate";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PhaseConfig, phase } from "../../src/index.ts";
import { type Ended, mostlyHere, program, runHere } from "./program.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mesa-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const FILES = ["phase.json", "phase.npz", "phase.parquet", "phase.png", "phase.svg"];

/** some cells have no value: with a learning rate of 0 nothing is trained, so compliance is not defined */
const DIAGRAM: PhaseConfig = {
  config: { game: "linear", schedule: { training: 3, deployment: 4 }, regularization: 0.01 },
  x: { key: "schedule.learningRate", from: 0, to: 2, count: 5 },
  y: { key: "discount", from: 0.5, to: 1, count: 3 },
  measures: ["deception", "finalTheta"],
};

async function filesIn(out: string): Promise<Record<string, Buffer>> {
  const names = (await readdir(out)).filter((name) => name !== "shards").sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(out, name))])),
  );
}

test("without --out it prints a few lines", async () => {
  const { code, stdout, stderr } = await program.run([
    ...["phase", "experiment-1", "--backend", "cpu", "--set", "schedule.deployment=10"],
    ...["--x", "discount=0.5:1:4", "--y", "schedule.training=1:2:3:log", "--measure", "margin"],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout.split("\n")).toMatchObject([
    "linear: margin by discount γ and training",
    "10 episodes of deployment, method moments",
    "4 × 2 cells: 8 solved.",
    "schedule.training takes only whole numbers: the 3 requested values were rounded to 2.",
    expect.stringMatching(
      /^margin: .* to .*, median .*; greatest at discount [\d.]+, schedule.training \d+$/,
    ),
    expect.stringMatching(/^Solved by moments on the cpu in float64, [\d,]+ cells per second\.$/),
    "",
  ]);
});

test("--out writes a figure, data, and the command that makes them again", async () => {
  const out = join(folder, "new", "one");
  const asked = join(folder, "diagram.json");
  await writeFile(asked, JSON.stringify(DIAGRAM));
  const args = ["phase", asked, "--backend", "cpu", "--out", out];
  const { code, messages, stdout } = await program.run(args);
  expect({ code, messages: messages.length }).toEqual({ code: 0, messages: 1 });
  const files = await filesIn(out);
  expect(Object.keys(files)).toEqual(FILES);
  const { values, diagram } = await phase(DIAGRAM, { backend: "cpu" });

  // the command that makes it again
  const about = JSON.parse(files["phase.json"].toString());
  expect(about).toMatchObject({
    command: `mesa-induction phase ${asked} --backend cpu`,
    phase: DIAGRAM,
    shape: { rows: 3, columns: 5 },
    counts: { solved: 15 },
    solver: { backend: "cpu", method: "exact", precision: "float64", sample: null },
  });
  expect(
    (await phase(about.phase, { backend: about.solver.backend, method: about.solver.method })).values,
  ).toEqual(values);

  // arrays by name, in NumPy's format
  const arrays = unzipSync(files["phase.npz"]);
  expect(Object.keys(arrays)).toEqual(
    ["schedule.learningRate", "discount", "status", "deception", "finalTheta"].map((name) => `${name}.npy`),
  );
  const read = (name: string) => {
    const bytes = arrays[`${name}.npy`];
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = 10 + view.getUint16(8, true);
    expect(start % 64).toBe(0);
    const header = new TextDecoder().decode(bytes.subarray(10, start));
    const data = Array.from({ length: (bytes.length - start) / 8 }, (_, i) =>
      view.getFloat64(start + 8 * i, true),
    );
    return { magic: [...bytes.subarray(0, 8)], header, data };
  };
  expect(read("finalTheta")).toMatchObject({
    magic: [0x93, ...Buffer.from("NUMPY"), 1, 0],
    header: expect.stringMatching(/^\{'descr': '<f8', 'fortran_order': False, 'shape': \(3, 5\), \} *\n$/),
    data: [...values.finalTheta],
  });
  expect(read("discount")).toMatchObject({
    header: expect.stringContaining("'shape': (3,)"),
    data: [0.5, 0.75, 1],
  });
  expect(read("deception").data).toEqual([...values.deception]);

  // a table, with null where there is no value
  const { buffer, byteOffset, byteLength } = files["phase.parquet"];
  const file = (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength);
  const rows = await parquetReadObjects({ file });
  expect(rows).toEqual(
    diagram.y.values.flatMap((discount, row) =>
      diagram.x.values.map((rate, column) => ({
        "schedule.learningRate": rate,
        discount,
        deception: rate === 0 ? null : values.deception[5 * row + column],
        finalTheta: values.finalTheta[5 * row + column],
        status: "solved",
      })),
    ),
  );
  const [{ key, value }] = parquetMetadata(file).key_value_metadata!;
  expect({ key, value: JSON.parse(value!) }).toEqual({ key: "mesa-induction", value: about });

  // the figure has its labels and its pixels
  const svg = files["phase.svg"].toString();
  for (const text of [
    "deception and final θ by learning rate η and discount γ",
    "regularization 0.01",
    "no value",
    "discount γ (per episode)",
  ])
    expect(svg).toContain(text);
  const [width, height] = ["width", "height"].map((name) =>
    Number(new RegExp(`<svg[^>]* ${name}="(\\d+)"`).exec(svg)![1]),
  );
  const picture = decode(files["phase.png"]);
  expect(picture).toMatchObject({ width: 2 * width, height: 2 * height });
  expect(new Set(picture.data).size).toBeGreaterThan(50);

  // it is not computed again, and not overwritten by another question
  const again = await runHere(args);
  expect(again.messages).toEqual([
    `mesa-induction: ${join(out, "phase.json")} already has this result; --force computes it again`,
  ]);
  expect(again.stdout).toBe(stdout.replace(/, [\d,]+ cells per second/, ""));
  const json = JSON.parse((await runHere([...args, "--json"])).stdout);
  expect(json).toMatchObject(about);
  for (const name of diagram.measures)
    expect(json.values[name].flat()).toEqual([...values[name]].map((x) => (Number.isNaN(x) ? null : x)));
  expect(json.status.flat()).toEqual(new Array(15).fill(0));
  const other = await runHere([...args, "--set", "discount=0.5"]);
  expect(other).toMatchObject({ code: 2, stdout: "" });
  expect(other.messages).toEqual([
    expect.stringMatching(
      /phase.json is of another question, mesa-induction phase .*: choose another folder, or/,
    ),
  ]);
  expect(await filesIn(out)).toEqual(files);
});

test("--json prints the rows of each measure", async () => {
  const args = [
    "phase",
    "rate-length",
    "--x",
    "schedule.learningRate=0.1:1:3",
    "--y",
    "schedule.training=0:2:3",
  ];
  const { stdout } = await program.run([...args, "--measure", "retention", "--backend", "cpu", "--json"]);
  const { values, status } = await phase(
    {
      config: "experiment-1",
      x: { key: "schedule.learningRate", from: 0.1, to: 1, count: 3 },
      y: { key: "schedule.training", from: 0, to: 2, count: 3 },
      measures: ["retention"],
    },
    { backend: "cpu" },
  );
  const json = JSON.parse(stdout);
  expect(json.values.retention.flat()).toEqual([...values.retention]);
  expect(json.status.flat()).toEqual([...status]);
  expect(json.values.retention.length).toBe(3);
});

/** a map that takes seconds */
const LONG = [
  ...["phase", "endless-discount-rate", "--backend", "cpu", "--measure", "firstCoefficient,cost,status"],
  ...["--x", "discount=0.5:0.97:40", "--y", "schedule.learningRate=0.01:10:40:log"],
];

const OTHERS = join("shards", "1-of-1.0123456789ab.elsewhere-1-abcdef.partial");

/** the same map by one thread, in a folder where another diagram was mapped before */
function mapWhole() {
  wholeMap ??= (async () => {
    const out = join(folder, "whole");
    await mkdir(join(out, "shards"), { recursive: true });
    await writeFile(join(out, OTHERS), '{"another":"question"}\n');
    // a temporary file of a program that was killed while writing; no process has such an id
    await writeFile(join(out, ".phase.svg.4194305.tmp"), "<svg");
    return { out, ended: await program.run([...LONG, "--threads", "1", "--out", out, "--force"]) };
  })();
  return wholeMap;
}
let wholeMap: Promise<{ out: string; ended: Ended }> | undefined;

test("cells of another diagram in the same folder are an error; with --force they stay unchanged", async () => {
  const { out, ended } = await mapWhole();
  const elsewhere = join(folder, "elsewhere");
  await mkdir(join(elsewhere, "shards"), { recursive: true });
  const heading = {
    question: {},
    shard: { index: 1, of: 1 },
    tiles: 1,
    command: "mesa-induction phase another",
  };
  await writeFile(join(elsewhere, OTHERS), `${JSON.stringify(heading)}\n`);
  expect(await runHere([...LONG, "--out", elsewhere])).toMatchObject({
    ...{ code: 2, stdout: "" },
    messages: [
      expect.stringMatching(
        /\.partial is of another question, mesa-induction phase another: choose another folder, or replace/,
      ),
    ],
  });
  expect(await readdir(elsewhere)).toEqual(["shards"]);
  expect({ code: ended.code, messages: ended.messages.length }).toEqual({ code: 0, messages: 1 });
  expect((await readdir(out)).sort()).toEqual([...FILES, "shards"]);
  expect(await readdir(join(out, "shards"))).toHaveLength(1);
  expect(await readFile(join(out, OTHERS), "utf8")).toBe('{"another":"question"}\n');
});

test("after several kills it resumes each time, and writes the same bytes in the end", async () => {
  const out = join(folder, "killed");
  const kept: number[] = [];
  /** Ends it with a signal when the file has more cells than before; a fast run may end by itself first. */
  async function ended(signal: NodeJS.Signals): Promise<Ended> {
    const { child, ended } = program.start([...LONG, "--out", out]);
    const size = async () => {
      const names = await readdir(join(out, "shards")).catch(() => []);
      const sizes = names.map((name) =>
        stat(join(out, "shards", name)).then(
          (file) => file.size,
          () => 0,
        ),
      );
      return Math.max(0, ...(await Promise.all(sizes)));
    };
    const before = await size();
    const watch = setInterval(async () => {
      if ((await size()) <= before + 5_000) return;
      clearInterval(watch);
      if (!child.killed) child.kill(signal);
    }, 5);
    const end = await ended;
    clearInterval(watch);
    kept.push(await size());
    return end;
  }
  const first = await ended("SIGKILL");
  expect(first).toMatchObject({ code: null, stdout: "" });
  expect(await readdir(out)).toEqual(["shards"]);
  // a record that is cut off does not count
  const [name, ...others] = await readdir(join(out, "shards"));
  expect({ name, others }).toEqual({ name: expect.stringMatching(/^1-of-1\..*\.partial$/), others: [] });
  const partial = await readFile(join(out, "shards", name));
  await writeFile(join(out, "shards", name), partial.subarray(0, partial.length - 5));
  const second = await ended("SIGKILL");
  expect(second.messages[0]).toMatch(/resuming from .*shards: \d+ of 1600 cells are solved$/);
  const third = await ended("SIGINT");
  expect(third).toMatchObject({ code: 130, stdout: "" });
  expect(third.messages.at(-1)).toMatch(
    /interrupted: \d+ of 1600 cells are kept in .*; run the same command again/,
  );
  expect(kept).toEqual([...kept].sort((a, b) => a - b));

  const last = await program.run([...LONG, "--out", out]);
  expect(last.code).toBe(0);
  const whole = await mapWhole();
  const [files, wanted] = [await filesIn(out), await filesIn(whole.out)];
  expect(Object.keys(files)).toEqual(FILES);
  for (const name of FILES) expect(files[name].equals(wanted[name]), name).toBe(true);
});

test.each(
  mostlyHere<[string[], string]>([
    [[], "no diagram given: name a preset (rate-length, discount-regularization"],
    [["nothing"], '"nothing" is neither a preset (rate-length'],
    [["experiment-1"], "--x is missing: experiment-1 is a configuration, and a diagram needs two axes"],
    [
      ["rate-length", "--x", "discount"],
      '--x must be key=from:to:count, like discount=0:1:51, or key=from:to:count:log, got "discount"',
    ],
    [["rate-length", "--x", "discount=1:0:5"], "x must have from below to"],
    [["rate-length", "--x", "discount=0:1:1"], "x.count must be in [2, 8192], got 1"],
    [["rate-length", "--y", "discount=0:2:5"], "discount must be in [0, 1], got 2"],
    [["rate-length", "--y", "schedule.training=0:10:5:log"], "y must have from above 0 if its scale is log"],
    [["rate-length", "--set", "nonsense=1"], 'unknown key "nonsense"'],
    [["rate-length", "--measure", "status"], "measures must be some of firstCoefficient"],
    [["rate-length", "--measure", "margin", "--method", "exact"], "the measure margin needs a grid"],
    [["broken.json"], "x.to is missing"],
    [["rate-length", "--threads", "0"], "threads must be a whole number"],
    [["rate-length", "--out", "/proc/nowhere"], "cannot write to /proc/nowhere"],
  ]),
)("%j: one line, nothing written", async (args, words, run) => {
  await writeFile(
    join(folder, "broken.json"),
    JSON.stringify({ ...DIAGRAM, x: { key: "discount", from: 0, count: 3 } }),
  );
  const { code, stdout, stderr } = await run(["phase", ...args], { cwd: folder });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^mesa-induction: [^\n]*\n$/);
  expect(stderr).toContain(words);
});
