// Rollouts as a WebAssembly module. A lane is one state under one candidate, or under a box of candidates. Two lanes
// make a vector, and one instruction does an operation of the graph for both. A lane does the operations of
// src/cpu/rollout.ts, and WebAssembly neither fuses nor reassociates, so the total has the same bits.
//
// Memory holds, in float64: the numbers in the formulas, which are data so that one module serves many values of the
// parameters; a row for each candidate and for each later episode,
//
//     weight, learningRate, decision…, parts…     parts: expressions of these numbers only, computed by `prepare`;
//
// and records, one per vector, each of whose entries is two numbers,
//
//     own parts…, state…, totals…                 own parts: expressions of the own state only.
//
// Candidates differ in the first episode only, which `first` computes. `later` computes the later episodes for one
// block of vectors at a time, so that the vectors stay in registers. `sum` adds up the first total of each lane.

import { inBasicOperations } from "../game/evaluate.ts";
import { type Formulas, ownName } from "../game/formulas.ts";
import { isNumber, type Node, namesIn, nodesOf, rewrite } from "../game/graph.ts";
import { sharedParts } from "../game/structure.ts";
import { assemble, Code } from "./assembler.ts";
import { Evaluation, NUMBER, Numbers, VECTOR } from "./evaluation.ts";

/** bytes of an address */
export const ADDRESS = 4;
/** the first entries of a row; the decision follows */
export const [WEIGHT, LEARNING_RATE, DECISION] = [0, 1, 2];

/** vectors per block: with several, independent operations overlap; for long formulas one is enough */
const BLOCK = 4;
/** number of nodes from which a formula is long */
const LONG = 500;

/** The costs of an episode, and the next values of the state's numbers. */
export interface Episode {
  /** one per total; each cost, times the weight, is added to its total */
  readonly costs: readonly Node[];
  readonly next: readonly Node[];
}

/** What is rolled out: expressions of one graph, in basic operations. */
export interface Program {
  /** the names of a row's numbers: learning rate, decision */
  readonly row: readonly string[];
  /**
   * the names of the state's numbers, and of the own state's numbers, which equal the first of the state's initially
   */
  readonly states: readonly string[];
  readonly owns: readonly string[];
  readonly discount: Node;
  readonly first: Episode;
  readonly later: Episode;
  readonly still?: Still | undefined;
}

/** A module, and the required layout of its memory. */
export interface Kernel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** the numbers in the formulas, stored from address 0 on */
  readonly numbers: readonly number[];
  /** the expressions at the start of a record */
  readonly ownParts: readonly Node[];
  /** in bytes: a row, a record, the part of a record before its totals, and a block of records */
  readonly sizes: {
    readonly row: number;
    readonly record: number;
    readonly totals: number;
    readonly block: number;
  };
  /**
   * the maximum size of decisions and states for which `later` may leave states unchanged if the learning rate is 0; 0
   * if it may not
   */
  readonly tame: number;
}

/** The functions that the module exports. All parameters are addresses, and no range is empty. */
export interface KernelFunctions {
  /** computes the parts of rows */
  prepare(row: number, rowsEnd: number): void;
  /**
   * the first episode of the candidates in some rows: writes one record per candidate and vector of states, from
   * `record` on
   */
  first(row: number, rowsEnd: number, state: number, statesEnd: number, record: number): void;
  /**
   * the later episodes, for whole blocks of records; the rows from `still` on have learning rate 0 and tame decisions
   */
  later(row: number, still: number, rowsEnd: number, record: number, recordsEnd: number): void;
  /** replaces each candidate's weight by the sum of its totals; `place` lists their offsets from its first record */
  sum(row: number, rowsEnd: number, record: number, size: number, place: number, placesEnd: number): void;
}

/** The rollouts of formulas. @param decision the names of its numbers @param states the names of the state's numbers */
export function rolloutProgram(
  formulas: Formulas,
  decision: readonly string[],
  states: readonly string[],
): Program {
  const { mesaObjective, discount: gamma, expectedNext } = formulas;
  const still = stillOf(formulas, decision);
  const basic = inBasicOperations([mesaObjective, gamma, ...expectedNext, ...(still?.next ?? [])]);
  const [cost, discount] = basic;
  const episode = { costs: [cost], next: basic.slice(2, 2 + states.length) };
  return {
    ...{ row: ["learningRate", ...decision], states, owns: states.map(ownName), discount },
    ...{ first: episode, later: episode },
    still: still && { ...still, next: basic.slice(2 + states.length) },
  };
}

/** The module of a program. */
export function createKernel(program: Program): Kernel {
  const { states, owns, discount: gamma, still } = program;
  const unlearned = still?.next ?? [];
  const stepping = [program.first, program.later].flatMap(({ costs, next }) => [...costs, ...next]);

  // the weight has no name, because no formula uses it
  const given = ["", ...program.row];
  const parts = sharedParts(stepping, (name) => given.includes(name)).filter(({ op }) => op !== "name");
  const rowSlots = new Map(parts.map((node, i) => [node, given.length + i]));
  const ownParts = sharedParts([...stepping, gamma, ...unlearned], (name) => owns.includes(name));
  const recordSlots = new Map(ownParts.map((node, i) => [node, i]));
  const totals = ownParts.length + states.length;
  const entries = totals + program.later.costs.length;
  const row = (given.length + parts.length) * NUMBER;
  const record = entries * VECTOR;
  const vectors = nodesOf(...stepping, gamma, ...unlearned).length > LONG ? 1 : BLOCK;
  const isDiscounted = !isNumber(gamma, 1);
  const ownGamma = recordSlots.get(gamma);
  const numbers = new Numbers();

  /** Writes code for expressions; `fromRow` and `fromRecord` push entries of a row and of a record. */
  const evaluate = (
    code: Code,
    expressions: readonly Node[],
    fromRow: (slot: number) => void,
    fromRecord: (slot: number) => void,
    free: number[] = [],
  ) =>
    new Evaluation(code, numbers, expressions, free, (node) => {
      const isName = node.op === "name";
      const state = isName ? states.indexOf(node.name) : -1;
      const inRecord = state < 0 ? recordSlots.get(node) : ownParts.length + state;
      if (inRecord !== undefined) return () => fromRecord(inRecord);
      const inRow = isName ? given.indexOf(node.name) : rowSlots.get(node);
      return inRow === undefined ? undefined : () => fromRow(inRow);
    });

  const functions: Record<keyof KernelFunctions, Code> = {
    prepare: prepare(),
    first: first(),
    later: later(),
    sum: sum(),
  };
  return {
    bytes: assemble(functions),
    numbers: numbers.list,
    ownParts,
    sizes: { row, record, totals: totals * VECTOR, block: vectors * record },
    tame: still?.tame ?? 0,
  };

  function prepare(): Code {
    const code = new Code(2);
    const [at, end] = [0, 1];
    code.each(at, row, end, () => {
      const evaluation = new Evaluation(code, numbers, parts, [], ({ op, name }) =>
        op === "name"
          ? () => code.get(at).memory("v128.load64_splat", given.indexOf(name) * NUMBER)
          : undefined,
      );
      for (const [part, slot] of rowSlots) {
        code.get(at);
        evaluation.push(part);
        code.memory("v128.store64_lane", slot * NUMBER);
      }
    });
    return code;
  }

  function first(): Code {
    const code = new Code(5, 1);
    const [at, end, state, statesEnd, to, from] = [0, 1, 2, 3, 4, 5];
    const fromRow = (slot: number) => code.get(at).memory("v128.load64_splat", slot * NUMBER);
    const fromRecord = (slot: number) => code.get(from).memory("v128.load", slot * VECTOR);
    code.each(at, row, end, () => {
      code.get(state).set(from);
      code.each(from, record, statesEnd, () => {
        const written = [...ownParts, ...program.first.next, ...program.first.costs];
        const evaluation = evaluate(code, written, fromRow, fromRecord);
        for (const [slot, expression] of written.entries()) {
          code.get(to);
          evaluation.push(expression);
          code.memory("v128.store", slot * VECTOR);
        }
        code.get(to).do("i32.const", record).do("i32.add").set(to);
      });
    });
    return code;
  }

  function later(): Code {
    const code = new Code(5, 2);
    const [rows, stillFrom, end, at, recordsEnd, k, turn] = [0, 1, 2, 3, 4, 5, 6];
    const { costs, next } = program.later;
    const free: number[] = [];
    const block = Array.from({ length: vectors }, (_, vector) => ({
      entries: Array.from({ length: entries }, (_, slot) => ({
        local: code.vector(),
        offset: vector * record + slot * VECTOR,
      })),
      weight: ownGamma === undefined ? undefined : code.vector(),
    }));

    /** The episodes from row k to `until`; `then` are the states after each of them. */
    const episodes = (then: readonly Node[], until: number) => {
      code.get(k).get(until).do("i32.lt_u");
      code.if(() => code.each(k, row, until, () => episode(then)));
    };
    const episode = (then: readonly Node[]) => {
      /** the locals of row entries that are already loaded; all vectors share them */
      const known = new Map<number, number>();
      const fromRow = (slot: number) => {
        const local = known.get(slot);
        if (local !== undefined) return code.get(local);
        known.set(slot, free.pop() ?? code.vector());
        return code
          .get(k)
          .memory("v128.load64_splat", slot * NUMBER)
          .do("local.tee", known.get(slot)!);
      };
      for (const { entries, weight } of block) {
        const evaluation = evaluate(
          code,
          [...costs, ...then],
          fromRow,
          (slot) => code.get(entries[slot].local),
          free,
        );
        for (const [i, cost] of costs.entries()) {
          const { local } = entries[totals + i];
          code.get(local);
          if (weight !== undefined) code.get(weight);
          else if (isDiscounted) fromRow(WEIGHT);
          evaluation.push(cost);
          if (isDiscounted) code.do("f64x2.mul");
          code.do("f64x2.add").set(local);
        }
        for (const expression of then) evaluation.push(expression);
        for (let i = then.length; i-- > 0; ) code.set(entries[ownParts.length + i].local);
        if (weight !== undefined) code.get(weight).get(entries[ownGamma!].local).do("f64x2.mul").set(weight);
      }
      free.push(...known.values());
    };

    /** Pushes whether all states are tame and do not change when the learning rate is 0. */
    const stays = (tame: number) => {
      let conditions = 0;
      const both = () => conditions++ > 0 && code.do("v128.and");
      for (const { entries } of block) {
        const fromRecord = (slot: number) => code.get(entries[slot].local);
        const evaluation = evaluate(code, unlearned, () => {}, fromRecord, free);
        for (const [i, expression] of unlearned.entries()) {
          fromRecord(ownParts.length + i).do("f64x2.abs");
          numbers.load(code, tame);
          code.do("f64x2.le");
          both();
          evaluation.push(expression);
          fromRecord(ownParts.length + i).do("f64x2.eq");
          both();
        }
      }
      code.do("i64x2.all_true");
    };

    code.each(at, vectors * record, recordsEnd, () => {
      for (const { entries, weight } of block) {
        for (const { local, offset } of entries) code.get(at).memory("v128.load", offset).set(local);
        if (weight !== undefined) code.get(entries[ownGamma!].local).set(weight);
      }
      code.get(rows).set(k);
      if (!still) episodes(next, end);
      else {
        code.get(stillFrom).set(turn);
        code.loop(() => {
          episodes(next, turn);
          code.get(k).get(end).do("i32.lt_u");
          code.if(() => {
            stays(still.tame);
            code.if(() => episodes([], end));
            // states that change continue as before
            code.get(end).set(turn).get(k).get(end).do("i32.lt_u").do("br_if", 1);
          });
        });
      }
      for (const { entries } of block)
        for (const { local, offset } of entries.slice(totals))
          code.get(at).get(local).memory("v128.store", offset);
    });
    return code;
  }

  function sum(): Code {
    const code = new Code(6, 1);
    const [at, end, from, size, places, placesEnd, place] = [0, 1, 2, 3, 4, 5, 6];
    const value = code.vector();
    code.each(at, row, end, () => {
      code.get(places).set(place);
      numbers.load(code, 0);
      code.set(value);
      code.each(place, ADDRESS, placesEnd, () => {
        code.get(value).get(place).memory("i32.load", 0).get(from).do("i32.add");
        code.memory("v128.load64_zero", 0).do("f64x2.add").set(value);
      });
      code
        .get(at)
        .get(value)
        .memory("v128.store64_lane", WEIGHT * NUMBER);
      code.get(from).get(size).do("i32.add").set(from);
    });
    return code;
  }
}

/** Whether a formula divides by anything except a number; such a quotient depends on the sign of a zero. */
export const divides = (...formulas: readonly Node[]): boolean =>
  nodesOf(...formulas).some(({ op, args }) => op === "divide" && args[1].op !== "number");

/** How states change if the learning rate is 0. */
export interface Still {
  readonly next: readonly Node[];
  /** the maximum size of states and decisions for which this holds */
  readonly tame: number;
}

/** well below the largest float64 number */
const LARGE = 1e300;
/** the sizes that are tried: 2¹²⁸, 2⁶⁴, … 2⁸ */
const TAME = [128, 64, 32, 16, 8].map((exponent) => 2 ** exponent);

/**
 * The next state if the learning rate is 0, without terms 0·x, which are 0 for every finite x.
 *
 * @returns undefined if it depends on the decision, if the sign of a zero may matter, or if x may be infinite
 */
function stillOf(
  { graph, mesaObjective, expectedNext }: Formulas,
  decision: readonly string[],
): Still | undefined {
  const zero = graph.number(0);
  const next = expectedNext.map((node) =>
    graph.substitute(node, (name) => (name === "learningRate" ? zero : undefined)),
  );
  const names = namesIn(...next);
  if (divides(mesaObjective, ...expectedNext) || decision.some((name) => names.has(name))) return undefined;
  const tame = TAME.find((size) => expectedNext.every((node) => largestOf(node, size) < LARGE));
  return tame === undefined ? undefined : { next, tame };
}

/** An upper bound of an expression's terms if its names have values of at most a given size. */
function largestOf(expression: Node, size: number): number {
  return rewrite(expression, ({ op, value }, [a, b, ...others]: readonly number[]): number => {
    if (op === "number") return Math.abs(value);
    if (op === "name") return size;
    if (op === "add" || op === "subtract") return a + b;
    if (op === "multiply") return a * b;
    if (op === "divide") return a / b;
    if (op === "power") return a ** value;
    return op === "exponential2" ? 2 ** a : Math.max(a, b ?? 0, ...others);
  });
}
