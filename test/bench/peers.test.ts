// All contestants that can run here compute the same costs; those that cannot are listed with a reason.
import { expect, test } from "vitest";
import { OURS } from "../../bench/contestants.ts";
import { openMeter } from "../../bench/measurements.ts";
import { type Race, race } from "../../bench/peers.ts";
import { oursOn, racesTable, ratioTo } from "../../bench/textTables.ts";

/** The programs that answer a question: each answers all of them, at least by one variant. */
const peersOf = ({ entries }: Race) => [...new Set(entries.map(({ name }) => name))];

const silent = { signal: new AbortController().signal, onProgress() {} };

test("installed contestants agree, others are listed as absent", { timeout: 240_000 }, async () => {
  const measured = await race(
    await openMeter(),
    { cases: {}, sizes: ["small"], backends: ["cpu", "gpu"], patience: 60 },
    silent,
    { rounds: 1, timing: 0 },
  );
  const { races, absent } = measured.peers;
  expect(races.map(({ wanted, game, discount }) => [wanted, game, discount])).toEqual([
    ["costs", "linear", 1],
    ["costs", "linear", 0.97],
    ["costs", "misconception", 1],
    ["costs", "learned-discount", null],
    ["plan", "linear", 1],
    ["plan", "misconception", 1],
    ["plan", "learned-discount", null],
  ]);
  for (const one of races) {
    const ours = one.entries.filter(({ name }) => name === OURS).map(({ variant }) => variant);
    const wanted = { costs: ["1 thread", "f32"], plan: ["rollout, 1 thread", "rollout, certified"] }[
      one.wanted
    ];
    for (const variant of wanted) expect(ours).toContain(variant);
    expect(ours.includes("moments, 1 thread")).toBe(one.wanted === "plan" && one.game !== "learned-discount");
    expect(one.leftOut).toEqual([]);
    expect(peersOf(one), `${one.wanted} of ${one.game}`).toEqual(peersOf(races[0]));
    for (const { name, variant, valid, difference, stepsPerSecond } of one.entries) {
      expect(valid, `${name}, ${variant} is off by ${difference}`).toBe(true);
      expect(stepsPerSecond).toBeGreaterThan(0);
    }
    expect(oursOn(one, "gpu")!.deviceSeconds!.median).toBeGreaterThan(0);
  }
  const here = new Set([...races[0].entries.map(({ name }) => name), ...absent.map(({ name }) => name)]);
  for (const peer of ["NumPy", "C++", "C++, 128-bit vectors", "CUDA", "PyTorch", "JAX"])
    expect(here).toContain(peer);
  for (const { why } of absent) expect(why).toMatch(/./);
  expect(racesTable(measured)).toContain("linear: costs of 401 × 11 × 100, discount 0.97");
  expect(racesTable(measured)).toContain("learned-discount: plan of 441 × 25 × 40\n");
});

test("an answer that is wrong has no ratio", async () => {
  const seconds = (median: number) => ({ median, least: median, most: median, repeats: 1 });
  const entry = (median: number, valid: boolean) => ({
    ...({ name: OURS, variant: "", device: "cpu", bits: 64, gains: 1 } as const),
    ...{ seconds: seconds(median), deviceSeconds: null, stepsPerSecond: 1, limitShare: null },
    ...{ difference: 0, valid },
  });
  expect(ratioTo(entry(2, true), entry(3, true))).toBe("1.5×");
  expect(ratioTo(entry(2, true), entry(3, false))).toBe("–");
  expect(ratioTo(undefined, entry(3, true))).toBe("–");
});
