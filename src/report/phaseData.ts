// A phase diagram as data: for NumPy an archive of arrays by name, one `.npy` each, and for data frames and databases a
// Parquet table, one row a cell.

import { zipSync } from "fflate";
import { parquetWriteBuffer } from "hyparquet-writer";
import { type Phase, STATUSES } from "../index.ts";

/** the earliest time in ZIP, always the same so that equal arrays give equal bytes */
const NO_TIME = "1980-01-01T00:00:00";
/** the header ends at a multiple of this many bytes */
const ALIGNMENT = 64;

/** An array as `numpy.save` writes it, in row-major order. */
export function npy(data: Float64Array | Uint8Array, shape: readonly number[]): Uint8Array {
  const descr = data instanceof Float64Array ? "<f8" : "|u1";
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const start = 10;
  const length = Math.ceil((start + dict.length + 1) / ALIGNMENT) * ALIGNMENT - start;
  const header = new TextEncoder().encode(`${dict.padEnd(length - 1)}\n`);
  const file = new Uint8Array(start + length + data.byteLength);
  file.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, length & 0xff, length >> 8]);
  file.set(header, start);
  file.set(littleEndian(data), start + length);
  return file;
}

/** The numbers' bytes in little-endian order on any machine. */
function littleEndian(data: Float64Array | Uint8Array): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const view = new DataView(new ArrayBuffer(data.byteLength));
  for (const [i, x] of data.entries()) view.setFloat64(8 * i, x, true);
  return new Uint8Array(view.buffer);
}

/**
 * A diagram as NPZ: the values along the axes by their settings' keys, `status`, and each measure by its name, of shape
 * [values of y, values of x].
 */
export function phaseToNpz({
  diagram: { x, y, measures },
  values,
  status,
}: Pick<Phase, "diagram" | "values" | "status">): Uint8Array {
  const shape = [y.values.length, x.values.length];
  const arrays: [string, Uint8Array][] = [
    [x.key, npy(Float64Array.from(x.values), [x.values.length])],
    [y.key, npy(Float64Array.from(y.values), [y.values.length])],
    ["status", npy(status, shape)],
    ...measures
      .filter((name) => name !== "status")
      .map((name): [string, Uint8Array] => [name, npy(values[name], shape)]),
  ];
  return zipSync(Object.fromEntries(arrays.map(([name, bytes]) => [`${name}.npy`, bytes])), {
    mtime: NO_TIME,
  });
}

/**
 * A diagram as Parquet. Columns: the setting of each axis, each measure, null where it has no value, and the status in
 * words. The file's metadata has the key `mesa-induction`, with what the diagram was made from as JSON.
 */
export function phaseToParquet(
  { diagram, values, status }: Pick<Phase, "diagram" | "values" | "status">,
  about: string,
): ArrayBuffer {
  const { x, y, measures } = diagram;
  const width = x.values.length;
  const column = (name: string, data: Float64Array) => ({
    name,
    data: data.every(Number.isFinite) ? data : Array.from(data, (v) => (Number.isFinite(v) ? v : null)),
    type: "DOUBLE" as const,
  });
  const xs = Float64Array.from(status, (_, cell) => x.values[cell % width]);
  const ys = Float64Array.from(status, (_, cell) => y.values[Math.floor(cell / width)]);
  return parquetWriteBuffer({
    columnData: [
      column(x.key, xs),
      column(y.key, ys),
      ...measures.filter((name) => name !== "status").map((name) => column(name, values[name])),
      { name: "status", data: Array.from(status, (code) => STATUSES[code]), type: "STRING", nullable: false },
    ],
    kvMetadata: [{ key: "mesa-induction", value: about }],
    createdBy: `mesa-induction ${__VERSION__}`,
  });
}
