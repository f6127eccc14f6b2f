// Measures how fast the page is, in the Chromium of the tests: the time to its first plot and map, the time from a
// slider to the plot, and the longest time that it is busy while a slider is dragged on a machine of a quarter of the
// speed.
//
//     npm run bench:page [file.json]

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { launchChromium } from "../test/browser/chromium.ts";

const RUNS = 9;
/** the factor by which the processor is slowed down for dragging */
const SLOWER = 4;
/** the number of steps that a slider is dragged */
const STEPS = 30;

const median = (times: readonly number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)];

/** One visit with an empty cache; times in milliseconds. */
async function visit(browser: Browser, address: string) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    const seen: Record<string, number> = {};
    const tasks: number[] = [];
    Object.assign(globalThis, { seen, tasks });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    }).observe({ type: "longtask" });
    const look = () => {
      if (document.querySelector(".trajectory .plot svg")) seen.plot ??= performance.now();
      if (document.querySelector('.phase[aria-busy="false"] .contours')) seen.map ??= performance.now();
      if (seen.plot === undefined || seen.map === undefined) requestAnimationFrame(look);
    };
    look();
  });
  await page.goto(address);
  await page.waitForFunction(() => (globalThis as unknown as { seen: { map?: number } }).seen.map);
  const seen = await page.evaluate(
    () => (globalThis as unknown as { seen: Record<"plot" | "map", number> }).seen,
  );
  // the worker is started before the measurement; the slider's positions are stops, which are counted from γ = 0
  const slider = page.getByRole("slider", { name: "Discount γ", exact: true });
  await slider.fill("24");
  await page.waitForTimeout(1500);
  const followed = await slider.evaluate(async (input: HTMLInputElement) => {
    const deception = () => document.querySelector(".measures dd")!.textContent;
    const times: number[] = [];
    for (const value of ["16", "12", "31", "19", "14"]) {
      const before = deception();
      const started = performance.now();
      input.value = value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      while (deception() === before) await new Promise(requestAnimationFrame);
      times.push(performance.now() - started);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    return times;
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
  const longest = await slider.evaluate(async (input: HTMLInputElement, steps) => {
    const { tasks } = globalThis as unknown as { tasks: number[] };
    tasks.length = 0;
    for (let i = 0; i < steps; i++) {
      input.value = String(12 + i);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return Math.max(0, ...tasks);
  }, STEPS);
  await context.close();
  return { ...seen, slider: median(followed), longest };
}

const [file] = process.argv.slice(2);
const server = spawn(process.execPath, ["dist/cli.js", "explore", "--port", "0"], {
  stdio: ["ignore", "pipe", "inherit"],
});
const [line] = (await once(server.stdout, "data")) as [Buffer];
const browser = await launchChromium();
const visits: Awaited<ReturnType<typeof visit>>[] = [];
for (let run = 0; run < RUNS; run++) visits.push(await visit(browser, line.toString().trim()));
const version = browser.version();
await browser.close();
server.kill();
const of = (key: keyof (typeof visits)[number]) => Math.round(median(visits.map((one) => one[key])));
const result = {
  command: "npm run bench:page",
  date: new Date().toISOString().slice(0, 10),
  browser: version,
  runs: RUNS,
  unit: "milliseconds, medians",
  firstPlot: of("plot"),
  firstMap: of("map"),
  sliderToPlot: of("slider"),
  [`longestTaskWhileDraggingAtSpeed1/${SLOWER}`]: of("longest"),
};
console.log(JSON.stringify(result, null, 2));
if (file) await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
