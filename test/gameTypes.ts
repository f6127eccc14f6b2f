// What the types allow for the names of a game; only the type check reads this file.
import { defineGame, describeGame, type Result, simulate, solve, sweep } from "../src/index.ts";
import { momentum } from "./games/momentum.ts";

export async function ownNames() {
  const result = await solve({
    game: momentum,
    friction: 0.9,
    velocity: { count: 1 },
    initial: { velocity: 0.1 },
  });
  const numbers: number[] = result.plan.coefficient;
  const all: Result = result;
  const { velocity, output } = result.trajectory;
  // @ts-expect-error there is no such decision
  result.plan.coeficient;
  // @ts-expect-error there is no such state
  result.trajectory.velocty;
  // @ts-expect-error there is no such parameter
  await solve({ game: momentum, frictoin: 0.9 });
  // @ts-expect-error a parameter is a number
  await solve({ game: momentum, friction: "much" });
  // @ts-expect-error a grid has no step
  await solve({ game: momentum, theta: { step: 0.1 } });
  // @ts-expect-error there is no such state to start from
  await solve({ game: momentum, initial: { speed: 0.1 } });
  // @ts-expect-error a plan has the game's own names
  simulate({ game: momentum }, { slope: [1] });
  // @ts-expect-error there is no such parameter to sweep beside
  await sweep({ game: momentum, frictoin: 0.9 }, { over: { key: "friction", values: [0, 1] } });
  simulate({ game: momentum }, result.plan);
  describeGame({ game: momentum, friction: 0 });
  return [numbers, all, velocity, output];
}

export async function builtInNames() {
  const { plan, trajectory } = await solve({ game: "learned-discount", discount: { count: 3 } });
  const { plan: signals } = await solve({
    game: "uncertain-deployment",
    hazard: 0.1,
    initial: { deploymentAt: 3 },
  });
  const { plan: networks } = await solve({ game: "mlp", layers: [1, 4, 1], search: { seed: 2 } });
  const weights: number[][] = networks.weights;
  // @ts-expect-error that game's decision has other names
  plan.coefficient;
  // @ts-expect-error there is no such game
  await solve({ game: "linaer" });
  // @ts-expect-error the discount is a state there, with a grid
  await solve({ game: "learned-discount", discount: 0.9 });
  return [plan.base, plan.perDiscount, trajectory.discount, signals.ifTrainingSignal, weights];
}

export function severalOutputs() {
  const game = defineGame({
    name: "two-outputs",
    state: { theta: { min: -1, max: 1, count: 3, initial: 1 } },
    decision: { a: { min: 0, max: 1, count: 2 } },
    output: { first: "a * theta", second: "a" },
    baseObjective: "output.first^2",
    mesaObjective: "output.second^2",
  });
  const { trajectory } = simulate({ game }, { a: [] });
  // @ts-expect-error its outputs have names
  trajectory.output;
  return [trajectory["output.first"], trajectory["output.second"]];
}

/** For a game that is known only at run time, any name is allowed. */
export async function anyGame(text: string) {
  const { plan, trajectory } = await solve({ game: JSON.parse(text), friction: 1 });
  const { plan: named } = await solve({ game: text });
  return [plan.coefficient, trajectory.theta, named.coefficient];
}

export const wrong = () => [
  // @ts-expect-error there is no such key
  defineGame({ ...momentum, outptu: "theta" }),
  // @ts-expect-error formulas are text or numbers
  defineGame({ ...momentum, output: () => 1 }),
  // @ts-expect-error a state has a start
  defineGame({ ...momentum, state: { theta: { min: 0, max: 1, count: 2 } } }),
];
