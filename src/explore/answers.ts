// Answers that come with the page, so that it shows its first picture and the post's steps at once. They are results of
// `solve` and `phase` from when the page was built (precompute.ts). All other answers are computed on request.

import answers from "virtual:answers";
import type { Alternatives, Phase, Result } from "../index.ts";
import {
  type AlternativesRequest,
  alternativesKey,
  type InlineAnswers,
  mapKey,
  type SolveRequest,
  type StepAnswers,
  type StoredMap,
  solutionKey,
} from "./answerKeys.ts";
import { type MapRequest, mapRequestOf } from "./mapGeometry.ts";
import { stateOfStep } from "./steps.ts";

const inline = answers as InlineAnswers;

export function alternativesAtHand(request: AlternativesRequest): Alternatives | undefined {
  return inline.alternatives[alternativesKey(request)];
}

const known = new Map(Object.entries(inline.solutions));
const maps = new Map<string, StoredMap>();
const files = new Map<string, Promise<void>>();

/** Loads the answers of a step from its file; there are none if the file cannot be loaded. */
function load(step: string): Promise<void> {
  const loading =
    files.get(step) ??
    (async () => {
      const file = await fetch(new URL(`./answers/${step}.bin`, import.meta.url));
      if (!file.ok || !file.body) return;
      const text = file.body.pipeThrough(new DecompressionStream("deflate-raw"));
      const { solution, map } = (await new Response(text).json()) as StepAnswers;
      const state = stateOfStep(step, { backend: "auto" });
      known.set(solutionKey(state), solution);
      if (map) maps.set(mapKey(mapRequestOf(state)), map);
    })().catch(() => undefined);
  files.set(step, loading);
  return loading;
}

/** the steps that have a file, by the keys of the answers in it; filled on first use */
let stepsByKey: ReadonlyMap<string, string> | undefined;

/** The step whose file has the answer to a key. */
function stepWith(key: string): string | undefined {
  stepsByKey ??= new Map(
    inline.steps.flatMap((step) => {
      const state = stateOfStep(step, { backend: "auto" });
      return [solutionKey(state), mapKey(mapRequestOf(state))].map((of) => [of, step] as const);
    }),
  );
  return stepsByKey.get(key);
}

/** The result of a request that is available at once. If the request names the GPU, the GPU has to compute it. */
export function solutionAtHand(request: SolveRequest): { result: Result } | undefined {
  const result = request.backend === "gpu" ? undefined : known.get(solutionKey(request));
  return result && { result };
}

/** The result of a request, from a file. */
export async function storedSolution(request: SolveRequest): Promise<Result | undefined> {
  const key = solutionKey(request);
  const step = request.backend === "gpu" ? undefined : stepWith(key);
  if (step !== undefined) await load(step);
  return known.get(key);
}

/** The map of a request, from a file. */
export async function storedMap(request: MapRequest): Promise<Omit<Phase, "diagram"> | undefined> {
  const key = mapKey(request);
  const step = request.backend === "gpu" ? undefined : stepWith(key);
  if (step !== undefined) await load(step);
  const map = maps.get(key);
  if (!map) return undefined;
  const { values, status, settled, solver } = map;
  return {
    values: { [request.diagram.measure]: Float64Array.from(values, (value) => value ?? Number.NaN) },
    status: Uint8Array.from(status),
    settled: Uint8Array.from(settled),
    solver,
  };
}
