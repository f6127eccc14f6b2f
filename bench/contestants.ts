// Who is asked for the costs of every candidate, or for a whole plan: this package on each of its backends, and the
// peers that are here.

import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRollouts } from "../src/cpu/compiled.ts";
import { createDecider, type Decider } from "../src/cpu/decider.ts";
import { createCpuEvaluator } from "../src/cpu/evaluator.ts";
import { checkNotAborted } from "../src/errors.ts";
import { createGpuEvaluator, type GpuEvaluator } from "../src/gpu/evaluator.ts";
import type { Grid } from "../src/grid.ts";
import type { Evaluator } from "../src/model/evaluator.ts";
import type { Problem } from "../src/model/problem.ts";
import { Induction } from "../src/solve/induction.ts";
import { refusal } from "../src/solve/methods.ts";
import { GAINS, type Opened } from "./measurements.ts";
import { type Peer, runToEnd, startPeer, type Timing, type Wanted } from "./peer.ts";

/** The costs of all candidates at the first episode, given the decisions after it, or the whole plan. */
export interface Question {
  readonly wanted: Wanted;
  readonly problem: Problem;
  readonly plan: readonly (readonly number[])[];
}

/** A program, or a part of this package, that answers questions. */
export interface Contestant {
  readonly name: string;
  readonly variant: string;
  readonly device: "cpu" | "gpu";
  readonly bits: 32 | 64;
  /** the factor by which its speed may grow on larger questions: small questions do not fill a GPU */
  readonly gains: number;
  /** whether it can answer a question */
  has(question: Question): boolean;
  /** Prepares everything for a question. */
  take(question: Question): Promise<void>;
  /** Answers the question `repeat` times in a row; the timing is per answer. */
  time(repeat: number, answer: boolean): Promise<Timing>;
  close(): void;
}

export const OURS = "mesa-induction";

/** All points of a grid. */
export const pointsOf = (grid: Grid) => Array.from({ length: grid.size }, (_, i) => grid.at(i));

/** Times `work`, and returns its last value. */
async function repeated<T>(
  repeat: number,
  work: () => T | Promise<T>,
): Promise<{ seconds: number; last: T }> {
  let last: T | undefined;
  const start = performance.now();
  for (let i = 0; i < repeat; i++) last = await work();
  return { seconds: (performance.now() - start) / 1000 / repeat, last: last as T };
}

/** The CPU's rollouts, on one thread. */
function onOneThread(): Contestant {
  let costs: () => number[];
  return {
    ...({ name: OURS, variant: "1 thread", device: "cpu", bits: 64, gains: GAINS.cpu } as const),
    has: wantsCosts,
    async take({ problem, plan }) {
      const costsOf = createRollouts(problem).costsAt(0, plan);
      const decisions = pointsOf(problem.candidates);
      costs = () => costsOf(decisions);
    },
    async time(repeat) {
      const { seconds, last } = await repeated(repeat, () => costs());
      return { seconds, costs: last };
    },
    close() {},
  };
}

/** The CPU's rollouts of all candidates from all states on all cores, including the search for the minimum cost. */
function onAllThreads(threads: number): Contestant {
  let decider: Decider | undefined;
  let settle: () => ReturnType<Decider["settle"]>;
  return {
    ...({ name: OURS, variant: `${threads} threads`, device: "cpu", bits: 64, gains: GAINS.cpu } as const),
    has: wantsCosts,
    async take({ problem, plan }) {
      decider?.destroy();
      const its = createDecider(problem, { threads, patience: 0 });
      decider = its;
      const [{ costsOf }] = its.oracle.questions(0, plan);
      // without stages, boxes and enclosures, which would rule candidates out
      settle = () => its.settle({ costsOf, episode: 0, plan }, {});
    },
    async time(repeat) {
      const { seconds, last } = await repeated(repeat, () => settle());
      return { seconds, least: last.cost };
    },
    close: () => decider?.destroy(),
  };
}

/**
 * The GPU's rollouts of all candidates from all states, with all costs read back. (`certified` would skip most of
 * them.)
 */
function onGpu({ meter, adapter }: Opened): Contestant {
  let evaluator: GpuEvaluator | undefined;
  let enclosures: () => ReturnType<GpuEvaluator["enclosures"]>;
  return {
    ...({ name: OURS, variant: "f32", device: "gpu", bits: 32 } as const),
    gains: GAINS[adapter.software ? "cpu" : "gpu"],
    has: wantsCosts,
    async take({ problem, plan }) {
      evaluator?.destroy();
      const options = { method: "rollout", precision: "f32", required: true, gpu: meter.gpu as GPU } as const;
      const its = (await createGpuEvaluator(problem, options))!;
      evaluator = its;
      enclosures = () => its.enclosures(0, plan);
    },
    async time(repeat) {
      await meter.takeSeconds();
      const { seconds, last } = await repeated(repeat, () => enclosures());
      const deviceSeconds = await meter.takeSeconds();
      return { seconds, deviceSeconds: deviceSeconds && deviceSeconds / repeat, costs: last.cost };
    },
    close: () => evaluator?.destroy(),
  };
}

const wantsCosts = ({ wanted }: Question) => wanted === "costs";

/** A whole induction by this package, as in `solve`, with devices open and kernels compiled before. */
function induction(method: "moments" | "rollout", threads: number, opened?: Opened): Contestant {
  let evaluator: Evaluator | undefined;
  let solve: () => Promise<Induction>;
  const software = !opened || opened.adapter.software;
  return {
    ...{
      name: OURS,
      variant: `${method}, ${opened ? "certified" : `${threads} thread${threads > 1 ? "s" : ""}`}`,
    },
    ...({ device: opened ? "gpu" : "cpu", bits: 64, gains: GAINS[software ? "cpu" : "gpu"] } as const),
    has: ({ wanted, problem }) => wanted === "plan" && refusal(problem, method) === undefined,
    async take({ problem }) {
      evaluator?.destroy();
      const its = opened
        ? (await createGpuEvaluator(problem, {
            ...({ method, precision: "certified", required: true } as const),
            gpu: opened.meter.gpu as GPU,
          }))!
        : createCpuEvaluator(problem, method, { threads });
      evaluator = its;
      solve = async () => {
        const induction = new Induction(problem.learningRates.length);
        await induction.run(its, () => 1, {});
        return induction;
      };
    },
    async time(repeat) {
      await opened?.meter.takeSeconds();
      const { seconds, last } = await repeated(repeat, () => solve());
      const deviceSeconds = await opened?.meter.takeSeconds();
      const onDevice = deviceSeconds && { deviceSeconds: deviceSeconds / repeat };
      return { seconds, ...onDevice, plan: last.plan.flat() };
    },
    close: () => evaluator?.destroy(),
  };
}

/** The variants of a peer. @param only the name of the only one that is wanted; all unless given */
function contestantsOf(name: string, peer: Peer, only?: string): Contestant[] {
  const { device, variants } = peer.about;
  /** the question that the peer holds, for all of its variants */
  let taken: Question | undefined;
  const wanted = variants.filter(({ name: variant }) => variant === (only ?? variant));
  return wanted.map(({ name: variant, bits, games, wanted: can }) => ({
    ...{ name, variant, device, bits, gains: GAINS[device] },
    has: ({ wanted, problem }) => can.includes(wanted) && games.includes(problem.game.name),
    async take(question) {
      if (taken === question) return;
      taken = question;
      const { problem, plan } = question;
      await peer.ask({
        game: problem.game.name,
        candidates: pointsOf(problem.candidates).flat(),
        states: pointsOf(problem.states).flat(),
        plan: plan.flat(),
        rates: [...problem.learningRates],
        discount: problem.parameters.discount ?? 1,
        regularization: problem.parameters.regularization,
      });
    },
    time: (repeat, answer) => peer.ask({ variant, wanted: taken!.wanted, repeat, answer }),
    close: peer.close,
  }));
}

/** How a peer is compiled, and the name of its only variant if it has one. */
interface Compiled {
  readonly compiler: string;
  readonly flags: readonly string[];
  readonly source: string;
  readonly only?: string;
  /** a command that fails if the machine lacks what the peer needs, so that it is not compiled in vain */
  readonly check?: readonly [command: string, ...args: string[]];
}
const CPP = { compiler: "g++", source: "cpp_rollout.cpp" };
/** Peers that are compiled here, and peers that Python runs. */
const COMPILED: Readonly<Record<string, Compiled>> = {
  "C++": { ...CPP, flags: ["-std=c++17", "-O3", "-march=native", "-fopenmp"] },
  // as wide as WebAssembly's, and without fused operations, which WebAssembly does not have
  "C++, 128-bit vectors": {
    ...CPP,
    flags: ["-std=c++17", "-O3", "-march=x86-64-v2", "-ffp-contract=off", "-fopenmp"],
    only: "float64, 1 thread",
  },
  CUDA: {
    ...{ compiler: "nvcc", source: "cuda_rollout.cu", flags: ["-std=c++17", "-O3", "-arch=native"] },
    check: ["nvidia-smi", "-L"],
  },
};
const IN_PYTHON = { NumPy: "numpy_rollout.py", PyTorch: "torch_rollout.py", JAX: "jax_rollout.py" };
/** their folder, relative to the bundle in dist/ */
const PEERS = new URL("../bench/peers/", import.meta.url);
const fileOf = (name: string) => fileURLToPath(new URL(name, PEERS));

/** The contestants that can run here, and why others cannot. */
export interface Field {
  readonly contestants: Contestant[];
  readonly versions: Record<string, Readonly<Record<string, string>>>;
  readonly absent: { readonly name: string; readonly why: string }[];
  close(): Promise<void>;
}

/** Compiles and starts the peers. @param opened the adapter to measure, if there is one */
export async function openField(opened: Opened | undefined, signal: AbortSignal): Promise<Field> {
  const folder = await mkdtemp(join(tmpdir(), "mesa-induction-peers-"));
  const threads = availableParallelism();
  const contestants = [
    ...[onOneThread(), ...(threads > 1 ? [onAllThreads(threads)] : [])],
    ...(["rollout", "moments"] as const).map((method) => induction(method, 1)),
    ...(threads > 1 ? [induction("rollout", threads)] : []),
  ];
  const versions: Field["versions"] = {};
  const absent: Field["absent"] = [];
  if (opened) contestants.push(onGpu(opened), induction("rollout", 1, opened));
  else absent.push({ name: `${OURS} on a GPU`, why: "no adapter" });

  const start = async (name: string, begin: () => Promise<Peer>, only?: string) => {
    try {
      const peer = await begin();
      contestants.push(...contestantsOf(name, peer, only));
      versions[name] = peer.about.versions;
    } catch (error) {
      checkNotAborted(signal);
      absent.push({ name, why: (error as Error).message });
    }
  };
  for (const [name, script] of Object.entries(IN_PYTHON))
    await start(name, () => startPeer("python3", ["-B", fileOf(script)], signal));
  for (const [name, { compiler, flags, source, only, check }] of Object.entries(COMPILED)) {
    const build = async () => {
      if (check) await runToEnd(check[0], check.slice(1), signal);
      const program = join(folder, name.replace(/\W/g, "-"));
      await runToEnd(compiler, [...flags, "-o", program, fileOf(source)], signal);
      return startPeer(program, [], signal);
    };
    await start(name, build, only);
  }
  return {
    ...{ contestants, versions, absent },
    async close() {
      for (const contestant of contestants) contestant.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
