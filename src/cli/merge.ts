// `merge`: combines the shards of a diagram or a sweep into the result that a single process would have written, byte
// for byte. Before it merges, it checks that all shards exist, are complete and belong to the same question.

import { checkNotAborted } from "../errors.ts";
import {
  type Answer,
  checkPhase,
  checkSweep,
  createCells,
  finishPhase,
  MesaError,
  openEngine,
  STATUSES,
  sweepOf,
  tilesIn,
} from "../index.ts";
import { here, quoteWord } from "./configuration.ts";
import { say } from "./failure.ts";
import { openFolder } from "./folder.ts";
import { interruptible } from "./interrupt.ts";
import {
  FILES as PHASE_FILES,
  type PhaseQuestion,
  placePayload,
  reportPhase,
  tilesOfDiagram,
} from "./phase.ts";
import { type Heading, listShards, nameOf, readShard, SHARDS, type ShardFile } from "./shards.ts";
import { answerIn, reportSweep, FILES as SWEEP_FILES, type SweepQuestion, UNSOLVED } from "./sweep.ts";

/** What the command line gives. */
export interface MergeFlags {
  partial?: boolean;
  wait?: boolean;
  question?: string;
  out?: string;
  json?: boolean;
}

/** the time between two checks of `--wait`, in milliseconds */
const PAUSE = 5000;

/** The shards of one question. */
interface QuestionShards {
  readonly name: string;
  readonly heading: Omit<Heading, "shard">;
  /** the number of shards, n */
  readonly of: number;
  readonly files: readonly ShardFile[];
}

/**
 * Merges the shards in a folder, writes the files of the result and prints it.
 *
 * @throws MesaError `INCOMPLETE` if a shard is missing or unusable, after one line on stderr for each; then nothing is
 *   written
 */
export async function mergeCommand(folder: string, flags: MergeFlags): Promise<void> {
  if (flags.wait) await untilThere(folder, flags);
  const question = await questionIn(folder, flags);
  const into = flags.out ?? folder;
  const { kind, version } = question.heading.question;
  if (version !== __VERSION__)
    throw new MesaError(
      "INCOMPLETE",
      `version ${version} made the shards and this is ${__VERSION__}: merge them with version ${version}, or make them again`,
    );
  if (kind === "phase") {
    const asked = question.heading.question as unknown as PhaseQuestion;
    const diagram = checkPhase(asked.phase);
    const tiles = tilesOfDiagram(diagram);
    const cells = createCells(diagram.measures, diagram.x.values.length * diagram.y.values.length);
    cells.status.fill(STATUSES.indexOf("unsolved"));
    await gather(folder, question, flags, (tile, payload) =>
      placePayload(diagram, cells, tiles[tile], payload),
    );
    const cpu = await openEngine({ backend: "cpu" });
    const { backend, adapter, precision, method } = asked;
    const engine = { ...cpu, backend, adapter, precision };
    const sample = flags.partial ? { sample: 0 } : {};
    try {
      const map = await finishPhase(diagram, cells, engine, { method, speed: null, ...sample });
      const out = await openFolder(into, PHASE_FILES);
      await reportPhase(map, asked, question.heading.command, flags.json, out);
    } finally {
      cpu.destroy();
    }
  } else {
    const asked = question.heading.question as unknown as SweepQuestion;
    const plan = checkSweep(asked.sweep);
    const none = Object.fromEntries(plan.measures.map((name) => [name, null]));
    const unsolved: Answer = { values: none, missing: UNSOLVED, solver: null };
    const answers = plan.asked.map(() => unsolved);
    await gather(folder, question, flags, (cell, payload) => {
      answers[cell] = answerIn(payload);
    });
    const out = await openFolder(into, SWEEP_FILES);
    await reportSweep(sweepOf(plan, answers), asked, question.heading.command, flags.json, out);
  }
}

/** The question that a folder's shards belong to. @throws MesaError `INCOMPLETE` if there is none, or more than one */
async function questionIn(folder: string, { question: wanted }: MergeFlags): Promise<QuestionShards> {
  const files = await listShards(folder);
  const names = [...new Set(files.map((file) => file.question))];
  const found: QuestionShards[] = [];
  const unread: ShardFile[] = [];
  for (const name of names) {
    const own = files.filter((file) => file.question === name);
    const heading = await headingOf(own);
    if (!heading) {
      unread.push(...own);
      continue;
    }
    const { shard: _, ...rest } = heading;
    const counts = [...new Set(own.map((file) => file.shard.of))].sort((a, b) => a - b);
    for (const of of counts)
      found.push({ name, heading: rest, of, files: own.filter((file) => file.shard.of === of) });
  }
  const chosen = found.filter(
    ({ name, of, heading }) =>
      wanted === undefined || [name, `${name}/${of}`, heading.command].includes(wanted),
  );
  if (chosen.length === 1) return chosen[0];
  for (const { path } of unread) say(`${path} does not begin as a shard does`);
  for (const { name, of, files, heading } of chosen.length > 0 ? chosen : found)
    say(
      `${name}/${of}: ${files.length} files of ${of} shards of ${heading.command} (${["adapter", "precision", "version"].map((key) => heading.question[key]).join(", ")})`,
    );
  throw new MesaError(
    "INCOMPLETE",
    chosen.length > 1
      ? `${folder} has shards of ${chosen.length} questions: choose one with --question, or remove the files of the others from ${folder}/${SHARDS}`
      : found.length > 0
        ? `${folder} has no shards of the question ${JSON.stringify(wanted)}`
        : `${folder} has no shards: phase and sweep make them with --shard i/n --out ${folder}`,
  );
}

/** The heading of the first undamaged file of a question. */
async function headingOf(files: readonly ShardFile[]): Promise<Heading | undefined> {
  for (const { path, question } of files) {
    const { heading } = await readShard(
      path,
      () => undefined,
      () => false,
    );
    if (heading && nameOf(heading.question) === question) return heading;
  }
  return undefined;
}

/**
 * Reads all records of a question's shards, shard by shard.
 *
 * @throws MesaError `INCOMPLETE`, after a line for each shard that cannot be used, unless `--partial` is given
 */
async function gather(
  folder: string,
  { heading, of, name, files }: QuestionShards,
  { partial }: MergeFlags,
  take: (tile: number, payload: Uint8Array) => void,
): Promise<void> {
  let wrong = 0;
  for (let index = 1; index <= of; index++) {
    const missing = new Set(tilesIn({ index, of }, heading.tiles));
    const own = files.filter(({ shard }) => shard.index === index);
    const whole = own.find(({ writer }) => !writer);
    let why = `shard ${index} of ${of} is ${own.length > 0 ? "not complete" : "missing"}`;
    for (const file of partial ? own : whole ? [whole] : []) {
      const read = await readShard(file.path, (tile, payload) => {
        if (missing.delete(tile)) take(tile, payload);
      });
      if (!read.heading || nameOf(read.heading.question) !== name)
        why = `${file.path} does not begin as a shard does`;
      else why = read.complete ? `${file.path} lacks tiles` : `${file.path} is cut off or damaged`;
      if (read.complete && missing.size === 0) why = "";
    }
    if (why === "" || partial) continue;
    wrong++;
    say(`${why}; ${repairOf(heading.command, folder, { index, of })} repairs it`);
  }
  if (wrong > 0)
    throw new MesaError("INCOMPLETE", `${wrong} of ${of} shards cannot be merged, and nothing was written`);
}

/** The command that makes a shard again; it does not solve undamaged tiles again. */
function repairOf(command: string, folder: string, { index, of }: { index: number; of: number }): string {
  return `${here(command)} --shard ${index}/${of} --out ${quoteWord(folder)}`;
}

/** Waits until every shard has its file under the name of a complete shard. @throws MesaError `ABORTED` */
async function untilThere(folder: string, flags: MergeFlags): Promise<void> {
  await interruptible(async (signal) => {
    for (;;) {
      checkNotAborted(signal);
      const question = await questionIn(folder, flags).catch(() => undefined);
      const done = question?.files.filter(({ writer }) => !writer).length ?? 0;
      if (question && done >= question.of) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  });
}
