// Computes in a worker, so that the page responds while a search runs. Only the library runs here.

import { hasCode } from "../errors.ts";
import { keepDevice } from "../gpu/kept.ts";
import {
  type Alternatives,
  type AlternativesOptions,
  alternatives,
  type Config,
  checkPhase,
  type ErrorCode,
  MesaError,
  type NamedPlan,
  openEngine,
  type Phase,
  type PhaseConfig,
  type PhaseEngine,
  type PhaseOptions,
  phase,
  type Result,
  type SolveOptions,
  solve,
  type Tile,
} from "../index.ts";

/** The jobs of the worker: what the page asks and what the worker answers, as plain data. */
export interface Jobs {
  solve: {
    of: { config: Config; options: Pick<SolveOptions, "backend" | "method"> };
    answer: Result;
  };
  /** sends tiles, a coarse picture first; the answer leaves out the diagram, because the page has it */
  phase: {
    of: { config: PhaseConfig; options: Pick<PhaseOptions, "method" | "sample"> & { backend: Backend } };
    answer: Omit<Phase, "diagram">;
  };
  alternatives: {
    of: { config: Config; plan: NamedPlan; episode: number; options: AlternativesOptions };
    answer: Alternatives;
  };
}
type Backend = NonNullable<SolveOptions["backend"]>;
export type JobName = keyof Jobs;

/** What the page posts: a job, or a request to stop one. */
export type ToWorker =
  | { readonly [N in JobName]: { readonly id: number; readonly job: N; readonly of: Jobs[N]["of"] } }[JobName]
  | { readonly id: number; readonly job: "stop" };

/** What the worker answers. */
export type FromWorker = { readonly id: number } & (
  | { readonly share: number }
  | { readonly tiles: readonly Tile[] }
  | { readonly answer: Jobs[JobName]["answer"] }
  | { readonly code: ErrorCode | "BUG"; readonly message: string }
);

/** What a job receives besides its question. */
interface Watch {
  readonly signal: AbortSignal;
  onProgress(share: number): void;
  onTile(tile: Tile): void;
}

/** the minimum time between two progress messages, in milliseconds */
const EVERY = 100;

/** the device of all solves, on which each kernel is compiled once */
const gpu = keepDevice();
/** open engines, whose devices and threads are reused by later diagrams */
const engines = new Map<Backend, Promise<PhaseEngine>>();
/** settles when the previous diagram is done, because an engine solves one diagram at a time */
let before: Promise<unknown> = Promise.resolve();

function engineFor(backend: Backend): Promise<PhaseEngine> {
  const open = engines.get(backend) ?? openEngine({ backend });
  engines.set(backend, open);
  open.catch(() => engines.delete(backend));
  return open;
}

const jobs: {
  [N in JobName]: (of: Jobs[N]["of"], watch: Watch) => Jobs[N]["answer"] | Promise<Jobs[N]["answer"]>;
} = {
  solve: ({ config, options }, { signal, onProgress }) =>
    solve(config, { ...options, gpu, signal, onProgress: ({ share }) => onProgress(share) }),

  async phase({ config, options: { backend, ...options } }, { signal, onTile }) {
    const diagram = checkPhase(config);
    const draw = async () => {
      const engine = await engineFor(backend);
      signal.throwIfAborted();
      return phase(diagram, { ...options, engine, signal, onTile, progressive: true });
    };
    const drawn = before.then(draw).catch((error) => {
      if (!hasCode(error, "DEVICE_LOST")) throw error;
      engines.delete(backend); // try once more, with a new device
      return draw();
    });
    before = drawn.catch(() => undefined);
    const { diagram: _, ...answer } = await drawn;
    return answer;
  },

  alternatives: ({ config, plan, episode, options }) => alternatives(config, plan, episode, options),
};

const running = new Map<number, AbortController>();
const post = (message: FromWorker) => postMessage(message);

addEventListener("message", async ({ data }: MessageEvent<ToWorker>) => {
  const { id } = data;
  if (data.job === "stop") {
    running.get(id)?.abort();
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  const { signal } = controller;
  let toldAt = performance.now();
  // several tiles per message, because the page draws once for each message
  let tiles: Tile[] = [];
  const tellTiles = () => {
    if (tiles.length > 0 && !signal.aborted) post({ id, tiles });
    tiles = [];
    toldAt = performance.now();
  };
  try {
    const work = jobs[data.job] as (of: unknown, watch: Watch) => unknown;
    const answer = await work(data.of, {
      signal,
      onProgress(share) {
        if (performance.now() - toldAt < EVERY) return;
        toldAt = performance.now();
        post({ id, share });
      },
      onTile(tile) {
        tiles.push(tile);
        if (performance.now() - toldAt >= EVERY) tellTiles();
      },
    });
    tellTiles();
    post({ id, answer: answer as Jobs[JobName]["answer"] });
  } catch (error) {
    const code = error instanceof MesaError ? error.code : "BUG";
    post({ id, code, message: error instanceof Error ? error.message : String(error) });
  } finally {
    running.delete(id);
  }
});
