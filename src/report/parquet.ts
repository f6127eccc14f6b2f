// A phase diagram as a table, one row a cell: for data frames and databases.

import { parquetWriteBuffer } from "hyparquet-writer";
import { type Phase, STATUSES } from "../index.ts";

/**
 * A diagram as Parquet. Columns: the setting of each axis, each measure, null where it has no value, and the status in
 * words. The file's own metadata has `mesa-induction`: all that the diagram was made from, as JSON.
 */
export function phaseToParquet(
  { diagram, values, status }: Pick<Phase, "diagram" | "values" | "status">,
  about: string,
): ArrayBuffer {
  const { x, y, measures } = diagram;
  const width = x.values.length;
  const of = (value: (cell: number) => number) => Float64Array.from(status, (_, cell) => value(cell));
  const orNull = (column: Float64Array) =>
    column.every(Number.isFinite) ? column : Array.from(column, (v) => (Number.isFinite(v) ? v : null));
  const column = (name: string, data: Float64Array) => ({
    name,
    data: orNull(data),
    type: "DOUBLE" as const,
  });
  return parquetWriteBuffer({
    columnData: [
      column(
        x.key,
        of((cell) => x.values[cell % width]),
      ),
      column(
        y.key,
        of((cell) => y.values[Math.floor(cell / width)]),
      ),
      ...measures.filter((name) => name !== "status").map((name) => column(name, values[name])),
      { name: "status", data: Array.from(status, (code) => STATUSES[code]), type: "STRING", nullable: false },
    ],
    kvMetadata: [{ key: "mesa-induction", value: about }],
    createdBy: `mesa-induction ${__VERSION__}`,
  });
}
