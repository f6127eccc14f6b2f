// Work that the page waits for: the newest request is worked on, and one that it overtakes is stopped.

import { useEffect, useState } from "preact/hooks";
import { hasCode } from "../errors.ts";
import { MesaError } from "../index.ts";

/** What is known of work, beside its answer. */
export interface Work {
  /** why there is no answer */
  readonly problem: string | null;
  /** of the work that is done, in [0, 1]; null where none is under way, or none that lasts */
  readonly share: number | null;
  /** stops the work */
  readonly stop: () => void;
}

/** What there is before any work. */
export const NO_WORK: Work = { problem: null, share: null, stop() {} };

/** How a request is worked on. */
export interface Worker<R, A extends Work> {
  /** what there is to show without a request */
  readonly nothing: A;
  /** work that takes less is not told of, in milliseconds */
  readonly patience: number;
  /** what is said of work that was stopped */
  readonly stopped: string;
  /** @param tell what is known so far, and the share of the work that is done */
  work(
    request: R,
    signal: AbortSignal,
    tell: (known: Partial<A>, share?: number) => void,
  ): Promise<Partial<A>>;
}

/** The answer to a request, as it comes; null is no request. The request's content is what matters, not the object. */
export function useWork<R, A extends Work>(request: R | null, worker: Worker<R, A>): A {
  const [answer, setAnswer] = useState(worker.nothing);
  const key = JSON.stringify(request);
  useEffect(() => {
    if (!request) {
      setAnswer(worker.nothing);
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
    }, worker.patience);
    const tell = (known: Partial<A>, share = done) => {
      done = share;
      patch({ ...known, ...(lasts && { share }) });
    };
    worker
      .work(request, signal, tell)
      .then(
        (known) => patch({ ...known, problem: null, share: null }),
        (error) => {
          if (!(error instanceof MesaError)) reportError(error);
          const problem = hasCode(error, "ABORTED") ? worker.stopped : `${error.message}.`;
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

/** That work is under way, how far it is, and how to stop it. */
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
