// The interface of a thread, the same for Node's worker threads and browsers' workers. `#workers` resolves to one or
// the other.

import type { ErrorCode } from "../errors.ts";

/** A running thread, as its pool sees it. */
export interface Thread {
  /** sends a copy of a request */
  post(request: Request): void;
  /** whether the process waits for this thread before it ends; initially it does */
  keepAlive(yes: boolean): void;
  terminate(): void;
}

/** What a thread reports to its pool. */
export interface Listener {
  onReply(reply: Reply): void;
  /** the thread could not be started, or ended by itself */
  onLost(reason: Error): void;
}

/** One part of a task, with the task itself if the thread does not have it yet. */
export interface Request {
  readonly task?: { readonly job: string; readonly shared: unknown };
  readonly part: unknown;
}

/** The answer to a request: plain data, or what was thrown. */
export type Reply = { readonly answer: unknown } | { readonly failure: Failure };

/** What was thrown. Between threads a MesaError is copied as a plain Error, so its code is sent beside it. */
export interface Failure {
  readonly code?: ErrorCode;
  readonly thrown: unknown;
}

/** The thread's side of the connection: what `parentPort` in Node and `self` in a browser's worker have in common. */
export interface Port {
  onmessage: ((event: { readonly data: Request }) => void) | null;
  postMessage(reply: Reply, transfer: ArrayBuffer[]): void;
}
