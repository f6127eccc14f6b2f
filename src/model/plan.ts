// Named plans: how users read and write plans.

import { type FilledConfig, remembers } from "../config/config.ts";
import { MesaError } from "../errors.ts";
import type { Game } from "../game/game.ts";
import type { AnyGame, DefinitionOf, IsAny, PlanName } from "../game/names.ts";
import { isRecord, quote } from "../schema.ts";
import type { Plan } from "./evaluator.ts";
import { createProblem, type Problem } from "./problem.ts";

/** The name in plans of an agent's belief: the probability of the first phase, given all signals so far. */
export const BELIEF = "trainingBelief";

/**
 * A plan: the decisions of all T episodes, by name. For example `{ coefficient: [0.03, …] }`, each list of shape [T].
 *
 * - With hidden phases there is one list for each signal: the decision after that signal.
 * - The plan of a network has one name, `weights`, of shape [T][weights].
 * - The plan of agents who remember has two names, `trainingBelief` and the name of the decision, both of shape [T][B]:
 *   the B beliefs of an episode in ascending order, and the decision for each. The decision for a belief between two of
 *   them is interpolated linearly.
 *
 * The type has the names of the game, but does not show whether its agents remember.
 */
export type NamedPlan<G extends AnyGame = AnyGame> =
  IsAny<G> extends true
    ? Record<string, number[]>
    : { [N in PlanName<DefinitionOf<G>>]: N extends "weights" ? number[][] : number[] };

/** A {@link NamedPlan} as an argument: its lists may be typed arrays. */
export type GivenPlan<G extends AnyGame = AnyGame> = { [N in keyof NamedPlan<G>]: Given<NamedPlan<G>[N]> };
type Given<T> = T extends readonly (infer U)[] ? ArrayLike<Given<U>> : T;

/**
 * The names of a plan's numbers: those of the decision, or, if the phase is hidden, one per signal.
 *
 * @param config only `memory` is used
 */
export function planNames(
  { hidden, network, decision }: Game,
  config: Pick<FilledConfig, "memory"> = {},
): readonly string[] {
  if (network) return ["weights"];
  if (remembers(config)) return [BELIEF, ...Object.keys(decision)];
  return hidden?.signals ?? Object.keys(decision);
}

/** The decisions of a plan by name. */
export function namePlan({ game, config, hiddenPhase }: Problem, plan: Plan): NamedPlan {
  const names = planNames(game, config);
  const lists = (...columns: Plan[]) =>
    Object.fromEntries(
      names.map((name, i) => [name, columns[i].map((numbers) => [...numbers])]),
    ) as unknown as NamedPlan;
  if (game.network) return lists(plan);
  if (hiddenPhase.memory) return lists(hiddenPhase.memory.nodes, plan);
  return Object.fromEntries(names.map((name, i) => [name, plan.map((d) => d[i])]));
}

/**
 * Creates the problem of a configuration and reads a named plan for it.
 *
 * @throws MesaError `INVALID_CONFIG` when the plan does not fit the game or the schedule
 */
export function readPlan(input: unknown, plan: GivenPlan): { problem: Problem; plan: Plan } {
  const problem = createProblem(input);
  const { game, config, learningRates } = problem;
  const names = planNames(game, config);
  const { length } = learningRates;
  const invalid = (text: string) => new MesaError("INVALID_CONFIG", text);
  if (!isRecord(plan))
    throw invalid(`the plan must be an object with ${names.join(", ")}, got ${quote(plan)}`);
  const checkList = (given: unknown, path: string, count: number, what: string): unknown[] => {
    const list = listed(given);
    if (list?.length === count) return list;
    throw invalid(`${path} must be a list of ${count} ${what}, got ${quote(list ?? given)}`);
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
    if (remembers(config)) return checkList(given, path, length, "lists of numbers");
    if (!game.network) return checkNumbers(checkList(given, path, length, "numbers"), path);
    return checkList(given, path, length, "lists of weights").map((weights, t) =>
      checkNumbers(checkList(weights, `${path}[${t}]`, game.network!.weights, "numbers"), `${path}[${t}]`),
    );
  });
  if (!remembers(config))
    return {
      problem,
      plan: Array.from({ length }, (_, t) => columns.flatMap((column) => column[t] as number)),
    };
  const nodes = columns[0].map((given, t) => {
    const beliefs = listed(given) as number[] | undefined;
    const isAscending = (b: number, i: number) => b >= 0 && b <= 1 && (i === 0 || b > beliefs![i - 1]);
    if (beliefs?.length && beliefs.every(isAscending)) return beliefs;
    throw invalid(
      `plan.${BELIEF}[${t}] must be ascending numbers in [0, 1], at least one, got ${quote(beliefs ?? given)}`,
    );
  });
  const decisions = columns[1].map((given, t) => {
    const path = `plan.${names[1]}[${t}]`;
    return checkNumbers(checkList(given, path, nodes[t].length, "numbers"), path);
  });
  return { problem: createProblem(input, nodes), plan: decisions };
}

/** The items of a list, or of a typed array of numbers; undefined for anything else. */
function listed(list: unknown): unknown[] | undefined {
  if (ArrayBuffer.isView(list) && !(list instanceof DataView)) return Array.from(list as Float64Array);
  return Array.isArray(list) ? list : undefined;
}
