// The games that come with the package, by name.

import type { Game } from "./game.ts";
import { linear } from "./linear.ts";

export const games: ReadonlyMap<string, Game> = new Map([linear].map((game) => [game.name, game]));
