import type { GameDefinition } from "../../src/index.ts";
import { contrary } from "./contrary.ts";

/** A game whose rollouts are always computed in full: it has no bound, and parts of its costs cancel. */
export const whole: GameDefinition = {
  ...contrary,
  name: "whole",
  output: "tanh(coefficient * theta)",
};
