// The solved cells of an unfinished phase diagram, in a file that is only appended to: if the program is killed, the same
// command resumes from the file.
//
// The first line is JSON: what the diagram is made from. Each tile then adds a record: the number of cells, how many of
// them float64 settled, each measure's values, the statuses, and a digest of the record. Reading stops at the first
// incomplete or damaged record.

import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { createCells } from "../diagram/cells.ts";
import type { Cells } from "../index.ts";

const HEADER = 8;
const DIGEST = 32;

/** An open file of tiles. */
interface Tiles {
  /** the whole diagram; the cells before `cell` are solved */
  readonly cells: Cells;
  readonly cell: number;
  /** whether the file was of another diagram, and was started again */
  readonly ignored: boolean;
  /** Appends the next cells; `close` throws if that fails. */
  append(cells: Cells): void;
  /** Waits until everything is written. @throws errors of the file system */
  close(): Promise<void>;
}

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();

/**
 * Reads the solved cells of a diagram and opens the file to append more, or starts the file again.
 *
 * @param made everything that the cells depend on, as plain data
 * @throws errors of the file system
 */
export async function openTiles(
  path: string,
  made: object,
  measures: readonly string[],
  count: number,
): Promise<Tiles> {
  const cells = createCells(measures, count);
  const line = Buffer.from(`${JSON.stringify(made)}\n`);
  const before = await readFile(path).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" ? undefined : Buffer.alloc(0),
  );
  const known = before?.subarray(0, line.length).equals(line) ? before : undefined;
  let [cell, length] = [0, line.length];
  while (known && length + HEADER <= known.length) {
    const tile = known.readUInt32LE(length);
    const end = length + HEADER + tile * (8 * measures.length + 1);
    if (tile === 0 || cell + tile > count || end + DIGEST > known.length) break;
    if (!digestOf(known.subarray(length, end)).equals(known.subarray(end, end + DIGEST))) break;
    cells.settled += known.readUInt32LE(length + 4);
    let at = length + HEADER;
    for (const name of measures)
      for (let i = 0; i < tile; i++, at += 8) cells.values[name][cell + i] = known.readDoubleLE(at);
    cells.status.set(known.subarray(at, end), cell);
    cell += tile;
    length = end + DIGEST;
  }

  const file = await open(path, known ? "r+" : "w");
  if (known) await file.truncate(length);
  else await file.write(line, 0, line.length, 0);
  let last: Promise<unknown> = Promise.resolve();
  return {
    cells,
    cell,
    ignored: before !== undefined && !known,
    append({ values, status, settled }) {
      const record = Buffer.alloc(HEADER + status.length * (8 * measures.length + 1) + DIGEST);
      record.writeUInt32LE(status.length, 0);
      record.writeUInt32LE(settled, 4);
      let at = HEADER;
      for (const name of measures) for (const x of values[name]) at = record.writeDoubleLE(x, at);
      record.set(status, at);
      at += status.length;
      record.set(digestOf(record.subarray(0, at)), at);
      const position = length;
      length += record.length;
      last = last.then(() => file.write(record, 0, record.length, position));
      last.catch(() => undefined);
    },
    async close() {
      try {
        await last;
        await file.datasync();
      } finally {
        await file.close();
      }
    },
  };
}
