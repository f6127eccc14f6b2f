// `solve`: solves a configuration and reports the result, on stdout and in a folder. An interrupted solve leaves a
// checkpoint in the folder, from which the same command resumes.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { learningRatesOf } from "../config/config.ts";
import { hasCode } from "../errors.ts";
import {
  type Backend,
  type Config,
  checkConfig,
  type FilledConfig,
  Induction,
  MesaError,
  type MethodName,
  NoEquilibrium,
  type Result,
  type SolveOptions,
  solve,
} from "../index.ts";
import { toJson } from "../report/json.ts";
import { summaryOf } from "../report/summary.ts";
import { planTable } from "../report/table.ts";
import { chooseMethod } from "../solve/solverChoice.ts";
import { readConfiguration, type SolverFlags, withAdapter } from "./configuration.ts";
import { type ForceFlag, ofAnother, readFinished } from "./earlier.ts";
import { isQuiet, note } from "./failure.ts";
import { type Folder, openFolder } from "./folder.ts";
import { visibly } from "./progress.ts";

/** The command's flags. */
export type SolveFlags = SolverFlags &
  ForceFlag & {
    set: string[];
    json?: boolean;
    out?: string;
    quiet?: boolean;
  };

/** the file that an interrupted solve leaves */
const CHECKPOINT = "checkpoint.json";
/** the time between two checkpoints in milliseconds: the most work that is lost if the process is killed */
const BETWEEN_CHECKPOINTS = 30_000;
/** the files of every result, and the additional one of results that have policies to draw */
const FILES = ["result.json", "plan.csv", "plot.svg"];
const POLICY = "policy.svg";

/**
 * Solves and reports.
 *
 * @throws MesaError; then nothing is written except the checkpoint of an interrupted solve, and nothing printed except,
 *   with --json, what is known about an infinite horizon without an equilibrium
 */
export async function solveCommand(name: string | undefined, flags: SolveFlags): Promise<void> {
  const { set, json, out, force, quiet: _, ...solver } = flags;
  const options = await withAdapter(solver);
  const config = await readConfiguration(name, set);
  const { game, config: filled } = checkConfig(config);
  const method = chooseMethod({ game, horizon: filled.horizon ?? "finite" }, flags.method);
  const finished = await readFinished(out, FILES, flags, isAnswer(filled, { ...flags, method }));
  if (finished) {
    const result = finished as unknown as Result;
    // JSON writes numbers that are not finite as null
    const numbersIn = (x: unknown): unknown => (Array.isArray(x) ? x.map(numbersIn) : (x ?? Number.NaN));
    const columns = Object.entries(result.trajectory).map(([name, list]) => [name, numbersIn(list)]);
    printResult({ ...result, trajectory: Object.fromEntries(columns) }, json);
    return;
  }
  const folder = out === undefined ? undefined : await openFolder(out, [...FILES, POLICY, CHECKPOINT]);
  let result: Result;
  let written: string[] = [];
  try {
    result = await (folder
      ? solveResumably(
          config,
          options,
          { config: filled, method: flags.method, precision: flags.precision, version: __VERSION__ },
          folder,
          force,
        )
      : solveVisibly(config, options));
    if (folder) written = await writeFiles(folder, result);
  } catch (error) {
    await folder?.discard();
    if (json && error instanceof NoEquilibrium)
      process.stdout.write(
        toJson({ game: filled.game, config: filled, stationary: error.stationary, version: __VERSION__ }),
      );
    throw error;
  }

  printResult(result, json);
  if (folder) note(`wrote ${written.map(folder.pathOf).join(", ")}`);
}

function printResult(result: Result, json: boolean | undefined): void {
  process.stdout.write(json ? toJson(result) : `${summaryOf(result)}\n\n${planTable(result)}\n`);
  if (json && process.stderr.isTTY && !isQuiet()) process.stderr.write(`${summaryOf(result)}\n`);
  for (const one of result.solver.notes) note(one);
}

/** Whether a document is the result of this configuration by the requested solver. */
const isAnswer =
  (config: FilledConfig, asked: { backend: Backend; method: MethodName; precision: string }) =>
  (document: Record<string, unknown>): boolean => {
    const { config: made, solver } = document as unknown as Partial<Result>;
    return (
      isDeepStrictEqual(made, JSON.parse(JSON.stringify(config))) &&
      solver?.version === __VERSION__ &&
      solver.method === asked.method &&
      (asked.backend === "auto" || solver.backend === asked.backend) &&
      // f32 is solved in float64 if there is no adapter
      (solver.precision === "f32"
        ? asked.precision === "f32"
        : asked.precision !== "f32" || solver.backend === "cpu")
    );
  };

function solveVisibly(config: Config, options: SolveOptions): Promise<Result> {
  return visibly((signal, show) =>
    solve(config, {
      ...options,
      signal,
      onProgress(progress) {
        show(progress.share, `episode ${progress.episode}`);
        options.onProgress?.(progress);
      },
    }),
  );
}

/** Resumes from the checkpoint in the folder, if there is one, and leaves one if interrupted. */
async function solveResumably(
  config: Config,
  options: SolveOptions,
  inputs: SolveInputs,
  folder: Folder,
  force = false,
): Promise<Result> {
  const path = folder.pathOf(CHECKPOINT);
  const { induction, ignored } = await readCheckpoint(path, inputs);
  const episodes = induction.steps.length;
  if (ignored === "another" && !force) throw ofAnother(path, undefined);
  if (ignored === "damaged") note(`${path} is damaged: starting from the beginning`);
  if (induction.remaining < episodes)
    note(`resuming from ${path}: ${episodes - induction.remaining} of ${episodes} episodes are solved`);
  let [saved, saving] = [performance.now(), Promise.resolve()];
  const save = () => folder.write({ [CHECKPOINT]: checkpointText(inputs, induction) });
  try {
    const onProgress = () => {
      if (induction.remaining === episodes || performance.now() - saved < BETWEEN_CHECKPOINTS) return;
      saved = performance.now();
      saving = saving.then(save);
      // an error is thrown below, where `saving` is awaited
      saving.catch(() => undefined);
    };
    const result = await solveVisibly(config, { ...options, induction, onProgress });
    await saving;
    return result;
  } catch (error) {
    await saving.catch(() => undefined);
    const done = episodes - induction.remaining;
    if (!hasCode(error, "ABORTED") || done === 0) throw error;
    await save();
    throw new MesaError(
      "ABORTED",
      `interrupted: ${done} of ${episodes} episodes are kept in ${path}; run the same command again to resume`,
      error.cause,
    );
  }
}

/** @returns the files' names */
async function writeFiles(folder: Folder, result: Result): Promise<string[]> {
  const [{ toCsv }, { toSvg }, { drawCurves, hasPolicies, policiesOf }, { createDocument }] =
    await Promise.all([
      import("../report/csv.ts"),
      import("../report/figure.ts"),
      import("../report/curves.ts"),
      import("../report/render.ts"),
    ]);
  const [json, csv, plot] = FILES;
  const files = {
    [json]: toJson(result),
    [csv]: toCsv(result),
    [plot]: toSvg(result, createDocument()),
    ...(hasPolicies(result) && { [POLICY]: drawCurves(policiesOf(result), createDocument()) }),
  };
  await folder.write(files);
  await folder.remove(CHECKPOINT);
  return Object.keys(files);
}

/** Everything that the steps depend on; a checkpoint is used only if all of this is the same. */
interface SolveInputs {
  readonly config: FilledConfig;
  readonly method: string;
  readonly precision: string;
  readonly version: string;
}

/** The text of a checkpoint: the inputs, the steps so far, and a digest of both. */
function checkpointText(inputs: SolveInputs, { steps, remaining }: Induction): string {
  const body = { question: inputs, steps: steps.slice(remaining) };
  return `${JSON.stringify({ ...body, digest: digestOf(body) })}\n`;
}

/**
 * The induction that a checkpoint holds, or a new one.
 *
 * @returns `ignored`: why a checkpoint that exists was not used
 */
export async function readCheckpoint(
  path: string,
  inputs: SolveInputs,
): Promise<{ induction: Induction; ignored?: "another" | "damaged" }> {
  const induction = new Induction(learningRatesOf(inputs.config.schedule).length);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? undefined : "",
  );
  if (text === undefined) return { induction };
  let steps: Induction["steps"];
  try {
    const { digest, ...body } = JSON.parse(text);
    if (digest !== digestOf(body)) throw new Error("the digest differs");
    if (JSON.stringify(body.question) !== JSON.stringify(inputs)) return { induction, ignored: "another" };
    steps = body.steps;
  } catch {
    return { induction, ignored: "damaged" };
  }
  // JSON writes a runner-up cost that is not finite as null
  for (const step of steps.reverse()) induction.take({ ...step, runnerUp: step.runnerUp ?? Number.NaN });
  return { induction };
}

function digestOf(body: object): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("hex");
}
