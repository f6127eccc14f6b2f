// Measures a selection of solves, row by row, and describes the machine.

import { cpus, totalmem } from "node:os";
import type { Config, SearchSettings } from "../src/config/config.ts";
import { MesaError } from "../src/errors.ts";
import { type AdapterReport, listAdapters } from "../src/gpu/device.ts";
import { createGpu } from "../src/gpu/node.ts";
import { createProblem } from "../src/model/problem.ts";
import { SIZES, type Size } from "./cases.ts";
import { instructionsPerStep } from "./limit.ts";
import { type Measured, measure } from "./measure.ts";
import { type MeteredGpu, meterGpu } from "./meter.ts";
import { measurePeak } from "./peak.ts";
import { type Variant, variantsOf, workOf } from "./variants.ts";

/** What to measure. */
export interface Selection {
  /** configurations by the name of their row, the smallest first */
  readonly cases: Readonly<Record<string, readonly Config[]>>;
  readonly sizes: readonly Size[];
  readonly backends: readonly Variant["backend"][];
  /** the maximum time of a solve, in seconds */
  readonly patience: number;
}

/** A row of the table. */
export interface Row extends Variant, Omit<Measured, "plan" | "precision"> {
  readonly game: string;
  readonly size: Size;
  /** the number of candidates of a step, or the number of starting points of a search */
  readonly candidates: number;
  readonly states: number;
  readonly episodes: number;
  /** the precision that really ran: `screened` in `certified` rows of a game without a bound */
  readonly ran: string;
  readonly unit: string;
  /** units of work per second, by the median, computed or ruled out; null for a search, which may stop early */
  readonly perSecond: number | null;
  /** the share of the adapter's peak of multiply-adds that rollouts reached, by its own clock; null if not known */
  readonly limitShare: number | null;
  /** the number of decisions that differ from the first certified row of this game and size; null if there is none */
  readonly otherDecisions: number | null;
  /** why the row is not valid */
  readonly void?: string;
}

/** A row that was not measured. */
export type LeftOut = Pick<Row, "game" | "size" | "method" | "backend" | "threads" | "precision"> & {
  readonly why: string;
};

/** The properties of the machine that decide speed. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
}

/** All measurements. */
export interface Report {
  readonly version: string;
  readonly node: string;
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly adapter: (Pick<AdapterReport, "name" | "software"> & Pick<Opened, "peak">) | null;
  readonly patience: number;
  readonly rows: readonly Row[];
  readonly leftOut: readonly LeftOut[];
}

/** the factor by which the speed may grow for larger sizes: small ones do not fill a device */
export const GAINS = { cpu: 4, gpu: 50 };

/** This machine. */
export function machineHere(): Machine {
  const [{ model }] = cpus();
  return {
    cpu: model.trim(),
    cores: cpus().length,
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
  };
}

/** A metered GPU and its adapter. */
export interface Opened {
  readonly meter: MeteredGpu;
  readonly adapter: AdapterReport;
  /** the measured peak of float32 multiply-adds per second */
  readonly peak: number;
}

/** Dawn's flag for timestamps that are not rounded */
export const EXACT_TIMES = ["disable-dawn-features=timestamp_quantization"];

/** Dawn's GPU with exact timestamps; undefined if there is no adapter. */
export async function openMeter(): Promise<Opened | undefined> {
  const gpu = await createGpu(EXACT_TIMES);
  const [adapter] = gpu ? await listAdapters(gpu) : [];
  if (!gpu || !adapter) return undefined;
  const meter = meterGpu(gpu);
  return { meter, adapter, peak: await measurePeak(meter) };
}

/** The number of episodes in which two plans differ. */
function differences(a: Measured["plan"], b: Measured["plan"]): number {
  return a.filter((decision, t) => decision.some((x, d) => x !== b[t][d])).length;
}

/**
 * Measures a selection.
 *
 * @param command the command line, for the report
 * @throws MesaError `NO_ADAPTER` if only the GPU is selected and there is none, `ABORTED`
 */
export async function measureAll(
  { cases, sizes, backends, patience }: Selection,
  command: string,
  { signal, onRow }: { signal?: AbortSignal; onRow?: (share: number, what: string) => void } = {},
): Promise<Report> {
  const opened = backends.includes("gpu") ? await openMeter() : undefined;
  if (!opened && !backends.includes("cpu"))
    throw new MesaError(
      "NO_ADAPTER",
      "no WebGPU adapter was found; mesa-induction doctor says how to get one",
    );
  const jobs = Object.entries(cases).flatMap(([game, configs]) =>
    SIZES.flatMap((size, rung) => {
      const config = configs[rung];
      if (!config || !sizes.includes(size)) return [];
      const problem = createProblem(config);
      return variantsOf(problem, size)
        .filter(({ backend }) => backends.includes(backend))
        .map((asked) => ({ game, size, problem, asked }));
    }),
  );

  const rows: Row[] = [];
  const leftOut: LeftOut[] = [];
  /** work per second of each variant; 0 if a smaller size took too long */
  const speeds = new Map<string, number>();
  const certified = new Map<string, Measured["plan"]>();
  for (const [i, { game, size, problem, asked }] of jobs.entries()) {
    const named = { game, size, ...asked };
    onRow?.(i / jobs.length, `${game}, ${size}, ${asked.method}, ${asked.backend}`);
    if (asked.backend === "gpu" && !opened) {
      leftOut.push({ ...named, why: "there is no adapter" });
      continue;
    }
    const variant = [game, ...Object.values(asked)].join();
    const { amount, unit } = workOf(problem, asked.method);
    const speed = speeds.get(variant);
    const gains = GAINS[asked.backend === "gpu" && !opened?.adapter.software ? "gpu" : "cpu"];
    const hopeless = speed !== undefined && amount > speed * gains * patience;
    const measured = hopeless
      ? undefined
      : await measure(problem, asked, { meter: opened?.meter, patience, signal });
    if (!measured) {
      leftOut.push({ ...named, why: `a solve takes over ${patience} s` });
      speeds.set(variant, 0);
      continue;
    }
    const { plan, precision, ...rest } = measured;
    const search = problem.config.search as SearchSettings;
    const { median } = measured.seconds;
    speeds.set(variant, amount / median);
    const same = `${game}, ${size}`;
    if (precision === "certified" && !certified.has(same)) certified.set(same, plan);
    const other = certified.has(same) ? differences(plan, certified.get(same)!) : null;
    const limit = opened?.peak;
    // a certified solve may skip rollouts of candidates
    const rollsAll = asked.method === "rollout" && asked.precision === "f32";
    const each = rollsAll ? instructionsPerStep(problem) : undefined;
    rows.push({
      ...named,
      candidates: problem.game.network ? search.starts : problem.candidates.size,
      states: problem.states.size,
      episodes: problem.learningRates.length,
      ran: precision,
      unit,
      perSecond: problem.game.network ? null : amount / median,
      limitShare:
        limit && each && measured.gpuSeconds ? (amount * each) / measured.gpuSeconds.median / limit : null,
      otherDecisions: other,
      ...(precision === "certified" &&
        other !== 0 && { void: "its plan is not that of the other backend or method" }),
      ...rest,
    });
  }
  return {
    version: __VERSION__,
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
    command,
    machine: machineHere(),
    adapter: opened
      ? { name: opened.adapter.name, software: opened.adapter.software, peak: opened.peak }
      : null,
    patience,
    rows,
    leftOut,
  };
}
