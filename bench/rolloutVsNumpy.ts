// How much faster the oracle's rollouts are than NumPy doing the same work: the costs of every candidate of the game
// linear at the first of 100 episodes, on one thread. Both are timed in turns in one run, and a row whose answers
// differ is void.
//
//     npm run bench:numpy

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { createProportionalRollout } from "../src/cpu/proportional.ts";
import { createProblem } from "../src/problem.ts";

const ROUNDS = 9;
/** how long one timing takes at least, in seconds */
const TIMING = 0.15;
const TOLERANCE = 1e-12;
const VARIANTS = ["natural", "inPlace"] as const;
const SIZES = [
  { candidates: 401, states: 11, discount: 1 },
  { candidates: 401, states: 11, discount: 0.97 },
  { candidates: 4001, states: 101, discount: 1 },
  { candidates: 4001, states: 101, discount: 0.97 },
];

interface Timing {
  seconds: number;
  costs: number[];
}

/** NumPy in a process of its own, which answers a line with a line. */
class Peer {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    const one = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
    this.#process = spawn("python3", ["bench/peers/numpy_rollout.py"], {
      stdio: ["pipe", "pipe", "ignore"],
      env: { ...process.env, ...one },
    });
    this.#process.on("error", () => {});
    this.#process.stdin!.on("error", () => {});
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
  }

  /** the next answer; undefined when there is none */
  async answer<T>(request?: object): Promise<T | undefined> {
    if (request) this.#process.stdin!.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    return done ? undefined : JSON.parse(value);
  }

  close(): void {
    this.#process.kill();
  }
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Times `work`, repeated often enough for the clock. */
function time(work: () => number[], repeat: number): Timing {
  let costs: number[] = [];
  const start = performance.now();
  for (let i = 0; i < repeat; i++) costs = work();
  return { seconds: (performance.now() - start) / 1000 / repeat, costs };
}

async function measure(peer: Peer, size: (typeof SIZES)[number]) {
  const problem = createProblem({
    game: "linear",
    schedule: { training: 20, deployment: 80, learningRate: 0.9 },
    coefficient: { count: size.candidates },
    theta: { count: size.states },
    discount: size.discount,
    regularization: 0.001,
  });
  const plan = Array.from(problem.learningRates, (rate) => [rate > 0 ? 0.05 : 1]);
  const decisions = Array.from({ length: size.candidates }, (_, i) => problem.candidates.at(i));
  const costsOf = createProportionalRollout(problem)(0, plan);
  const ours = (repeat: number) => time(() => costsOf(decisions), repeat);
  await peer.answer({
    candidates: decisions.flat(),
    states: [...problem.states.axes[0]],
    plan: plan.flat(),
    rates: [...problem.learningRates],
    discount: size.discount,
    regularization: 0.001,
  });
  const theirs = async (variant: string, repeat: number) => (await peer.answer<Timing>({ variant, repeat }))!;

  // what warms up also says how often to repeat, and whether the answers agree
  ours(50);
  const first = { ours: ours(10), natural: await theirs("natural", 2), inPlace: await theirs("inPlace", 2) };
  const repeat = (name: keyof typeof first) => Math.ceil(TIMING / first[name].seconds);
  const difference = Math.max(
    ...VARIANTS.flatMap((name) =>
      first[name].costs.map((cost, i) => Math.abs(cost / first.ours.costs[i] - 1)),
    ),
  );

  const seconds = { ours: [] as number[], natural: [] as number[], inPlace: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    seconds.ours.push(ours(repeat("ours")).seconds);
    for (const name of VARIANTS) seconds[name].push((await theirs(name, repeat(name))).seconds);
  }
  const milliseconds = {
    ours: median(seconds.ours) * 1e3,
    natural: median(seconds.natural) * 1e3,
    inPlace: median(seconds.inPlace) * 1e3,
  };
  return {
    ...size,
    episodes: problem.learningRates.length,
    difference,
    valid: difference <= TOLERANCE,
    milliseconds,
    ratio: {
      natural: milliseconds.natural / milliseconds.ours,
      inPlace: milliseconds.inPlace / milliseconds.ours,
    },
  };
}

const peer = new Peer();
const versions = await peer.answer<{ numpy: string; python: string }>();
if (versions) {
  const rows = [];
  console.log("candidates × states × episodes, discount   rollouts   NumPy: natural      in place");
  for (const size of SIZES) {
    const row = await measure(peer, size);
    rows.push(row);
    const { milliseconds: ms, ratio } = row;
    const what = `${row.candidates} × ${row.states} × ${row.episodes}, ${row.discount}`.padEnd(40);
    const cell = (name: (typeof VARIANTS)[number]) =>
      row.valid ? `${ms[name].toFixed(2)} ms (${ratio[name].toFixed(1)}×)` : "void: the answers differ";
    console.log(
      `${what} ${ms.ours.toFixed(3).padStart(8)} ms  ${cell("natural").padStart(17)}  ${cell("inPlace").padStart(17)}`,
    );
  }
  peer.close();
  const [{ model }] = cpus();
  const report = {
    date: new Date().toISOString().slice(0, 10),
    machine: { cpu: model.trim(), cores: cpus().length, threadsUsed: 1 },
    versions: { ...versions, node: process.versions.node, mesaInduction: __VERSION__ },
    rounds: ROUNDS,
    rows,
  };
  await mkdir("bench/results", { recursive: true });
  await writeFile("bench/results/rollout-vs-numpy.json", `${JSON.stringify(report, null, 2)}\n`);
  if (rows.some(({ valid }) => !valid)) process.exitCode = 1;
} else {
  console.log("python3 with NumPy is not here: nothing to compare with");
}
