// The keys of answers, and how answers are stored with the page. Requests with the same key have the same answer.

import { type Alternatives, checkConfig, type Phase, type Result } from "../index.ts";
import type { MapRequest } from "./mapGeometry.ts";
import type { Backend, PlotMethod, Settings } from "./state.ts";

/** A request to solve a configuration. */
export interface SolveRequest {
  readonly settings: Settings;
  readonly method: PlotMethod;
  readonly backend: Backend;
}

/** A solved diagram as it is stored: its values, null where there is no value, and codes of statuses. */
export interface StoredMap {
  readonly values: readonly (number | null)[];
  readonly status: readonly number[];
  readonly settled: readonly number[];
  readonly solver: Phase["solver"];
}

/** The answers of a step. */
export interface StepAnswers {
  readonly solution: Result;
  readonly map?: StoredMap;
}

/** The answers that are part of the program. */
export interface InlineAnswers {
  /** by {@link solutionKey} */
  readonly solutions: Readonly<Record<string, Result>>;
  /** by {@link alternativesKey} */
  readonly alternatives: Readonly<Record<string, Alternatives>>;
  /** the steps that have a file of answers */
  readonly steps: readonly string[];
}

/** A request for other decisions of an episode; the plan follows from the rest of the request. */
export interface AlternativesRequest extends Omit<SolveRequest, "backend"> {
  readonly episode: number;
  readonly options: { readonly belief: number; readonly decisions: readonly (readonly number[])[] };
}

export function solutionKey({ settings, method }: Omit<SolveRequest, "backend">): string {
  return JSON.stringify([checkConfig(settings).config, method]);
}

export function mapKey({ settings, diagram }: Omit<MapRequest, "backend">): string {
  return JSON.stringify([checkConfig(settings).config, diagram]);
}

export function alternativesKey({ episode, options, ...request }: AlternativesRequest): string {
  return JSON.stringify([solutionKey(request), episode, options]);
}
