// What `sweep` prints, writes and rejects.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readAxis } from "../../src/cli/configuration.ts";
import { readSeries } from "../../src/cli/sweep.ts";
import { presets, sweep } from "../../src/index.ts";
import { mostlyHere, program, runHere } from "./program.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mesa-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const SHORT = ["sweep", "experiment-1", "--backend", "cpu"];

test("without --out it prints a table", async () => {
  const { code, stdout, stderr } = await program.run([
    ...[...SHORT, "--over", "discount=0.9:1:2", "--measure", "firstCoefficient,finalTheta"],
    ...["--series", "schedule.learningRate=1,0.3"],
  ]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [heading, first, last, ...rest] = stdout.trimEnd().split("\n");
  expect(heading).toMatch(/^discount +firstCoefficient \(1\) +finalTheta \(1\) +firstCoefficient \(0\.3\)/);
  expect(first).toMatch(/^0\.9 +0\.18 +0\.2819 /);
  expect(last).toMatch(/^1 +0\.03 +0\.7238 /);
  expect(rest).toEqual([]);
});

test("--json prints what the library returns", async () => {
  const { stdout } = await program.run([...SHORT, "--over", "discount=0.5:1:3", "--json"]);
  const values = [0.5, 0.75, 1];
  const expected = await sweep(presets["experiment-1"].config, {
    over: { key: "discount", values },
    backend: "cpu",
  });
  const { command, sweep: asked, options, ...swept } = JSON.parse(stdout);
  expect(options).toEqual({ backend: "cpu", adapter: "cpu", method: "auto", precision: "certified" });
  expect({ ...swept, over: { ...swept.over, asked: 3 } }).toEqual(JSON.parse(JSON.stringify(expected)));
  expect(command).toBe("mesa-induction sweep experiment-1 --over discount=0.5:1:3 --backend cpu");
  expect(asked).toEqual({
    config: presets["experiment-1"].config,
    over: { key: "discount", from: 0.5, to: 1, count: 3, scale: "linear" },
  });
  expect(swept.solvers).toEqual([
    { backend: "cpu", adapter: "cpu", method: "moments", precision: "certified" },
  ]);
  expect(swept.version).toMatch(/^\d+\.\d+\.\d+/);
});

test("--out writes the complete numbers and the figure", async () => {
  const out = join(folder, "new", "one");
  const { code, messages } = await program.run([
    ...[...SHORT, "--over", "regularization=1e-4:0.1:4:log", "--measure", "retention,cost", "--out", out],
  ]);
  expect({ code, messages: messages.length }).toEqual({ code: 0, messages: 1 });
  expect((await readdir(out)).sort()).toEqual(["sweep.csv", "sweep.json", "sweep.svg"]);
  const rows = (await readFile(join(out, "sweep.csv"), "utf8")).trim().split("\n");
  expect(rows[0]).toBe("regularization,retention,cost,missing");
  expect(rows.slice(1).map((row) => row.split(",")[0])).toEqual([
    "0.0001",
    expect.any(String),
    expect.any(String),
    "0.1",
  ]);
  expect(await readFile(join(out, "sweep.svg"), "utf8")).toMatch(/^<svg .*regularization λ.*<\/svg>\n$/s);
});

test("sweep.csv has also the series that the figure has no room for; a note says that rounded values coincide", async () => {
  const out = join(folder, "many");
  const { code, messages } = await runHere([
    ...[...SHORT, "--over", "schedule.training=1:4:6", "--out", out],
    ...["--series", "discount=0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9", "--measure", "retention,margin"],
  ]);
  expect(code).toBe(0);
  expect(messages.map((line) => line.replace("mesa-induction: ", ""))).toEqual([
    "schedule.training takes only whole numbers: the 6 requested values were rounded to 4",
    `the figure has no room for discount γ = 0.3 and discount γ = 0.7; ${join(out, "sweep.csv")} has all`,
    expect.stringMatching(/^wrote /),
  ]);
  const rows = (await readFile(join(out, "sweep.csv"), "utf8")).trim().split("\n");
  expect(rows[0]).toBe("schedule.training,discount,retention,margin,missing");
  expect(rows.map((row) => row.split(",")[0])).toEqual(
    ["schedule.training"].concat(new Array(9).fill(["1", "2", "3", "4"]).flat()),
  );
  const figure = await readFile(join(out, "sweep.svg"), "utf8");
  expect(figure).toContain("7 of 9 series");
  for (const rate of [0.1, 0.2, 0.4, 0.5, 0.6, 0.8, 0.9]) expect(figure).toContain(`discount γ = ${rate}`);
  const written = JSON.parse(await readFile(join(out, "sweep.json"), "utf8"));
  expect(written.over).toMatchObject({ asked: 6, values: [1, 2, 3, 4] });

  // it is not computed again, and not overwritten
  const folderOf = ["--backend", "cpu", "--out", out];
  const finished = await runHere(["sweep", join(out, "sweep.json"), ...folderOf, "--json"]);
  expect(finished.messages).toEqual([
    expect.stringMatching(/sweep.json already has this result; --force computes it again$/),
  ]);
  expect(JSON.parse(finished.stdout)).toEqual(written);
  const refused = await runHere([...SHORT, "--over", "discount=0.1:1:2", "--out", out]);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.messages[0]).toContain(
    "sweep.json is of another question, mesa-induction sweep experiment-1",
  );

  // sweep.json can be given to `sweep`
  const again = await runHere(["sweep", join(out, "sweep.json"), "--backend", "cpu", "--json"]);
  const { command: _, ...same } = JSON.parse(again.stdout);
  const { command: __, ...wanted } = written;
  expect(same).toEqual(wanted);
  const fewer = ["--series", "discount=1", "--over", "regularization=0:0.1:2", "--set", "discount=0.5"];
  const other = await runHere(["sweep", join(out, "sweep.json"), ...fewer, "--json"]);
  expect(JSON.parse(other.stdout)).toMatchObject({
    measures: ["retention", "margin"],
    series: { values: [1] },
    over: { key: "regularization", values: [0, 0.1] },
  });
});

test("a file may hold the whole sweep, and an error in it has its line", async () => {
  const file = join(folder, "discounts.json");
  const over = { key: "discount", from: 0.9, to: 1, count: 2 };
  const asked = { $schema: "./sweep.schema.json", config: "experiment-1", over, measures: ["finalTheta"] };
  await writeFile(file, JSON.stringify(asked));
  const flags = [...SHORT, "--over", "discount=0.9:1:2", "--measure", "finalTheta"];
  const settings = ["--set", "schedule.learningRate=0.3", "--backend", "cpu"];
  const [filed, given] = [
    await runHere(["sweep", file, ...settings]),
    await runHere([...flags, ...settings]),
  ];
  expect({ code: filed.code, messages: filed.messages }).toEqual({ code: 0, messages: [] });
  expect(filed.stdout).toBe(given.stdout);
  await writeFile(file, JSON.stringify({ ...asked, mesures: [] }, null, 1));
  const wrong = await runHere(["sweep", file]);
  expect(wrong).toMatchObject({
    code: 2,
    messages: [expect.stringMatching(/discounts.json, line 13: unknown key "mesures" \(did you mean/)],
  });
});

test("a sweep over infinite horizons gives the same equilibria as a phase diagram", async () => {
  const measures = "equilibria,multiplier,period,status,firstCoefficient";
  const args = ["infinite-horizon", "--backend", "cpu", "--measure", measures, "--json"];
  const few = ["--set", 'coefficient={"min":0,"max":1,"count":2}', ...args];
  const axis = "discount=0.3:0.9:3";
  const swept = JSON.parse((await runHere(["sweep", ...few, "--over", axis])).stdout);
  const y = ["--y", "regularization=0:0.001:2"];
  const mapped = JSON.parse(
    (await runHere(["phase", ...few, "--method", "moments", "--x", axis, ...y])).stdout,
  );
  for (const name of measures.split(","))
    expect(swept.cells.map((cell: { values: object }) => (cell.values as never)[name])).toEqual(
      mapped.values[name][0],
    );
  expect(mapped.values.status[0]).toContain(3);
});

test("cells without an answer are reported, and are not an error", async () => {
  const { code, stdout, messages } = await program.run([
    ...["sweep", "infinite-horizon", "--backend", "cpu", "--over", "discount=0.1:0.9:9"],
    ...["--set", 'coefficient={"min":0,"max":1,"count":2}', "--measure", "firstCoefficient"],
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^0\.\d +–$/m);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(
    /^mesa-induction: \d of 9 cells have no answer; the first: the infinite horizon has no/,
  );
});

test("Ctrl-C keeps the solved cells, and the same command resumes from them", async () => {
  const [out, whole] = [join(folder, "kept"), join(folder, "whole")];
  const args = [
    ...["sweep", "experiment-1", "--backend", "cpu", "--method", "rollout", "--over", "discount=0:1:8"],
    ...["--set", "coefficient.count=801"],
  ];
  const { child, ended } = program.start([...args, "--out", out]);
  const shards = join(out, "shards");
  const kept = async () => {
    const names = await readdir(shards).catch(() => []);
    return (
      await Promise.all(names.map((name) => readFile(join(shards, name), "latin1").catch(() => "")))
    ).join("");
  };
  while (!(await kept()).includes('compliance":')) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGINT");
  const { code, stdout, messages } = await ended;
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  expect(messages).toEqual([
    expect.stringMatching(/interrupted: \d+ of 8 cells are kept in .*; run the same command again/),
  ]);
  expect(await readdir(out)).toEqual(["shards"]);

  const again = await program.run([...args, "--out", out]);
  expect(again.messages[0]).toMatch(/resuming from .*shards: \d+ of 8 cells are solved$/);
  expect((await readdir(out)).sort()).toEqual(["sweep.csv", "sweep.json", "sweep.svg"]);
  await program.run([...args, "--out", whole]);
  for (const name of ["sweep.csv", "sweep.json", "sweep.svg"])
    expect(await readFile(join(out, name), "utf8")).toBe(await readFile(join(whole, name), "utf8"));
});

test.each(
  mostlyHere<[string[], string]>([
    [[], "--over must be key=from:to:count, like discount=0:1:51, or key=from:to:count:log, and is missing"],
    [["--over", "discount"], 'got "discount"'],
    [["--over", "discount=0:1"], 'got "discount=0:1"'],
    [["--over", "discount=0:1:2:lin"], "got"],
    [["--over", "discount=0:1:1"], "over.count must be in [2, 8192], got 1"],
    [["--over", "discount=0:1:99999999999"], "over.count must be in [2, 8192], got 99999999999"],
    [["--over", "discount=1:1:2"], "over must have from below to, got from 1 and to 1"],
    [["--over", "discount=1:0:2"], "over must have from below to, got from 1 and to 0"],
    [["--over", "discount=a:1:2"], "with finite numbers"],
    [
      ["--over", "discount=0:1:5:log"],
      "over must have from above 0 if its scale is log, got from 0 and to 1",
    ],
    [["--over", "a..b=0:1:5"], "--over must be"],
    [["--over", "=0:1:5"], "--over must be"],
    [["--over", "__proto__=0:1:5"], "unknown key"],
    [["--over", "discount=0:2:3"], "discount must be in [0, 1], got 2"],
    [
      ["--over", "schedule.training=-1:2:3"],
      "schedule.training must be a whole number of at least 0, got -1",
    ],
    [["--over", "nonsense=0:2:3"], 'unknown key "nonsense"'],
    [["--over", "game.x=0:2:3"], "over.key must be a key other than game"],
    [["--over", "discount=0:1:3", "--series", "x"], "--series must be key=value,value"],
    [["--over", "discount=0:1:3", "--series", "discount=1"], "over and series must have different keys"],
    [["--over", "discount=0:1:3", "--series", "coefficient.count=401,no"], "coefficient.count must be"],
    [["--over", "discount=0:1:3", "--measure", "firstBase"], "measures must be some of firstCoefficient"],
    [["--over", "discount=0:1:3", "--measure", "cost,cost"], 'got "cost" twice'],
    [["--over", "discount=0:1:3", "--out", "/proc/nowhere"], "cannot write to /proc/nowhere"],
  ]),
)("%j: one line, nothing written", async (args, words, run) => {
  const { code, stdout, stderr } = await run([...SHORT, ...args], { cwd: folder });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^mesa-induction: [^\n]*\n$/);
  expect(stderr).toContain(words);
  expect(await readdir(folder)).not.toContain("x");
});

test("axes and series are parsed", () => {
  expect(readAxis("--over", "schedule.training=1:3:3")).toEqual({
    ...{ key: "schedule.training", from: 1, to: 3, count: 3, scale: "linear" },
  });
  expect(readAxis("--over", "discount=.1:1:5:log")).toMatchObject({ from: 0.1, scale: "log" });
  expect(readSeries("discount=1,0.5")).toEqual({ key: "discount", values: [1, 0.5] });
  expect(readSeries("horizon=finite,infinite").values).toEqual(["finite", "infinite"]);
  expect(readSeries("layers=[1,4,1],[1,8,8,1]").values).toEqual([
    [1, 4, 1],
    [1, 8, 8, 1],
  ]);
});
