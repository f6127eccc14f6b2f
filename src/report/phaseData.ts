// A phase diagram as data: for NumPy an archive of named arrays, one `.npy` each, and for data frames and databases a
// Parquet table, one row per cell. Both are made piece by piece, so that a large diagram needs little memory beside its
// cells.

import { unzipSync, Zip, ZipPassThrough } from "fflate";
import type { ParquetWriteOptions } from "hyparquet-writer";
import { type Phase, STATUSES } from "../index.ts";

/** the earliest time that ZIP can store; a constant, so that the same arrays give the same bytes */
const NO_TIME = "1980-01-01T00:00:00";
/** the length of the whole header is a multiple of this */
const ALIGNMENT = 64;
/** numbers of an array that are written at a time */
const CHUNK = 2 ** 17;

/** The header of an array in the format of `numpy.save`, in row-major order. */
export function npyHeader(data: Float64Array | Uint8Array, shape: readonly number[]): Uint8Array {
  const descr = data instanceof Float64Array ? "<f8" : "|u1";
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const start = 10;
  const length = Math.ceil((start + dict.length + 1) / ALIGNMENT) * ALIGNMENT - start;
  const file = new Uint8Array(start + length);
  file.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, length & 0xff, length >> 8]);
  file.set(new TextEncoder().encode(`${dict.padEnd(length - 1)}\n`), start);
  return file;
}

/** The bytes of numbers in little-endian order, whatever the machine's order is. */
function littleEndian(data: Float64Array | Uint8Array): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const view = new DataView(new ArrayBuffer(data.byteLength));
  for (const [i, x] of data.entries()) view.setFloat64(8 * i, x, true);
  return new Uint8Array(view.buffer);
}

/**
 * A diagram as NPZ, piece by piece. The arrays are: the values along each axis, under the key of its setting; `status`;
 * and each measure, under its name. `status` and measures have the shape [values of y, values of x].
 */
export function* phaseToNpz({
  diagram: { x, y, measures },
  values,
  status,
}: Pick<Phase, "diagram" | "values" | "status">): Generator<Uint8Array, void> {
  const shape = [y.values.length, x.values.length];
  const arrays: [string, Float64Array | Uint8Array, readonly number[]][] = [
    [x.key, Float64Array.from(x.values), [x.values.length]],
    [y.key, Float64Array.from(y.values), [y.values.length]],
    ["status", status, shape],
    ...measures
      .filter((name) => name !== "status")
      .map((name): [string, Float64Array, number[]] => [name, values[name], shape]),
  ];
  const pieces: Uint8Array[] = [];
  const zip = new Zip((error, piece) => {
    if (error) throw error;
    pieces.push(piece);
  });
  for (const [name, data, shape] of arrays) {
    const file = new ZipPassThrough(`${name}.npy`);
    file.mtime = NO_TIME;
    zip.add(file);
    file.push(npyHeader(data, shape));
    for (let at = 0; at < data.length; at += CHUNK) {
      file.push(littleEndian(data.subarray(at, at + CHUNK)), at + CHUNK >= data.length);
      yield* pieces.splice(0);
    }
  }
  zip.end();
  yield* pieces;
}

/** The cells of a diagram from an archive that {@link phaseToNpz} made. @throws Error if the archive is damaged */
export function phaseFromNpz(
  archive: Uint8Array,
  { measures }: Pick<Phase["diagram"], "measures">,
): Pick<Phase, "values" | "status"> {
  const files = unzipSync(archive);
  const dataOf = (name: string) => {
    const file = files[`${name}.npy`];
    return file.slice(10 + file[8] + 256 * file[9]);
  };
  const status = dataOf("status");
  const numbers = (name: string) => {
    const bytes = dataOf(name);
    const view = new DataView(bytes.buffer);
    return Float64Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
  };
  const columns = measures.map((name) => [
    name,
    name === "status" ? Float64Array.from(status) : numbers(name),
  ]);
  return { values: Object.fromEntries(columns), status };
}

/**
 * A diagram as Parquet. Columns: the setting of each axis, each measure, null where it has no value, and the status in
 * words. The file's metadata has the key `mesa-induction`, with what the diagram was made from as JSON.
 */
export function phaseToParquet(
  { diagram, values, status }: Pick<Phase, "diagram" | "values" | "status">,
  about: string,
): Omit<ParquetWriteOptions, "writer"> {
  const { x, y, measures } = diagram;
  const width = x.values.length;
  /** a column whose rows are computed when they are written */
  const column = (name: string, type: "DOUBLE" | "STRING", at: (cell: number) => number | string | null) => ({
    ...{ name, type, nullable: measures.includes(name) },
    data: {
      length: status.length,
      slice: (from: number, to: number) =>
        Array.from({ length: Math.min(to, status.length) - from }, (_, i) => at(from + i)),
    } as unknown as (number | string | null)[],
  });
  const orNull = (value: number) => (Number.isFinite(value) ? value : null);
  return {
    columnData: [
      column(x.key, "DOUBLE", (cell) => x.values[cell % width]),
      column(y.key, "DOUBLE", (cell) => y.values[Math.floor(cell / width)]),
      ...measures
        .filter((name) => name !== "status")
        .map((name) => column(name, "DOUBLE", (cell) => orNull(values[name][cell]))),
      { ...column("status", "STRING", (cell) => STATUSES[status[cell]]), nullable: false },
    ],
    kvMetadata: [{ key: "mesa-induction", value: about }],
    createdBy: `mesa-induction ${__VERSION__}`,
  };
}
