// The cells of a phase diagram that are solved already, in a file that only grows: whatever ends the program, what was
// appended before stays, and the same command goes on behind it.
//
// The file begins with a line of JSON, the question. Then come records, one a tile: how many cells, how many of them
// float64 settled, each measure's values, the statuses, and a digest of all that. A record that is cut off or damaged
// ends the file.

import { createHash } from "node:crypto";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { createCells } from "../diagram/cells.ts";
import type { Cells } from "../index.ts";

const HEADER = 8;
const DIGEST = 32;

/** What makes the cells what they are; all of it is JSON. */
export type TilesQuestion = Readonly<Record<string, unknown>>;

/** Tiles that were read back. */
export interface ReadTiles {
  /** the whole diagram, solved up to `cell` row by row */
  readonly cells: Cells;
  readonly cell: number;
  /** the file's length up to there, in bytes; 0 where it is of no use */
  readonly length: number;
  /** why the file is of no use, in words */
  readonly ignored?: string;
}

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
const lineOf = (question: TilesQuestion) => Buffer.from(`${JSON.stringify(question)}\n`);

/** Reads what there is of a diagram of so many cells. */
export async function readTiles(
  path: string,
  question: TilesQuestion,
  measures: readonly string[],
  count: number,
): Promise<ReadTiles> {
  const cells = createCells(measures, count);
  const line = lineOf(question);
  const file = await readFile(path).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? undefined : Buffer.alloc(0),
  );
  if (!file) return { cells, cell: 0, length: 0 };
  if (!file.subarray(0, line.length).equals(line))
    return { cells, cell: 0, length: 0, ignored: `${path} is of another diagram` };
  let [cell, length] = [0, line.length];
  while (length + HEADER <= file.length) {
    const tile = file.readUInt32LE(length);
    const end = length + HEADER + tile * (8 * measures.length + 1);
    if (tile === 0 || cell + tile > count || end + DIGEST > file.length) break;
    if (!digestOf(file.subarray(length, end)).equals(file.subarray(end, end + DIGEST))) break;
    cells.settled += file.readUInt32LE(length + 4);
    let at = length + HEADER;
    for (const name of measures)
      for (let i = 0; i < tile; i++, at += 8) cells.values[name][cell + i] = file.readDoubleLE(at);
    cells.status.set(file.subarray(at, end), cell);
    cell += tile;
    length = end + DIGEST;
  }
  return { cells, cell, length };
}

/** Appends tiles. */
export class TilesWriter {
  readonly #file: FileHandle;
  readonly #measures: readonly string[];
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, measures: readonly string[]) {
    this.#file = file;
    this.#measures = measures;
  }

  /** Goes on behind what was read, or starts the file anew. @throws what the file system says */
  static async open(
    path: string,
    question: TilesQuestion,
    measures: readonly string[],
    { length }: ReadTiles,
  ): Promise<TilesWriter> {
    const file = await open(path, length > 0 ? "r+" : "w");
    if (length > 0) await file.truncate(length);
    const writer = new TilesWriter(file, measures);
    const line = lineOf(question);
    if (length === 0) await file.write(line, 0, line.length, 0);
    writer.#at = length || line.length;
    return writer;
  }

  #at = 0;

  /** Appends the cells that come next. What goes wrong is thrown by `close`. */
  append({ values, status, settled }: Cells): void {
    const count = status.length;
    const record = Buffer.alloc(HEADER + count * (8 * this.#measures.length + 1) + DIGEST);
    record.writeUInt32LE(count, 0);
    record.writeUInt32LE(settled, 4);
    let at = HEADER;
    for (const name of this.#measures)
      for (let i = 0; i < count; i++) at = record.writeDoubleLE(values[name][i], at);
    record.set(status, at);
    at += count;
    record.set(digestOf(record.subarray(0, at)), at);
    const position = this.#at;
    this.#at += record.length;
    this.#last = this.#last.then(() => this.#file.write(record, 0, record.length, position));
    this.#last.catch(() => undefined);
  }

  /** Waits until all is written. @throws what the file system says */
  async close(): Promise<void> {
    try {
      await this.#last;
      await this.#file.datasync();
    } finally {
      await this.#file.close();
    }
  }
}
