// The package's public names.

export type { Config, FilledConfig, Schedule } from "./config.ts";
export { checkConfig, LIMITS } from "./config.ts";
export type { ErrorCode } from "./errors.ts";
export { MesaError } from "./errors.ts";
export type {
  Formula,
  Game,
  GameDefinition,
  HiddenDefinition,
  Parameter,
  StateVariable,
  Values,
} from "./game/game.ts";
export { defineGame } from "./game/game.ts";
export type { BuiltIn } from "./game/games.ts";
export { games } from "./game/games.ts";
export type { AnyGame } from "./game/names.ts";
export type { Axis } from "./grid.ts";
export { linspace } from "./grid.ts";
export type { AxisValues, PhaseAxis } from "./phase/axis.ts";
export type { Cells, Status, Window } from "./phase/cells.ts";
export { STATUSES } from "./phase/cells.ts";
export type { Diagram, PhaseConfig } from "./phase/config.ts";
export { cellConfig, checkPhase, PHASE_LIMITS } from "./phase/config.ts";
export type { EngineOptions, PhaseEngine } from "./phase/engine.ts";
export { openEngine } from "./phase/engine.ts";
export { phaseMeasureNames } from "./phase/measures.ts";
export type { Phase, PhaseOptions, Tile } from "./phase/phase.ts";
export { phase, phaseMethod } from "./phase/phase.ts";
export type { PhasePreset } from "./phase/presets.ts";
export { phasePresets } from "./phase/presets.ts";
export type { SampleCheck } from "./phase/sample.ts";
export type { Preset } from "./presets.ts";
export { presets } from "./presets.ts";
export type { DescribedFormula, DescribedMethod, GameDescription } from "./solve/describe.ts";
export { describeGame } from "./solve/describe.ts";
export type { FiniteHorizon } from "./solve/equilibrium.ts";
export type { Generalization } from "./solve/generalization.ts";
export type { Progress } from "./solve/induction.ts";
export { Induction } from "./solve/induction.ts";
export type { Measures } from "./solve/measures.ts";
export type { MethodName, Solvable } from "./solve/methods.ts";
export { methods } from "./solve/methods.ts";
export type { Estimate, EstimatedMeasures, RandomRuns, RunsOptions } from "./solve/monteCarlo.ts";
export { simulateRuns } from "./solve/monteCarlo.ts";
export type { NamedPlan } from "./solve/plan.ts";
export type { Outcome, Trajectory } from "./solve/simulate.ts";
export { simulate } from "./solve/simulate.ts";
export type { Result, SolveOptions, WebGpu } from "./solve/solve.ts";
export { solve } from "./solve/solve.ts";
export type { NamedDecision, Stationary } from "./solve/stationary.ts";
export { NoEquilibrium } from "./solve/stationary.ts";
export type { Precision } from "./solve/step.ts";
export type { Backend, Method } from "./solve/way.ts";
export type { Cell, Sweep, SweepOptions, Varied } from "./sweep.ts";
export { measureNames, sweep } from "./sweep.ts";
