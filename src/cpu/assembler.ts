// WebAssembly modules, byte by byte: the part of the binary format that is needed for functions of addresses over an
// imported memory with float64 numbers in pairs. https://webassembly.github.io/spec/core/binary

/** Instructions; vector instructions have their prefix in the upper byte. */
const OPCODES = {
  br_if: 0x0d,
  "i32.add": 0x6a,
  "i32.and": 0x71,
  "i32.const": 0x41,
  "i32.eqz": 0x45,
  "i32.load": 0x28,
  "i32.lt_u": 0x49,
  "i32.sub": 0x6b,
  "local.get": 0x20,
  "local.set": 0x21,
  "local.tee": 0x22,
  "f64x2.abs": 0xfdec,
  "f64x2.add": 0xfdf0,
  "f64x2.div": 0xfdf3,
  "f64x2.eq": 0xfd47,
  "f64x2.le": 0xfd4b,
  "f64x2.lt": 0xfd49,
  "f64x2.max": 0xfdf5,
  "f64x2.min": 0xfdf4,
  "f64x2.mul": 0xfdf2,
  "f64x2.neg": 0xfded,
  "f64x2.pmax": 0xfdf7,
  "f64x2.pmin": 0xfdf6,
  "f64x2.sqrt": 0xfdef,
  "f64x2.sub": 0xfdf1,
  "i64x2.add": 0xfdce,
  "i64x2.all_true": 0xfdc3,
  "i64x2.shl": 0xfdcb,
  "v128.and": 0xfd4e,
  "v128.any_true": 0xfd53,
  "v128.bitselect": 0xfd52,
  "v128.load": 0xfd00,
  "v128.load64_splat": 0xfd0a,
  "v128.load64_zero": 0xfd5d,
  "v128.store": 0xfd0b,
  "v128.store64_lane": 0xfd5b,
} as const;

export type Instruction = keyof typeof OPCODES;

const [I32, V128, FUNCTION, NO_RESULT] = [0x7f, 0x7b, 0x60, 0x40];
const [LOOP, IF, END] = [0x03, 0x04, 0x0b];
const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const [TYPES, IMPORTS, FUNCTIONS, EXPORTS, CODES] = [1, 2, 3, 7, 10];
const MEMORY = 2;

type Bytes = readonly number[];

/** A whole number of at least 0, with 7 bits per byte, lowest bits first (LEB128). */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return [...bytes, value];
}

/** The same for signed numbers, in which bit 6 of the last byte is the sign. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value % 0x80) | 0x80, ...signed(Math.floor(value / 0x80))];
}

const joined = (...parts: readonly Bytes[]): number[] => ([] as number[]).concat(...parts);
const sized = (bytes: Bytes) => joined(unsigned(bytes.length), bytes);
const list = (items: readonly Bytes[]) => joined(unsigned(items.length), ...items);
const text = (ascii: string) => sized(Array.from(ascii, (character) => character.charCodeAt(0)));

/** The code of a function that takes addresses and returns nothing. Its first locals are its parameters. */
export class Code {
  readonly parameters: number;
  readonly #addresses: number;
  readonly #bytes: number[] = [];
  #vectors = 0;

  /** @param addresses the number of further locals that are addresses */
  constructor(parameters: number, addresses = 0) {
    this.parameters = parameters;
    this.#addresses = addresses;
  }

  /** A new local of two float64 numbers. @returns its index */
  vector(): number {
    return this.parameters + this.#addresses + this.#vectors++;
  }

  /** Adds an instruction, with its immediate index or number (at least 0) if it takes one. */
  do(instruction: Instruction, immediate?: number): this {
    const opcode = OPCODES[instruction];
    if (opcode > 0xff) this.#bytes.push(opcode >> 8, ...unsigned(opcode & 0xff));
    else this.#bytes.push(opcode);
    if (immediate !== undefined)
      this.#bytes.push(...(instruction === "i32.const" ? signed : unsigned)(immediate));
    return this;
  }

  get(local: number): this {
    return this.do("local.get", local);
  }

  set(local: number): this {
    return this.do("local.set", local);
  }

  /**
   * Adds a load or a store at the address on the stack plus an offset in bytes; lane instructions use the first lane.
   */
  memory(instruction: Instruction, offset: number): this {
    // the alignment is given as its logarithm
    this.do(instruction, instruction === "i32.load" ? 2 : instruction.includes("64") ? 3 : 4);
    this.#bytes.push(...unsigned(offset));
    if (instruction.endsWith("lane")) this.#bytes.push(0);
    return this;
  }

  /** Adds the code of `write`, which runs if the number on the stack is not 0. */
  if(write: () => void): void {
    this.#within(IF, write);
  }

  /** Adds the code of `write` as a loop; a branch to it starts it again. */
  loop(write: () => void): void {
    this.#within(LOOP, write);
  }

  /** Adds the code of `write`, repeated with an address that grows by `step` bytes until it reaches `end`. */
  each(address: number, step: number, end: number, write: () => void): void {
    this.loop(() => {
      write();
      this.get(address).do("i32.const", step).do("i32.add").do("local.tee", address);
      this.get(end).do("i32.lt_u").do("br_if", 0);
    });
  }

  #within(kind: number, write: () => void): void {
    this.#bytes.push(kind, NO_RESULT);
    write();
    this.#bytes.push(END);
  }

  /** the bytes of the function in a module */
  get body(): number[] {
    const locals = [
      [...unsigned(this.#addresses), I32],
      [...unsigned(this.#vectors), V128],
    ];
    return sized(joined(list(locals), this.#bytes, [END]));
  }
}

/** A module that exports functions by name and imports `host.memory`. */
export function assemble(functions: Readonly<Record<string, Code>>): Uint8Array<ArrayBuffer> {
  const section = <T>(id: number, of: readonly T[], item: (of: T, index: number) => Bytes) =>
    joined([id], sized(list(of.map(item))));
  const codes = Object.values(functions);
  return Uint8Array.from(
    joined(
      HEADER,
      section(TYPES, codes, ({ parameters }) =>
        joined([FUNCTION], sized(new Array(parameters).fill(I32)), [0]),
      ),
      section(IMPORTS, ["memory"], (name) => joined(text("host"), text(name), [MEMORY, 0, 1])),
      section(FUNCTIONS, codes, (_, i) => unsigned(i)),
      section(EXPORTS, Object.keys(functions), (name, i) => joined(text(name), [0], unsigned(i))),
      section(CODES, codes, ({ body }) => body),
    ),
  );
}

/**
 * Instantiates a module with a memory of its own.
 *
 * @throws whatever the engine throws if it must not compile
 */
export function instantiate<F>(bytes: Uint8Array<ArrayBuffer>): F & { readonly memory: WebAssembly.Memory } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { memory } });
  return { ...(exports as F), memory };
}

const PAGE = 65_536;

/** Grows a memory to at least `length` bytes; growing replaces its buffer. */
export function reserve(memory: WebAssembly.Memory, length: number): void {
  const missing = length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
}
