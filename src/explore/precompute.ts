// Computes the answers that come with the page. Node runs this when the page is built, with the library of the same
// sources.

import { alternatives, checkConfig, phase, type Result, solve } from "../index.ts";
import { toSvg } from "../report/figure.ts";
import { createDocument, svgToPng } from "../report/render.ts";
import {
  alternativesKey,
  type InlineAnswers,
  type SolveRequest,
  type StepAnswers,
  solutionKey,
} from "./answerKeys.ts";
import learnedDiscount from "./answers/learned-discount.json" with { type: "json" };
import network from "./answers/network.json" with { type: "json" };
import { mapRequestOf } from "./mapGeometry.ts";
import { isQuick, phaseConfigOf } from "./mapSettings.ts";
import { FIRST, sceneRequests, TRAINING } from "./scenes.ts";
import { stateOfStep, stepNames } from "./steps.ts";
import { beliefsOf, decisionAt, samplingOf } from "./whyDecisions.ts";

const NOTE = "this answer came with the page: it was computed when the page was built";

/** A solution with a note that it came with the page. */
async function solved({ settings }: Pick<SolveRequest, "settings">): Promise<Result> {
  const { solver, ...result } = await solve(settings, { backend: "cpu" });
  return { ...result, solver: { ...solver, notes: [...solver.notes, NOTE] } };
}

/** The answers that are part of the program: for the first pictures. */
async function inlineAnswers(steps: readonly string[]): Promise<InlineAnswers> {
  const solutions: Record<string, Result> = {};
  for (const request of sceneRequests) solutions[solutionKey(request)] = await solved(request);
  const first = { settings: FIRST, method: "auto" } as const;
  const result = solutions[solutionKey(first)];
  const asked = [0, TRAINING].map((episode) => {
    const [belief] = beliefsOf(result)!;
    const { decisions } = samplingOf(result, decisionAt(result, episode, belief), 1);
    const options = { belief: 0, decisions };
    return [
      alternativesKey({ ...first, episode, options }),
      alternatives(result.config, result.plan, episode, options),
    ] as const;
  });
  return { solutions, alternatives: Object.fromEntries(asked), steps };
}

/** The answers of steps that take long, stored with the sources: `npm run page:answers` computes them. */
const kept: Readonly<Record<string, unknown>> = { "learned-discount": learnedDiscount, network };

const isSolvedAtOnce = (step: string) => isQuick(stateOfStep(step, { backend: "auto" }).settings);

/** A step's solution, and its map. */
async function stepAnswers(step: string): Promise<StepAnswers> {
  const state = stateOfStep(step, { backend: "auto" });
  const { settings, diagram } = mapRequestOf(state);
  // a network's map takes hours
  if (checkConfig(settings).game.network) return { solution: await solved(state) };
  const { values, status, settled, solver } = await phase(phaseConfigOf(settings, diagram), {
    backend: "cpu",
  });
  return {
    solution: await solved(state),
    map: {
      values: Array.from(values[diagram.measure], (value) => (Number.isNaN(value) ? null : value)),
      status: [...status],
      settled: [...settled],
      solver: { ...solver, speed: null },
    },
  };
}

/** The answers to store with the sources, as JSON by step. */
export async function answersToKeep(): Promise<Record<string, string>> {
  const answers: Record<string, string> = {};
  for (const step of Object.keys(kept)) answers[step] = JSON.stringify(await stepAnswers(step));
  return answers;
}

/** The files that come with the page, by name. */
export async function precompute(): Promise<Record<string, string | Uint8Array>> {
  const inline = await inlineAnswers(stepNames);
  const files: Record<string, string | Uint8Array> = { "inline.json": JSON.stringify(inline) };
  for (const step of stepNames)
    files[`${step}.answers.json`] = JSON.stringify(
      isSolvedAtOnce(step) ? await stepAnswers(step) : kept[step],
    );
  const [first] = Object.values(inline.solutions);
  files["preview.png"] = await svgToPng(toSvg(first, createDocument()));
  return files;
}
