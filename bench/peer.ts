// A peer is another program that does the same work, in a process of its own. It answers each line of JSON with a line
// of JSON; bench/peers/protocol.py describes the requests.

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a peer describes itself. */
export interface About {
  readonly versions: Readonly<Record<string, string>>;
  readonly device: "cpu" | "gpu";
  /** its variants: the bits of their floating-point numbers, the games that they support, and what they can compute */
  readonly variants: readonly {
    readonly name: string;
    readonly bits: 32 | 64;
    readonly games: readonly string[];
    readonly wanted: readonly Wanted[];
  }[];
}

/** What is computed: the costs of all candidates at the first episode, or a whole plan by backward induction. */
export type Wanted = "costs" | "plan";

/** The time of a request, and its answer. */
export interface Timing {
  /** the wall-clock time of one evaluation, from inputs in memory to the answer in memory */
  readonly seconds: number;
  /** the time of one evaluation by the device's own clock, if it has one */
  readonly deviceSeconds?: number | undefined;
  /** the costs, if they were requested; shape [candidates] */
  readonly costs?: ArrayLike<number> | undefined;
  /** the minimum cost, from contestants that return only that */
  readonly least?: number;
  /** the numbers of the decisions by episode, if the plan was requested; shape [episodes × numbers of a decision] */
  readonly plan?: ArrayLike<number> | undefined;
}

/** How a program ended: its exit code, and the last line that it printed. */
function endOf(child: ChildProcess, command: string): Promise<{ code: number | null; said: string }> {
  let said = "";
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-10_000);
  });
  return new Promise((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) =>
      resolve({ code: null, said: error.code === "ENOENT" ? `${command} is not here` : error.message }),
    );
    child.on("close", (code) =>
      resolve({ code, said: said.trim().split("\n").at(-1) || `${command} ended with ${code}` }),
    );
  });
}

/** Runs a program to its end. @throws Error with the last line that it printed, if it fails */
export async function runToEnd(command: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const { code, said } = await endOf(
    spawn(command, args, { stdio: ["ignore", "ignore", "pipe"], signal }),
    command,
  );
  if (code !== 0) throw new Error(said);
}

/** A running peer. */
export interface Peer {
  readonly about: About;
  /** Sends a request and waits for the answer. @throws Error if there is no answer */
  ask(request: object): Promise<Timing>;
  close(): void;
}

/** Starts a peer. @throws Error that says why it cannot run here */
export async function startPeer(
  command: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<Peer> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], signal });
  const ended = endOf(child, command);
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error((await ended).said);
    return JSON.parse(value);
  };
  const about: About & { absent?: string } = await next();
  if (about.absent) throw new Error(about.absent);
  return {
    about,
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return next();
    },
    close: () => void child.stdin.end(),
  };
}
