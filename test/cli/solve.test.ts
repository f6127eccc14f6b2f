// What `solve` prints and writes.

import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { checkConfig, phasePresets, presets, solve } from "../../src/index.ts";
import { COMPLETED } from "./completed.ts";
import { program, runHere } from "./program.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mesa-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** a result without the values that differ from run to run */
function lasting(text: string) {
  const { solver, ...result } = JSON.parse(text);
  const { milliseconds, ...rest } = solver;
  expect(milliseconds).toBeGreaterThanOrEqual(0);
  return { ...result, solver: rest };
}

test.each([["experiment-1"], ["solve", "experiment-1"]])(
  "the summary of %s shows the post's result",
  async (...args) => {
    const { code, stdout, stderr } = await program.run(args.filter(Boolean));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("the coefficient goes from 0.03 to 0.11");
    expect(stdout).toContain("At the switch to deployment (episode 20) the coefficient goes from 0.11 to 1.");
    expect(stdout).toContain("θ goes from 0.8 to 0.7238");
    expect(stdout).toMatch(/\n0–5 +1 +0\.03 +0\.8 → 0\.7928 /);
    expect(stdout.split("\n").length).toBeLessThan(25);
  },
);

test("--json prints only the result, with every number at full precision", async () => {
  const { code, stdout, stderr } = await program.run(["experiment-2", "--json", "--backend", "cpu"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const expected = await solve(presets["experiment-2"].config, { backend: "cpu" });
  expect(lasting(stdout)).toEqual(lasting(JSON.stringify(expected)));
});

test("--set changes settings, in order, to a JSON value or a word", async () => {
  const { stdout } = await program.run([
    ...["experiment-1", "--json", "--set", "discount=0.5", "--set", "discount=0.9", "--set", "theta.count=5"],
    ...[
      "--set",
      'schedule={"learningRates":[0.5,0.25]}',
      "--set",
      "schedule.learningRates.1=0",
      "--set",
      "game=linear",
    ],
  ]);
  expect(JSON.parse(stdout).config).toMatchObject({
    discount: 0.9,
    theta: { min: -1, max: 1, count: 5 },
    schedule: { learningRates: [0.5, 0] },
  });
});

test("a configuration can be a file, with a byte order mark or without", async () => {
  const config = { game: "linear", schedule: { training: 2, deployment: 1 } };
  await writeFile(join(folder, "mine.json"), `\uFEFF${JSON.stringify(config)}`);
  const { stdout } = await program.run(["mine.json", "--json"], { cwd: folder });
  expect(JSON.parse(stdout).cost).toHaveLength(3);
});

test("--out writes three complete files, and says so", async () => {
  const out = join(folder, "made", "for this");
  const { code, stdout, messages } = await program.run(["experiment-1", "--json", "--out", out]);
  expect(code).toBe(0);
  expect(messages).toHaveLength(1);
  expect((await readdir(out)).sort()).toEqual(["plan.csv", "plot.svg", "result.json"]);
  expect(await readFile(join(out, "result.json"), "utf8")).toBe(stdout);
  expect(await readFile(join(out, "plot.svg"), "utf8")).toMatch(/^<svg .*<\/svg>\n$/s);
  expect((await readFile(join(out, "plan.csv"), "utf8")).trim().split("\n")).toHaveLength(101);
});

test("a reader that stops reading is not an error", async () => {
  const { child, ended } = program.start(["experiment-1", "--json", "--set", "schedule.training=2000"]);
  child.stdout!.destroy();
  expect(await ended).toMatchObject({ code: 0, stderr: "" });
});

test("solve reads its own results, and standard input", async () => {
  const out = join(folder, "written");
  const asked = ["discounted", "--set", "schedule.learningRates=[0.5,0]", "--set", "discount=.25"];
  const first = await program.run([...asked, "--json", "--backend", "cpu", "--out", out]);
  expect(JSON.parse(first.stdout).config).toMatchObject({
    schedule: { learningRates: [0.5, 0] },
    discount: 0.25,
  });
  const again = await program.run([join(out, "result.json"), "--json", "--backend", "cpu"]);
  expect(lasting(again.stdout)).toEqual(lasting(first.stdout));

  const input = '{"game": "linear", "schedule": {"learningRates": [1]}}';
  const { code, stdout } = await program.run(["-", "--set", "discount=0.5", "--json", "--backend", "cpu"], {
    input,
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout).config).toMatchObject({ discount: 0.5, schedule: { learningRates: [1] } });
});

test("presets NAME prints a whole configuration, as a file to start from", async () => {
  const { stdout } = await program.run(["presets", "misconception"]);
  const { $schema, ...config } = JSON.parse(stdout);
  expect(config).toEqual(checkConfig(presets.misconception.config).config);
  expect(checkConfig(JSON.parse(stdout)).config).toEqual(config);
  // the package has the schema that the file names
  const { files, exports } = JSON.parse(
    await readFile(new URL("../../package.json", import.meta.url), "utf8"),
  );
  const [, file] = /^\.\/node_modules\/mesa-induction\/(.*)$/.exec($schema)!;
  expect([files[0], exports["./config.schema.json"]]).toEqual(["dist", `./${file}`]);
  for (const what of ["config", "phase", "sweep"]) {
    const schema = await runHere(what === "config" ? ["schema"] : ["schema", what]);
    expect(JSON.parse(schema.stdout).$defs).toHaveProperty("game");
    expect(exports[`./${what}.schema.json`]).toBe(`./dist/${what}.schema.json`);
  }
  const diagram = JSON.parse((await program.run(["presets", "rate-length"])).stdout);
  expect(diagram).toMatchObject({ config: { game: "linear" }, x: phasePresets["rate-length"].phase.x });
  const all = JSON.parse((await program.run(["presets", "--json"])).stdout);
  expect(all.map(({ name }: { name: string }) => name)).toEqual([
    ...Object.keys(presets),
    ...Object.keys(phasePresets),
  ]);
});

test("--help, --version and presets", async () => {
  const help = await program.run(["--help"]);
  expect(help.code).toBe(0);
  for (const word of ["solve", "validate", "doctor", "presets", "phase", "experiment-2", "Examples"])
    expect(help.stdout).toContain(word);
  expect((await program.run(["solve", "--help"])).stdout).toContain("--precision");
  expect((await program.run(["--version"])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  for (const args of [
    ["-V", "--json"],
    ["--json", "--version"],
  ]) {
    const { code, stdout } = await runHere(args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ...{ name: manifest.name, version: manifest.version, license: manifest.license },
      ...{ node: process.version, webgpu: manifest.dependencies.webgpu },
      ...{ platform: process.platform, architecture: process.arch },
      citation: expect.objectContaining({
        version: manifest.version,
        authors: [expect.anything()],
        references: [
          expect.objectContaining({ title: "Simple Experiments with Deceptive Alignment" }),
          expect.objectContaining({
            title: "Risks from Learned Optimization in Advanced Machine Learning Systems",
          }),
        ],
      }),
    });
  }
  const listed = await program.run(["presets"]);
  const names = listed.stdout.split("\n").flatMap((line) => /^\S+/.exec(line)?.[0] ?? []);
  expect(names).toEqual([...Object.keys(presets), ...Object.keys(phasePresets)]);
});

test("the shell completes commands, options, their values and names; file names are left to the shell", async () => {
  const { stdout, code } = await runHere(["completion", "bash"]);
  expect(code).toBe(0);
  const asked = COMPLETED.map(
    ([words]) => `COMP_WORDS=(mesa-induction ${words.map((word) => `'${word}'`).join(" ")})
      COMP_CWORD=${words.length}; _mesa_induction; echo "\${COMPREPLY[*]}"`,
  );
  const answered = execFileSync("bash", ["-c", [stdout, ...asked].join("\n")], { encoding: "utf8" });
  const offered = answered.split("\n").map((line) => line.split(" ").sort());
  expect(offered.slice(0, -1)).toEqual(COMPLETED.map(([, words]) => (words.length > 0 ? words : [""])));
  // fish itself is asked in test/cluster/completion.test.ts
  const fish = await runHere(["completion", "fish"]);
  expect(fish.stdout).toContain(
    "complete -c mesa-induction -n '__mesa_induction_at submit slurm' -a phase -d '",
  );
});
