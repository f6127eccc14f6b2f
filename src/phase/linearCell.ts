// Cells of games that are linear in the state, two at a time in float64, by the module of src/phase/cellKernel.ts: what
// stands around it is how cells are paired, what goes into its memory, and how measures are read off.

import { NUMBER, VECTOR } from "../cpu/evaluation.ts";
import type { Game } from "../game/game.ts";
import { createProblem, type Problem } from "../problem.ts";
import { type Chain, createChain } from "../solve/chain.ts";
import { costForEver, type Equilibrium, finish, formOf, restForEver } from "../solve/equilibrium.ts";
import { measuresByChance, measuresByName } from "../solve/measures.ts";
import { momentFormulasOf } from "../solve/momentFormulas.ts";
import { meanOf, roundingsOf, UNIT_ROUNDOFF } from "../solve/moments.ts";
import { statesInRange } from "../solve/range.ts";
import { lengthOf, measuresOfGoals } from "../solve/simulate.ts";
import { searchEquilibria } from "../solve/stationary.ts";
import { type CellFunctions, type CellKernel, createCellKernel } from "./cellKernel.ts";
import { type Points, STATUS } from "./cells.ts";
import type { Diagram } from "./config.ts";
import type { SolvedCell } from "./generalCell.ts";
import type { PhaseMethod } from "./linearDiagram.ts";
import { measuresOfEnd, phaseMeasureNames } from "./measures.ts";

/** cells of a vector */
const PAIR = 2;
const PAGE = 65_536;
/** bytes of candidates' rows, at most */
const MOST_ROWS = 2 ** 26;

/** A module at work. */
interface Machine extends CellFunctions {
  readonly kernel: CellKernel;
  readonly memory: WebAssembly.Memory;
  /** whose numbers its memory holds */
  owner?: LinearCells;
}

const machines = new WeakMap<Game, Map<string, Machine | undefined>>();

/** A game's module; undefined where WebAssembly must not run. */
function machineOf(game: Game, method: PhaseMethod, rolls: boolean): Machine | undefined {
  const known = machines.get(game) ?? new Map<string, Machine | undefined>();
  machines.set(game, known);
  const key = `${method} ${rolls}`;
  if (!known.has(key)) known.set(key, open());
  return known.get(key);

  function open(): Machine | undefined {
    const kernel = createCellKernel(game, method, rolls);
    try {
      const memory = new WebAssembly.Memory({ initial: 1 });
      const module = new WebAssembly.Module(kernel.bytes);
      const { exports } = new WebAssembly.Instance(module, { host: { memory } });
      return { ...(exports as unknown as CellFunctions), kernel, memory };
    } catch {
      return undefined;
    }
  }
}

/** The settings of a configuration that are numbers a cell may have its own of, by their keys. */
export function cellNumbers({ game, config }: Pick<Diagram, "game" | "config">): Record<string, number> {
  const { schedule, initial } = config;
  const under = (key: string, of: object) =>
    Object.entries(of).map(([name, value]) => [`${key}.${name}`, value as number]);
  return Object.fromEntries([
    ...Object.keys(game.parameters).map((name) => [name, config[name] as number]),
    ...under("schedule", schedule),
    ...under("initial", initial),
  ]);
}

/** A cell that waits for another to be solved with. */
interface Cell {
  readonly index: number;
  readonly numbers: Readonly<Record<string, number>>;
  readonly training: number;
  readonly episodes: number;
  /** of an infinite horizon: what is played from this episode on, its measures and their status */
  readonly from: number;
  readonly end?: { readonly equilibrium: Equilibrium; readonly measures: ReturnType<typeof measuresOfEnd> };
}

/** The solver of a diagram's cells; undefined of a diagram whose cells all go through `solve`. */
export function openLinearCells(diagram: Diagram, method: PhaseMethod): LinearCells | undefined {
  const { game, config, x, y } = diagram;
  const numbers = cellNumbers(diagram);
  const isKnown = ({ key }: { key: string }) => Object.hasOwn(numbers, key);
  const phases = game.definition.hidden?.initial.length;
  if (!momentFormulasOf(game) || "learningRates" in config.schedule) return undefined;
  if (!isKnown(x) || !isKnown(y) || phases === 1 || (phases && !game.proportional)) return undefined;
  const problem = createProblem(config);
  const rolls = method === "moments" && !phases && problem.horizon === "finite";
  if (rolls && !statesInRange(problem.states.axes)) return undefined;
  const machine = machineOf(game, method, rolls);
  if (!machine || problem.candidates.size * machine.kernel.sizes.row > MOST_ROWS) return undefined;
  return new LinearCells(diagram, method, problem, machine);
}

/** Solves cells of one diagram. */
export class LinearCells {
  readonly #diagram: Diagram;
  readonly #method: PhaseMethod;
  readonly #problem: Problem;
  readonly #machine: Machine;
  readonly #names: readonly string[];
  readonly #numbers: Record<string, number>;
  readonly #mean: Float64Array;
  /** where the phase is hidden: P(signal | phase) and so on of the last cells, and which lanes' memory holds them */
  readonly #chains = new Map<string, Chain>();
  readonly #written: (Chain | undefined)[] = [];
  /** episodes that there is room for */
  #room = 0;
  #all = new Float64Array(0);

  constructor(diagram: Diagram, method: PhaseMethod, problem: Problem, machine: Machine) {
    this.#diagram = diagram;
    this.#method = method;
    this.#problem = problem;
    this.#machine = machine;
    this.#names = phaseMeasureNames(problem.game, problem.config);
    this.#numbers = cellNumbers(diagram);
    this.#mean = meanOf(problem.states.axes);
  }

  /** Solves cells in an order of its own. @returns each with its index; undefined what only `solve` can tell */
  *solve({ x, y }: Points): Generator<[number, SolvedCell | undefined], void> {
    const waiting = new Map<string, Cell>();
    for (let index = 0; index < x.length; index++) {
      const cell = this.#prepare(index, x[index], y[index]);
      if ("status" in cell) {
        yield [index, cell];
        continue;
      }
      const key = `${cell.training} ${cell.episodes} ${cell.from}`;
      const other = waiting.get(key);
      if (other) {
        waiting.delete(key);
        yield* this.#run([other, cell]);
      } else waiting.set(key, cell);
    }
    for (const cell of waiting.values()) yield* this.#run([cell]);
  }

  /** A cell before its induction, or its answer where it needs none. */
  #prepare(index: number, atX: number, atY: number): Cell | SolvedCell {
    const { x, y } = this.#diagram;
    const numbers: Record<string, number> = { ...this.#numbers, [x.key]: atX, [y.key]: atY };
    const training = numbers["schedule.training"] ?? numbers["schedule.episodes"];
    const deployment = numbers["schedule.deployment"] ?? 0;
    const cell = { index, numbers, training, episodes: training + deployment };
    if (this.#problem.horizon === "finite") return { ...cell, from: cell.episodes };
    const rate = numbers["schedule.learningRate"];
    const found = finish(
      searchEquilibria(
        {
          ...this.#problem,
          parameters: numbers,
          learningRates: Float64Array.of(deployment > 0 ? 0 : rate),
        },
        this.#method,
      ),
    );
    const measures = measuresOfEnd(found);
    if (found.chosen < 0) return { values: measures, status: measures.status };
    const from = deployment > 0 && rate !== 0 ? training : 0;
    return { ...cell, from, end: { equilibrium: found.equilibria[found.chosen], measures } };
  }

  /** Solves two cells with the same episodes, or one. */
  *#run(cells: readonly Cell[]): Generator<[number, SolvedCell | undefined], void> {
    const [{ training, episodes, from, end }] = cells;
    const { induce, follow, effects, kernel } = this.#machine;
    const { sizes } = kernel;
    const { chain } = this.#problem;
    const hidden = chain.phases > 1;
    const at = this.#makeRoom(episodes);
    const chains = hidden ? cells.map((cell) => this.#chainOf(cell)) : [];
    for (let lane = 0; lane < PAIR; lane++) {
      const cell = cells[lane] ?? cells[0];
      this.#writeCell(cell, lane);
      if (hidden) this.#writeChain(chains[lane] ?? chains[0], lane, at.beliefs);
      if (end) this.#writeEnd(cell, lane, at.plan);
    }
    const still = Math.min(training, from);
    const planAt = (t: number) => at.plan + t * sizes.plan;
    if (from > 0)
      induce(
        ...[at.plan, planAt(still), planAt(from)],
        at.beliefs + from * chain.signals * chain.phases * VECTOR,
        ...[at.candidates, at.candidatesEnd, at.rows],
      );
    if (hidden) {
      for (let lane = 0; lane < PAIR; lane++)
        this.#play(cells[lane] ?? cells[0], chains[lane] ?? chains[0], lane, at);
      effects(at.plan, planAt(episodes), at.effects);
      follow(at.played, at.played, at.played + episodes * sizes.played);
    } else follow(at.plan, planAt(training), planAt(episodes));
    for (const [lane, cell] of cells.entries()) yield [cell.index, this.#read(cell, lane, chains[lane], at)];
  }

  /** Where everything is, once there is room for so many episodes. */
  #makeRoom(episodes: number) {
    const { kernel, memory } = this.#machine;
    const { sizes, end } = kernel;
    const { candidates, chain, game, states } = this.#problem;
    const isNew = this.#machine.owner !== this;
    this.#room = Math.max(this.#room, episodes);
    const onGrid = this.#method === "moments";
    const aligned = (address: number) => Math.ceil(address / VECTOR) * VECTOR;
    const candidatesEnd = end + (onGrid ? candidates.size * game.decisionNames.length * NUMBER : 0);
    const rows = aligned(candidatesEnd);
    const plan = rows + (onGrid ? candidates.size * sizes.row : 0);
    const played = plan + this.#room * sizes.plan;
    const beliefs = played + this.#room * sizes.played;
    const effects = beliefs + this.#room * chain.signals * chain.phases * VECTOR;
    const needed = effects + this.#room * chain.signals * 2 * VECTOR;
    const missing = needed - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE));
    if (isNew || this.#all.buffer !== memory.buffer || this.#all.length === 0) {
      this.#all = new Float64Array(memory.buffer);
    }
    if (isNew || this.#roomWritten !== this.#room) {
      this.#machine.owner = this;
      this.#roomWritten = this.#room;
      this.#written.length = 0;
      this.#all.set(kernel.numbers, kernel.numbersAt / NUMBER);
      if (onGrid)
        for (let i = 0; i < candidates.size; i++)
          this.#all.set(candidates.at(i), end / NUMBER + i * game.decisionNames.length);
      const meanNames = momentFormulasOf(game)!.meanNames;
      for (let lane = 0; lane < PAIR; lane++) {
        for (const [i, name] of meanNames.entries()) this.#set(name, lane, this.#mean[i]);
        const axis = this.#problem.config[game.decisionNames[0]] as { min: number; max: number };
        this.#set("min", lane, axis.min);
        this.#set("max", lane, axis.max);
        for (const name of kernel.slots.keys()) if (name.startsWith("end.")) this.#set(name, lane, 0);
      }
      void states;
    }
    return { candidates: end, candidatesEnd, rows, plan, played, beliefs, effects };
  }
  #roomWritten = -1;

  #set(name: string, lane: number, value: number): void {
    this.#all[this.#machine.kernel.slots.get(name)! * PAIR + lane] = value;
  }

  #get(name: string, lane: number): number {
    return this.#all[this.#machine.kernel.slots.get(name)! * PAIR + lane];
  }

  #goals({ numbers }: Cell): number[] {
    return this.#problem.game.goals.map((name) => numbers[`initial.${name}`]);
  }

  #writeCell(cell: Cell, lane: number): void {
    const { game, states } = this.#problem;
    const { numbers, episodes } = cell;
    for (const name of Object.keys(game.parameters)) this.#set(name, lane, numbers[name]);
    for (const name of Object.keys(game.state))
      this.#set(`initial.${name}`, lane, numbers[`initial.${name}`]);
    this.#set("learningRate", lane, numbers["schedule.learningRate"]);
    this.#set("length", lane, lengthOf(this.#goals(cell)));
    const roundings = roundingsOf(momentFormulasOf(game)!, episodes, states.size);
    this.#set("slack", lane, roundings * UNIT_ROUNDOFF);
  }

  /** What goes on for ever, which is played from an episode on, and what the episodes before it begin with. */
  #writeEnd({ end, from, episodes }: Cell, lane: number, plan: number): void {
    const { decision, continuation } = end!.equilibrium;
    const form = formOf(continuation);
    for (const [i, name] of momentFormulasOf(this.#problem.game)!.formNames.entries())
      this.#set(`end.${name}`, lane, form[i]);
    const size = decision.length;
    for (let t = from; t < episodes; t++)
      for (let i = 0; i < size; i++) this.#all[(plan / VECTOR + t * size + i) * PAIR + lane] = decision[i];
  }

  #chainOf({ numbers, episodes }: Cell): Chain {
    const phases = this.#problem.game.hidden!.phases(numbers);
    const key = `${phases.initial} ${phases.transition} ${phases.likelihood} ${episodes}`;
    let chain = this.#chains.get(key);
    if (!chain) {
      chain = createChain(phases, episodes);
      if (this.#chains.size >= PAIR) this.#chains.clear();
      this.#chains.set(key, chain);
    }
    return chain;
  }

  #writeChain(chain: Chain, lane: number, beliefs: number): void {
    if (this.#written[lane] === chain) return;
    this.#written[lane] = chain;
    const { phases, signals, transition, likelihood, posterior } = chain;
    for (let z = 0; z < phases; z++) {
      for (let j = 0; j < phases; j++) this.#set(`transition.${z}.${j}`, lane, transition[z][j]);
      for (let s = 0; s < signals; s++) this.#set(`likelihood.${z}.${s}`, lane, likelihood[z][s]);
    }
    let at = (beliefs / VECTOR) * PAIR + lane;
    for (const ofEpisode of posterior)
      for (const ofSignal of ofEpisode)
        for (const probability of ofSignal) {
          this.#all[at] = probability;
          at += PAIR;
        }
  }

  /** What is played where every signal is the likelier one, as src/solve/simulate.ts does. */
  #play(
    { numbers, episodes }: Cell,
    { likelihood, trains, signals }: Chain,
    lane: number,
    { plan, played }: { plan: number; played: number },
  ): void {
    const signalIn = likelihood.map((p) => p.indexOf(Math.max(...p)));
    for (let t = 0; t < episodes; t++) {
      const phase = t < numbers["initial.deploymentAt"] ? 0 : 1;
      const to = (played / VECTOR + 2 * t) * PAIR + lane;
      this.#all[to] = trains[phase] ? numbers["schedule.learningRate"] : 0;
      this.#all[to + PAIR] = this.#all[(plan / VECTOR + t * signals + signalIn[phase]) * PAIR + lane];
    }
  }

  /** A cell's answer; undefined where rollouts could have another. */
  #read(
    cell: Cell,
    lane: number,
    chain: Chain | undefined,
    at: { plan: number; effects: number },
  ): SolvedCell | undefined {
    const {
      game,
      chain: { signals },
    } = this.#problem;
    const { numbers, training, episodes, from, end } = cell;
    if (from > 0) {
      if (this.#get("close", lane) !== 0) return undefined;
      if (this.#get("trouble", lane) !== 0) return { values: {}, status: STATUS.overflow };
    }
    const values: Record<string, number | null> = { ...end?.measures };
    const all = this.#all;
    const places = signals * game.decisionNames.length;
    for (let i = 0; i < places; i++) values[this.#names[i]] = all[(at.plan / VECTOR + i) * PAIR + lane];
    for (const name of Object.keys(game.state))
      values[`final${name[0].toUpperCase()}${name.slice(1)}`] = this.#get(`final.${name}`, lane);

    Object.assign(values, this.#costs(cell, lane, chain));
    const rate = numbers["schedule.learningRate"];
    const goals = this.#goals(cell);
    if (!chain) {
      const trained = rate === 0 ? 0 : training;
      const deployed = trained === 0 ? goals : game.goals.map((name) => this.#get(`deployed.${name}`, lane));
      const measures = measuresOfGoals(goals, deployed, this.#get("squares", lane), trained);
      return { values: { ...values, ...measures }, status: end?.measures.status ?? STATUS.solved };
    }
    const [reach, gain] = [new Float64Array(episodes * signals), new Float64Array(episodes * signals)];
    for (let i = 0; i < reach.length; i++) {
      const from = (at.effects / VECTOR + 2 * i) * PAIR + lane;
      reach[i] = all[from];
      gain[i] = all[from + PAIR];
    }
    const effects = { episodes: rate > 0 ? episodes : 0, reach, gain };
    const found = measuresByChance(chain, effects, numbers["initial.theta"], numbers["initial.deploymentAt"]);
    return { values: { ...values, ...measuresByName(found) }, status: STATUS.solved };
  }

  /** The first episode's cost, expected before its signal, and the margin of the best other decision. */
  #costs({ numbers, from, end }: Cell, lane: number, chain: Chain | undefined) {
    const [meanSquare] = this.#mean;
    const { discount } = numbers;
    if (end && from === 0) {
      const { continuation, play, margin } = end.equilibrium;
      const [own, later] = costForEver(continuation, play, discount);
      const cost = meanSquare * own;
      return { cost: cost + meanSquare * later, margin: finite(meanSquare * (own + margin) - cost) };
    }
    let [cost, margin] = [0, Number.POSITIVE_INFINITY];
    for (let s = 0; s < this.#problem.chain.signals; s++) {
      const probability = chain ? chain.signalAt[0][s] : 1;
      const least = this.#get(`cost.${s}`, lane);
      cost += probability * least;
      const dearer = probability * (this.#get(`runnerUp.${s}`, lane) - least);
      if (probability > 0 && dearer < margin) margin = dearer;
    }
    const rest = end ? meanSquare * restForEver(discount, from) : 0;
    return { cost: cost + rest, margin: finite(cost + margin - cost) };
  }
}

const finite = (x: number) => (Number.isFinite(x) ? x : Number.NaN);
