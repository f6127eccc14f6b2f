/**
 * The library.
 *
 * - One game: {@link solve} solves a {@link Config}, {@link presets} has examples, and {@link checkConfig} fills in the
 *   defaults. {@link simulate} and {@link simulateRuns} run a plan. {@link alternatives} compares a decision with others.
 * - Custom games: {@link defineGame} checks a {@link GameDefinition}, and {@link describeGame} says what the solver derives
 *   from it.
 * - Many games: {@link sweep} varies one setting or two, and {@link phase} maps two settings of a game.
 * - Parts of that work, for programs that divide it: {@link checkSweep}, {@link solveCells}, {@link sweepOf}; and
 *   {@link checkPhase}, {@link openEngine}, {@link tilesOf}, {@link tilesIn}, {@link solveTiles}, {@link placeCells},
 *   {@link finishPhase}.
 * - Errors: every error that the library foresees is a {@link MesaError} with a code.
 *
 * T is the number of episodes throughout.
 *
 * @module
 */

export type { CommonSettings, Config, FilledConfig, Schedule, SearchSettings } from "./config/config.ts";
export { checkConfig, LIMITS } from "./config/config.ts";
export type { Preset } from "./config/presets.ts";
export { presets } from "./config/presets.ts";
export { withSetting } from "./config/setting.ts";
export type { AxisValues, PhaseAxis } from "./diagram/axis.ts";
export type { Cells, Points, Status } from "./diagram/cells.ts";
export { createCells, STATUSES } from "./diagram/cells.ts";
export type { Diagram, PhaseConfig } from "./diagram/config.ts";
export { cellConfig, checkPhase, PHASE_LIMITS } from "./diagram/config.ts";
export type { EngineOptions, PhaseEngine } from "./diagram/engine.ts";
export { openEngine } from "./diagram/engine.ts";
export type { CellSolver } from "./diagram/generalCell.ts";
export { measureNames } from "./diagram/measures.ts";
export type { Phase, PhaseOptions, Tile, TilesOptions } from "./diagram/phase.ts";
export { finishPhase, phase, phaseMethod, solveTiles, whatSolves } from "./diagram/phase.ts";
export type { PhasePreset } from "./diagram/presets.ts";
export { phasePresets } from "./diagram/presets.ts";
export type { SampleCheck } from "./diagram/sample.ts";
export type {
  Answer,
  Cell,
  CellsOptions,
  Sweep,
  SweepConfig,
  SweepOptions,
  SweepPlan,
  Varied,
} from "./diagram/sweep.ts";
export { checkSweep, solveCells, sweep, sweepOf } from "./diagram/sweep.ts";
export type { Rectangle, Shard } from "./diagram/tiles.ts";
export { placeCells, tilesIn, tilesOf } from "./diagram/tiles.ts";
export type { ErrorCode, GamePlace } from "./errors.ts";
export { GameError, MesaError } from "./errors.ts";
export type {
  Formula,
  Game,
  GameDefinition,
  Parameter,
  StateVariable,
  Values,
} from "./game/game.ts";
export { defineGame } from "./game/game.ts";
export type { BuiltIn } from "./game/games.ts";
export { games } from "./game/games.ts";
export type { HiddenChain, HiddenDefinition, NamedSignals, NormalSignal } from "./game/hidden.ts";
export type { AnyGame } from "./game/names.ts";
export type { Axis } from "./grid.ts";
export { geomspace, linspace } from "./grid.ts";
export type { FiniteHorizon } from "./model/equilibrium.ts";
export type { Plan, Precision, Step } from "./model/evaluator.ts";
export type { Measures } from "./model/measures.ts";
export type { Estimate, EstimatedMeasures, RandomRuns, RunsOptions } from "./model/monteCarlo.ts";
export { simulateRuns } from "./model/monteCarlo.ts";
export type { GivenPlan, NamedPlan } from "./model/plan.ts";
export type { AnyOutcome, Outcome, Trajectory } from "./model/simulate.ts";
export { simulate } from "./model/simulate.ts";
export type { NamedDecision, Stationary, Undecided } from "./model/stationary.ts";
export { NoEquilibrium } from "./model/stationary.ts";
export type { Alternatives, AlternativesOptions } from "./solve/alternatives.ts";
export { alternatives } from "./solve/alternatives.ts";
export type { DescribedFormula, DescribedMethod, GameDescription } from "./solve/describe.ts";
export { describeGame } from "./solve/describe.ts";
export type { Generalization } from "./solve/generalization.ts";
export type { Progress } from "./solve/induction.ts";
export { Induction } from "./solve/induction.ts";
export type { MethodName, Place, Solvable } from "./solve/methods.ts";
export { methods } from "./solve/methods.ts";
export type { Refinement } from "./solve/refine.ts";
export type { AnyResult, Result, SolveOptions, WebGpu } from "./solve/solve.ts";
export { solve } from "./solve/solve.ts";
export type { Backend, Method } from "./solve/solverChoice.ts";
