// What an interrupted solve leaves behind, so that the same command goes on where it stopped.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { learningRatesOf } from "../config/config.ts";
import { type FilledConfig, Induction } from "../index.ts";

/** the file's name in the folder of results */
export const CHECKPOINT = "checkpoint.json";

/** What must be the same for a checkpoint to be of use; all of it bears on the steps. */
export interface Question {
  readonly config: FilledConfig;
  readonly method: string;
  readonly precision: string;
  readonly version: string;
}

type Step = Induction["steps"][number];

/** The text of a checkpoint: the question, the steps taken so far, and a digest of both. */
export function writeCheckpoint(question: Question, { steps, remaining }: Induction): string {
  const body = { question, steps: steps.slice(remaining) };
  return `${JSON.stringify({ ...body, digest: digestOf(body) })}\n`;
}

/**
 * The induction that a checkpoint holds, or a new one.
 *
 * @returns `ignored`, in words, where there is a checkpoint that is of no use
 */
export async function readCheckpoint(
  path: string,
  question: Question,
): Promise<{ induction: Induction; ignored?: string }> {
  const induction = new Induction(learningRatesOf(question.config.schedule).length);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? undefined : "",
  );
  if (text === undefined) return { induction };
  let steps: Step[];
  try {
    const { digest, ...body } = JSON.parse(text);
    if (digest !== digestOf(body)) throw new Error("the digest is another");
    if (JSON.stringify(body.question) !== JSON.stringify(question))
      return { induction, ignored: `${path} is of another configuration` };
    steps = body.steps;
  } catch {
    return { induction, ignored: `${path} is damaged` };
  }
  // JSON holds a runner-up that is not finite as null
  for (const step of steps.reverse()) induction.take({ ...step, runnerUp: step.runnerUp ?? Number.NaN });
  return { induction };
}

function digestOf(body: object): string {
  return createHash("sha256").update(JSON.stringify(body)).digest("hex");
}
