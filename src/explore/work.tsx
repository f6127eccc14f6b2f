// Work in the background: a new request stops the work on the previous request.

import { useEffect, useState } from "preact/hooks";
import { hasCode } from "../errors.ts";
import { MesaError } from "../index.ts";

/** The progress of work, to which its answer is added. */
export interface Work {
  /** why there is no answer */
  readonly problem: string | null;
  /** the share of the work that is done, in [0, 1]; null if no work is running, or it has only just begun */
  readonly share: number | null;
  /** stops the work */
  readonly stop: () => void;
}

/** The progress before any work. */
export const NO_WORK: Work = { problem: null, share: null, stop() {} };

/** How a request is answered. */
interface Job<R, A extends Work> {
  /** the answer without a request */
  readonly nothing: A;
  /** how long work may take before its progress is shown, in milliseconds */
  readonly patience: number;
  /** the message when the reader has stopped the work */
  readonly stopped: string;
  /** the answer, if it came with the page */
  known?(request: R): Partial<A> | undefined;
  /** @param publish publishes the answer so far, and the share of the work that is done */
  work(
    request: R,
    signal: AbortSignal,
    publish: (known: Partial<A>, share?: number) => void,
  ): Promise<Partial<A>>;
}

/** The answer to a request, as far as it is known. Requests are compared by content; null means no request. */
export function useWork<R, A extends Work>(
  request: R | null,
  { nothing, patience, stopped, known, work }: Job<R, A>,
): A {
  const [answer, setAnswer] = useState(() => ({ ...nothing, ...(request && known?.(request)) }));
  const key = JSON.stringify(request);
  useEffect(() => {
    if (!request) {
      setAnswer(nothing);
      return;
    }
    const ready = known?.(request);
    if (ready) {
      setAnswer({ ...nothing, ...ready });
      return;
    }
    const controller = new AbortController();
    const { signal } = controller;
    const stop = () => controller.abort("stopped");
    const patch = (change: Partial<Work> | Partial<A>) => {
      if (signal.reason !== "overtaken") setAnswer((before) => ({ ...before, ...change }));
    };
    let done = 0;
    let lasts = false;
    const late = setTimeout(() => {
      lasts = true;
      patch({ share: done, stop });
    }, patience);
    const publish = (known: Partial<A>, share = done) => {
      done = share;
      patch({ ...known, ...(lasts && { share }) });
    };
    work(request, signal, publish)
      .then(
        (found) => patch({ ...found, problem: null, share: null }),
        (error) => {
          if (!(error instanceof MesaError)) reportError(error);
          const problem = hasCode(error, "ABORTED") ? stopped : `${error.message}.`;
          patch({ problem, share: null });
        },
      )
      .finally(() => clearTimeout(late));
    return () => {
      clearTimeout(late);
      controller.abort("overtaken");
    };
  }, [key]);
  return answer;
}

/** A progress bar with a button to stop the work. */
export function Working({ what, work: { share, stop } }: { readonly what: string; readonly work: Work }) {
  return (
    <div class="working" hidden={share === null}>
      <progress aria-label={what} max={1} value={share ?? 0} />
      <span>
        {what}, {Math.floor(100 * (share ?? 0))} %
      </span>
      <button type="button" onClick={stop}>
        Stop
      </button>
    </div>
  );
}
