// Compares this package with its peers: all contestants compute the same costs, in turns in one run. An answer that
// differs from the reference by more than rounding is discarded.

import { createOracle } from "../src/cpu/oracle.ts";
import { checkNotAborted } from "../src/errors.ts";
import { createProblem } from "../src/model/problem.ts";
import { CASES, SIZES, type Size } from "./cases.ts";
import { type Contestant, type Field, openField, pointsOf, type Question } from "./contestants.ts";
import { instructionsPerStep } from "./limit.ts";
import { type Spread, spreadOf } from "./measure.ts";
import type { Opened, Selection } from "./measurements.ts";

/** The result of one contestant. */
export interface Entry extends Pick<Contestant, "name" | "variant" | "device" | "bits"> {
  readonly seconds: Spread;
  /** the time by the GPU's own clock; null if it was not measured */
  readonly deviceSeconds: Spread | null;
  readonly stepsPerSecond: number;
  /** the share of the adapter's float32 instructions, by its own clock; null if not known */
  readonly limitShare: number | null;
  /** the largest relative difference of a cost from the reference */
  readonly difference: number;
  /** whether the difference is within the rounding error of the arithmetic */
  readonly valid: boolean;
}

/** One question and all answers. */
export interface Race {
  readonly game: string;
  readonly candidates: number;
  readonly states: number;
  readonly episodes: number;
  /** null if the discount is a part of the state */
  readonly discount: number | null;
  readonly entries: readonly Entry[];
  /** the contestants that did not answer, and why */
  readonly leftOut: readonly string[];
}

/** All measurements. */
export interface Races {
  readonly peers: {
    readonly rounds: number;
    readonly versions: Field["versions"];
    readonly absent: Field["absent"];
    readonly races: readonly Race[];
  };
}

/** the questions at every size: a game, and its discount unless that is a part of the state */
const GAMES: readonly (readonly [game: string, discount: number | null])[] = [
  ["linear", 1],
  ["linear", 0.97],
  ["misconception", 1],
  ["learned-discount", null],
];

/** How much each contestant is measured. */
export interface Effort {
  /** the number of timings of each contestant, in turns */
  readonly rounds: number;
  /** the minimum duration of one timing, in seconds */
  readonly timing: number;
}

const EFFORT: Effort = { rounds: 9, timing: 0.1 };
/** the number of rounds for contestants that need more than this time for one answer, in seconds */
const SLOW_ROUNDS = 3;
const SLOW = 1;
/** the allowed relative error of a cost after 100 episodes */
const TOLERANCE = { 64: 1e-11, 32: 1e-4 };

/** A question: a size of a game, with a regularization and a plan that is not optimal. */
function ask(size: Size, game: string, discount: number | null): Question {
  const problem = createProblem({
    schedule: { training: 20, deployment: 80, learningRate: 0.9 },
    ...CASES[game][SIZES.indexOf(size)],
    ...(discount !== null && { discount }),
    regularization: 0.001,
  });
  const others = problem.candidates.axes.slice(1).map(() => 0.1);
  return { problem, plan: Array.from(problem.learningRates, (rate) => [rate > 0 ? 0.05 : 1, ...others]) };
}

/** The reference costs: by moments, which is another method and cheap; if they do not apply, by our own rollouts. */
function referenceOf({ problem, plan }: Question): ArrayLike<number> {
  const oracle = createOracle(problem);
  const [{ enclosure }] = oracle.questions(0, plan);
  if (!enclosure) return oracle.costsAt(0, plan)(pointsOf(problem.candidates));
  return Float64Array.from({ length: problem.candidates.size }, (_, i) => enclosure(i).cost);
}

/** One contestant on one question. */
class Turn {
  readonly seconds: number[] = [];
  readonly deviceSeconds: number[] = [];
  difference = 0;
  readonly #contestant: Contestant;
  readonly #reference: ArrayLike<number>;
  readonly #repeat: number;
  readonly rounds: number;

  /** @param first the time of one answer, in seconds */
  constructor(
    contestant: Contestant,
    reference: ArrayLike<number>,
    first: number,
    { rounds, timing }: Effort,
  ) {
    this.#contestant = contestant;
    this.#reference = reference;
    this.#repeat = Math.max(1, Math.ceil(timing / first));
    this.rounds = first > SLOW ? Math.min(SLOW_ROUNDS, rounds) : rounds;
  }

  async take(round: number): Promise<void> {
    if (round >= this.rounds) return;
    // answers are checked after the clock has stopped, in the last round
    const answer = round === this.rounds - 1;
    const { seconds, deviceSeconds, costs, least } = await this.#contestant.time(this.#repeat, answer);
    this.seconds.push(seconds);
    if (deviceSeconds !== undefined) this.deviceSeconds.push(deviceSeconds);
    if (!answer) return;
    const reference =
      least === undefined ? this.#reference : [Array.from(this.#reference).reduce((a, b) => Math.min(a, b))];
    const answers = least === undefined ? costs! : [least];
    for (let i = 0; i < reference.length; i++) {
      const off = Math.abs(answers[i] / reference[i] - 1);
      // NaN counts as an infinite difference
      this.difference = Math.max(this.difference, off >= 0 ? off : Number.POSITIVE_INFINITY);
    }
  }
}

/** Estimates the time of a question from the times of smaller questions of the same game. */
class Speeds {
  /** steps per second, by game */
  readonly #known = new Map<Contestant, Map<string, number>>();

  /** the expected time, in seconds; 0 if nothing is known */
  expected(contestant: Contestant, game: string, work: number): number {
    const speed = this.#known.get(contestant)?.get(game);
    return speed === undefined ? 0 : work / (speed * contestant.gains);
  }

  learn(contestant: Contestant, game: string, work: number, seconds: number): void {
    const known = this.#known.get(contestant) ?? new Map<string, number>();
    this.#known.set(contestant, known.set(game, work / seconds));
  }
}

interface Racing {
  /** the maximum time of an answer, in seconds */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** float32 instructions per second of the adapter, if known */
  readonly limit: number | undefined;
  readonly effort: Effort;
}

/** Why work failed, in one line; undefined if it did not fail. @throws MesaError `ABORTED` */
async function failureOf(signal: AbortSignal, work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    checkNotAborted(signal);
    return (error as Error).message.split("\n", 1)[0];
  }
}

/** Lets some contestants answer a question, in turns. */
async function raceOnce(
  question: Question,
  contestants: readonly Contestant[],
  speeds: Speeds,
  onProgress: (share: number, what: string) => void,
  { patience, signal, limit, effort }: Racing,
): Promise<Race> {
  const { game, candidates, states, learningRates, parameters } = question.problem;
  const episodes = learningRates.length;
  const work = candidates.size * states.size * episodes;
  const leftOut: string[] = [];
  const leaveOut = ({ name, variant }: Contestant, why: string) =>
    leftOut.push(`${name}, ${variant} (${why})`);
  const racing = new Map<Contestant, number>();
  for (const [i, contestant] of contestants.entries()) {
    checkNotAborted(signal);
    onProgress(i / contestants.length / 2, contestant.name);
    let seconds = speeds.expected(contestant, game.name, work);
    const failure = await failureOf(signal, async () => {
      if (seconds > patience) return;
      await contestant.take(question);
      // the first answer compiles and warms up; the second decides how often to repeat
      await contestant.time(1, false);
      seconds = (await contestant.time(1, false)).seconds;
      speeds.learn(contestant, game.name, work, seconds);
    });
    if (!failure && seconds <= patience) racing.set(contestant, seconds);
    else leaveOut(contestant, failure ?? `takes over ${patience} s`);
  }
  const reference = racing.size > 0 ? referenceOf(question) : [];
  const turns = new Map(
    Array.from(racing, ([contestant, seconds]) => [
      contestant,
      new Turn(contestant, reference, seconds, effort),
    ]),
  );
  for (let round = 0; round < effort.rounds; round++) {
    for (const [contestant, turn] of turns) {
      checkNotAborted(signal);
      onProgress(0.5 + round / effort.rounds / 2, contestant.name);
      const failure = await failureOf(signal, () => turn.take(round));
      if (!failure) continue;
      turns.delete(contestant);
      leaveOut(contestant, failure);
    }
  }
  const each = instructionsPerStep(question.problem);
  const entries = Array.from(turns, ([{ name, variant, device, bits }, turn]): Entry => {
    const seconds = spreadOf(turn.seconds);
    const deviceSeconds = turn.deviceSeconds.length > 0 ? spreadOf(turn.deviceSeconds) : null;
    return {
      ...{ name, variant, device, bits, seconds, deviceSeconds },
      stepsPerSecond: work / seconds.median,
      limitShare: limit && each && deviceSeconds ? (work * each) / deviceSeconds.median / limit : null,
      difference: turn.difference,
      valid: turn.difference <= TOLERANCE[bits],
    };
  });
  return {
    ...{ game: game.name, candidates: candidates.size, states: states.size, episodes },
    ...{ discount: parameters.discount ?? null, entries, leftOut },
  };
}

/**
 * Lets all contestants answer all questions.
 *
 * @param opened the adapter, if there is one
 */
export async function race(
  opened: Opened | undefined,
  { sizes, backends, patience }: Selection,
  { signal, onProgress }: { signal: AbortSignal; onProgress(share: number, what: string): void },
  effort = EFFORT,
): Promise<Races> {
  const field = await openField(backends.includes("gpu") ? opened : undefined, signal);
  const contestants = field.contestants.filter(({ device }) => backends.includes(device));
  const limit = opened?.peak;
  const questions = sizes.flatMap((size) => GAMES.map((what) => ask(size, ...what)));
  const speeds = new Speeds();
  const races: Race[] = [];
  try {
    for (const [q, question] of questions.entries()) {
      const share = (part: number, what: string) =>
        onProgress((q + part) / questions.length, `question ${q + 1} of ${questions.length}: ${what}`);
      const { name } = question.problem.game;
      const asked = contestants.filter(({ games }) => games?.includes(name) ?? true);
      races.push(await raceOnce(question, asked, speeds, share, { patience, signal, limit, effort }));
    }
  } finally {
    await field.close();
  }
  return { peers: { rounds: effort.rounds, versions: field.versions, absent: field.absent, races } };
}
