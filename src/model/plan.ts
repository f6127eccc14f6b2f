// Plans by name, as people read and write them.

import { MesaError } from "../errors.ts";
import type { Game } from "../game/game.ts";
import type { AnyGame, DefinitionOf, IsAny, PlanName } from "../game/names.ts";
import { isRecord, quote } from "../schema.ts";
import type { Plan } from "./evaluator.ts";
import type { Problem } from "./problem.ts";

/**
 * A plan by name: `{ coefficient: [0.03, …] }`, each of shape [T].
 *
 * Of a network there is one name, `weights`, and its entries are lists: shape [T][weights].
 */
export type NamedPlan<G extends AnyGame = AnyGame> =
  IsAny<G> extends true
    ? Record<string, number[]>
    : { [N in PlanName<DefinitionOf<G>>]: N extends "weights" ? number[][] : number[] };

/** The names of a plan's numbers: the decision's, or where the phase is hidden, one a signal. */
export function planNames({ hidden, network, decision }: Game): readonly string[] {
  if (network) return ["weights"];
  return hidden?.signals ?? Object.keys(decision);
}

/** The decisions of a plan by name. */
export function namePlan(game: Game, plan: Plan): NamedPlan {
  if (game.network) return { weights: plan.map((weights) => [...weights]) } as unknown as NamedPlan;
  return Object.fromEntries(planNames(game).map((name, i) => [name, plan.map((d) => d[i])]));
}

/**
 * The plan behind the names.
 *
 * @throws MesaError `INVALID_CONFIG` when the plan does not fit the game or the schedule
 */
export function readPlan({ game, learningRates }: Problem, plan: NamedPlan): Plan {
  const names = planNames(game);
  const { length } = learningRates;
  const invalid = (text: string) => new MesaError("INVALID_CONFIG", text);
  if (!isRecord(plan))
    throw invalid(`the plan must be an object with ${names.join(", ")}, got ${quote(plan)}`);
  const checkList = (list: unknown, path: string, count: number, what: string): unknown[] => {
    if (Array.isArray(list) && list.length === count) return list;
    throw invalid(`${path} must be a list of ${count} ${what}, got ${quote(list)}`);
  };
  const checkNumbers = (list: unknown[], path: string) => {
    const wrong = list.findIndex((number) => !Number.isFinite(number));
    if (wrong >= 0) throw invalid(`${path}[${wrong}] must be a finite number, got ${quote(list[wrong])}`);
    return list as number[];
  };
  for (const name of Object.keys(plan))
    if (!names.includes(name))
      throw invalid(`unknown key ${quote(name)} in the plan; allowed are ${names.join(", ")}`);
  const columns = names.map((name) => {
    const given = Object.hasOwn(plan, name) ? plan[name] : undefined;
    const path = `plan.${name}`;
    if (!game.network) return checkNumbers(checkList(given, path, length, "numbers"), path);
    return checkList(given, path, length, "lists of weights").map((weights, t) =>
      checkNumbers(checkList(weights, `${path}[${t}]`, game.network!.weights, "numbers"), `${path}[${t}]`),
    );
  });
  return Array.from({ length }, (_, t) => columns.flatMap((column) => column[t]));
}
