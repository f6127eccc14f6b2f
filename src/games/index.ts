// The games that come with the package, by name.

import type { Game } from "./game.ts";
import { learnedDiscount } from "./learnedDiscount.ts";
import { linear } from "./linear.ts";
import { misconception } from "./misconception.ts";
import { mlp } from "./mlp.ts";
import { uncertainDeployment } from "./uncertainDeployment.ts";

export const games: ReadonlyMap<string, Game> = new Map(
  [linear, learnedDiscount, misconception, uncertainDeployment, mlp].map((game) => [game.name, game]),
);
