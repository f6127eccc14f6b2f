// The package's public names.

export type { Config, FilledConfig, Schedule } from "./config.ts";
export { checkConfig, LIMITS } from "./config.ts";
export type { ErrorCode } from "./errors.ts";
export { MesaError } from "./errors.ts";
export type { Game, GameDefinition, Parameter, Proportional, StateVariable, Values } from "./games/game.ts";
export { defineGame } from "./games/game.ts";
export { games } from "./games/index.ts";
export type { Axis } from "./grid.ts";
export { linspace } from "./grid.ts";
export type { Preset } from "./presets.ts";
export { presets } from "./presets.ts";
export type { Generalization } from "./solve/generalization.ts";
export type { Progress } from "./solve/induction.ts";
export { Induction } from "./solve/induction.ts";
export type { RandomRuns, RunsOptions } from "./solve/monteCarlo.ts";
export { simulateRuns } from "./solve/monteCarlo.ts";
export type { NamedPlan } from "./solve/plan.ts";
export type { Measures, Trajectory } from "./solve/simulate.ts";
export { simulate } from "./solve/simulate.ts";
export type { Result, SolveOptions, WebGpu } from "./solve/solve.ts";
export { solve } from "./solve/solve.ts";
export type { Attempt, Certificate } from "./solve/stationary.ts";
export { NotConverged } from "./solve/stationary.ts";
export type { Precision } from "./solve/step.ts";
export type { Backend, Method } from "./solve/way.ts";
export type { Cell, Sweep, SweepOptions, Varied } from "./sweep.ts";
export { measureNames, sweep } from "./sweep.ts";
