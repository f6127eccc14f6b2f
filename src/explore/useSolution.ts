// The plan and trajectory of a configuration, solved by a worker.

import { hasCode } from "../errors.ts";
import type { Result } from "../index.ts";
import type { SolveRequest } from "./answerKeys.ts";
import { solutionAtHand, storedSolution } from "./answers.ts";
import { isQuick } from "./mapSettings.ts";
import { ask } from "./solvers.ts";
import { NO_WORK, useWork, type Work } from "./work.tsx";

/** A result, which may belong to the previous request while this one is solved. */
export interface Solution extends Work {
  readonly result: Result | null;
}

/**
 * How a request is solved. By moments, the CPU solves a game in milliseconds, faster than a device opens, so `auto`
 * then means the CPU.
 */
function optionsOf({ settings, method, backend }: SolveRequest) {
  if (method === "exact") return { method, backend: "cpu" } as const;
  const quick = isQuick(settings);
  return { method, backend: quick && backend === "auto" ? "cpu" : backend } as const;
}

/** The result of a request; null means no request. */
export function useSolution(request: SolveRequest | null): Solution {
  return useWork<SolveRequest, Solution>(request, {
    nothing: { ...NO_WORK, result: null },
    patience: 150,
    stopped: "Stopped: this is the previous result. Change a setting to solve again.",
    known: solutionAtHand,
    async work(request, signal, publish) {
      const stored = await storedSolution(request);
      if (stored) return { result: stored };
      const of = { config: request.settings, options: optionsOf(request) };
      try {
        const onProgress = (share: number) => publish({}, share);
        return { result: await ask("solve", of, { signal, onProgress }) };
      } catch (error) {
        if (!hasCode(error, "ABORTED")) publish({ result: null });
        throw error;
      }
    },
  });
}
