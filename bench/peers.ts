// This package beside its peers: everyone computes the same costs, or the same plan, in turns in one run. Costs that
// differ from the reference by more than rounding are void, and so is a plan with a decision that is worse than another
// by more than that.

import { createRollouts } from "../src/cpu/compiled.ts";
import { createOracle } from "../src/cpu/oracle.ts";
import { checkNotAborted } from "../src/errors.ts";
import { createProblem, type Problem } from "../src/model/problem.ts";
import { CASES, SIZES, type Size } from "./cases.ts";
import { type Contestant, type Field, openField, pointsOf, type Question } from "./contestants.ts";
import { instructionsPerStep } from "./limit.ts";
import { type Spread, spreadOf } from "./measure.ts";
import type { Opened, Selection } from "./measurements.ts";
import type { Timing, Wanted } from "./peer.ts";

/** The result of one contestant. */
export interface Entry extends Pick<Contestant, "name" | "variant" | "device" | "bits"> {
  readonly seconds: Spread;
  /** the time by the GPU's own clock; null if it was not measured */
  readonly deviceSeconds: Spread | null;
  readonly stepsPerSecond: number;
  /** the share of the adapter's float32 instructions, by its own clock; null if not known */
  readonly limitShare: number | null;
  /**
   * for costs, the largest relative difference from the reference; for a plan, how much more a decision costs than the
   * best candidate, given the plan's later decisions, relative to the average cost of the candidates; the maximum
   */
  readonly difference: number;
  /** whether the difference is within the rounding error of the arithmetic */
  readonly valid: boolean;
}

/** One question and all answers. */
export interface Race {
  readonly wanted: Wanted;
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

/** the questions at every size: costs or a plan, of a game, and its discount unless that is a part of the state */
const ASKED: readonly (readonly [wanted: Wanted, game: string, discount: number | null])[] = [
  ["costs", "linear", 1],
  ["costs", "linear", 0.97],
  ["costs", "misconception", 1],
  ["costs", "learned-discount", null],
  ["plan", "linear", 1],
  ["plan", "misconception", 1],
  ["plan", "learned-discount", null],
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
function ask(size: Size, wanted: Wanted, game: string, discount: number | null): Question {
  const problem = createProblem({
    schedule: { training: 20, deployment: 80, learningRate: 0.9 },
    ...CASES[game][SIZES.indexOf(size)],
    ...(discount !== null && { discount }),
    regularization: 0.001,
  });
  const others = problem.candidates.axes.slice(1).map(() => 0.1);
  return {
    wanted,
    problem,
    plan: Array.from(problem.learningRates, (rate) => [rate > 0 ? 0.05 : 1, ...others]),
  };
}

/** The reference costs: by moments, which is another method and cheap; if they do not apply, by our own rollouts. */
function referenceOf({ problem, plan }: Question): ArrayLike<number> {
  const oracle = createOracle(problem);
  const [{ enclosure }] = oracle.questions(0, plan);
  if (!enclosure) return oracle.costsAt(0, plan)(pointsOf(problem.candidates));
  return Float64Array.from({ length: problem.candidates.size }, (_, i) => enclosure(i).cost);
}

/** The difference between an answer and the reference: see {@link Entry.difference}. */
function differenceOf(
  { problem, wanted }: Question,
  reference: ArrayLike<number>,
  { costs, least, plan }: Timing,
): number {
  // NaN counts as an infinite difference
  const off = (x: number) => (x >= 0 ? x : Number.POSITIVE_INFINITY);
  if (wanted === "plan") return off(mostRegret(problem, Array.from(plan!)));
  const wantedCosts =
    least === undefined ? reference : [Array.from(reference).reduce((a, b) => Math.min(a, b))];
  const answers = least === undefined ? costs! : [least];
  let most = 0;
  for (let i = 0; i < wantedCosts.length; i++)
    most = Math.max(most, off(Math.abs(answers[i] / wantedCosts[i] - 1)));
  return most;
}

/** the rollout-steps of a plan's check, at most: some seconds; larger plans are not asked for */
const MOST_CHECKED = 2 ** 33;

/** How many rollout-steps it takes to compute what is wanted by rolling out all candidates on all states. */
function workOf({ wanted, problem: { candidates, states, learningRates } }: Question): number {
  const episodes = learningRates.length;
  return candidates.size * states.size * (wanted === "plan" ? (episodes * (episodes + 1)) / 2 : episodes);
}

/**
 * The maximum extra cost of a plan's decisions over the best, given the later decisions, relative to the average cost.
 */
function mostRegret(problem: Problem, numbers: readonly number[]): number {
  const { candidates, learningRates } = problem;
  const width = candidates.axes.length;
  const plan = Array.from(learningRates, (_, t) => numbers.slice(t * width, (t + 1) * width));
  const [rollouts, points] = [createRollouts(problem), pointsOf(candidates)];
  let most = 0;
  for (let t = 0; t < plan.length; t++) {
    const costs = rollouts.costsAt(t, plan)([plan[t], ...points]);
    let [least, sum] = [Number.POSITIVE_INFINITY, 0];
    for (const cost of costs.slice(1)) {
      least = Math.min(least, cost);
      sum += cost;
    }
    const regret = (costs[0] - least) / (sum / points.length);
    // a decision that is rounded differently may cost less than the best of the grid
    most = Math.max(most, Math.abs(regret));
    if (Number.isNaN(regret)) return regret;
  }
  return most;
}

/** One contestant on one question. */
class Turn {
  readonly seconds: number[] = [];
  readonly deviceSeconds: number[] = [];
  difference = 0;
  readonly #contestant: Contestant;
  readonly #question: Question;
  readonly #reference: ArrayLike<number>;
  readonly #repeat: number;
  readonly rounds: number;

  /** @param first the time of one answer, in seconds */
  constructor(
    contestant: Contestant,
    question: Question,
    reference: ArrayLike<number>,
    first: number,
    { rounds, timing }: Effort,
  ) {
    this.#contestant = contestant;
    this.#question = question;
    this.#reference = reference;
    this.#repeat = Math.max(1, Math.ceil(timing / first));
    this.rounds = first > SLOW ? Math.min(SLOW_ROUNDS, rounds) : rounds;
  }

  async take(round: number): Promise<void> {
    if (round >= this.rounds) return;
    // answers are checked after the clock has stopped, in the last round
    const answer = round === this.rounds - 1;
    const timing = await this.#contestant.time(this.#repeat, answer);
    this.seconds.push(timing.seconds);
    if (timing.deviceSeconds !== undefined) this.deviceSeconds.push(timing.deviceSeconds);
    if (answer) this.difference = differenceOf(this.#question, this.#reference, timing);
  }
}

/** Estimates the time of a question from the times of smaller questions of its kind. */
class Speeds {
  /** steps per second, by kind */
  readonly #known = new Map<Contestant, Map<string, number>>();

  /** the expected time, in seconds; 0 if nothing is known */
  expected(contestant: Contestant, kind: string, work: number): number {
    const speed = this.#known.get(contestant)?.get(kind);
    return speed === undefined ? 0 : work / (speed * contestant.gains);
  }

  learn(contestant: Contestant, kind: string, work: number, seconds: number): void {
    const known = this.#known.get(contestant) ?? new Map<string, number>();
    this.#known.set(contestant, known.set(kind, work / seconds));
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
  const work = workOf(question);
  const key = `${question.wanted} of ${game.name}`;
  const leftOut: string[] = [];
  const leaveOut = ({ name, variant }: Contestant, why: string) =>
    leftOut.push(`${name}, ${variant} (${why})`);
  const racing = new Map<Contestant, number>();
  for (const [i, contestant] of contestants.entries()) {
    checkNotAborted(signal);
    onProgress(i / contestants.length / 2, contestant.name);
    let seconds = speeds.expected(contestant, key, work);
    const failure = await failureOf(signal, async () => {
      if (seconds > patience) return;
      await contestant.take(question);
      // the first answer compiles and warms up; the second decides how often to repeat
      await contestant.time(1, false);
      seconds = (await contestant.time(1, false)).seconds;
      speeds.learn(contestant, key, work, seconds);
    });
    if (!failure && seconds <= patience) racing.set(contestant, seconds);
    else leaveOut(contestant, failure ?? `takes over ${patience} s`);
  }
  const reference = racing.size > 0 && question.wanted === "costs" ? referenceOf(question) : [];
  const turns = new Map(
    Array.from(racing, ([contestant, seconds]) => [
      contestant,
      new Turn(contestant, question, reference, seconds, effort),
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
  const each = question.wanted === "costs" ? instructionsPerStep(question.problem) : undefined;
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
    ...{
      wanted: question.wanted,
      game: game.name,
      candidates: candidates.size,
      states: states.size,
      episodes,
    },
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
  const questions = sizes
    .flatMap((size) => ASKED.map((what) => ask(size, ...what)))
    .filter((question) => question.wanted === "costs" || workOf(question) <= MOST_CHECKED);
  const speeds = new Speeds();
  const races: Race[] = [];
  try {
    for (const [q, question] of questions.entries()) {
      const share = (part: number, what: string) =>
        onProgress((q + part) / questions.length, `question ${q + 1} of ${questions.length}: ${what}`);
      const asked = contestants.filter((contestant) => contestant.has(question));
      races.push(await raceOnce(question, asked, speeds, share, { patience, signal, limit, effort }));
    }
  } finally {
    await field.close();
  }
  return { peers: { rounds: effort.rounds, versions: field.versions, absent: field.absent, races } };
}
