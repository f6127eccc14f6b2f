// What an earlier run left in a folder: a finished result is not computed again, and the result of another question is
// overwritten only with --force.

import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { MesaError } from "../index.ts";
import { isRecord } from "../schema.ts";
import { note } from "./failure.ts";
import { listShards, nameOf, type Question, readShard } from "./shards.ts";

/** Whether files of an earlier run may be replaced. */
export interface ForceFlag {
  force?: boolean;
}

const instead = "choose another folder, or replace it with --force";

/**
 * The document of a finished result, if the folder has it.
 *
 * @param files of a result; the first is the document
 * @param isSame whether a document answers the question that is asked
 * @param isWhole whether such a document is the complete answer
 * @returns undefined if there is no finished result, or it is to be replaced
 * @throws MesaError `CANNOT_WRITE` if the document answers another question
 */
export async function readFinished(
  folder: string | undefined,
  files: readonly string[],
  { force = false }: ForceFlag,
  isSame: (document: Record<string, unknown>) => boolean,
  isWhole: (document: Record<string, unknown>) => boolean = () => true,
): Promise<Record<string, unknown> | undefined> {
  if (folder === undefined || force) return undefined;
  const path = join(folder, files[0]);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const document = objectIn(text);
  if (!isSame(document)) throw ofAnother(path, document.command);
  if (!isWhole(document)) return undefined;
  const isThere = await Promise.all(files.map((name) => stat(join(folder, name)).catch(() => undefined)));
  if (isThere.includes(undefined)) return undefined;
  note(`${path} already has this result; --force computes it again`);
  return document;
}

/** @throws MesaError `CANNOT_WRITE` if a folder has shards of other questions and none of this one */
export async function checkShards(
  folder: string,
  question: Question,
  { force = false }: ForceFlag,
): Promise<void> {
  const files = force ? [] : await listShards(folder).catch(() => []);
  const [other] = files;
  if (!other || files.some((file) => file.question === nameOf(question))) return;
  const { heading } = await readShard(
    other.path,
    () => undefined,
    () => false,
  ).catch(() => ({ heading: undefined }));
  throw ofAnother(other.path, heading?.command);
}

/** The error for a file that belongs to another question. @param command that made the file, if it is known */
export function ofAnother(path: string, command: unknown): MesaError {
  const what = typeof command === "string" ? `of another question, ${command}` : "of another question";
  return new MesaError("CANNOT_WRITE", `${path} is ${what}: ${instead}`);
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : {};
  } catch {
    return {};
  }
}
