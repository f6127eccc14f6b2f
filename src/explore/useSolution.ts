// A question's answer, as it comes: the newest question is solved, and one that it overtakes is stopped.

import { useEffect, useState } from "preact/hooks";
import { hasCode } from "../errors.ts";
import { MesaError, type Result } from "../index.ts";
import { type Question, Solver } from "./solver.ts";

/** What is known of a question's answer. */
export interface Solution {
  /** the newest answer, which may be to the question before while this one is solved */
  readonly result: Result | null;
  /** the question that `result` answers */
  readonly answered: Question | null;
  /** why this question has no answer */
  readonly problem: string | null;
  /** of the work that is done, in [0, 1]; null where none is under way */
  readonly share: number | null;
  /** stops the work */
  readonly stop: () => void;
}

/** work that takes less is not told of, in milliseconds */
const SHORT = 150;

const NOTHING: Solution = { result: null, answered: null, problem: null, share: null, stop() {} };

/** The answer to a question; null is no question. */
export function useSolution(question: Question | null): Solution {
  const [solver] = useState(() => new Solver());
  const [solution, setSolution] = useState(NOTHING);
  const key = JSON.stringify(question);
  useEffect(() => () => solver.destroy(), [solver]);
  // the key is the question's content: an equal question is no new one
  useEffect(() => {
    if (!question) {
      setSolution(NOTHING);
      return;
    }
    const controller = new AbortController();
    const stop = () => controller.abort("stopped");
    const patch = (change: Partial<Solution>) => setSolution((before) => ({ ...before, ...change }));
    const late = setTimeout(() => patch({ share: 0, stop }), SHORT);
    solver
      .solve(question, controller.signal, (share) => patch({ share, stop }))
      .then(
        (result) => setSolution({ result, answered: question, problem: null, share: null, stop() {} }),
        (error) => {
          if (controller.signal.reason === "overtaken") return;
          const aborted = hasCode(error, "ABORTED");
          if (!(error instanceof MesaError)) reportError(error);
          setSolution({
            ...NOTHING,
            problem: aborted ? "Stopped. Change a setting to go on." : `${error.message}.`,
          });
        },
      )
      .finally(() => clearTimeout(late));
    return () => {
      clearTimeout(late);
      controller.abort("overtaken");
    };
  }, [key, solver]);
  return solution;
}
