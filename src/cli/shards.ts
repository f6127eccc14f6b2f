// Shard files: the solved tiles of a diagram or a sweep, in files that only grow. However the program ends, the
// appended tiles stay, and the same command resumes after them. A single process writes shard 1 of 1; each task of a
// cluster writes its own shard.
//
// A file begins with a line of JSON: the question, the number of the shard, and the command that makes it. Then comes
// one record per tile: the tile's index, the length of the payload, the payload, and a digest of all three. Nothing is
// read after a record that is cut off or damaged. A complete shard ends with a record without a tile, and is then
// renamed to its final name. Until then the name belongs to the process, so that two processes that solve the same
// shard, on the same machine or not, never write to the same file.

import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { hasCode } from "../errors.ts";
import { MesaError, type Shard, tilesIn } from "../index.ts";
import { countText } from "../report/wording.ts";
import { note, reasonOf } from "./failure.ts";
import { isRunning } from "./folder.ts";
import { visibly } from "./progress.ts";

/** Everything that the tiles depend on, as JSON. */
export type Question = Readonly<Record<string, unknown>>;

/** The first line of a file. */
export interface Heading {
  readonly question: Question;
  readonly shard: Shard;
  /** the number of tiles of the whole question */
  readonly tiles: number;
  /** the command that computes the whole again, without `--shard` and `--out` */
  readonly command: string;
}

/** the folder of the shards, in the folder of the result */
export const SHARDS = "shards";
const PREFIX = 8;
const DIGEST = 32;
/** the index of the record that ends a complete shard */
const END = 0xffffffff;
/** the maximum length of a heading in bytes; every valid heading is shorter */
const LONGEST = 2 ** 24;

const digestOf = (...parts: readonly Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/** A question's name: a digest of it. */
export const nameOf = (question: Question): string =>
  digestOf(Buffer.from(JSON.stringify(question))).toString("hex", 0, 6);

/** The beginning of the names of a shard's files. */
const stemOf = ({ question, shard: { index, of } }: { question: Question | string; shard: Shard }) =>
  `${index}-of-${of}.${typeof question === "string" ? question : nameOf(question)}`;

/** What a file holds. */
export interface Read {
  /** undefined if the file does not begin with a heading */
  readonly heading?: Heading;
  /** whether the file has its last record, and no record is damaged */
  readonly complete: boolean;
}

/**
 * Reads a file record by record, up to the first damaged record. A file that no longer exists has no records.
 *
 * @param onHeading returns whether to read the records too
 * @throws the error of the file system
 */
export async function readShard(
  path: string,
  onRecord: (tile: number, payload: Buffer) => void,
  onHeading: (heading: Heading) => boolean = () => true,
): Promise<Read> {
  let rest: Buffer = Buffer.alloc(0);
  let heading: Heading | undefined;
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (!file) return { complete: false };
  const stream = file.createReadStream({ highWaterMark: 2 ** 20 });
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, chunk as Buffer]);
    let at = 0;
    if (!heading) {
      const end = rest.indexOf("\n");
      if (end < 0 && rest.length > LONGEST) break;
      if (end < 0) continue;
      heading = headingIn(rest.toString("utf8", 0, end));
      if (!heading || !onHeading(heading)) break;
      at = end + 1;
    }
    while (at + PREFIX <= rest.length) {
      const [tile, length] = [rest.readUInt32LE(at), rest.readUInt32LE(at + 4)];
      const end = at + PREFIX + length;
      if (end + DIGEST > rest.length) break;
      const sound = digestOf(rest.subarray(at, end)).equals(rest.subarray(end, end + DIGEST));
      if (sound && tile === END) return { heading, complete: true };
      if (!sound) return { heading, complete: false };
      onRecord(tile, rest.subarray(at + PREFIX, end));
      at = end + DIGEST;
    }
    rest = rest.subarray(at);
  }
  return { ...(heading && { heading }), complete: false };
}

function headingIn(line: string): Heading | undefined {
  try {
    const heading = JSON.parse(line) as Heading;
    const { question, shard, tiles, command } = heading;
    const sound = typeof question === "object" && Number.isInteger(shard.index) && Number.isInteger(shard.of);
    return sound && Number.isInteger(tiles) && typeof command === "string" ? heading : undefined;
  } catch {
    return undefined;
  }
}

/** A file in the folder of shards, by its name. */
export interface ShardFile {
  readonly path: string;
  readonly name: string;
  readonly shard: Shard;
  /** the name of the question: see {@link nameOf} */
  readonly question: string;
  /** the process that writes the file, or wrote it; absent if the shard is complete */
  readonly writer?: { readonly host: string; readonly pid: number };
}

/** The shard files in a folder; an empty list if there is no such folder. @throws the error of the file system */
export async function listShards(folder: string): Promise<ShardFile[]> {
  const path = join(folder, SHARDS);
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.flatMap((name) => {
    const [, index, of, question, writer, pid] =
      /^(\d+)-of-(\d+)\.([0-9a-f]{12})\.(?:cells|(.+)-(\d+)-[0-9a-f]+\.partial)$/.exec(name) ?? [];
    if (index === undefined) return [];
    return {
      ...{ path: join(path, name), name, question },
      shard: { index: Number(index), of: Number(of) },
      ...(writer !== undefined && { writer: { host: writer, pid: Number(pid) } }),
    };
  });
}

/** A shard that is being solved. */
export class ShardWriter {
  readonly path: string;
  readonly #whole: string;
  readonly #file: FileHandle;
  /** earlier files of this shard, whose records were copied into this file */
  readonly #before: readonly ShardFile[];
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, whole: string, file: FileHandle, before: readonly ShardFile[]) {
    this.path = path;
    this.#whole = whole;
    this.#file = file;
    this.#before = before;
  }

  /**
   * Creates this process's file and copies the records of earlier files of the shard into it.
   *
   * @param onRecord receives each of these records, once per tile
   * @returns undefined if the shard was complete already; then `onRecord` has received all of it
   * @throws MesaError `CANNOT_WRITE`
   */
  static async open(
    folder: string,
    heading: Heading,
    onRecord: (tile: number, payload: Uint8Array) => void,
  ): Promise<ShardWriter | undefined> {
    const stem = stemOf(heading);
    const path = join(
      folder,
      SHARDS,
      `${stem}.${hostname()}-${process.pid}-${randomBytes(3).toString("hex")}.partial`,
    );
    try {
      await mkdir(join(folder, SHARDS), { recursive: true });
      const before = (await listShards(folder)).filter((file) => stemOf(file) === stem);
      const writer = new ShardWriter(
        path,
        join(folder, SHARDS, `${stem}.cells`),
        await open(path, "wx"),
        before,
      );
      writer.#write(Buffer.from(`${JSON.stringify(heading)}\n`));
      const seen = new Set<number>();
      for (const file of before) {
        const { complete } = await readShard(file.path, (tile, payload) => {
          if (seen.has(tile)) return;
          seen.add(tile);
          onRecord(tile, payload);
          writer.append(tile, payload);
        });
        if (!complete || file.writer) continue;
        await writer.close();
        await rm(path);
        return undefined;
      }
      await writer.#last;
      await writer.#file.datasync();
      for (const { path, writer } of before)
        if (writer?.host === hostname() && !isRunning(writer.pid)) await rm(path, { force: true });
      return writer;
    } catch (error) {
      throw new MesaError("CANNOT_WRITE", `cannot write to ${folder}: ${reasonOf(error)}`, error);
    }
  }

  /** Appends a tile. If that fails, `close` and `finish` throw the error. */
  append(tile: number, payload: Uint8Array): void {
    const prefix = Buffer.alloc(PREFIX);
    prefix.writeUInt32LE(tile, 0);
    prefix.writeUInt32LE(payload.length, 4);
    this.#write(Buffer.concat([prefix, payload, digestOf(prefix, payload)]));
  }

  #write(bytes: Uint8Array): void {
    this.#last = this.#last.then(() => this.#file.appendFile(bytes));
    this.#last.catch(() => undefined);
  }

  /**
   * Waits until everything is written, and closes the file; another process can resume from it.
   *
   * @throws the error of the file system
   */
  async close(): Promise<void> {
    try {
      await this.#last;
      await this.#file.datasync();
    } finally {
      await this.#file.close();
    }
  }

  /** Marks the shard as complete and gives it its final name. @throws the error of the file system */
  async finish(): Promise<void> {
    this.append(END, new Uint8Array());
    await this.close();
    await rename(this.path, this.#whole).catch(async (error: NodeJS.ErrnoException) => {
      // another process completed this shard and removed this process's file
      if (error.code !== "ENOENT" || !(await readShard(this.#whole, () => undefined)).complete) throw error;
    });
    for (const { path, writer } of this.#before) if (writer) await rm(path, { force: true });
  }

  /** Removes this process's file, which holds no tiles, and the folder of the shards if it is empty then. */
  async abandon(): Promise<void> {
    await rm(this.path, { force: true });
    await rmdir(dirname(this.path)).catch(() => undefined);
  }

  /** Removes all files of the shard, which are no longer needed. */
  async discard(): Promise<void> {
    for (const path of [this.#whole, ...this.#before.map((file) => file.path)])
      await rm(path, { force: true });
    await this.abandon();
  }
}

/** The flags that choose a shard. */
export interface ShardFlags {
  shard?: string;
  out?: string;
}

/** The shard that the flags choose; undefined if they choose none. @throws MesaError `INVALID_CONFIG` */
export function shardOf({ shard, out }: ShardFlags): Shard | undefined {
  if (shard === undefined) return undefined;
  const [, index, of] = (/^(\d{1,9})\/(\d{1,9})$/.exec(shard) ?? []).map(Number);
  if (!(index >= 1 && index <= of))
    throw new MesaError(
      "INVALID_CONFIG",
      `--shard must be i/n with i from 1 to n, like 3/8, got ${JSON.stringify(shard)}`,
    );
  if (out === undefined)
    throw new MesaError("INVALID_CONFIG", "--shard needs --out, the folder of all shards");
  return { index, of };
}

/** Work that is solved tile by tile. */
export interface TiledWork {
  cellsOf(tile: number): number;
  /** Receives a tile that was solved earlier. */
  take(tile: number, payload: Uint8Array): void;
  /** Solves tiles, and calls `keep` for each. */
  solve(
    tiles: readonly number[],
    keep: (tile: number, payload: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

/**
 * Solves the tiles of a shard that are not solved yet, and appends each tile to the shard's file when it is solved.
 *
 * @param shard to solve and keep; undefined to solve everything
 * @returns `discard` removes the shard's files, for when the whole result has been written
 * @throws MesaError `CANNOT_WRITE`, `ABORTED` with what to do next, and what `solve` throws
 */
export async function solveShard(
  folder: string,
  heading: Omit<Heading, "shard">,
  shard: Shard | undefined,
  work: TiledWork,
): Promise<{ discard(): Promise<void> }> {
  const given = shard ?? { index: 1, of: 1 };
  const mine = tilesIn(given, heading.tiles);
  const seen = new Set<number>();
  const writer = await ShardWriter.open(folder, { ...heading, shard: given }, (tile, payload) => {
    seen.add(tile);
    work.take(tile, payload);
  });
  const cells = (tiles: Iterable<number>) => [...tiles].reduce((sum, tile) => sum + work.cellsOf(tile), 0);
  const all = cells(mine);
  const name = shard ? `shard ${shard.index} of ${shard.of}` : "";
  const path = join(folder, SHARDS);
  if (!writer) {
    note(`${name} is complete in ${path}`);
    return { discard: async () => undefined };
  }
  let solved = cells(seen);
  if (solved > 0)
    note(`resuming from ${path}: ${solved} of ${all} cells${shard ? ` of ${name}` : ""} are solved`);
  const [started, before] = [performance.now(), solved];
  try {
    await visibly((signal, show) => {
      const report = () => {
        const rate = Math.round((1000 * (solved - before)) / (performance.now() - started));
        show(solved / all, `${countText(solved)} of ${countText(all)} cells, ${countText(rate)} per second`);
      };
      report();
      return work.solve(
        mine.filter((tile) => !seen.has(tile)),
        (tile, payload) => {
          writer.append(tile, payload);
          solved += work.cellsOf(tile);
          report();
        },
        signal,
      );
    });
  } catch (error) {
    await writer.close();
    if (solved === 0) await writer.abandon();
    if (!hasCode(error, "ABORTED") || solved === 0) throw error;
    throw new MesaError(
      "ABORTED",
      `interrupted: ${solved} of ${all} cells are kept in ${path}; run the same command again to resume`,
      error.cause,
    );
  }
  if (shard) {
    await writer.finish();
    note(`${name} is complete in ${path}; when all shards are, run mesa-induction merge ${folder}`);
  } else await writer.close();
  return writer;
}
