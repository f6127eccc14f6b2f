// This package beside its peers: everyone computes the same costs, in turns in one run, and whose answer differs from
// the reference by more than rounding is void.

import { createOracle } from "../src/cpu/oracle.ts";
import { checkNotAborted } from "../src/errors.ts";
import { createProblem } from "../src/model/problem.ts";
import { CASES, SIZES, type Size } from "./cases.ts";
import { type Contestant, type Field, openField, pointsOf, type Question } from "./contestants.ts";
import { instructionsPerStep } from "./limit.ts";
import { type Spread, spreadOf } from "./measure.ts";
import type { Opened, Selection } from "./measurements.ts";

/** How one contestant did. */
export interface Entry extends Pick<Contestant, "name" | "variant" | "device" | "bits"> {
  readonly seconds: Spread;
  /** by the GPU's own clock; null where it was not asked */
  readonly deviceSeconds: Spread | null;
  readonly stepsPerSecond: number;
  /** the share of the adapter's float32 instructions, by its own clock; null where not known */
  readonly limitShare: number | null;
  /** the largest relative difference of a cost from the reference */
  readonly difference: number;
  /** whether that is within what the arithmetic may lose */
  readonly valid: boolean;
}

/** One question, and all who answered it. */
export interface Race {
  readonly game: string;
  readonly candidates: number;
  readonly states: number;
  readonly episodes: number;
  /** null where it is the state's */
  readonly discount: number | null;
  readonly entries: readonly Entry[];
  /** who did not answer, and why */
  readonly leftOut: readonly string[];
}

/** All that was measured. */
export interface Races {
  readonly peers: {
    readonly rounds: number;
    readonly versions: Field["versions"];
    readonly absent: Field["absent"];
    readonly races: readonly Race[];
  };
}

/** what is asked at every size: a game, and its discount unless that is the state's */
const GAMES: readonly (readonly [game: string, discount: number | null])[] = [
  ["linear", 1],
  ["linear", 0.97],
  ["misconception", 1],
  ["learned-discount", null],
];

/** How long everyone is timed. */
export interface Effort {
  /** timings of each contestant, in turns */
  readonly rounds: number;
  /** how long one timing takes at least, in seconds */
  readonly timing: number;
}

const EFFORT: Effort = { rounds: 9, timing: 0.1 };
/** rounds of who takes so long for one answer, in seconds */
const SLOW_ROUNDS = 3;
const SLOW = 1;
/** what a cost may be off, relatively, after 100 episodes */
const TOLERANCE = { 64: 1e-11, 32: 1e-4 };

/** A question: a size of a game, under a plan that is not the best and a regularization. */
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

/** The costs by moments, another method and a cheap one; where there are none, by our own rollouts. */
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

  /** @param first how long one answer took, in seconds */
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
    // answers are looked at once the clock has stopped, in the last round
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
      // what is no number is as far off as can be
      this.difference = Math.max(this.difference, off >= 0 ? off : Number.POSITIVE_INFINITY);
    }
  }
}

/** How long a question of a game may take by how long smaller ones took. */
class Speeds {
  /** steps a second, by game */
  readonly #known = new Map<Contestant, Map<string, number>>();

  /** in seconds; 0 where nothing is known */
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
  /** how long an answer may take, in seconds */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** float32 instructions a second of the adapter, where known */
  readonly limit: number | undefined;
  readonly effort: Effort;
}

/** Why work failed, in a line; undefined where it did not. @throws MesaError `ABORTED` */
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
      // compiles and warms up; the second answer says how often to repeat
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
 * Lets everyone answer every question.
 *
 * @param opened the adapter, where there is one
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
