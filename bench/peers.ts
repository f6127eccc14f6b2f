// This package beside its peers: everyone computes the same costs, or the same plan, in turns in one run. Costs that
// differ from the reference by more than rounding are void, and so is a plan with a decision that is worse than another by
// more than that.

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

/** How one contestant did. */
export interface Entry extends Pick<Contestant, "name" | "variant" | "device" | "bits"> {
  readonly seconds: Spread;
  /** by the GPU's own clock; null where it was not asked */
  readonly deviceSeconds: Spread | null;
  readonly stepsPerSecond: number;
  /** the share of the adapter's float32 instructions, by its own clock; null where not known */
  readonly limitShare: number | null;
  /**
   * of costs, the largest relative difference from the reference; of a plan, by how much a decision costs more than the
   * best candidate, given the plan's later decisions, as a share of what candidates cost on average, at most
   */
  readonly difference: number;
  /** whether that is within what the arithmetic may lose */
  readonly valid: boolean;
}

/** One question, and all who answered it. */
export interface Race {
  readonly wanted: Wanted;
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

/** what is asked at every size: what is wanted of a game, and its discount unless that is the state's */
const ASKED: readonly (readonly [wanted: Wanted, game: string, discount: number | null])[] = [
  ["costs", "linear", 1],
  ["costs", "linear", 0.97],
  ["costs", "misconception", 1],
  ["costs", "learned-discount", null],
  ["plan", "linear", 1],
  ["plan", "misconception", 1],
  ["plan", "learned-discount", null],
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

/** The costs by moments, another method and a cheap one; where there are none, by our own rollouts. */
function referenceOf({ problem, plan }: Question): ArrayLike<number> {
  const oracle = createOracle(problem);
  const [{ enclosure }] = oracle.questions(0, plan);
  if (!enclosure) return oracle.costsAt(0, plan)(pointsOf(problem.candidates));
  return Float64Array.from({ length: problem.candidates.size }, (_, i) => enclosure(i).cost);
}

/** How far an answer is from the reference: see {@link Entry.difference}. */
function differenceOf(
  { problem, wanted }: Question,
  reference: ArrayLike<number>,
  { costs, least, plan }: Timing,
): number {
  // what is no number is as far off as can be
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

/** By how much a plan's decisions cost more than the best, given those after them: at most, of the average. */
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
    // a rounding of the decision may cost less than the grid's best
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

  /** @param first how long one answer took, in seconds */
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
    // answers are looked at once the clock has stopped, in the last round
    const answer = round === this.rounds - 1;
    const timing = await this.#contestant.time(this.#repeat, answer);
    this.seconds.push(timing.seconds);
    if (timing.deviceSeconds !== undefined) this.deviceSeconds.push(timing.deviceSeconds);
    if (answer) this.difference = differenceOf(this.#question, this.#reference, timing);
  }
}

/** How long a question may take by how long smaller ones of its kind took. */
class Speeds {
  /** steps a second, by kind */
  readonly #known = new Map<Contestant, Map<string, number>>();

  /** in seconds; 0 where nothing is known */
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
  const wholes = question.wanted === "plan" ? (episodes + 1) / 2 : 1;
  const work = candidates.size * states.size * episodes * wholes;
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
      // compiles and warms up; the second answer says how often to repeat
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
  const questions = sizes.flatMap((size) => ASKED.map((what) => ask(size, ...what)));
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
