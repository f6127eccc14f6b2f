// What comes with the page: run by Node when it is built, with the library of the same sources.

import { alternatives, phase, type Result, solve } from "../index.ts";
import { toSvg } from "../report/figure.ts";
import { createDocument, svgToPng } from "../report/render.ts";
import {
  alternativesKey,
  type InlineAnswers,
  type SolveRequest,
  type StepAnswers,
  solutionKey,
} from "./answerKeys.ts";
import { mapRequestOf } from "./mapGeometry.ts";
import { isQuick, phaseConfigOf } from "./mapSettings.ts";
import { FIRST, sceneRequests, TRAINING } from "./scenes.ts";
import { stateOfStep, stepNames } from "./steps.ts";
import { beliefsOf, decisionAt, samplingOf } from "./whyDecisions.ts";

const solved = ({ settings }: Pick<SolveRequest, "settings">) => solve(settings, { backend: "cpu" });

/** The answers that are part of the program: those of the first pictures. */
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

/** A step's solution, and its map. */
async function stepAnswers(step: string): Promise<StepAnswers> {
  const state = stateOfStep(step, { backend: "auto" });
  const { settings, diagram } = mapRequestOf(state);
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

/** The files, by name. A step that takes more than a moment has none: the page computes it when it is asked for. */
export async function precompute(): Promise<Record<string, string | Uint8Array>> {
  const steps = stepNames.filter((name) => isQuick(stateOfStep(name, { backend: "auto" }).settings));
  const inline = await inlineAnswers(steps);
  const files: Record<string, string | Uint8Array> = { "inline.json": JSON.stringify(inline) };
  for (const step of steps) files[`${step}.answers.json`] = JSON.stringify(await stepAnswers(step));
  const [first] = Object.values(inline.solutions);
  files["preview.png"] = await svgToPng(toSvg(first, createDocument()));
  return files;
}
