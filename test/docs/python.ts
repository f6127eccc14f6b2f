// What docs/python.md says of files is so whether or not there is a Python to read them; where there is one, its programs
// run as far as the packages that they import are installed.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unzipSync } from "fflate";
import { expect } from "vitest";
import type { Block } from "./markdown.ts";

/** packages that a program may import beside the standard library */
const PACKAGES = ["numpy", "matplotlib"];

const inPython = (cwd: string, ...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    execFile("python3", args, { cwd }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) || 1 : 0, stdout, stderr }),
    );
  });

/** Checks the files that the page's commands have written, and runs its programs on them. */
export async function runPython(clone: string, blocks: readonly Block[]): Promise<void> {
  const [header, ...rows] = (await readFile(join(clone, "sweep/sweep.csv"), "utf8")).trim().split("\n");
  expect(header).toBe("discount,compliance,retention,deception,missing");
  const arrays = unzipSync(await readFile(join(clone, "map/phase.npz")));
  const names = ["discount", "schedule.learningRate", "status", "deception"];
  expect(Object.keys(arrays)).toEqual(names.map((name) => `${name}.npy`));
  const shape = /'shape': \((\d+), (\d+)\)/.exec(Buffer.from(arrays["deception.npy"]).toString("latin1"))!;
  expect(shape.slice(1)).toEqual(["12", "16"]);
  const printed = blocks.filter(
    ({ language }, i) => language === "text" && ["sh", "python"].includes(blocks[i - 1].language),
  );
  const [, table, extent] = printed.map(({ text }) => text.trim());
  const short = rows.map((row) => row.split(",").map(Number));
  expect(table).toBe(short.map((row) => `${row[0].toFixed(2)} ${row[3].toFixed(4)}`).join("\n"));
  expect(extent).toMatch(/^\(12, 16\) /);

  const programs = blocks.filter(({ language }) => language === "python");
  const needed = PACKAGES.filter((name) => programs.some(({ text }) => text.includes(`import ${name}`)));
  expect(needed).toEqual(PACKAGES);
  const missing: string[] = [];
  for (const name of ["sys", ...PACKAGES])
    if ((await inPython(clone, "-c", `import ${name}`)).code !== 0) missing.push(name);
  const isRunnable = ({ text }: Block) =>
    !missing.includes("sys") && !missing.some((name) => new RegExp(`^import ${name}`, "m").test(text));
  const until = programs.findIndex((program) => !isRunnable(program));
  const runnable = until < 0 ? programs : programs.slice(0, until);
  if (missing.length > 0)
    console.warn(
      `docs/python.md: ${runnable.length} of ${programs.length} programs were run, as python3 has no ${missing.join(", ")}`,
    );
  if (runnable.length === 0) return;
  await writeFile(join(clone, "page.py"), runnable.map(({ text }) => text).join("\n"));
  const { code, stdout, stderr } = await inPython(clone, "page.py");
  expect(code, stderr).toBe(0);
  expect(stdout.trim()).toBe(
    printed
      .slice(0, runnable.length)
      .map(({ text }) => text.trim())
      .join("\n"),
  );
}
