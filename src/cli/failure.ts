// What the program prints on stderr: an error in one line, with an exit status for scripts; and notes, unless --quiet.

import { constants } from "node:os";
import { getSystemErrorMap } from "node:util";
import { type ErrorCode, MesaError } from "../errors.ts";

/** the exit status of a bug: EX_SOFTWARE, “internal software error”, in sysexits.h */
const BUG = 70;

const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  INVALID_CONFIG: 2,
  LIMIT_EXCEEDED: 2,
  NOT_FINITE: 2,
  CANNOT_READ: 2,
  CANNOT_WRITE: 2,
  INCOMPLETE: 1,
  NO_EQUILIBRIUM: 1,
  UNDECIDED: 2,
  BOUND_BROKEN: BUG,
  NO_ADAPTER: 3,
  DEVICE_LOST: 3,
  OUT_OF_MEMORY: 3,
  GPU_VALIDATION: 3,
  SHADER_COMPILE: 3,
  ABORTED: 130,
};

/** The exit status of an error; after an interruption it is 128 plus the signal's number. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof MesaError)) return BUG;
  const signal = error.code === "ABORTED" && constants.signals[error.cause as NodeJS.Signals];
  return signal ? 128 + signal : EXIT_CODES[error.code];
}

/** A text on one line. */
export function oneLine(text: string): string {
  return text.trim().replace(/\s*[\r\n\u2028\u2029]+\s*/g, " ");
}

/** An error in one line; if it is a bug and MESA_DEBUG is 1, the stack follows. */
export function lineOf(error: unknown): string {
  if (error instanceof MesaError) return oneLine(error.message);
  const text = oneLine(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  if (process.env.MESA_DEBUG === "1" && error instanceof Error) return `${text}\n${error.stack}`;
  return `a bug: ${text} (MESA_DEBUG=1 shows where)`;
}

/** Prints a message on stderr. */
export function say(message: string): void {
  process.stderr.write(`mesa-induction: ${message}\n`);
}

let quiet = false;

/** Whether only errors and warnings are printed on stderr. */
export const isQuiet = (): boolean => quiet;

/** @param wanted whether notes and progress are left out */
export function beQuiet(wanted: boolean): void {
  quiet = wanted;
}

/** Prints a note, which is not an error, on stderr; with --quiet it prints nothing. */
export function note(message: string): void {
  if (!quiet) say(message);
}

/** The operating system's message for an error: `permission denied`. */
export function reasonOf(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return (errno !== undefined && getSystemErrorMap().get(errno)?.[1]) || message;
}
