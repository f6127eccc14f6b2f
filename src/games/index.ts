// The games that come with the package, by name.

import type { Game } from "./game.ts";
import { learnedDiscount } from "./learnedDiscount.ts";
import { linear } from "./linear.ts";
import { misconception } from "./misconception.ts";

export const games: ReadonlyMap<string, Game> = new Map(
  [linear, learnedDiscount, misconception].map((game) => [game.name, game]),
);
