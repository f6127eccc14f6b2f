// Roots that are found two at a time in WebAssembly have the same bits as roots that are found one by one.
import fc from "fast-check";
import { expect, test } from "vitest";
import { assemble, Code } from "../../src/cpu/assembler.ts";
import { NUMBER, Numbers, type Push, VECTOR, Writer } from "../../src/cpu/evaluation.ts";
import { writeRisingRoots } from "../../src/diagram/cubicCode.ts";
import { Graph } from "../../src/game/graph.ts";
import { type Cubic, risingRoots } from "../../src/model/cubic.ts";
import { even } from "../gpu/numbers.ts";

/** c₀ … c₃, the ends of the interval, and the roots: as vectors from address 0 on */
const names = ["c0", "c1", "c2", "c3", "low", "high", "near"];
const size = names.length + 2;

function module() {
  const [graph, code] = [new Graph(), new Code(1, 1)];
  const numbers = new Numbers(size * VECTOR);
  const places = names.map((name, i): [string, Push] => [
    name,
    () => code.get(0).memory("v128.load", i * VECTOR),
  ]);
  const writer = new Writer(code, graph, numbers, new Map(places));
  const [c0, c1, c2, c3, low, high, near] = writer.let(...names.map((name) => graph.name(name)));
  writer.store(0, names.length * VECTOR, writeRisingRoots(writer, [c0, c1, c2, c3], [low, high], near, 1));
  const memory = new WebAssembly.Memory({ initial: 1 });
  const compiled = new WebAssembly.Module(assemble({ roots: code }));
  const { exports } = new WebAssembly.Instance(compiled, { host: { memory } });
  const all = new Float64Array(memory.buffer);
  all.set(numbers.list, (size * VECTOR) / NUMBER);
  return { all, run: exports.roots as (address: number) => void };
}

const coefficient = fc.oneof(even(-3, 3), even(-1e9, 1e-9), fc.constantFrom(0, 1, -1));
const drawn = fc.tuple(
  fc.tuple(coefficient, coefficient, coefficient, coefficient),
  even(-4, 1),
  fc.oneof(even(0, 6), fc.constant(1e9)),
  fc.oneof(even(-4, 7), fc.constant(Number.NaN)),
);

test("the roots of any two cubics", () => {
  const { all, run } = module();
  const counts = [0, 0, 0];
  fc.assert(
    fc.property(drawn, drawn, (...lanes) => {
      for (const [lane, [cubic, low, span, near]] of lanes.entries())
        for (const [i, x] of [...cubic, low, low + span, near].entries()) all[2 * i + lane] = x;
      run(0);
      for (const [lane, [cubic, low, span, near]] of lanes.entries()) {
        const wanted = risingRoots(cubic as Cubic, low, low + span, near);
        const found = [all[2 * names.length + lane], all[2 * names.length + 2 + lane]];
        expect(found.filter((x) => !Number.isNaN(x))).toEqual(wanted);
        counts[wanted.length]++;
      }
    }),
    { numRuns: 5000 },
  );
  expect(Math.min(...counts)).toBeGreaterThan(20);
});
