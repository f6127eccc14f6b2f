// One cell after the other in float64, with as little as possible between the numbers: the same operations in the same
// order as `solve` has, so that the answers are the same to the bit.
//
// Backward induction keeps the moments of each phase (src/solve/moments.ts) and, by episode, the decision after each
// signal; then the trajectory runs forward over these.

import { type Chain, createChain } from "../solve/chain.ts";
import { costForEver, type Equilibrium, finish, restForEver } from "../solve/equilibrium.ts";
import { findOnGrid } from "../solve/gridEquilibria.ts";
import { measuresByChance, measuresByName, measuresFrom } from "../solve/measures.ts";
import { meanOf } from "../solve/moments.ts";
import { grown, growthInRange, NO_GROWTH, statesInRange } from "../solve/range.ts";
import { findAmongReals } from "../solve/realEquilibria.ts";
import { STATUS } from "./cells.ts";
import { measuresOfEnd, phaseMeasureNames } from "./measures.ts";
import type { CellNumbers, TightDiagram } from "./numbers.ts";
import { ExactResponder, GridResponder, gainOf, Phases, Prospects, quadraticLossOf } from "./responder.ts";

/** What {@link TightSolver.solve} returns where only rollouts can tell two candidates apart: ask `solve`. */
export const CLOSE = 255;

/** Solves cells of one diagram. */
export class TightSolver {
  /** the last solved cell's measures, NaN where one has no meaning */
  readonly measures: Record<string, number>;
  readonly #diagram: TightDiagram;
  readonly #names: readonly string[];
  readonly #infinite: boolean;
  readonly #responder: ExactResponder | GridResponder;
  readonly #meanSquare: number;
  readonly #axis: { readonly min: number; readonly max: number };
  /** whether the grid of θ lets moments tell what rollouts say */
  readonly #inRange: boolean;
  readonly #prospects = new Prospects();
  readonly #moments = new Phases();
  /** what an infinite horizon goes on with */
  #end: Equilibrium | undefined;
  #chain: Chain | undefined;
  #chainOf = { hazard: Number.NaN, signalError: Number.NaN };
  /** decisions by episode and signal */
  #plan = new Float64Array(0);

  constructor(diagram: TightDiagram) {
    const { problem, method } = diagram;
    const { game, config, candidates } = problem;
    const [meanSquare] = meanOf(problem.states.axes);
    const [decision] = Object.keys(game.decision);
    this.#diagram = diagram;
    this.#names = phaseMeasureNames(game, config);
    this.measures = Object.fromEntries(this.#names.map((name) => [name, Number.NaN]));
    this.#infinite = problem.horizon === "infinite";
    this.#meanSquare = meanSquare;
    const { min, max } = config[decision] as { min: number; max: number };
    this.#axis = { min, max };
    this.#responder =
      method === "exact"
        ? new ExactResponder(meanSquare, this.#axis)
        : new GridResponder(meanSquare, candidates.axes[0]);
    this.#inRange = statesInRange(problem.states.axes);
  }

  /**
   * Solves a cell and fills `measures` in.
   *
   * @returns the code of its status, or {@link CLOSE}
   */
  solve(cell: Readonly<CellNumbers>): number {
    const { measures } = this;
    for (const name of this.#names) measures[name] = Number.NaN;
    const chain = this.#chainAt(cell);
    this.#prospects.count = chain.phases;
    this.#prospects.discount = cell.discount;
    this.#prospects.regularization = cell.regularization;
    this.#moments.fill({ A: 0, B: 0, C: 0, absB: 0 });
    let status: number = STATUS.solved;
    if (this.#infinite) {
      status = this.#settleEnd(cell);
      if (measures.equilibria === 0) return status;
    }
    const trouble = this.#induce(cell, chain);
    if (trouble) return trouble;
    this.#follow(cell, chain);
    return status;
  }

  /** The chain of a cell, or a longer one that begins like it. */
  #chainAt({ training, deployment, hazard, signalError }: Readonly<CellNumbers>): Chain {
    const episodes = training + deployment;
    const of = this.#chainOf;
    const known = this.#chain && this.#chain.prior.length >= episodes;
    if (known && of.hazard === hazard && of.signalError === signalError) return this.#chain!;
    const { hidden } = this.#diagram.problem.game;
    this.#chainOf = { hazard, signalError };
    this.#chain = createChain(hidden?.phases({ hazard, signalError }), episodes);
    return this.#chain;
  }

  /** Finds what goes on for ever, which is then the end. @returns the code of its status */
  #settleEnd({ discount, regularization, learningRate, deployment }: Readonly<CellNumbers>): number {
    const { problem, method } = this.#diagram;
    const { lost, pull } = quadraticLossOf(deployment > 0 ? 0 : learningRate, regularization);
    const [grid] = problem.candidates.axes;
    const found = finish(
      method === "exact"
        ? findAmongReals({ lost, pull, discount, ...this.#axis })
        : findOnGrid({ r: grid, s: grid.map((a) => lost + pull * a * a) }, discount, (i) => [grid[i]]),
    );
    const end = measuresOfEnd(found);
    Object.assign(this.measures, end);
    if (found.chosen >= 0) {
      this.#end = found.equilibria[found.chosen];
      const { continuation, play } = this.#end;
      const absB = play.r === 0 ? 0 : Math.abs(play.r) / (1 - discount * Math.abs(1 - play.s));
      this.#moments.fill({ A: continuation.A, B: continuation.A - continuation.D, C: 0, absB });
    }
    return end.status;
  }

  /** Walks back to the first episode. @returns what stopped it, 0 where nothing did */
  #induce({ training, deployment, learningRate, discount }: Readonly<CellNumbers>, chain: Chain): number {
    const { signals, phases } = chain;
    const episodes = training + deployment;
    const { states } = this.#diagram.problem;
    const responder = this.#responder;
    const prospects = this.#prospects;
    const rolls = responder instanceof GridResponder && !this.#infinite && phases === 1;
    if (this.#plan.length < episodes * signals) this.#plan = new Float64Array(episodes * signals);
    const plan = this.#plan;
    if (rolls && !this.#inRange) return CLOSE;
    let growth = NO_GROWTH;
    let from = episodes;
    if (this.#infinite) {
      from = deployment > 0 && learningRate !== 0 ? training : 0;
      this.#playEnd(from, episodes, discount);
    }
    for (let t = from - 1; t >= 0; t--) {
      if (rolls && !growthInRange(growth)) return CLOSE;
      this.#foresee(chain, t < training ? learningRate : 0);
      let cost = 0;
      let margin = Number.POSITIVE_INFINITY;
      for (let s = 0; s < signals; s++) {
        for (let z = 0; z < phases; z++) prospects.weight[z] = chain.posterior[t][s][z];
        plan[t * signals + s] = responder.respond(prospects);
        if (!Number.isFinite(responder.cost)) return rolls ? CLOSE : STATUS.overflow;
        if (rolls && responder.isClose(prospects, 8 * (episodes - t) + 2 * states.size + 48)) return CLOSE;
        const probability = signals === 1 ? 1 : chain.signalAt[t][s];
        cost += probability * responder.cost;
        const dearer = probability * (responder.runnerUp - responder.cost);
        if (probability > 0 && dearer < margin) margin = dearer;
      }
      if (t === 0) {
        const rest = this.#meanSquare * restForEver(discount, from);
        this.measures.cost = this.#infinite ? cost + rest : cost;
        this.measures.margin = Number.isFinite(margin) ? cost + margin - cost : Number.NaN;
      }
      this.#extend(chain, t);
      if (rolls)
        growth = grown(
          growth,
          1 + Math.abs(plan[t]),
          gainOf(plan[t], prospects.learningRate[0], prospects.regularization),
        );
    }
    return 0;
  }

  /** Plays what goes on for ever, as `beforeEnd` in src/solve/stationary.ts does. */
  #playEnd(from: number, episodes: number, discount: number): void {
    const { play, continuation, margin } = this.#end!;
    this.#plan.fill(play.r, from, episodes);
    if (from > 0) return;
    const [own, later] = costForEver(continuation, play, discount);
    const cost = this.#meanSquare * own;
    this.measures.cost = cost + this.#meanSquare * later;
    const runnerUp = this.#meanSquare * (own + margin);
    this.measures.margin = Number.isFinite(runnerUp) ? runnerUp - cost : Number.NaN;
  }

  /** What follows an episode, by the phase there. */
  #foresee({ phases, transition, trains }: Chain, rate: number): void {
    const { A, B, C, absB } = this.#moments;
    const prospects = this.#prospects;
    for (let z = 0; z < phases; z++) {
      let a = 0;
      let b = 0;
      let c = 0;
      let abs = 0;
      for (let j = 0; j < phases; j++) {
        const p = transition[z][j];
        a += p * A[j];
        b += p * B[j];
        c += p * C[j];
        abs += p * absB[j];
      }
      prospects.A[z] = a;
      prospects.B[z] = b;
      prospects.C[z] = c;
      prospects.absB[z] = abs;
      prospects.learningRate[z] = trains[z] ? rate : 0;
    }
  }

  /** The moments of an episode and those after it. */
  #extend({ phases, signals, likelihood }: Chain, t: number): void {
    const { A, B, C, absB, learningRate, discount, regularization } = this.#prospects;
    const moments = this.#moments;
    for (let z = 0; z < phases; z++) {
      let a = 0;
      let b = 0;
      let c = 0;
      let abs = 0;
      for (let s = 0; s < signals; s++) {
        const r = this.#plan[t * signals + s];
        const g = gainOf(r, learningRate[z], regularization);
        const p = likelihood[z][s];
        a += p * (r * r + discount * (g * g * A[z]));
        b += p * (r + discount * (g * B[z]));
        c += p * (1 + discount * C[z]);
        abs += p * (Math.abs(r) + discount * (Math.abs(g) * absB[z]));
      }
      moments.A[z] = a;
      moments.B[z] = b;
      moments.C[z] = c;
      moments.absB[z] = abs;
    }
  }

  /** Runs the plan and measures what it does, as src/solve/simulate.ts does. */
  #follow(cell: Readonly<CellNumbers>, chain: Chain): void {
    const { measures } = this;
    const { signals, likelihood, trains } = chain;
    const plan = this.#plan;
    const goal = cell.theta;
    const signalIn = likelihood.map((p) => p.indexOf(Math.max(...p)));
    let theta = goal;
    let [squares, trained, deployed] = [0, 0, goal];
    for (let t = 0; t < cell.training + cell.deployment; t++) {
      const phase = t < cell.deploymentAt ? 0 : 1;
      const rate = t < cell.training && trains[phase] ? cell.learningRate : 0;
      const a = plan[t * signals + signalIn[phase]];
      const y = a * theta;
      theta *= gainOf(a, rate, cell.regularization);
      if (rate === 0) continue;
      squares += (y / goal) ** 2;
      trained++;
      deployed = theta;
    }
    for (let s = 0; s < signals; s++) measures[this.#names[s]] = plan[s];
    measures.finalTheta = theta;
    if (goal === 0) return;
    const rate = cell.learningRate;
    const found =
      chain.phases === 1
        ? { measures: measuresFrom(trained === 0 ? null : squares / trained, deployed / goal) }
        : measuresByChance(
            chain,
            {
              episodes: rate > 0 ? cell.training : 0,
              reach: plan,
              gain: plan.map((a) => gainOf(a, rate, cell.regularization)),
            },
            goal,
            cell.deploymentAt,
          );
    for (const [name, value] of Object.entries(measuresByName(found))) measures[name] = value ?? Number.NaN;
  }
}
