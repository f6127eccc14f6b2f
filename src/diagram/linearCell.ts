// Cells of games that are linear in the state, solved two at a time in float64 by the module of
// src/diagram/cellKernel.ts. This file pairs the cells, fills the module's memory and reads the measures from it.

import { remembers } from "../config/config.ts";
import { instantiate, reserve } from "../cpu/assembler.ts";
import { NUMBER, VECTOR } from "../cpu/evaluation.ts";
import { discountOf, type Game } from "../game/game.ts";
import type { PhaseChain } from "../game/hidden.ts";
import { type Equilibrium, finish, restForEver } from "../model/equilibrium.ts";
import { measuresByChance, measuresByName } from "../model/measures.ts";
import { momentFormulasOf } from "../model/momentFormulas.ts";
import { meanOf, roundingsOf, UNIT_ROUNDOFF } from "../model/moments.ts";
import { createProblem, type Problem } from "../model/problem.ts";
import { statesInRange } from "../model/range.ts";
import { lengthOf, measuresOfGoals } from "../model/simulate.ts";
import { searchEquilibria } from "../model/stationary.ts";
import { type CellFunctions, type CellKernel, createCellKernel, type PhaseMethod } from "./cellKernel.ts";
import { type Points, STATUS } from "./cells.ts";
import { type Diagram, deploymentOf } from "./config.ts";
import type { SolvedCell } from "./generalCell.ts";
import { capital, measureNames, measuresOfEnd } from "./measures.ts";

/** cells of a vector */
const PAIR = 2;
/** the maximum size of the candidates' rows, in bytes */
const MAX_ROWS = 2 ** 26;

/** An instance of the module. */
interface Machine extends CellFunctions {
  readonly kernel: CellKernel;
  readonly memory: WebAssembly.Memory;
  /** the solver whose numbers its memory holds */
  owner?: LinearCells;
}

const machines = new WeakMap<Game, Map<string, Machine | undefined>>();

/** A game's module; undefined if WebAssembly must not run. */
function machineOf(game: Game, method: PhaseMethod, rolls: boolean): Machine | undefined {
  const known = machines.get(game) ?? new Map<string, Machine | undefined>();
  machines.set(game, known);
  const key = `${method} ${rolls}`;
  if (!known.has(key)) known.set(key, open());
  return known.get(key);

  function open(): Machine | undefined {
    const kernel = createCellKernel(game, method, rolls);
    try {
      return { ...instantiate<CellFunctions>(kernel.bytes), kernel };
    } catch {
      return undefined;
    }
  }
}

/** The numbers of a configuration that may differ between cells, by their keys. */
export function cellNumbers(diagram: Diagram): Record<string, number> {
  const { game, config } = diagram;
  const { schedule } = config;
  const deploymentAt = deploymentOf(diagram);
  const initial = { ...config.initial, ...(deploymentAt !== undefined && { deploymentAt }) };
  const under = (key: string, of: object) =>
    Object.entries(of).map(([name, value]) => [`${key}.${name}`, value as number]);
  return Object.fromEntries([
    ...Object.keys(game.parameters).map((name) => [name, config[name] as number]),
    ...under("schedule", schedule),
    ...under("initial", initial),
  ]);
}

/** A setting's value: a number that all cells share, or the axis that gives it. */
type Setting = number | "x" | "y";

/** A cell that waits for a second cell, to be solved together. */
interface Cell {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  readonly training: number;
  readonly episodes: number;
  /** for an infinite horizon: the first episode of what is played forever, its measures and their status */
  readonly from: number;
  readonly end:
    | { readonly equilibrium: Equilibrium; readonly measures: ReturnType<typeof measuresOfEnd> }
    | undefined;
}

/** The addresses of everything in memory. */
interface Places {
  readonly candidatesEnd: number;
  readonly rows: number;
  readonly plan: number;
  readonly played: number;
  readonly beliefs: number;
  readonly effects: number;
}

/** Whether a diagram's cells differ only in numbers that the formulas of a linear game have names for. */
export function isLinearDiagram(diagram: Diagram): boolean {
  const { game, config, x, y } = diagram;
  const numbers = cellNumbers(diagram);
  const phases = game.definition.hidden?.initial.length;
  if (remembers(config) || !momentFormulasOf(game) || "learningRates" in config.schedule) return false;
  if (phases === 1 || (phases && !game.proportional)) return false;
  return [x, y].every(({ key }) => Object.hasOwn(numbers, key));
}

/** The solver of a diagram's cells; undefined if `solve` must solve all cells of the diagram. */
export function openLinearCells(diagram: Diagram, method: PhaseMethod): LinearCells | undefined {
  if (!isLinearDiagram(diagram)) return undefined;
  const problem = createProblem(diagram.config);
  const rolls = method === "moments" && problem.hiddenPhase.phases === 1 && problem.horizon === "finite";
  if (rolls && !statesInRange(problem.states.axes)) return undefined;
  const machine = machineOf(diagram.game, method, rolls);
  if (!machine || problem.candidates.size * machine.kernel.sizes.row > MAX_ROWS) return undefined;
  return new LinearCells(diagram, method, problem, machine);
}

/** Solves cells of one diagram. */
export class LinearCells {
  readonly #diagram: Diagram;
  readonly #method: PhaseMethod;
  readonly #problem: Problem;
  readonly #machine: Machine;
  /** the settings by their keys */
  readonly #settings: Readonly<Record<string, Setting>>;
  readonly #goals: readonly Setting[];
  readonly #schedule: Readonly<Record<"training" | "deployment" | "learningRate", Setting>>;
  /** the addresses of measures that are read directly: in the plan's first episode, and at the trajectory's end */
  readonly #first: readonly (readonly [name: string, at: number])[];
  readonly #final: readonly (readonly [name: string, at: number])[];
  readonly #needsCosts: boolean;
  /** the indices in memory, for the first lane, of a setting, a goal and so on */
  readonly #slots: Readonly<Record<"x" | "y", number | undefined>>;
  readonly #slotsOf: (names: readonly string[]) => readonly number[];
  readonly #deployed: readonly number[];
  readonly #own: Readonly<Record<"near" | "slack" | "length" | "trouble" | "close" | "squares", number>>;
  readonly #costs: readonly number[];
  readonly #runnersUp: readonly number[];
  /** the last cell's measures, NaN for a measure that is not defined */
  readonly #values: Record<string, number>;
  /** the number of episodes that memory has room for, and the addresses */
  #room = 0;
  #places: Places | undefined;
  #all = new Float64Array(0);

  constructor(diagram: Diagram, method: PhaseMethod, problem: Problem, machine: Machine) {
    const { game, config, hiddenPhase } = problem;
    const { slots } = machine.kernel;
    this.#diagram = diagram;
    this.#method = method;
    this.#problem = problem;
    this.#machine = machine;
    const settings: Record<string, Setting> = cellNumbers(diagram);
    settings[diagram.x.key] = "x";
    settings[diagram.y.key] = "y";
    this.#settings = settings;
    this.#goals = game.goals.map((name) => settings[`initial.${name}`]);
    this.#schedule = {
      training: settings["schedule.training"] ?? settings["schedule.episodes"],
      deployment: settings["schedule.deployment"] ?? 0,
      learningRate: settings["schedule.learningRate"],
    };
    const all = measureNames(game, config);
    const states = Object.keys(game.state);
    const slot = (name: string) => slots.get(name)! * PAIR;
    const ofKey = (key: string) => {
      const name = key === "schedule.learningRate" ? "learningRate" : key;
      return slots.has(name) ? slot(name) : undefined;
    };
    const signals = hiddenPhase.likelihood[0];
    this.#slots = { x: ofKey(diagram.x.key), y: ofKey(diagram.y.key) };
    this.#slotsOf = (names) => names.map(slot);
    const isMapped = ([name]: readonly [string, number]) => diagram.measures.includes(name);
    const decisions = all.slice(0, hiddenPhase.signals * game.decisionNames.length);
    this.#first = decisions.map((name, i) => [name, i * PAIR] as const).filter(isMapped);
    this.#final = states
      .map((name) => [`final${capital(name)}`, slot(`final.${name}`)] as const)
      .filter(isMapped);
    this.#needsCosts = ["cost", "margin"].some((name) => diagram.measures.includes(name));
    this.#values = Object.fromEntries(all.map((name) => [name, Number.NaN]));
    this.#deployed = this.#slotsOf(game.goals.map((name) => `deployed.${name}`));
    this.#costs = signals.map((_, s) => slot(`cost.${s}`));
    this.#runnersUp = signals.map((_, s) => slot(`runnerUp.${s}`));
    const [near, slack, length, trouble, close, squares] = this.#slotsOf([
      "near",
      "slack",
      "length",
      "trouble",
      "close",
      "squares",
    ]);
    this.#own = { near, slack, length, trouble, close, squares };
  }

  /**
   * Solves cells, not in the given order.
   *
   * @returns the index of each cell and its result, which the next one overwrites; undefined if `solve` must solve it
   */
  *solve({ x, y }: Points): Generator<[number, SolvedCell | undefined], void> {
    const waiting = new Map<number, Cell>();
    for (let index = 0; index < x.length; index++) {
      const cell = this.#prepare(index, x[index], y[index]);
      if ("status" in cell) {
        yield [index, cell];
        continue;
      }
      // a key per schedule: no schedule has 2¹⁵ episodes
      const key = (cell.training * 2 ** 15 + cell.episodes) * 2 ** 15 + cell.from;
      const other = waiting.get(key);
      if (other) {
        waiting.delete(key);
        yield* this.#run(other, cell);
      } else waiting.set(key, cell);
    }
    for (const cell of waiting.values()) yield* this.#run(cell, cell);
  }

  /** A cell before its induction, or its answer if it needs no induction. */
  #prepare(index: number, x: number, y: number): Cell | SolvedCell {
    const at = { x, y };
    const training = settingOf(this.#schedule.training, at);
    const deployment = settingOf(this.#schedule.deployment, at);
    const episodes = training + deployment;
    if (this.#problem.horizon === "finite")
      return { index, x, y, training, episodes, from: episodes, end: undefined };
    const rate = settingOf(this.#schedule.learningRate, at);
    const parameters = this.#parameters(at);
    const learningRates = Float64Array.of(deployment > 0 ? 0 : rate);
    const found = finish(searchEquilibria({ ...this.#problem, parameters, learningRates }, this.#method));
    const measures = measuresOfEnd(found);
    if (found.chosen < 0) return { values: measures, status: measures.status };
    const from = deployment > 0 && rate !== 0 ? training : 0;
    const end = { equilibrium: found.equilibria[found.chosen], measures };
    return { index, x, y, training, episodes, from, end };
  }

  #parameters(at: Pick<Cell, "x" | "y">): Record<string, number> {
    const names = Object.keys(this.#problem.game.parameters);
    return Object.fromEntries(names.map((name) => [name, settingOf(this.#settings[name], at)]));
  }

  #goalsOf(cell: Cell): number[] {
    return this.#goals.map((goal) => settingOf(goal, cell));
  }

  /** Solves two cells with the same number of episodes, or one cell in both lanes. */
  *#run(one: Cell, other: Cell): Generator<[number, SolvedCell | undefined], void> {
    const { training, episodes, from } = one;
    const { induce, follow, effects, kernel } = this.#machine;
    const { sizes } = kernel;
    const at = this.#makeRoom(episodes);
    const phases = [this.#write(one, 0, at), this.#write(other, 1, at)];
    const planAt = (t: number) => at.plan + t * sizes.plan;
    const still = planAt(Math.min(training, from));
    if (from > 0) induce(at.plan, still, planAt(from), at.beliefs, kernel.end, at.candidatesEnd, at.rows);
    if (this.#problem.hiddenPhase.phases > 1) {
      for (const [lane, cell] of [one, other].entries()) this.#play(cell, phases[lane]!, lane, at);
      effects(at.plan, planAt(episodes), at.effects);
      follow(at.played, at.played, at.played + episodes * sizes.played);
    } else follow(at.plan, planAt(training), planAt(episodes));
    yield [one.index, this.#read(one, 0, phases[0], at)];
    if (other !== one) yield [other.index, this.#read(other, 1, phases[1], at)];
  }

  /** Makes room in memory for so many episodes and writes what all cells share. @returns the addresses */
  #makeRoom(episodes: number): Places {
    const machine = this.#machine;
    if (this.#places && machine.owner === this && episodes <= this.#room) return this.#places;
    machine.owner = this;
    this.#room = Math.max(this.#room, episodes);
    const { kernel, memory } = machine;
    const { sizes, end, slots } = kernel;
    const { candidates, hiddenPhase, game, config, states } = this.#problem;
    const count = this.#method === "moments" ? candidates.size : 0;
    const size = game.decisionNames.length;
    const candidatesEnd = end + count * size * NUMBER;
    const rows = Math.ceil(candidatesEnd / VECTOR) * VECTOR;
    const plan = rows + count * sizes.row;
    const played = plan + this.#room * sizes.plan;
    const beliefs = played + this.#room * sizes.played;
    const effects = beliefs + this.#room * sizes.beliefs;
    reserve(memory, effects + this.#room * hiddenPhase.signals * 2 * VECTOR);

    const all = new Float64Array(memory.buffer);
    this.#all = all;
    all.set(kernel.numbers, kernel.numbersAt / NUMBER);
    for (let i = 0; i < count; i++) all.set(candidates.at(i), end / NUMBER + i * size);
    const axis = config[game.decisionNames[0]] as { min: number; max: number };
    const mean = meanOf(states.axes);
    const numbers = cellNumbers(this.#diagram);
    const shared: Record<string, number> = {
      ...numbers,
      ...{ learningRate: numbers["schedule.learningRate"], min: axis.min, max: axis.max, near: Number.NaN },
      ...Object.fromEntries(momentFormulasOf(game)!.meanNames.map((name, i) => [name, mean[i]])),
    };
    for (const [name, slot] of slots) all.fill(shared[name] ?? 0, slot * PAIR, (slot + 1) * PAIR);
    this.#places = { candidatesEnd, rows, plan, played, beliefs, effects };
    return this.#places;
  }

  /** Writes the numbers of one cell. @returns its hidden phases */
  #write(cell: Cell, lane: number, { plan }: Places): PhaseChain | undefined {
    const { game, states } = this.#problem;
    const { x, y, from, episodes, end } = cell;
    const all = this.#all;
    if (this.#slots.x !== undefined) all[this.#slots.x + lane] = x;
    if (this.#slots.y !== undefined) all[this.#slots.y + lane] = y;
    all[this.#own.length + lane] = lengthOf(this.#goalsOf(cell));
    all[this.#own.slack + lane] = roundingsOf(momentFormulasOf(game)!, episodes, states.size) * UNIT_ROUNDOFF;
    if (end) {
      const { decision, form } = end.equilibrium;
      all[this.#own.near + lane] = decision[0];
      const names = momentFormulasOf(game)!.formNames.map((name) => `end.${name}`);
      for (const [i, slot] of this.#slotsOf(names).entries()) all[slot + lane] = form[i];
      const size = decision.length;
      for (let t = from; t < episodes; t++)
        for (let i = 0; i < size; i++) all[(plan / VECTOR + t * size + i) * PAIR + lane] = decision[i];
    }
    const phases = game.hidden?.phases(this.#parameters(cell));
    if (phases) {
      const { initial, transition, likelihood } = phases;
      let at = this.#machine.kernel.slots.get("initialPhase.0")! * PAIR + lane;
      for (const numbers of [initial, ...transition, ...likelihood])
        for (const probability of numbers) {
          all[at] = probability;
          at += PAIR;
        }
    }
    return phases;
  }

  /** Writes the decisions that are played if every signal is the likelier one, as in src/model/simulate.ts. */
  #play(cell: Cell, { likelihood, trains }: PhaseChain, lane: number, { plan, played }: Places): void {
    const signalIn = likelihood.map((p) => p.indexOf(Math.max(...p)));
    const signals = likelihood[0].length;
    const deploymentAt = settingOf(this.#settings["initial.deploymentAt"], cell);
    const rate = settingOf(this.#schedule.learningRate, cell);
    for (let t = 0; t < cell.episodes; t++) {
      const phase = t < deploymentAt ? 0 : 1;
      const to = (played / VECTOR + 2 * t) * PAIR + lane;
      this.#all[to] = trains[phase] ? rate : 0;
      this.#all[to + PAIR] = this.#all[(plan / VECTOR + t * signals + signalIn[phase]) * PAIR + lane];
    }
  }

  /** A cell's answer; undefined if rollouts could choose another plan. */
  #read(cell: Cell, lane: number, phases: PhaseChain | undefined, at: Places): SolvedCell | undefined {
    const { training, from, end } = cell;
    const all = this.#all;
    if (from > 0) {
      if (all[this.#own.close + lane] !== 0) return undefined;
      if (all[this.#own.trouble + lane] !== 0) return { values: {}, status: STATUS.overflow };
    }
    const values = this.#values;
    // measures in expectation may have a value in one cell and none in the next
    if (phases) for (const name of this.#diagram.measures) values[name] = Number.NaN;
    for (const [name, i] of this.#first) values[name] = all[at.plan / NUMBER + i + lane];
    for (const [name, slot] of this.#final) values[name] = all[slot + lane];
    if (this.#needsCosts) this.#readCosts(cell, lane, phases);
    if (phases) this.#readByChance(cell, lane, phases, at);
    else {
      const trained = settingOf(this.#schedule.learningRate, cell) === 0 ? 0 : training;
      const goals = this.#goalsOf(cell);
      const deployed = trained === 0 ? goals : this.#deployed.map((slot) => all[slot + lane]);
      const found = measuresOfGoals(goals, deployed, all[this.#own.squares + lane], trained);
      values.compliance = found.compliance ?? Number.NaN;
      values.retention = found.retention ?? Number.NaN;
      values.deception = found.deception ?? Number.NaN;
    }
    if (end) Object.assign(values, end.measures);
    return { values, status: end?.measures.status ?? STATUS.solved };
  }

  /** The measures, expected over the signals. */
  #readByChance(cell: Cell, lane: number, { trains, transition, likelihood }: PhaseChain, at: Places): void {
    const { episodes } = cell;
    const all = this.#all;
    const [phases, signals] = [likelihood.length, likelihood[0].length];
    const [reach, gain] = [new Float64Array(episodes * signals), new Float64Array(episodes * signals)];
    for (let i = 0, from = at.effects / NUMBER + lane; i < reach.length; i++, from += 2 * PAIR) {
      reach[i] = all[from];
      gain[i] = all[from + PAIR];
    }
    const row = this.#machine.kernel.sizes.beliefs / NUMBER;
    const prior: number[][] = [];
    for (let t = 0; t < episodes; t++) {
      const from = at.beliefs / NUMBER + t * row + lane;
      const ofEpisode: number[] = [];
      for (let z = 0; z < phases; z++) ofEpisode.push(all[from + z * PAIR]);
      prior.push(ofEpisode);
    }
    const following = { beliefs: likelihood[0].map((_, s) => s), weights: likelihood };
    const trained = settingOf(this.#schedule.learningRate, cell) > 0 ? episodes : 0;
    const found = measuresByChance(
      { trains, transition, prior, following: () => following },
      { episodes: trained, reach, gain, from: (episode) => episode * signals },
      settingOf(this.#settings["initial.theta"], cell),
      settingOf(this.#settings["initial.deploymentAt"], cell),
    );
    for (const [name, value] of Object.entries(measuresByName(found)))
      this.#values[name] = value ?? Number.NaN;
  }

  /** The cost of the first episode, expected before its signal is seen, and its margin to the runner-up. */
  #readCosts(cell: Cell, lane: number, phases: PhaseChain | undefined): void {
    const { from, end } = cell;
    const values = this.#values;
    const rest = end
      ? restForEver(
          end.equilibrium.cost,
          discountOf(this.#problem.game, this.#parameters(cell)),
          Math.max(1, from),
        )
      : 0;
    if (end && from === 0) {
      const { cost, margin } = end.equilibrium;
      values.cost = cost + rest;
      values.margin = finite(cost + margin - cost);
      return;
    }
    let [cost, margin] = [0, Number.POSITIVE_INFINITY];
    for (let s = 0; s < this.#costs.length; s++) {
      let probability = 1;
      if (phases) {
        probability = 0;
        for (let z = 0; z < phases.initial.length; z++)
          probability += phases.initial[z] * phases.likelihood[z][s];
      }
      const minimum = this.#all[this.#costs[s] + lane];
      cost += probability * minimum;
      const difference = probability * (this.#all[this.#runnersUp[s] + lane] - minimum);
      if (probability > 0 && difference < margin) margin = difference;
    }
    values.cost = cost + rest;
    values.margin = finite(cost + margin - cost);
  }
}

const settingOf = (setting: Setting, cell: Pick<Cell, "x" | "y">) =>
  typeof setting === "number" ? setting : cell[setting];
const finite = (x: number) => (Number.isFinite(x) ? x : Number.NaN);
