// The cells of a phase diagram that are solved already, in a file that only grows: whatever ends the program, what was
// appended before stays, and the same command goes on behind it.
//
// The file begins with a line of JSON: what the diagram is made from. Then come records, one a tile: how many cells, how many of them
// float64 settled, each measure's values, the statuses, and a digest of all that. A record that is cut off or damaged
// ends the file.

import { createHash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { createCells } from "../diagram/cells.ts";
import type { Cells } from "../index.ts";

const HEADER = 8;
const DIGEST = 32;

/** A file of tiles that is open. */
interface Tiles {
  /** the whole diagram, solved up to `cell` row by row */
  readonly cells: Cells;
  readonly cell: number;
  /** whether there was a file, of another diagram */
  readonly ignored: boolean;
  /** Appends the cells that come next. What goes wrong is thrown by `close`. */
  append(cells: Cells): void;
  /** Waits until all is written. @throws what the file system says */
  close(): Promise<void>;
}

const digestOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();

/**
 * Reads what there is of a diagram of so many cells, and goes on behind it or starts the file anew.
 *
 * @param made what makes the cells what they are; all of it is JSON
 * @throws what the file system says
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
