// Creates a WGSL struct and its byte layout from one table, so that no offset is counted by hand.

/** Fields of four bytes each, in order. */
export type Fields = Readonly<Record<string, "u32" | "f32">>;

/** A struct of scalars, in WGSL and in bytes. */
export interface Struct<F extends Fields> {
  readonly wgsl: string;
  readonly fields: readonly (keyof F)[];
  /** its size in bytes, including the padding of the uniform address space */
  readonly size: number;
  /** writes a struct at a byte offset */
  write(into: DataView, offset: number, values: Record<keyof F, number>): void;
}

/** @param docs one line per field, used as its comment in WGSL */
export function struct<F extends Fields>(name: string, fields: F, docs: Record<keyof F, string>): Struct<F> {
  const entries = Object.entries(fields);
  const lines = entries.map(([field, type]) => `  /// ${docs[field]}\n  ${field}: ${type},`);
  return {
    fields: Object.keys(fields),
    wgsl: `struct ${name} {\n${lines.join("\n")}\n}\n`,
    size: Math.ceil((entries.length * 4) / 16) * 16,
    write(into, offset, values) {
      for (const [i, [field, type]] of entries.entries()) {
        if (type === "u32") into.setUint32(offset + i * 4, values[field], true);
        else into.setFloat32(offset + i * 4, values[field], true);
      }
    },
  };
}

/** The parameters of one dispatch. */
export const Part = struct(
  "Part",
  {
    episode: "u32",
    signal: "u32",
    slot: "u32",
    first: "u32",
    candidates: "u32",
    first_block: "u32",
    run: "u32",
    states: "u32",
    fresh: "u32",
    whole: "u32",
    limit: "f32",
    slack: "f32",
    charge: "f32",
  },
  {
    episode: "t, the episode that is decided",
    signal: "the signal that its agent saw",
    slot: "where the best candidate is stored",
    first: "the first candidate of this part",
    candidates: "how many candidates it has",
    first_block: "the first block of states of this dispatch",
    run: "how many blocks this dispatch has",
    states: "how many states there are in total; the table is filled up to a whole number of blocks",
    fresh: "1 if this is the first part of the step, or has the first states of its boxes",
    whole: "1 if costs are sums over all states",
    limit:
      "a candidate whose sum over states, all or some, is above this is neither the minimum nor the runner-up",
    slack: "float64 roundings of the oracle and of the moments, times 2⁻⁵³",
    charge: "the maximum relative error of a term from adding up the episodes: the additions, times 2⁻²²",
  },
);
