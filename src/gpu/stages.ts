// Certified rollouts in stages, as in src/cpu/stages.ts: if no term of a cost is negative, a part of it is a lower
// bound. The states that add most to a good candidate's cost come first. The first stage bounds all boxes of candidates
// and rolls out the candidates of the remaining boxes; each further stage adds states for the candidates that remain.
// At the end few candidates have enclosures from all states, and float64 settles between them.

import { boxesOfWgsl } from "../../shaders/boxes.wgsl.ts";
import { type Bound, encloseWgsl } from "../../shaders/enclose.wgsl.ts";
import { ENCLOSED_SIZE, HUGE } from "../../shaders/minimum.wgsl.ts";
import { plain } from "../../shaders/real.wgsl.ts";
import { MAX_STAGES, WORKGROUP } from "../../shaders/rollout.wgsl.ts";
import type { Sample } from "../cpu/rollout.ts";
import type { KnownCosts } from "../cpu/stages.ts";
import { checkNotAborted } from "../errors.ts";
import { isBounded } from "../game/structure.ts";
import type { Watch } from "../model/evaluator.ts";
import { type Boxes, createBoxes, FORM_WORK, levelsOf } from "./boxes.ts";
import type { Enclosed } from "./buffers.ts";
import type { GpuContext, Query, Scorer } from "./context.ts";
import { capacityOf, dealStates, MAX_WORKGROUPS } from "./cut.ts";
import { createKernel, type Kernel } from "./kernel.ts";
import { Adopted } from "./rolloutScorer.ts";
import { type Blocks, createRollouts } from "./rollouts.ts";
import { compileSearch, createSearch, type Search } from "./search.ts";
import { tabulateStates } from "./states.ts";
import { createSurvivors, dispatches, notAbove } from "./survivors.ts";

/** bytes of the numbers that a box has per block of states */
const BOX_TOTAL = 12;
/** the minimum number of blocks if there are many states; a stage may end after each block */
const BLOCKS = 16;
/** the share of a good candidate's cost that the states of the first stage add up to */
const REACH = 0.25;
/** the growth factor of the number of states from stage to stage */
const GROWTH = 4;
/** work below this share of a submission does not get a stage of its own */
const SHORT = 0.01;

/** Rolls candidates out in stages. */
export interface StagedScreening {
  readonly scorer: Scorer;
  readonly search: Search;
  /**
   * The candidates that could be the minimum or the runner-up, by the device's bound; all candidates if `known` is
   * undefined.
   *
   * @throws MesaError `ABORTED`
   */
  screen(query: Query, watch: Watch, known?: KnownCosts): Promise<Enclosed[]>;
}

/** The stages on a device. */
export async function createStages(context: GpuContext): Promise<StagedScreening> {
  const { open, problem, recorder, buffers } = context;
  const { device } = open;
  const { candidates, learningRates } = problem;
  const { size } = candidates;
  const table = tabulateStates(problem);
  const { maxStorageBufferBindingSize: maxBinding } = device.limits;
  const longest = Math.floor(table.count / BLOCKS);
  const deal = dealStates(table.count, size, BOX_TOTAL, maxBinding, context.lanes, longest);
  const perBlock = deal.groups * deal.lanes;
  const capacity = capacityOf(size, Math.max(deal.blocks * 4, ENCLOSED_SIZE), maxBinding);
  const enclosures = buffers.storage("enclosures", capacity * ENCLOSED_SIZE);
  const lists = [0, 1].map(() => buffers.storage("listed candidates", size * ENCLOSED_SIZE));

  const additions = deal.groups * deal.lanes + deal.blocks + MAX_STAGES;
  const bounded = isBounded(problem.formulas);
  const [finest] = levelsOf(candidates);
  const bound: Bound = bounded ? { kind: "boxes", boxes: finest } : { kind: "guess" };
  // all kernels are compiled concurrently
  const [boxes, main, survivors, enclose, boxesOf] = await Promise.all([
    bounded ? createBoxes(context, { table, deal, additions, candidates: lists[0] }) : undefined,
    createRollouts(context, { arithmetic: plain, numbers: table.numbers, deal, capacity, listed: true }),
    createSurvivors(context),
    createKernel(device, "enclose", encloseWgsl(bound), [
      ...(["part", "write", "read", "read"] as const),
      ...(bounded ? (["read"] as const) : []),
    ]),
    bounded
      ? createKernel(device, "boxes_of", boxesOfWgsl(finest), ["part", "read", "write", "write", "write"])
      : undefined,
    compileSearch(device),
  ]);
  // by list of candidates: one of the two, or a list of all of them if there are no boxes
  const sourcesOfCandidates = boxes ? lists : [...lists, listOf(size)];
  const rolled = sourcesOfCandidates.map((list) => main.bind(list));
  const enclosed = sourcesOfCandidates.map((list) =>
    enclose.bind(recorder.parts, enclosures, main.totals, list, ...(boxes ? [boxes.bounds] : [])),
  );
  // by the list to which survivors are written, read from their enclosures or from the other list
  const left = lists.map((list) => survivors.bind(enclosures, list));
  const again = lists.map((list, i) => survivors.bind(lists[1 - i], list));

  function listOf(size: number): GPUBuffer {
    const all = new Uint32Array(size * 3);
    for (let i = 0; i < size; i++) all[3 * i] = i;
    const list = buffers.storage("all candidates", size * ENCLOSED_SIZE);
    device.queue.writeBuffer(list, 0, all);
    return list;
  }

  /** the list and the states of the current stage */
  let from = 0;
  let blocks: Blocks = main.all;
  let rolledOut = 0;
  const adopted = new Adopted(learningRates.length);
  const sources = [main, boxes].flatMap((rollouts) => rollouts?.source ?? []);

  const scorer: Scorer = {
    enclosures,
    capacity,
    scale: table.scale,
    get rolledOut() {
      return rolledOut + (boxes?.worked ?? 0);
    },
    workOf: (episode) => blocks.run * perBlock * (learningRates.length - episode),
    adopt: (episode, plan) => adopted.adopt(episode, plan, sources),
    async score(part) {
      await main.record({ ...part, ...blocks }, part.candidates, rolled[from]);
      const offset = recorder.part({ ...part, ...blocks, fresh: part.first === 0 ? 1 : 0 });
      recorder.dispatch(enclose, enclosed[from], offset, Math.ceil(part.candidates / WORKGROUP));
      return offset;
    },
  };
  const search = await createSearch(context, scorer);

  const all = {
    states: Uint32Array.from({ length: table.count }, (_, i) => i),
    counts: new Uint32Array(table.count).fill(1),
  };
  let arranged: object | undefined;
  const arrange = (order: Sample) => {
    if (arranged === order) return;
    arranged = order;
    main.arrange(order.states, order.counts);
    boxes?.arrange(order.states, order.counts);
  };

  function createBoxesOf(kernel: Kernel, { listed }: Boxes) {
    const seen = buffers.storage("boxes seen", finest.size * 4);
    const groups = lists.map((list) => kernel.bind(recorder.parts, list, seen, survivors.count, listed));
    return (list: number, most: number) => {
      recorder.clear(seen);
      for (const range of dispatches(most))
        recorder.dispatch(
          kernel,
          groups[list],
          recorder.part(range),
          Math.ceil(range.candidates / WORKGROUP),
        );
    };
  }
  /** records that the boxes of a list's candidates are listed */
  const listBoxes = boxes && createBoxesOf(boxesOf!, boxes);

  return {
    scorer,
    search,
    async screen(question, watch, known) {
      const order = known?.ranked ?? all;
      arrange(order);
      const states = order.states.length;
      const last = Math.ceil(states / perBlock);
      const reach = known?.ranked && reachOf(known.ranked.added, perBlock);
      const limitOf = () => {
        const limit = (known?.highest() ?? Number.POSITIVE_INFINITY) / (table.scale * table.count);
        return limit < HUGE ? Math.max(Math.fround(limit + Math.abs(limit) * 2 ** -20), 2 ** -126) : HUGE;
      };
      let query: Query = { ...question, limit: limitOf(), whole: 0 };
      let [size, boxesLeft] = [candidates.size, boxes ? finest.size : 0];
      /** the block at which a stage that begins with `begin` ends */
      const endOf = (stage: number, begin: number): number => {
        const steps = (last - begin) * perBlock * (learningRates.length - question.episode);
        const work = (size + boxesLeft * FORM_WORK) * steps;
        if (!reach || stage === MAX_STAGES - 1 || work < SHORT * recorder.budget) return last;
        const end = begin === 0 ? reach.findIndex((share) => share >= REACH) + 1 : begin * GROWTH;
        return end > 0 && 2 * end <= last ? end : last;
      };

      rolledOut = 0;
      from = boxes ? 0 : 2;
      for (let [stage, begin] = [0, 0]; ; stage++) {
        const end = endOf(stage, begin);
        blocks = { first_block: begin, run: end - begin, states };
        const whole = end === last;
        const before = begin;
        const onProgress = (share: number) => watch.onProgress?.((before + share * (end - before)) / last);
        if (boxes && stage === 0) size = await boxes.list(query, blocks, watch);
        else await boxes?.extend(boxesLeft, query, blocks, watch);
        checkNotAborted(watch.signal);

        if (whole && known) query = { ...query, whole: 1 };
        const to = from === 0 ? 1 : 0;
        survivors.clear();
        await search.record(
          query,
          { ...watch, onProgress },
          (part, range) => survivors.add(part, range.candidates, left[to]),
          size,
        );
        rolledOut += size * (Math.min(states, end * perBlock) - begin * perBlock);
        const found = await survivors.read(lists[to], query, whole);
        checkNotAborted(watch.signal);
        if (whole) {
          const threshold = known ? Math.min(query.limit, found.runnerUp) : HUGE;
          return notAbove(await found.entries(), threshold);
        }

        // settle the best candidate and its neighbours, because lower known costs rule out more
        if (found.best < candidates.size) await known!.settle(candidates.around(found.best));
        const limit = limitOf();
        const lower = limit < query.limit && found.size <= MAX_WORKGROUPS * WORKGROUP;
        query = { ...query, limit };
        from = to;
        if (lower) {
          from = 1 - to;
          survivors.clear();
          survivors.add(recorder.part({ ...query, candidates: found.size }), found.size, again[from]);
        }
        listBoxes?.(from, found.size);
        const listed = lower || listBoxes ? await survivors.read(lists[from], query, false) : found;
        [size, boxesLeft, begin] = [listed.size, listed.boxes, end];
      }
    },
  };
}

/** The cumulative shares of a cost: of the states of the first block, of the first two blocks, … */
function reachOf(added: Float64Array, perBlock: number): number[] {
  const sum = added.reduce((sum, one) => sum + one, 0);
  const shares: number[] = [];
  for (let [at, reached] = [0, 0]; at < added.length; ) {
    const end = Math.min(at + perBlock, added.length);
    while (at < end) reached += added[at++];
    shares.push(reached / sum);
  }
  return shares;
}
