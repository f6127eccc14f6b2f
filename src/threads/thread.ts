// What a thread is, wherever it runs: Node's worker threads and browsers' workers differ in little else than their
// names. `#workers` is one or the other.

import type { ErrorCode } from "../errors.ts";

/** A thread that was started, as its pool sees it. */
export interface Thread {
  /** sends a copy */
  post(request: Request): void;
  /** whether the process waits for this thread before it ends; it does, to begin with */
  keepAlive(yes: boolean): void;
  terminate(): void;
}

/** What a pool learns from a thread. */
export interface Listener {
  onReply(reply: Reply): void;
  /** the thread could not be started, or ended by itself */
  onLost(reason: Error): void;
}

/** One part of a task, and the task itself where the thread does not have it yet. */
export interface Request {
  readonly task?: { readonly job: string; readonly shared: unknown };
  readonly part: unknown;
}

/** The answer to a request: plain data, or what was thrown. */
export type Reply = { readonly answer: unknown } | { readonly failure: Failure };

/** What was thrown, as it crosses between threads: a copy of a MesaError is but an Error, so its code goes beside it. */
export interface Failure {
  readonly code?: ErrorCode;
  readonly thrown: unknown;
}

/** The thread's end of the line: what `parentPort` in Node and `self` in a browser's worker have in common. */
export interface Port {
  onmessage: ((event: { readonly data: Request }) => void) | null;
  postMessage(reply: Reply, transfer: ArrayBuffer[]): void;
}
