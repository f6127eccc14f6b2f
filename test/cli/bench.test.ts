// `bench` measures what the flags ask for, reports what ran and what was left out, and leaves no files if it fails.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  buildProgram,
  mostlyHere,
  NO_ADAPTER,
  PATIENT,
  type Program,
  program,
  withNumber,
} from "./program.ts";

let folder: string;
/** a program that measures each variant for a hundredth of the time, and at least three times as always */
let brief: Program;
beforeAll(async () => {
  brief = await buildProgram([withNumber("bench/measure.ts", "ENOUGH = ", 0.01)]);
  folder = await mkdtemp(join(tmpdir(), "mesa-bench-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** the command in docs/reproduce.md */
const SMALL = ["bench", "--game", "linear", "--size", "small"];

test("--json and --out hold every row, with machine, adapter and version", async () => {
  const { code, stdout } = await brief.run([...SMALL, "--patience", "60", "--json", "--out", "bench.json"], {
    cwd: folder,
    env: PATIENT,
  });
  expect(code).toBe(0);
  const page = await readFile(new URL("../../docs/reproduce.md", import.meta.url), "utf8");
  expect(page).toContain(`\nnode dist/cli.js ${SMALL.join(" ")}\n`);
  expect(await readFile(join(folder, "bench.json"), "utf8")).toBe(stdout);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({
    version: expect.stringMatching(/^\d/),
    node: process.versions.node,
    command: "mesa-induction bench",
    date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    adapter: { name: expect.stringContaining("SwiftShader"), software: true },
    machine: { cores: expect.any(Number), cpu: expect.any(String), memoryBytes: expect.any(Number) },
    leftOut: [],
  });
  const rows = report.rows.map(
    ({ method, backend, precision }: Record<string, string>) => `${method} ${backend} ${precision}`,
  );
  expect(new Set(rows)).toEqual(
    new Set([
      ...["rollout", "moments"].flatMap((method) =>
        ["cpu certified", "gpu certified", "gpu f32"].map((on) => `${method} ${on}`),
      ),
      "exact cpu certified",
    ]),
  );
  for (const row of report.rows) {
    expect(row).toMatchObject({ game: "linear", candidates: 401, states: 11, episodes: 100 });
    const { least, median, most, repeats } = row.seconds;
    expect(repeats).toBeGreaterThanOrEqual(3);
    expect(least).toBeGreaterThan(0);
    expect(median).toBeGreaterThanOrEqual(least);
    expect(most).toBeGreaterThanOrEqual(median);
    if (row.ran === "certified") expect(row).toMatchObject({ otherDecisions: 0 });
    expect(row).not.toHaveProperty("void");
    if (row.backend === "cpu") expect(row).toMatchObject({ gpuSeconds: null, gpuBytes: null });
    else {
      expect(row.gpuSeconds.median).toBeGreaterThan(0);
      expect(row.gpuSeconds.median).toBeLessThan(row.seconds.median);
      expect(row.gpuBytes).toBeGreaterThan(401 * 8);
    }
  }
});

test("prints a table; without a GPU its rows are left out", async () => {
  const { code, stdout } = await brief.run(SMALL, { env: NO_ADAPTER });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^mesa-induction \d.*, no adapter\n|; no adapter\n/);
  expect(stdout).toMatch(/\nlinear +exact +cpu, 1 +float64 +401 × 11 × 100 +/);
  expect(stdout).toMatch(/left out:\n {2}linear, rollout, gpu, certified: there is no adapter \(small\)/);
});

test("if only the GPU is asked for and there is none, exit status 3", async () => {
  const { code, stdout, messages } = await program.run([...SMALL, "--backend", "gpu"], { env: NO_ADAPTER });
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(messages).toHaveLength(1);
});

test("a solve that takes too long is left out", async () => {
  const args = ["bench", "--game", "learned-discount", "--size", "medium,large", "--backend", "cpu"];
  const { code, stdout } = await program.run([...args, "--patience", "0.05", "--json"]);
  expect(code).toBe(0);
  const { rows, leftOut } = JSON.parse(stdout);
  expect(rows).toEqual([]);
  expect(leftOut.length).toBeGreaterThanOrEqual(2);
  for (const { why } of leftOut) expect(why).toBe("a solve takes over 0.05 s");
});

test.each(
  mostlyHere<[string[], string]>([
    [["--game", "chess"], '"chess" is neither a game (--game takes linear,'],
    [["--size", "small,tiny"], '--size must be some of small,medium,large,huge, got "tiny"'],
    [["--patience", "0"], "--patience must be in (0, 3600] seconds"],
    [["--patience", "soon"], '--patience must be in (0, 3600] seconds, got "soon"'],
    [["--backend", "tpu"], "argument 'tpu' is invalid"],
    [["--out", "/proc/nowhere/x.json"], "cannot write to /proc/nowhere"],
  ]),
)("%j: one line, nothing written", async (args, words, run) => {
  const { code, stdout, stderr } = await run(["bench", ...args], { cwd: folder });
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^mesa-induction: [^\n]*\n$/);
  expect(stderr).toContain(words);
});

test("leaves no files if it is interrupted", async () => {
  const args = [
    "bench",
    "--game",
    "misconception",
    "--size",
    "large",
    "--backend",
    "cpu",
    "--patience",
    "600",
  ];
  const { child, ended } = program.start([...args, "--out", "made/bench.json"], { cwd: folder });
  while (!(await readdir(folder)).includes("made")) await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGINT");
  const { code, stdout, messages } = await ended;
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  expect(messages).toHaveLength(1);
  expect(await readdir(folder)).not.toContain("made");
});
