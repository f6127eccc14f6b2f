// Ranges as the command line has them: `discount=0:1:51`, or `regularization=1e-4:0.5:40:log`.

import { MesaError } from "../errors.ts";

/** A setting, and where its values begin and end. */
export interface Range {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly log: boolean;
}

/** What is wrong with a range. @param flag that gave it */
export function wrongRange(flag: string, why: string): MesaError {
  return new MesaError(
    "INVALID_CONFIG",
    `${flag} must be key=from:to:count, like discount=0:1:51, or key=from:to:count:log, ${why}`,
  );
}

/**
 * Reads a range; whether its numbers make sense together is another's question.
 *
 * @throws MesaError `INVALID_CONFIG`
 */
export function readRange(flag: string, text: string | undefined): Range {
  if (text === undefined) throw wrongRange(flag, "and is missing");
  const got = `got ${JSON.stringify(text)}`;
  const parts = /^([^=]+)=([^:]+):([^:]+):(\d+)(:log)?$/.exec(text);
  if (!parts || parts[1].split(".").includes("")) throw wrongRange(flag, got);
  const [from, to, count] = [parts[2], parts[3], parts[4]].map(Number);
  if (!Number.isFinite(to - from)) throw wrongRange(flag, `with finite numbers, ${got}`);
  return { key: parts[1], from, to, count, log: parts[5] !== undefined };
}
