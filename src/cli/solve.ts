// `solve`: one configuration to one result, on the standard output and in a folder.

import { hasCode } from "../errors.ts";
import { checkConfig, MesaError, NoEquilibrium, type Result, type SolveOptions, solve } from "../index.ts";
import { toJson } from "../report/json.ts";
import { summaryOf } from "../report/summary.ts";
import { planTable } from "../report/table.ts";
import { CHECKPOINT, type Question, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { readConfiguration, readWay, type WayFlags } from "./configuration.ts";
import { say } from "./failure.ts";
import { type Folder, openFolder } from "./folder.ts";
import { interruptible } from "./interrupt.ts";
import { createProgress } from "./progress.ts";

/** What the command line gives. */
export interface SolveFlags extends WayFlags {
  set: string[];
  json?: boolean;
  out?: string;
}

/** what is written of every result, and of networks */
const FILES = ["result.json", "plan.csv", "plot.svg"];
const POLICY = "policy.svg";

/**
 * Solves and reports.
 *
 * @throws MesaError; then nothing is written but the checkpoint of an interrupted solve, and nothing printed but, as
 *   JSON, what is known of an infinite horizon without an equilibrium
 */
export async function solveCommand(name: string | undefined, flags: SolveFlags): Promise<void> {
  const config = await readConfiguration(name, flags.set);
  const filled = checkConfig(config).config;
  const folder =
    flags.out === undefined ? undefined : await openFolder(flags.out, [...FILES, POLICY, CHECKPOINT]);
  let result: Result;
  let written: string[] = [];
  try {
    const { method, precision } = flags;
    const options = readWay(flags);
    result = await (folder
      ? solveResumably(config, options, { config: filled, method, precision, version: __VERSION__ }, folder)
      : solveVisibly(config, options));
    if (folder) written = await writeFiles(folder, result);
  } catch (error) {
    await folder?.discard();
    if (flags.json && error instanceof NoEquilibrium)
      process.stdout.write(
        toJson({ game: filled.game, config: filled, stationary: error.stationary, version: __VERSION__ }),
      );
    throw error;
  }

  if (!flags.json) process.stdout.write(`${summaryOf(result)}\n\n${planTable(result)}\n`);
  else process.stdout.write(toJson(result));
  if (flags.json && process.stderr.isTTY) process.stderr.write(`${summaryOf(result)}\n`);
  for (const note of result.solver.notes) say(note);
  if (folder) say(`wrote ${written.map(folder.pathOf).join(", ")}`);
}

async function solveVisibly(config: Parameters<typeof solve>[0], options: SolveOptions): Promise<Result> {
  const progress = createProgress();
  try {
    return await interruptible((signal) =>
      solve(config, {
        ...options,
        signal,
        onProgress: ({ share, episode }) => progress.show(share, `episode ${episode}`),
      }),
    );
  } finally {
    progress.stop();
  }
}

/** Solves from the folder's checkpoint on, where it has one, and leaves one there when interrupted. */
async function solveResumably(
  config: Parameters<typeof solve>[0],
  options: SolveOptions,
  question: Question,
  folder: Folder,
): Promise<Result> {
  const path = folder.pathOf(CHECKPOINT);
  const { induction, ignored } = await readCheckpoint(path, question);
  const episodes = induction.steps.length;
  if (ignored) say(`${ignored}: starting anew`);
  if (induction.remaining < episodes)
    say(`going on from ${path}: ${episodes - induction.remaining} of ${episodes} episodes are solved`);
  try {
    return await solveVisibly(config, { ...options, induction });
  } catch (error) {
    const done = episodes - induction.remaining;
    if (!hasCode(error, "ABORTED") || done === 0) throw error;
    await folder.write({ [CHECKPOINT]: writeCheckpoint(question, induction) });
    throw new MesaError(
      "ABORTED",
      `interrupted: ${done} of ${episodes} episodes are kept in ${path}, and the same command goes on from there`,
      error.cause,
    );
  }
}

/** @returns the files' names */
async function writeFiles(folder: Folder, result: Result): Promise<string[]> {
  const [{ toCsv }, { toSvg }, { createDocument }, { hasPolicies, policyToSvg }] = await Promise.all([
    import("../report/csv.ts"),
    import("../report/figure.ts"),
    import("../report/document.ts"),
    import("../report/policy.ts"),
  ]);
  const [json, csv, plot] = FILES;
  const files = {
    [json]: toJson(result),
    [csv]: toCsv(result),
    [plot]: toSvg(result, createDocument()),
    ...(hasPolicies(result) && { [POLICY]: policyToSvg(result, createDocument()) }),
  };
  await folder.write(files);
  await folder.remove(CHECKPOINT);
  return Object.keys(files);
}
