// One table makes both a WGSL struct and its bytes, so that no offset is counted by hand.

/** Fields of four bytes each, in order. */
export type Fields = Readonly<Record<string, "u32" | "f32">>;

/** A struct of scalars, in WGSL and in bytes. */
export interface Struct<F extends Fields> {
  readonly wgsl: string;
  readonly fields: readonly (keyof F)[];
  /** its size in bytes, the uniform address space's padding included */
  readonly size: number;
  /** writes one at a byte offset */
  write(into: DataView, offset: number, values: Record<keyof F, number>): void;
}

/** @param docs a line for each field, which becomes its comment in WGSL */
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

/** What one dispatch is about. */
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
    signal: "what its agent saw",
    slot: "where the best candidate is noted",
    first: "the first candidate of this part",
    candidates: "how many candidates it has",
    first_block: "the first block of states of this dispatch",
    run: "how many blocks this dispatch has",
    states: "how many states there are in all; the table goes on to a whole number of blocks",
    fresh: "1 where nothing came before: no other part of this step, no other states of its cells",
    whole: "1 where costs are of all states",
    limit: "a sum over states, of all or of some, above this is neither the minimum nor the runner-up",
    slack: "float64 roundings of the oracle and of the moments, times 2⁻⁵³",
    charge: "what adding up the episodes may cost of each term: the additions, times 2⁻²²",
  },
);
