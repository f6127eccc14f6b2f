// Every failure the library can foresee is a MesaError with a code, so that callers can tell them apart
// without reading messages.

/**
 * The code of a {@link MesaError}.
 *
 * - `INVALID_CONFIG`: the input is invalid; the message says what it was and what is allowed
 * - `LIMIT_EXCEEDED`: the input exceeds a limit of the solver or the adapter
 * - `NO_EQUILIBRIUM`: there is no stationary equilibrium, which is proved; the error is a {@link NoEquilibrium}
 * - `UNDECIDED`: no stationary equilibrium was found, and float64 cannot decide whether there is one; the error is a
 *   {@link NoEquilibrium}
 * - `NOT_FINITE`: the cost of every candidate overflows, so there is no minimum
 * - `BOUND_BROKEN`: float64 found a cost outside a proven bound, so the plan cannot be trusted
 * - `NO_ADAPTER`: the backend `gpu` was asked for and there is no WebGPU adapter
 * - `SHADER_COMPILE`: a shader did not compile; the message has the line and the column
 * - `GPU_VALIDATION`, `OUT_OF_MEMORY`: WebGPU reported an error of that kind
 * - `DEVICE_LOST`: the GPU device was lost during the work
 * - `ABORTED`: the caller aborted the work by its signal
 * - `CANNOT_READ`, `CANNOT_WRITE`: a file could not be read or written
 * - `INCOMPLETE`: shards are missing or unusable
 */
export type ErrorCode =
  | "INVALID_CONFIG"
  | "LIMIT_EXCEEDED"
  | "NOT_FINITE"
  | "NO_EQUILIBRIUM"
  | "UNDECIDED"
  | "BOUND_BROKEN"
  | "NO_ADAPTER"
  | "SHADER_COMPILE"
  | "GPU_VALIDATION"
  | "OUT_OF_MEMORY"
  | "DEVICE_LOST"
  | "ABORTED"
  | "CANNOT_READ"
  | "CANNOT_WRITE"
  | "INCOMPLETE";

/** Every error that the library foresees. Its message is one line; `cause` is the underlying error, if there is one. */
export class MesaError extends Error {
  /** the kind of error */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "MesaError";
    this.code = code;
  }
}

/** The place of an error in the definition of a game. */
export interface GamePlace {
  /** the part of the definition: `output`, `next.theta`, `state.theta.min`, `hidden.transition[0][1]` */
  readonly path: string;
  /** the character of the formula, counted from 1; absent if the error has no place within a formula */
  readonly column?: number;
}

/** An error in the definition of a game, with code `INVALID_CONFIG`. */
export class GameError extends MesaError {
  /** the place of the error; undefined if it is in no single part of the definition */
  readonly place: GamePlace | undefined;
  /** the message without the name of the game and the place */
  readonly reason: string;

  constructor(message: string, place?: GamePlace, reason = message) {
    super("INVALID_CONFIG", message);
    this.place = place;
    this.reason = reason;
  }
}

/** Whether a thrown value is a MesaError with this code. */
export function hasCode(error: unknown, code: ErrorCode): error is MesaError {
  return error instanceof MesaError && error.code === code;
}

/** @throws MesaError `ABORTED` when the signal is aborted */
export function checkNotAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted(signal);
}

/** The error to throw when a signal was aborted. */
export function interrupted(signal: AbortSignal): MesaError {
  return new MesaError("ABORTED", "the solve was interrupted", signal.reason);
}
