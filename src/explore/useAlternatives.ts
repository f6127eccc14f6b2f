// What other decisions would cost an agent, computed by a worker.

import type { Alternatives, Result } from "../index.ts";
import type { AlternativesRequest } from "./answerKeys.ts";
import { alternativesAtHand } from "./answers.ts";
import { ask } from "./solvers.ts";
import { NO_WORK, useWork, type Work } from "./work.tsx";

interface Answer extends Work {
  readonly alternatives: Alternatives | null;
}

/** A request for some decisions of an episode of a result. */
export interface Question {
  readonly result: Result;
  readonly episode: number;
  readonly options: AlternativesRequest["options"];
}

/** The alternatives for a question; null means no question. */
export function useAlternatives(question: Question | null): Answer {
  const request: AlternativesRequest | null = question && {
    settings: question.result.config,
    method: question.result.solver.method === "exact" ? "exact" : "auto",
    episode: question.episode,
    options: question.options,
  };
  return useWork<AlternativesRequest, Answer>(request, {
    nothing: { ...NO_WORK, alternatives: null },
    patience: 400,
    stopped: "Stopped.",
    known(request) {
      const alternatives = alternativesAtHand(request);
      return alternatives && { alternatives };
    },
    async work({ episode, options }, signal) {
      const { config, plan } = question!.result;
      return { alternatives: await ask("alternatives", { config, plan, episode, options }, { signal }) };
    },
  });
}
