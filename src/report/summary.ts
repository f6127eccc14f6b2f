// A result in a few sentences: what the agents do in training, at the switch and in deployment, and which solver ran.

import type { Measures, NamedDecision, Result, Stationary } from "../index.ts";
import { describeSchedule, differencesOf, historyOf, labelOf, partsOf, phasesOf, short } from "./wording.ts";

/**
 * A sequence of values in words: `goes from 0.03 to 0.11` if it only rises or only falls, as printed; `varies between 0.14
 * and 0.22 (first 0.18, last 0.22)` if it does both; `stays at 1`.
 *
 * @param of what is said after the values, as ` of the goal θ`
 */
function course(values: readonly number[], say: (x: number) => string = short, of = ""): string {
  const [first, last] = [say(values[0]), say(values.at(-1)!)];
  if (values.length === 1) return `is ${first}${of}`;
  if (values.every((x) => say(x) === first)) return `stays at ${first}${of}`;
  const steps = values.slice(1).map((x, i) => (say(x) === say(values[i]) ? 0 : Math.sign(x - values[i])));
  if (!(steps.includes(1) && steps.includes(-1))) return `goes from ${first} to ${last}${of}`;
  const ends = first === last ? `first and last ${first}` : `first ${first}, last ${last}`;
  return `varies between ${say(Math.min(...values))} and ${say(Math.max(...values))}${of} (${ends})`;
}

/** `3 %`, to three digits. */
function percent(share: number): string {
  return `${short(Number((100 * share).toPrecision(3)))} %`;
}

/** `In training (episodes 0–19) the coefficient goes from 0.03 to 0.11, …`, and what changes at a switch. */
function phaseSentences(result: Result): string[] {
  const { trajectory } = result;
  const { learningRate, outputs, states, shown } = partsOf(result);
  const phases = phasesOf(learningRate);
  const last = learningRate.length - 1;
  // a schedule with many switches is summarized as a whole
  const described = phases.length > 4 ? [{ from: 0, to: last, training: undefined }] : phases;
  return described.flatMap(({ from, to, training }) => {
    const name = training === undefined ? "All along" : training ? "In training" : "In deployment";
    const where = from === to ? `episode ${from}` : `episodes ${from}–${to}`;
    const during = (values: readonly number[]) => values.slice(from, to + 1);
    const decisions = shown.map(([key, values]) => `the ${labelOf(key)} ${course(during(values))}`);
    const said = outputs.map(([key, values]) => {
      // with several outputs, it is unknown which goal each should equal
      const shares = during(values).map((y, i) => y / trajectory.theta[from + i]);
      const isShare = outputs.length === 1 && shares.every(Number.isFinite);
      const what = isShare ? course(shares, percent, " of the goal θ") : course(during(values));
      return `the ${labelOf(key)} ${what}`;
    });
    // the state after the last step of a phase is the first state of the next phase
    const end = to === last ? to + 1 : to + 2;
    const left = (key: string, values: readonly number[]) =>
      `${labelOf(key)} ${course(values.slice(from, end))}`;
    const others = states.flatMap(([key, values]) => (key === "theta" ? [] : `the ${left(key, values)}`));
    const kept = [left("theta", trajectory.theta), ...others];
    const sentence = `${name} (${where}) ${[decisions, said, kept]
      .map((parts) => parts.join(", "))
      .filter(Boolean)
      .join("; ")}.`;
    if (from === 0) return [sentence];
    const jumps = shown.map(
      ([key, values]) => `the ${labelOf(key)} ${course([values[from - 1], values[from]])}`,
    );
    if (jumps.length === 0) return [sentence];
    return [
      `At the switch to ${training ? "training" : "deployment"} (episode ${from}) ${jumps.join(", ")}.`,
      sentence,
    ];
  });
}

/** The equilibrium that is played forever, the other equilibria, and what finite horizons converge to. */
function stationaryLines({ equilibria, complete, finiteHorizon, chosen }: Stationary): string[] {
  const said = (decision: NamedDecision) =>
    Object.entries(decision)
      .map(([name, x]) => `${labelOf(name)} ${short(x)}`)
      .join(", ");
  const { decision, stable, multiplier } = equilibria[chosen];
  const others = equilibria.filter((_, i) => i !== chosen).map((other) => said(other.decision));
  const all = !complete
    ? "float64 cannot tell whether there is another"
    : others.length === 0
      ? "there is no other"
      : `the others are ${others.join("; ")}`;
  const { outcome, period, episodes, decisions } = finiteHorizon;
  const horizons =
    outcome === "limit"
      ? "Ever longer finite horizons converge to it."
      : outcome === "cycle"
        ? `Ever longer finite horizons do not converge to it but go round in a cycle of ${period}: ${decisions.map(said).join("; ")}.`
        : `Whether ever longer finite horizons converge was not established in ${episodes} episodes.`;
  return [
    `For ever after: ${said(decision)}, ${stable ? "a stable" : "an unstable"} stationary equilibrium (multiplier ${short(multiplier)}); ${all}.`,
    horizons,
  ];
}

/** The lines that an infinite horizon, held-out states, memory or a hidden phase adds. */
function endLines({ stationary, value, memory, generalization, cost }: Result): string[] {
  const lines: string[] = [];
  if (stationary) lines.push(...stationaryLines(stationary));
  if (generalization) {
    const { heldOutStates, heldOutCost, linearCost } = generalization;
    lines.push(
      `The average total mesa cost is ${short(cost[0])}, and ${short(heldOutCost)} over ${heldOutStates} states that are held out; ` +
        `agents with the best linear policies would have ${short(linearCost)}.`,
    );
  }
  if (memory) {
    const { nodes, error } = memory;
    lines.push(
      `Agents remember: the plan has a coefficient for up to ${nodes} beliefs an episode, ${
        error === 0
          ? "which are all that can occur"
          : `and the last doubling of these changed results by up to ${short(Number(error.toPrecision(2)))}`
      }.`,
    );
  }
  if (value !== undefined)
    lines.push(`Training ends by chance; the expected average total mesa cost is ${short(value)}.`);
  return lines;
}

/** The history that the trajectory shows, if the phase is hidden. */
function historyLines(result: Result): string[] {
  const history = historyOf(result);
  if (!history) return [];
  const { end, signals, probabilities } = history;
  return [
    `The trajectory is one history: ${end} and ${signals}. Given that end, the signals have probability ${probabilities.join(" and ")}.`,
  ];
}

/** The measures in one line; `none` for a measure that is not defined. */
function measuresLine({ measures, measuresOverHazard, trajectoryProbability }: Result): string {
  const said = (of: Measures) =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${value === null ? "none" : short(value)}`)
      .join(", ");
  const over = measuresOverHazard ? `; and over how long training lasts: ${said(measuresOverHazard)}` : "";
  return `Measures${trajectoryProbability ? ", expected over the signals" : ""}: ${said(measures)}${over}.`;
}

const PRECISIONS: Readonly<Record<Result["solver"]["precision"], string>> = {
  certified: "certified to be the float64 oracle's plan",
  screened: "screened in float32 and settled in float64, without a bound",
  f32: "float32, not certified",
  float64: "in float64",
};

/** Which solver ran: `Solved by rollout on the cpu, certified …, in 12 ms, with 21.5 % of all rollouts.` */
function solverLine({ solver }: Result): string {
  const { backend, adapter, method, precision, threads, milliseconds, rolledOut } = solver;
  const cpu = threads > 1 ? `${threads} threads of the cpu` : "the cpu";
  const where = backend === "cpu" ? cpu : `the gpu ${adapter}`;
  const share =
    method === "rollout" && rolledOut !== null ? `, with ${short(100 * rolledOut)} % of all rollouts` : "";
  return `Solved by ${method} on ${where}, ${PRECISIONS[precision]}, in ${short(milliseconds)} ms${share}.`;
}

/**
 * A result in words: title, settings that differ from the game's defaults, the history, a sentence for each phase, the
 * measures, and the solver. No line feed at the end.
 */
export function summaryOf(result: Result): string {
  const { config, game } = result;
  const differences = differencesOf(config);
  return [
    `${game}: ${describeSchedule(result.trajectory.learningRate)}${differences.length > 0 ? `; ${differences.join(", ")}` : ""}`,
    ...historyLines(result),
    ...phaseSentences(result),
    ...endLines(result),
    measuresLine(result),
    solverLine(result),
  ].join("\n");
}
