// The cells of a phase diagram, solved by a WebAssembly module that is generated from the moments of a game that is
// linear in the state (src/model/momentFormulas.ts). Each lane of a vector is a cell, and a vector has two lanes.
// Everything that may differ between cells is data, so that one module serves all diagrams of a game.
//
// `induce` goes backward over the episodes. With P̄_z = Σ_j P(j | z) P_j, it computes at each episode
//
//     d_s = argmin_d now(d) + γ Σ_z P(z | s) later(d, η_z; P̄_z)   for each signal s,
//     P_z ← Σ_s P(s | z) form(d_s, η_z; P̄_z)                      for each phase z,
//
// where η_z is 0 in phases and episodes that do not train. If nothing trains, no decision changes later episodes, so
// the best decision is the same at each episode and is found once. `follow` runs the plan from the initial state, and
// `effects` computes what decisions do to the goal. The operations are those of src/model/moments.ts and simulate.ts,
// in the same order.

import { assemble, Code } from "../cpu/assembler.ts";
import { NUMBER, Numbers, type Push, type Variable, VECTOR, Writer } from "../cpu/evaluation.ts";
import type { Game } from "../game/game.ts";
import { differentiate, Graph, type Node, namesIn } from "../game/graph.ts";
import { costLater, momentFormulasOf } from "../model/momentFormulas.ts";
import { MAX_FACTOR, MAX_GROWTH } from "../model/range.ts";
import { writeRisingRoots } from "./cubicCode.ts";

/** How the best response is found. */
export type PhaseMethod = "exact" | "moments";

/** the error that underflow may add to rounding */
const UNDERFLOW = Number.MIN_VALUE / Number.EPSILON;

/** A module, and what its memory must hold. S is the number of signals, Z of phases, D of numbers in a decision. */
export interface CellKernel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** constants of the code, to be stored from address `numbersAt` on; memory from `end` on is free */
  readonly numbers: readonly number[];
  readonly numbersAt: number;
  readonly end: number;
  /** the index of each named vector; the vectors lie one after the other from address 0 on */
  readonly slots: ReadonlyMap<string, number>;
  /** bytes of a candidate's row, of an episode in the plan, of an episode that `follow` plays, and of its beliefs */
  readonly sizes: Readonly<Record<"row" | "plan" | "played" | "beliefs", number>>;
}

/** What the module exports; all parameters are addresses. */
export interface CellFunctions {
  /**
   * Fills in a plan, from its last episode back to the first.
   *
   * @param still the first episode that does not train
   * @param beliefs room for P(phase), shape [Z], and P(phase | signal), shape [S][Z], of each episode; for hidden
   *   phases
   * @param candidates the numbers of the candidates of a grid, which end at `candidatesEnd`; `rows` has room for a row
   *   of each candidate
   */
  induce(
    plan: number,
    still: number,
    planEnd: number,
    beliefs: number,
    candidates: number,
    candidatesEnd: number,
    rows: number,
  ): void;
  /** runs the played decisions: one row for each episode, which begins with the learning rate if the phase is hidden */
  follow(played: number, still: number, playedEnd: number): void;
  /** for hidden phases: writes y/θ and θ′/θ for each decision of a plan */
  effects(plan: number, planEnd: number, effects: number): void;
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/**
 * The module of a game that has moment formulas.
 *
 * @param rolls whether rollouts define the answer; then the module reports where they could choose another candidate
 */
export function createCellKernel(game: Game, method: PhaseMethod, rolls: boolean): CellKernel {
  const formulas = momentFormulasOf(game)!;
  const { formNames, boundNames, meanNames } = formulas;
  const { decisionNames } = game;
  const states = Object.keys(game.state);
  const { hidden } = game.definition;
  const trains = hidden?.trains ?? [true];
  const [phases, signals] = [range(trains.length), range(game.hidden?.signals.length ?? 1)];
  const isHidden = hidden !== undefined;
  const D = decisionNames.length;
  /** the names of what is kept of the future, for each phase */
  const kept = rolls ? [...formNames, ...boundNames] : formNames;

  const g = new Graph();
  const [zero, one, infinity, none] = [0, 1, Number.POSITIVE_INFINITY, Number.NaN].map((x) => g.number(x));
  /** the expression that replaces a name, if any */
  type LookUp = (name: string) => Node | undefined;
  /** the game's expressions in this graph */
  const all = (nodes: readonly Node[], lookUp: LookUp = () => undefined) =>
    nodes.map((node) => g.substitute(node, lookUp));
  const by =
    (names: readonly string[], nodes: readonly Node[]): LookUp =>
    (name) =>
      nodes[names.indexOf(name)];
  const either =
    (a: LookUp, b: LookUp): LookUp =>
    (name) =>
      a(name) ?? b(name);
  const rated = (rate: Node) => by(["learningRate"], [rate]);
  const chosenAs = (decision: readonly Node[] = []) => by(decisionNames, decision);
  const total = (terms: readonly Node[]) => terms.reduce((a, b) => g.add(a, b), zero);
  const [now, discount] = all([formulas.now, game.formulas.discount]);
  const { most } = formulas;

  // the settings, with which memory begins
  const settings = [
    ...Object.keys(game.parameters),
    ...["learningRate", "min", "max", "near", "slack", "length"],
    ...meanNames,
    ...states.map((name) => `initial.${name}`),
    ...kept.map((name) => `end.${name}`),
    ...(isHidden
      ? [
          ...phases.map((z) => `initialPhase.${z}`),
          ...phases.flatMap((z) => phases.map((j) => `transition.${z}.${j}`)),
          ...phases.flatMap((z) => signals.map((s) => `likelihood.${z}.${s}`)),
        ]
      : []),
  ];
  const results = [
    ...signals.flatMap((s) => [`cost.${s}`, `runnerUp.${s}`]),
    ...["trouble", "close", "squares"],
    ...states.flatMap((name) => [`final.${name}`, `deployed.${name}`]),
  ];
  const slots = new Map([...settings, ...results].map((name, i) => [name, i]));
  const numbersAt = slots.size * VECTOR;
  const numbers = new Numbers(numbersAt);

  const open = (code: Code) => {
    const places = settings.map((name, i): [string, Push] => [
      name,
      () => code.do("i32.const", 0).memory("v128.load", i * VECTOR),
    ]);
    return new Writer(code, g, numbers, new Map(places));
  };
  /** Writes results by name. */
  const report = (writer: Writer, of: readonly (readonly [string, Node])[]) => {
    for (const [name, node] of of) {
      writer.code.do("i32.const", 0);
      writer.push([node]);
      writer.code.memory("v128.store", slots.get(name)! * VECTOR);
    }
  };
  const isSetting = (name: string) => settings.includes(name);
  const load = (writer: Writer, address: number, offset: number) => {
    const local = writer.code.vector();
    writer.code.get(address).memory("v128.load", offset).set(local);
    return writer.local(local);
  };

  const rateOf = (z: number) => (trains[z] ? g.name("learningRate") : zero);
  const dependsOnDecision = (node: Node) => decisionNames.some((name) => namesIn(node).has(name));
  /** the terms that bound the rounding error of a candidate's cost, if rollouts define the answer */
  const boundsAt = (rate: Node) => (rolls ? all([most.now, most.step], rated(rate)) : []);
  /** the parts of a candidate's cost at some learning rates that depend on the candidate */
  const rowOf = (rates: readonly Node[]) => [
    ...new Set(
      [now, ...rates.flatMap((rate) => all(formulas.steps, rated(rate))), ...boundsAt(rates[0])].filter(
        dependsOnDecision,
      ),
    ),
  ];
  const row =
    Math.max(...[phases.map(rateOf), phases.map(() => zero)].map((rates) => rowOf(rates).length)) * VECTOR;

  /** bytes of P(phase) and of P(phase | signal) at an episode */
  const believed = isHidden ? (1 + signals.length) * phases.length * VECTOR : 0;

  const functions: Record<keyof CellFunctions, Code> = {
    induce: induce(),
    follow: follow(),
    effects: effects(),
  };
  return {
    bytes: assemble(functions),
    numbers: numbers.list,
    numbersAt,
    end: Math.ceil((numbersAt + numbers.list.length * NUMBER) / VECTOR) * VECTOR,
    slots,
    sizes: {
      row,
      plan: signals.length * D * VECTOR,
      played: (D + (isHidden ? 1 : 0)) * VECTOR,
      beliefs: believed,
    },
  };

  function induce(): Code {
    const code = new Code(7, 5);
    const [plan, still, planEnd, beliefsFrom, candidates, candidatesEnd, rows] = range(7);
    const [at, beliefs, candidate, rowAt, turns] = range(5).map((i) => 7 + i);
    const writer = open(code);
    /** one list for each phase, in the order of `kept` */
    const futures = phases.map(() => kept.map((name) => writer.variable(g.name(`end.${name}`))));
    const [growth, trouble, close] = [one, zero, zero].map((x) => writer.variable(x));
    const costs = signals.map(() => writer.variable(zero));
    const runnersUp = signals.map(() => writer.variable(none));
    /** by signal, the best response of the episode after; `near` after the last one */
    const latest = signals.map(() => writer.variable(g.name("near")));
    if (isHidden) believe();
    code.get(planEnd).set(at);

    for (const [until, rates] of [
      [still, phases.map(() => zero)] as const,
      [plan, phases.map(rateOf)] as const,
    ]) {
      code.get(until).get(at).do("i32.lt_u");
      code.if(() => walk(rates, until));
    }
    const lasts = (name: string, variables: readonly Variable[]) =>
      signals.map((s) => [`${name}.${s}`, variables[s].node] as const);
    report(writer, [
      ...lasts("cost", costs),
      ...lasts("runnerUp", runnersUp),
      ["trouble", trouble.node],
      ["close", close.node],
    ]);
    return code;

    /** Writes the beliefs of the agents, as src/model/hiddenPhase.ts does, and leaves `beliefs` at its end. */
    function believe(): void {
      const prior = phases.map((z) => writer.variable(g.name(`initialPhase.${z}`)));
      const of = (z: number, s: number) => g.name(`likelihood.${z}.${s}`);
      code.get(plan).set(at).get(beliefsFrom).set(beliefs);
      code.each(at, signals.length * D * VECTOR, planEnd, () => {
        const rows = signals.map((s) => {
          const joint = writer.let(...prior.map(({ node }, z) => g.multiply(node, of(z, s))));
          const [probability] = writer.let(total(joint));
          const weights = writer.let(
            ...joint.map((weight, z) => g.below(zero, probability, weight, of(z, s))),
          );
          const [sum] = writer.let(total(weights));
          const equal = g.number(1 / phases.length);
          return weights.map((weight) => g.below(zero, sum, g.divide(weight, sum), equal));
        });
        writer.store(beliefs, 0, [...prior.map(({ node }) => node), ...rows.flat()]);
        writer.assign(
          prior,
          phases.map((j) =>
            total(prior.map(({ node }, z) => g.multiply(node, g.name(`transition.${z}.${j}`)))),
          ),
        );
        code.get(beliefs).do("i32.const", believed).do("i32.add").set(beliefs);
      });
    }

    /** Writes the episodes from `at` back to `until`; `rates` has the learning rate of each phase. */
    function walk(rates: readonly Node[], until: number): void {
      const steps = rates.map((rate) => all(formulas.steps, rated(rate)));
      const isOnce = !isHidden && !steps.flat().some(dependsOnDecision);
      const entries = rowOf(rates);
      const names = entries.map((_, i) =>
        writer.place(`row.${i}`, () => code.get(rowAt).memory("v128.load", i * VECTOR)),
      );
      /** an expression, or its name in a candidate's row if it is stored there */
      const read = (node: Node) => names[entries.indexOf(node)] ?? node;
      const bounds = [
        ...boundsAt(rates[0]),
        ...(rolls ? all([formulas.growth.root, formulas.growth.step], rated(rates[0])) : []),
      ];
      const largest = bounds.map(() => writer.variable(zero));
      if (method === "moments") fillRows();
      if (rolls) {
        const [, , root, step] = largest.map(({ node }) => node);
        const inRange = (factor: Node, then: Node) => g.below(factor, g.number(MAX_FACTOR), then, one);
        writer.assign([close], [inRange(root, inRange(step, close.node))]);
      }

      const { constant, linear, quadratic } = formulas.later;
      /** computes before the loop what does not change from episode to episode */
      const hoistAll = <K extends string>(parts: Record<K, readonly Node[]>, decision?: readonly Node[]) => {
        const known = new Set([...settings, ...(decision ?? []).map(({ name }) => name)]);
        const flat = writer.hoist(
          Object.values<readonly Node[]>(parts).flatMap((nodes) => all(nodes, chosenAs(decision))),
          (name) => known.has(name),
        );
        let from = 0;
        const cut = Object.entries<readonly Node[]>(parts).map(([name, { length }]) => {
          from += length;
          return [name, flat.slice(from - length, from)];
        });
        return Object.fromEntries(cut) as Record<K, Node[]>;
      };
      const powers = method === "exact" ? formulas.powers! : undefined;
      /** where `exact` starts its search: what is found once for many episodes must not depend on what was found before */
      const nearTo = (decision: Node) => g.below(zero, rates[0], decision, none);
      const first = hoistAll({ now: [now], steps: steps.flat(), powers: powersNow() });
      const once = isOnce ? respond(0, (now) => now) : undefined;
      const { coefficients, form, later, watched, grown } = hoistAll(
        {
          coefficients: rates.flatMap((rate) => all([constant, ...linear, ...quadratic], rated(rate))),
          form: rates.flatMap((rate) =>
            all(rolls ? [...formulas.form, ...formulas.bound] : formulas.form, rated(rate)),
          ),
          later: powers && !isOnce ? rates.flatMap((rate) => all(powers.later, rated(rate))) : [],
          watched: rolls ? all([most.slope, most.rest]) : [],
          grown: rolls ? all([formulas.growth.root, formulas.growth.step], rated(rates[0])) : [],
        },
        once?.decision,
      );
      /** the expressions of one phase, from a list with the same number of expressions for each phase */
      const ofPhase = (nodes: readonly Node[], z: number) => {
        const size = nodes.length / phases.length;
        return nodes.slice(z * size, (z + 1) * size);
      };

      code.loop(() => {
        code
          .get(at)
          .do("i32.const", signals.length * D * VECTOR)
          .do("i32.sub")
          .set(at);
        if (isHidden) {
          code.get(beliefs).do("i32.const", believed).do("i32.sub").set(beliefs);
        }
        const after = phases.map((z) => {
          const now = futures.map((future) => future.map(({ node }) => node));
          return isHidden ? mixed((j) => `transition.${z}.${j}`, now) : now[z];
        });
        const views = phases.map((z) => writer.let(...all(ofPhase(coefficients, z), by(kept, after[z]))));
        const decisions = signals.map((s) => {
          const answer = once ? withLaterCost(once, views) : respondTo(s, after, views);
          const { cost, runnerUp, decision } = answer;
          writer.assign(
            [costs[s], runnersUp[s], trouble],
            [cost, runnerUp, g.below(g.absolute(cost), infinity, trouble.node, one)],
          );
          writer.store(at, s * D * VECTOR, decision);
          if (rolls) watch(answer, after[0]);
          return decision;
        });
        const nexts = phases.map((z) => {
          const forms = decisions.map((decision) =>
            all(ofPhase(form, z), either(by(kept, after[z]), chosenAs(decision))),
          );
          return isHidden
            ? mixed(
                (s) => `likelihood.${z}.${s}`,
                forms.map((nodes) => writer.let(...nodes)),
              )
            : forms[0];
        });
        writer.assign(futures.flat(), nexts.flat());
        code.get(until).get(at).do("i32.lt_u").do("br_if", 0);
      });

      /** The weighted averages of lists of numbers, entry by entry. */
      function mixed(weight: (i: number) => string, of: readonly (readonly Node[])[]): Node[] {
        const mean = kept.map((_, k) =>
          total(of.map((numbers, i) => g.multiply(g.name(weight(i)), numbers[k]))),
        );
        return writer.let(...mean);
      }

      /** The answer with the cost of the later episodes added. */
      function withLaterCost(
        { costAt, cost, runnerUp, decision }: Answer,
        [coefficients]: readonly Node[][],
      ): Answer {
        const [later] = writer.let(g.multiply(discount, costLater(g, coefficients, steps[0])));
        const [more, second] = writer.let(g.add(cost, later), g.add(runnerUp, later));
        return { costAt: g.add(costAt, later), cost: more, runnerUp: second, decision };
      }

      /** The best response after a signal. */
      function respondTo(s: number, after: readonly Node[][], views: readonly Node[][]): Answer {
        const weights = phases.map((z) =>
          isHidden ? load(writer, beliefs, ((s + 1) * phases.length + z) * VECTOR) : one,
        );
        const expected = (of: (z: number) => Node) =>
          g.multiply(discount, total(phases.map((z) => g.multiply(weights[z], of(z)))));
        const powersLater = phases.map((z) => all(ofPhase(later, z), by(kept, after[z])));
        return respond(
          s,
          (now, steps) =>
            g.add(
              now,
              expected((z) => costLater(g, views[z], ofPhase(steps, z))),
            ),
          powers &&
            ((k) => powersLater.map((power, z) => g.multiply(discount, g.multiply(weights[z], power[k])))),
        );
      }

      /**
       * The best response after a signal.
       *
       * @param cost from the cost of a decision now, and its steps
       * @param later what is added to the cost's coefficients now, phase by phase
       */
      function respond(
        s: number,
        cost: (now: Node, steps: readonly Node[]) => Node,
        later: (k: number) => readonly Node[] = () => [],
      ): Answer {
        const [minimum, second] = [writer.variable(infinity), writer.variable(infinity)];
        const decision = decisionNames.map(() => writer.variable(none));
        if (powers) {
          const coefficients = range(5).map((k) => later(k).reduce((a, b) => g.add(a, b), first.powers[k]));
          const cubic = range(4).map((k) => g.multiply(g.number(k + 1), coefficients[k + 1]));
          const ends = [g.name("min"), g.name("max")] as const;
          const roots = writeRisingRoots(writer, writer.let(...cubic), ends, nearTo(latest[s].node), turns);
          for (const x of [ends[0], ...roots, ends[1]]) {
            const costs = all([cost(first.now[0], first.steps)], chosenAs([x]));
            const [j] = writer.let(...costs);
            writer.assign(
              [minimum, decision[0]],
              [g.below(j, minimum.node, j, minimum.node), g.below(j, minimum.node, x, decision[0].node)],
            );
          }
          writer.assign([latest[s]], [decision[0].node]);
          return { costAt: none, cost: minimum.node, runnerUp: none, decision: [decision[0].node] };
        }
        const kept = code.vector();
        const [costAt] = writer.hoist(
          [cost(read(now), steps.flat().map(read))],
          (name) => !names.some((node) => node.name === name),
        );
        eachCandidate((candidate) => {
          const [j] = writer.let(costAt);
          // the second smallest cost: the smaller of the old one and of the larger of the other two; NaN changes
          // neither
          writer.push([j, minimum.node]);
          code.do("f64x2.pmax").set(kept);
          code.get(second.local).get(kept).do("f64x2.pmin").set(second.local);
          const better = decision.map(({ node }, i) => g.below(j, minimum.node, candidate[i], node));
          writer.assign([...decision, minimum], [...better, g.below(j, minimum.node, j, minimum.node)]);
        });
        return {
          costAt,
          cost: minimum.node,
          runnerUp: second.node,
          decision: decision.map(({ node }) => node),
        };
      }

      /** The coefficients of J by powers of the decision, without what later episodes add. */
      function powersNow(): Node[] {
        return method === "exact" ? all(formulas.powers!.now, rated(rates[0])) : [];
      }

      /** Reports whether rollouts could choose another candidate, and updates the growth. */
      function watch({ costAt, cost, runnerUp, decision }: Answer, after: readonly Node[]): void {
        const [slope, rest] = writer.let(...all(watched, by(kept, after)));
        const errorOf = ([now, step]: readonly Node[]) => {
          const rounding = g.add(now, g.multiply(discount, g.add(g.multiply(slope, step), rest)));
          return g.add(g.multiply(g.name("slack"), rounding), g.number(UNDERFLOW));
        };
        // first with the largest error of any candidate; if that does not decide, candidate by candidate
        const near = writer.variable(zero);
        const [lost] = writer.let(errorOf(largest.map(({ node }) => node)));
        writer.push([g.add(cost, lost), g.subtract(runnerUp, lost)]);
        code.do("f64x2.lt").do("i64x2.all_true").do("i32.eqz");
        code.if(() => {
          const own = boundsAt(rates[0]);
          const [highest] = writer.let(g.add(cost, errorOf(all(own, chosenAs(decision)))));
          eachCandidate((candidate) => {
            const lowest = g.subtract(costAt, errorOf(own.map(read)));
            const other = g.below(highest, lowest, near.node, one);
            const unlessSame = decision.reduce(
              (then, x, i) => g.below(x, candidate[i], other, g.below(candidate[i], x, other, then)),
              near.node,
            );
            writer.assign([near], [unlessSame]);
          });
        });
        const inRange = g.below(growth.node, g.number(MAX_GROWTH), close.node, one);
        const [root, factor] = all(grown, chosenAs(decision));
        const square = g.maximum(one, g.multiply(factor, factor));
        writer.assign(
          [close, growth],
          [
            g.below(zero, near.node, one, inRange),
            g.add(g.multiply(root, root), g.multiply(square, growth.node)),
          ],
        );
      }

      function fillRows(): void {
        const known = writer.hoist([...entries, ...bounds], isSetting);
        eachCandidate((candidate) => {
          const values = writer.let(...all(known, chosenAs(candidate)));
          writer.store(rowAt, 0, values.slice(0, entries.length));
          const most = values.slice(entries.length).map((x, i) => g.maximum(x, largest[i].node));
          writer.assign(largest, most);
        });
      }

      /** A loop over all candidates; `rowAt` is the address of the candidate's row. */
      function eachCandidate(write: (candidate: readonly Node[]) => void): void {
        code.get(rows).set(rowAt).get(candidates).set(candidate);
        code.each(candidate, D * NUMBER, candidatesEnd, () => {
          const decision = decisionNames.map((_, i) => {
            const local = code.vector();
            code
              .get(candidate)
              .memory("v128.load64_splat", i * NUMBER)
              .set(local);
            return writer.local(local);
          });
          write(decision);
          code.get(rowAt).do("i32.const", row).do("i32.add").set(rowAt);
        });
      }
    }
  }

  function follow(): Code {
    const code = new Code(3);
    const [at, still, end] = range(3);
    const writer = open(code);
    const state = states.map((name) => writer.variable(g.name(`initial.${name}`)));
    const squares = writer.variable(zero);
    const size = (D + (isHidden ? 1 : 0)) * VECTOR;

    /** Writes the episodes up to `until`. */
    const run = (until: number, rate: Node, trains: boolean) => {
      const shares = all(game.formulas.outputs).map((output) => g.divide(output, g.name("length")));
      const measured = trains ? shares : [];
      const [...known] = writer.hoist([...measured, ...all(game.formulas.next, rated(rate))], isSetting);
      code.get(at).get(until).do("i32.lt_u");
      code.if(() =>
        code.each(at, size, until, () => {
          const played = range(size / VECTOR).map((i) => load(writer, at, i * VECTOR));
          const decision = isHidden ? played.slice(1) : played;
          const now = either(
            chosenAs(decision),
            by([...states, "rate"], [...state.map(({ node }) => node), played[0]]),
          );
          const values = all(known, now);
          const ys = writer.let(...values.slice(0, measured.length));
          const sum = ys.reduce((sum, y) => g.add(sum, g.multiply(y, y)), squares.node);
          writer.assign([squares, ...state], [sum, ...values.slice(measured.length)]);
        }),
      );
    };
    const left = (name: string) => states.map((of, i) => [`${name}.${of}`, state[i].node] as const);
    if (isHidden) run(end, g.name("rate"), false);
    else {
      run(still, g.name("learningRate"), true);
      report(writer, left("deployed"));
      run(end, zero, false);
    }
    report(writer, [["squares", squares.node], ...left("final")]);
    return code;
  }

  function effects(): Code {
    const code = new Code(3);
    const [at, end, to] = range(3);
    const { linear, next, graph } = game.formulas;
    if (!isHidden) return code;
    const writer = open(code);
    const gain = differentiate(graph, next[0], states[0]);
    const known = writer.hoist(all([linear!.outputs[0][0], gain]), isSetting);
    code.each(at, VECTOR, end, () => {
      writer.store(to, 0, all(known, chosenAs([load(writer, at, 0)])));
      code
        .get(to)
        .do("i32.const", 2 * VECTOR)
        .do("i32.add")
        .set(to);
    });
    return code;
  }
}

/** A best response: its cost, the cost of the best other candidate, and its numbers. */
interface Answer {
  /** on a grid: the cost of the candidate whose row is read */
  readonly costAt: Node;
  readonly cost: Node;
  readonly runnerUp: Node;
  readonly decision: readonly Node[];
}
