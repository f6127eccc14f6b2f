// Bad input of every kind gives one line on stderr that says what is wrong, exit status 2, nothing on stdout, no file
// and no stack trace.

import { execFileSync, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { jsonErrorPosition, readConfiguration, readJson } from "../../src/cli/configuration.ts";
import { checkConfig, MesaError } from "../../src/index.ts";
import { momentum } from "../games/momentum.ts";
import { buildProgram, mostlyHere, NO_ADAPTER, program } from "./program.ts";

let folder: string;

const axis = (key: string, to: number) => ({ key, from: 0, to, count: 3 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "mesa-"));
  const files = {
    "malformed.json": '{\n  "game": "linear",\n  "discount": x\n}',
    "comma.json": '{"game":"linear",}',
    "cut.json": '{"game":"linear"',
    "empty.json": "",
    "list.json": "[1]",
    "null.json": "null",
    "proto.json": '{"game":"linear","__proto__":{"x":1}}',
    "huge.json": '{"game":"linear","discount":1e999}',
    "file.txt": "not a folder",
    "rate.json": '{\n  "game": "linear",\n  "schedule": {\n    "learningRate": -1\n  }\n}',
    "grid.json": '{\n  "game": "linear",\n\n  "theta": {\n    "min": 3\n  }\n}',
    "key.json": '{ "game": "linear",\n  "discont": 1 }',
    "formula.json": JSON.stringify({ game: { ...momentum, output: "coefficient * thet" } }, null, 2),
    "diagram.json": JSON.stringify(
      { config: { game: "linear", discount: 0.5 }, x: axis("discount", 1.5), y: axis("regularization", 1) },
      null,
      1,
    ),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await mkdir(join(folder, "folder.json"));
  await mkdir(join(folder, "taken", "result.json"), { recursive: true });
  await symlink(join(folder, "loop"), join(folder, "loop"));
  await symlink("nowhere", join(folder, "dangling"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(
  mostlyHere<[string[], string]>([
    [[], "experiment-1"],
    [["nothing"], '"nothing" is neither a preset (experiment-1, experiment-2'],
    [["missing.json"], "neither a preset"],
    [["experimnt-1"], 'a file that exists (did you mean "experiment-1"?)'],
    [
      ["sweeep", "experiment-1", "--over", "discount=0:1:3"],
      'unknown command "sweeep" (did you mean "sweep"?)',
    ],
    [["presets", "experimnt-1"], 'no preset is called "experimnt-1" (did you mean "experiment-1"?)'],
    [["game", "liner"], '(did you mean "linear"?)'],
    [
      ["sweep", "experiment-1", "--over", "discount=0:1:3", "--measure", "retntion"],
      '(did you mean "retention"?)',
    ],
    [["experiment-1", "--set", "discont=1"], 'unknown key "discont" (did you mean "discount"?)'],
    [
      ["experiment-1", "--set", "schedule.learningRates=[1,.5]"],
      'is not JSON: unexpected "." at line 1, column 4',
    ],
    [["constructor"], "neither a preset"],
    [["malformed.json"], 'malformed.json is not JSON: unexpected "x" at line 3, column 15'],
    [["comma.json"], "line 1, column 18"],
    [["cut.json"], "unexpected end"],
    [["empty.json"], "empty.json is not JSON: unexpected end at line 1, column 1"],
    [["list.json"], "list.json must hold an object"],
    [["null.json"], "null.json must hold an object"],
    [["proto.json"], "__proto__"],
    [["huge.json"], "in [0, 1], got Infinity"],
    [["rate.json"], "rate.json, line 4: schedule.learningRate must be at least 0, got -1"],
    // the message names no file if --set gave the value
    [
      ["rate.json", "--set", "schedule.learningRate=-2"],
      "mesa-induction: schedule.learningRate must be at least 0, got -2",
    ],
    [["rate.json", "--set", "schedule.learningRate=1", "--threads", "0"], "mesa-induction: threads must be"],
    [["explore", "grid.json"], "grid.json, line 4: theta must have min below max, got min 3 and max 1"],
    [["key.json"], 'key.json, line 2: unknown key "discont" (did you mean "discount"?)'],
    [
      ["game", "formula.json"],
      'formula.json, line 32: game "momentum": output, column 15: unknown name thet',
    ],
    // the line of the axis, not of the setting
    [["phase", "diagram.json"], "diagram.json, line 6: discount must be in [0, 1], got 1.5"],
    [["folder.json"], "cannot read folder.json: it is a folder"],
    [["loop"], "cannot read loop: too many"],
    [["/dev/zero"], "cannot read /dev/zero: it is not a regular file"],
    [["experiment-1", "experiment-2"], "too many arguments"],
    [["experiment-1", "--nonsense"], "unknown option '--nonsense'"],
    [["experiment-1", "--jso"], "unknown option '--jso' (Did you mean --json?)"],
    [["experiment-1", "--backend", "tpu"], "Allowed choices are auto, cpu, gpu"],
    [["experiment-1", "--method"], "argument missing"],
    [["experiment-1", "--threads", "0"], "threads must be a whole number in [1, 1024], got 0"],
    [["experiment-1", "--threads", "2.5"], "threads must be a whole number in [1, 1024], got 2.5"],
    [["experiment-1", "--threads", "all"], 'threads must be a whole number in [1, 1024], got "all"'],
    [["experiment-1", "--set"], "argument missing"],
    [["experiment-1", "--set", "discount"], "--set must be key=value"],
    [["experiment-1", "--set", "=1"], "--set must be key=value"],
    [["experiment-1", "--set", "schedule..training=1"], "--set must be key=value"],
    [["experiment-1", "--set", "game.x=1"], 'game is "linear"'],
    [["experiment-1", "--set", "discount=1.2"], "in [0, 1], got 1.2"],
    [["experiment-1", "--set", "discount=much"], "in [0, 1], got"],
    [["experiment-1", "--set", "discount=NaN"], "in [0, 1], got"],
    [["experiment-1", "--set", "nonsense=1"], "unknown key"],
    [["experiment-1", "--set", "__proto__.x=1"], "unknown key"],
    [["experiment-1", "--set", "__proto__=1"], "unknown key"],
    [["experiment-1", "--set", "constructor.prototype.x=1"], "unknown key"],
    [["experiment-1", "--set", "theta.__proto__.x=1"], "unknown key"],
    [["experiment-1", "--set", "theta.count=1e9"], "theta.count must be"],
    [["experiment-1", "--set", "theta.min=2"], "min"],
    [["experiment-1", "--method", "exact", "--backend", "gpu"], "exact"],
    [["experiment-1", "--precision", "f32", "--backend", "cpu"], "f32"],
    [["experiment-1", "--set", "initial.theta=1e308", "--set", "theta.max=1e300"], "too large for float64"],
    [["experiment-1", "--out", "file.txt"], "cannot write to file.txt"],
    [["experiment-1", "--out", "file.txt/under"], "cannot write to file.txt/under"],
    [["experiment-1", "--out", "/proc/nowhere"], "cannot write to /proc/nowhere"],
    [["experiment-1", "--out", "/proc"], "cannot write to /proc"],
    [
      ["experiment-1", "--out", "dangling"],
      "cannot write to dangling: it is a link to nowhere, which does not exist",
    ],
    [
      ["experiment-1", "--out", "dangling/new"],
      "cannot write to dangling/new: it is a link to nowhere, which does not exist",
    ],
    [["experiment-1", "--out", "taken"], "it is a folder"],
    [["experiment-1", "--out", "new/deep", "--method", "exact", "--backend", "gpu"], "exact"],
    [["experiment-1", "--out", ""], "cannot write to"],
    [["validate", "--set", "a=1"], "unknown option"],
    [["doctor", "more"], "too many arguments"],
  ]),
)("%j is rejected", async (args, expected, run) => {
  const before = await readdir(folder);
  const { code, stdout, stderr } = await run(args, { cwd: folder });
  expect(stderr).toContain(expected);
  expect(stderr).toMatch(/^mesa-induction: [^\n]+\n$/);
  expect(stdout).toBe("");
  expect(code).toBe(2);
  expect(await readdir(folder)).toEqual(before);
  expect(await readdir(join(folder, "taken"))).toEqual(["result.json"]);
});

test("a named pipe that nobody writes to is rejected; one that is written to late is read", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    const path = join(folder, "pipe");
    const nobody = expect(readJson(path)).rejects.toMatchObject({
      code: "CANNOT_READ",
      message: `cannot read ${path}: it is a pipe that nobody writes to`,
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    vi.advanceTimersByTime(60_000);
    await nobody;
    const late = readJson(path);
    const writer = spawn("sh", [
      "-c",
      'exec 3> "$1"; read _; printf %s \'{"game":\' >&3; read _; echo 1} >&3',
      "sh",
      path,
    ]);
    for (const _ of [1, 2]) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      vi.advanceTimersByTime(60_000);
      writer.stdin.write("\n");
    }
    expect(await late).toEqual({ game: 1 });
  } finally {
    vi.useRealTimers();
    vi.restoreAllMocks();
  }
});

test("without an adapter, --backend gpu says what to do, exits with 3 and writes nothing", async () => {
  const out = join(folder, "gone");
  const { code, stdout, messages } = await program.run(["experiment-1", "--backend", "gpu", "--out", out], {
    env: NO_ADAPTER,
  });
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatch(/no WebGPU adapter.*driver/);
  expect(await readdir(folder)).not.toContain("gone");
});

test("warnings of a driver's loader are kept off a terminal, and later output is not", async () => {
  const command = `${process.execPath} ${program.file} experiment-1 --precision f32; echo and on >&2`;
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    env: { ...process.env, ...NO_ADAPTER },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let shown = "";
  for await (const part of child.stdout) shown += part;
  expect(shown).toMatch(
    /mesa-induction: there is no hardware adapter: solved in float64 on the cpu\s+and on\s*$/,
  );
  expect(shown).not.toMatch(/warning/i);
  const logged = await program.run(["experiment-1", "--precision", "f32"], { env: NO_ADAPTER });
  expect(logged.stderr).toMatch(/warning/i);
});

test("a bug gives one line and exit status 70, and MESA_DEBUG=1 shows the stack", async () => {
  const buggy = await buildProgram([
    {
      name: "bug",
      setup({ onLoad }) {
        const contents = "export const summaryOf = () => undefined.x";
        onLoad({ filter: /summary\.ts$/ }, () => ({ contents }));
      },
    },
  ]);
  const { code, stdout, stderr } = await buggy.run(["experiment-1"]);
  expect({ code, stdout }).toEqual({ code: 70, stdout: "" });
  expect(stderr).toMatch(/^mesa-induction: a bug: TypeError: [^\n]+\n$/);
  expect((await buggy.run(["experiment-1"], { env: { MESA_DEBUG: "1" } })).stderr).toMatch(/\n {4}at /);
});

const json = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test("the reported position of a mistake is where the text stops being a prefix of JSON", () => {
  fc.assert(
    fc.property(
      fc.json(),
      fc.nat(),
      fc.constantFrom("x", "}", ",", "'", "\n", "\\", "/"),
      (text, at, insert) => {
        const position = at % (text.length + 1);
        const wrong = text.slice(0, position) + insert + text.slice(position);
        fc.pre(!json(wrong));
        const told = /line (\d+), column (\d+)$/.exec(jsonErrorPosition(wrong))!;
        const lines = wrong.split("\n").slice(0, Number(told[1]) - 1);
        const offset = lines.reduce((sum, line) => sum + line.length + 1, 0) + Number(told[2]) - 1;
        // never before the inserted text; and the text before the position is a prefix of JSON
        expect(offset).toBeGreaterThanOrEqual(position);
        expect(jsonErrorPosition(wrong.slice(0, offset))).toMatch(/unexpected end|^$/);
      },
    ),
  );
});

test("any --set, however odd, changes the configuration or fails with a MesaError, and does nothing else", async () => {
  const key = fc.oneof(
    fc.constantFrom(
      "__proto__",
      "constructor",
      "prototype",
      "theta",
      "schedule",
      "game",
      "toString",
      "count",
      "0",
    ),
    fc.string(),
  );
  const setting = fc
    .tuple(fc.array(key, { minLength: 1, maxLength: 4 }), fc.oneof(fc.json(), fc.string()))
    .map(([keys, value]) => `${keys.join(".")}=${value}`);
  await fc.assert(
    fc.asyncProperty(fc.array(setting, { maxLength: 3 }), async (settings) => {
      try {
        checkConfig(await readConfiguration("experiment-1", settings));
      } catch (error) {
        expect(error).toBeInstanceOf(MesaError);
        expect((error as Error).message).not.toMatch(/[\n\r]/);
      }
      for (const name in {}) throw new Error(`Object.prototype has ${name}`);
      expect(({} as { x?: unknown }).x).toBeUndefined();
    }),
  );
});
