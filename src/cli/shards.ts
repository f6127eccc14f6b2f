// The solved tiles of a diagram or a sweep, in files that only grow: whatever ends the program, what was appended before
// stays, and the same command goes on behind it. One process writes the one shard 1 of 1, a cluster's tasks one each.
//
// A file begins with a line of JSON: the question, which shard it is, the command that makes it. Then come records, one a
// tile: its index, the length of what it says, that, and a digest of all three. A record that is cut off or damaged ends
// what can be used. A shard that is complete ends with a record without a tile, and only then has its own name; until
// then the name is the process's own, so that two processes of one shard, on whatever machines, never write to one file.

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

/** What makes the tiles what they are; all of it is JSON. */
export type Question = Readonly<Record<string, unknown>>;

/** The first line of a file. */
export interface Heading {
  readonly question: Question;
  readonly shard: Shard;
  /** of the whole question */
  readonly tiles: number;
  /** what makes the whole again, without `--shard` and `--out` */
  readonly command: string;
}

/** the folder in a result's folder */
export const SHARDS = "shards";
const PREFIX = 8;
const DIGEST = 32;
/** the index of the record that ends a complete shard */
const END = 0xffffffff;
/** no heading within the limits is longer, in bytes */
const LONGEST = 2 ** 24;

const digestOf = (...parts: readonly Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

/** A question's name: other questions have others. */
export const nameOf = (question: Question): string =>
  digestOf(Buffer.from(JSON.stringify(question))).toString("hex", 0, 6);

/** What the names of a shard's files begin with. */
const stemOf = ({ question, shard: { index, of } }: { question: Question | string; shard: Shard }) =>
  `${index}-of-${of}.${typeof question === "string" ? question : nameOf(question)}`;

/** What a file holds. */
export interface Read {
  /** undefined where the file does not begin as a shard does */
  readonly heading?: Heading;
  /** whether it has its end, and nothing before that is damaged */
  readonly complete: boolean;
}

/**
 * Reads a file, record by record, as far as it is sound; one that was taken away or renamed meanwhile has no record.
 *
 * @param onHeading whether the records are wanted too; they are unless it says no
 * @throws what the file system says
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
  /** of the question: see {@link nameOf} */
  readonly question: string;
  /** of the process that writes it, or did; absent once it is complete */
  readonly writer?: { readonly host: string; readonly pid: number };
}

/** The files that are there; none where there is no folder. @throws what the file system says */
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
  /** files of this shard whose records are in this one's */
  readonly #before: readonly ShardFile[];
  #last: Promise<unknown> = Promise.resolve();

  private constructor(path: string, whole: string, file: FileHandle, before: readonly ShardFile[]) {
    this.path = path;
    this.#whole = whole;
    this.#file = file;
    this.#before = before;
  }

  /**
   * Begins a file of this process with all that is there of the shard.
   *
   * @param onRecord told what is there, each tile once
   * @returns undefined where the shard is complete already, and what it says has been told
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

  /** Appends a tile. What goes wrong is thrown by `close` and `finish`. */
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

  /** Waits until all is written, to go on another time. @throws what the file system says */
  async close(): Promise<void> {
    try {
      await this.#last;
      await this.#file.datasync();
    } finally {
      await this.#file.close();
    }
  }

  /** Makes the shard complete, under its own name. @throws what the file system says */
  async finish(): Promise<void> {
    this.append(END, new Uint8Array());
    await this.close();
    await rename(this.path, this.#whole).catch(async (error: NodeJS.ErrnoException) => {
      // another process of this shard has completed it, and has taken this one's file away
      if (error.code !== "ENOENT" || !(await readShard(this.#whole, () => undefined)).complete) throw error;
    });
    for (const { path, writer } of this.#before) if (writer) await rm(path, { force: true });
  }

  /** Takes this process's file away, which holds nothing, and the folder where it was the last. */
  async abandon(): Promise<void> {
    await rm(this.path, { force: true });
    await rmdir(dirname(this.path)).catch(() => undefined);
  }

  /** Takes the shard away, as what it was for is done. */
  async discard(): Promise<void> {
    for (const path of [this.#whole, ...this.#before.map((file) => file.path)])
      await rm(path, { force: true });
    await this.abandon();
  }
}

/** Which shard the flags ask for; all of it, as one that is not kept, where they ask for none. */
export interface ShardFlags {
  shard?: string;
  out?: string;
}

/** @throws MesaError `INVALID_CONFIG` */
export function shardOf({ shard, out }: ShardFlags): Shard | undefined {
  if (shard === undefined) return undefined;
  const [, index, of] = (/^(\d{1,9})\/(\d{1,9})$/.exec(shard) ?? []).map(Number);
  if (!(index >= 1 && index <= of))
    throw new MesaError(
      "INVALID_CONFIG",
      `--shard must be i/n with i from 1 to n, like 3/8, got ${JSON.stringify(shard)}`,
    );
  if (out === undefined)
    throw new MesaError("INVALID_CONFIG", "--shard takes --out, the folder of all shards");
  return { index, of };
}

/** What is solved tile by tile. */
export interface TiledWork {
  cellsOf(tile: number): number;
  /** takes what a tile that is there says */
  take(tile: number, payload: Uint8Array): void;
  /** Solves tiles, and calls `keep` for each. */
  solve(
    tiles: readonly number[],
    keep: (tile: number, payload: Uint8Array) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

/**
 * Solves what is not there yet of a shard, and keeps each tile as it comes.
 *
 * @param shard one that is to be kept; undefined for the whole, which is at hand once this returns
 * @returns what takes the whole's files away, once it is written elsewhere
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
    note(`going on from ${path}: ${solved} of ${all} cells${shard ? ` of ${name}` : ""} are solved`);
  const [started, before] = [performance.now(), solved];
  try {
    await visibly((signal, show) => {
      const tell = () => {
        const rate = Math.round((1000 * (solved - before)) / (performance.now() - started));
        show(solved / all, `${countText(solved)} of ${countText(all)} cells, ${countText(rate)} a second`);
      };
      tell();
      return work.solve(
        mine.filter((tile) => !seen.has(tile)),
        (tile, payload) => {
          writer.append(tile, payload);
          solved += work.cellsOf(tile);
          tell();
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
      `interrupted: ${solved} of ${all} cells are kept in ${path}, and the same command goes on from there`,
      error.cause,
    );
  }
  if (shard) {
    await writer.finish();
    note(`${name} is complete in ${path}; once all are, mesa-induction merge ${folder}`);
  } else await writer.close();
  return writer;
}
