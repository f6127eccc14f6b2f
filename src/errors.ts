// Every failure the library can foresee is a MesaError with a code, so that callers can tell them apart
// without reading messages.

/**
 * - `INVALID_CONFIG`: what was asked makes no sense; the message says what was got and what is allowed
 * - `LIMIT_EXCEEDED`: what was asked is larger than the solver or the adapter can hold
 * - `NO_EQUILIBRIUM`: it is proved that there is no stationary equilibrium
 * - `UNDECIDED`: none was found, and float64 cannot tell whether there is one; both are {@link NoEquilibrium}
 * - `NOT_FINITE`: every candidate's cost overflows, so none is the least
 * - `BOUND_BROKEN`: float64 settled on a cost outside of a bound that is proved, so the plan cannot be trusted
 * - `NO_ADAPTER`: a GPU was asked for and none is there
 * - `SHADER_COMPILE`: a shader did not compile; the message has line and column
 * - `GPU_VALIDATION`, `OUT_OF_MEMORY`: what WebGPU's error scopes reported
 * - `DEVICE_LOST`: the device went away during the work
 * - `ABORTED`: the caller's signal was aborted
 * - `CANNOT_READ`, `CANNOT_WRITE`: a file
 * - `INCOMPLETE`: shards are missing or cannot be used
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

/** An error with a code; `cause` keeps what lies beneath it. */
export class MesaError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "MesaError";
    this.code = code;
  }
}

/** Where in a game something is wrong. */
export interface GamePlace {
  /** which part of the definition: `output`, `next.theta`, `state.theta.min`, `hidden.transition[0][1]` */
  readonly path: string;
  /** the character of a formula, from 1; absent where it is the formula as a whole, or none */
  readonly column?: number;
}

/** A complaint about a game, with the place where one would mend it. */
export class GameError extends MesaError {
  readonly place: GamePlace | undefined;
  /** the message without the game and the place */
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
