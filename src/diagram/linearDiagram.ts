// The diagrams that the GPU's kernel solves: those of games with the arithmetic of `linear`, whose axes are numbers that
// it takes as they come. All else is solved on the CPU.

import type { CellNumber } from "../../shaders/phase.wgsl.ts";
import type { Game } from "../game/game.ts";
import { games } from "../game/games.ts";
import { print } from "../game/graph.ts";
import { createProblem, type Problem } from "../model/problem.ts";
import type { Diagram } from "./config.ts";

export type CellNumbers = Record<CellNumber, number>;

/** which number a setting is */
const SETTINGS: Readonly<Record<string, CellNumber>> = {
  "schedule.learningRate": "learningRate",
  "schedule.training": "training",
  "schedule.deployment": "deployment",
  "schedule.episodes": "training",
  discount: "discount",
  regularization: "regularization",
  hazard: "hazard",
  signalError: "signalError",
  "initial.theta": "theta",
  "initial.deploymentAt": "deploymentAt",
};

/** How the best response is found. */
export type PhaseMethod = "exact" | "moments";

/** A diagram for the kernel. */
export interface LinearDiagram {
  readonly method: PhaseMethod;
  /** the lower left cell's problem, whose grids are those of all cells */
  readonly problem: Problem;
  readonly numbers: Readonly<CellNumbers>;
  /** the number that changes along each axis */
  readonly x: CellNumber;
  readonly y: CellNumber;
}

/** What two games have in common that differ in names and grids alone. */
const formulasOf = ({
  formulas: { outputs, next, mesaObjective, discount },
  definition: { hidden },
}: Game): string => JSON.stringify([[...outputs, ...next, mesaObjective, discount].map(print), hidden]);

/**
 * A diagram as the kernel takes it, or undefined where the CPU has to solve it: of an infinite horizon float32 could
 * find an equilibrium, but not prove that there is no other.
 */
export function linearDiagramOf(
  diagram: Diagram,
  method: PhaseMethod | "rollout",
): LinearDiagram | undefined {
  if (method === "rollout" || diagram.config.horizon === "infinite") return undefined;
  const { game, config, x, y } = diagram;
  const { schedule } = config;
  const known = games.get(game.hidden ? "uncertain-deployment" : "linear")!;
  if (formulasOf(game) !== formulasOf(known) || "learningRates" in schedule) return undefined;
  if (!Object.hasOwn(SETTINGS, x.key) || !Object.hasOwn(SETTINGS, y.key)) return undefined;
  const { min, max } = config.coefficient as { min: number; max: number };
  if (method === "exact" && max < -min) return undefined;
  const hidden = "episodes" in schedule;
  return {
    method,
    problem: createProblem(diagram.config),
    numbers: {
      learningRate: schedule.learningRate,
      training: hidden ? schedule.episodes : schedule.training,
      deployment: hidden ? 0 : schedule.deployment,
      discount: config.discount as number,
      regularization: config.regularization as number,
      theta: config.initial.theta,
      hazard: hidden ? (config.hazard as number) : 0,
      signalError: hidden ? (config.signalError as number) : 0,
      deploymentAt: config.initial.deploymentAt ?? 2 ** 31,
    },
    x: SETTINGS[x.key],
    y: SETTINGS[y.key],
  };
}
