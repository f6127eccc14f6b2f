// The page's story, the explanation of a decision, playing and sharing, and the budgets of its first view.
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  ASKED,
  FIRST,
  predictions,
  trainedFor,
  truthOf,
  withPull,
  withSignal,
} from "../../src/explore/scenes.ts";
import { presets, simulate, solve } from "../../src/index.ts";
import { closePages, openedExplore, type Visit, visit } from "./explorePage.ts";

/** the maximum size of the JavaScript that the first view loads, compressed, in bytes */
const BUDGET = 200_000;

let open: Visit | undefined;

beforeAll(async () => void (await openedExplore()));
afterAll(closePages);
afterEach(async () => {
  expect(open?.complaints).toEqual([]);
  await open?.close();
});

async function pageAt(hash = "", options: Parameters<typeof visit>[1] = {}) {
  open = await visit(hash, options);
  return open.page;
}

const solved = (settings: Parameters<typeof solve>[0]) => solve(settings, { backend: "cpu" });
const scene = (page: Page, number: number) => page.locator(`#scene-${number}`);
const boundIn = (page: Page, number: number) => scene(page, number).locator(".bound").allTextContents();
const percent = (x: number) => `${Number((100 * x).toPrecision(3))} %`;

test("the first view shows its pictures at once, within its budget, and computes nothing", async () => {
  const scripts: Promise<Buffer>[] = [];
  const { page } = await visit("#v=1&game=linear&size=64");
  await page.goto("about:blank");
  page.on("response", (response) => {
    if (response.url().endsWith(".js")) scripts.push(response.body());
  });
  open = await visit();
  for (let number = 1; number <= 6; number++)
    await scene(page, number).locator(".plot svg").first().waitFor({ timeout: 2000 });
  await page.locator(".trajectory .why .plot svg").waitFor({ timeout: 2000 });
  await page.locator('.phase[aria-busy="false"] .downloads button:enabled').first().waitFor();
  expect(page.workers()).toEqual([]);
  // and says so
  await page.getByText("this answer came with the page").waitFor();
  expect(await page.locator(".phase .solver").textContent()).toContain("they came with the page");
  const bytes = (await Promise.all(scripts)).map((body) => gzipSync(body, { level: 9 }).length);
  expect(bytes.length).toBeGreaterThan(1);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(BUDGET);
});

describe("the solver decides which answer to a scene's question is right", () => {
  const cases: [keyof typeof predictions, number, () => Promise<number>][] = [
    [
      "training",
      1,
      async () => {
        const { trajectory } = simulate(
          { game: "linear", schedule: { training: 20, deployment: 0, learningRate: 1 } },
          { coefficient: Array(20).fill(ASKED.coefficient) },
        );
        return trajectory.theta[20] / trajectory.theta[0];
      },
    ],
    [
      "knowing",
      2,
      async () => {
        // θ after n episodes of a coefficient a is θ (1 − 2a²)ⁿ
        const costOf = (a: number) => {
          const left = (n: number) => (1 - 2 * a * a) ** n;
          let cost = 80 * (left(20) - 1) ** 2;
          for (let t = 0; t < 20; t++) cost += (a * left(t) - 1) ** 2;
          return cost;
        };
        const all = Array.from({ length: 71 }, (_, i) => i / 100);
        return all.reduce((best, a) => (costOf(a) < costOf(best) ? a : best));
      },
    ],
    [
      "last",
      3,
      async () => {
        const { coefficient } = (await solved(FIRST)).plan as { coefficient: number[] };
        return coefficient[19] / coefficient[0];
      },
    ],
    [
      "switch",
      4,
      async () => {
        const [longer, first] = await Promise.all([trainedFor(ASKED.training), FIRST].map(solved));
        return longer.plan.coefficient[0] - first.plan.coefficient[0];
      },
    ],
    ["breaking", 5, async () => (await solved(withPull(ASKED.discount, 0))).measures.deception!],
    ["signal", 6, async () => (await solved(withSignal(ASKED.signalError))).plan.ifDeploymentSignal[10]],
  ];
  test("in all six scenes", async () => {
    const page = await pageAt();
    for (const [name, number, answerOf] of cases) {
      const { options } = predictions[name];
      const truth = truthOf(predictions[name], await answerOf());
      const wrong = (truth + 1) % options.length;
      const reveal = scene(page, number).locator(".reveal");
      expect(await reveal.textContent()).toBe("");
      await scene(page, number).getByRole("button", { name: options[wrong].text, exact: true }).click();
      await expect.poll(() => reveal.textContent()).toContain(`No: ${options[truth].text.toLowerCase()}`);
      await scene(page, number).getByRole("button", { name: options[truth].text, exact: true }).click();
      await expect.poll(() => reveal.textContent()).toMatch(/^Yes\./);
    }
  });
});

test("the numbers in the sentences are the results for the settings of the sliders", async () => {
  const page = await pageAt();
  await scene(page, 4).getByRole("slider").fill("33");
  const longer = await solved(trainedFor(33));
  await expect
    .poll(async () => (await boundIn(page, 4)).slice(0, 3))
    .toEqual(["33", percent(longer.plan.coefficient[0]), percent(longer.measures.retention!)]);
  await scene(page, 5).getByRole("slider").nth(1).fill("0.05");
  const pulled = await solved(withPull(1, 0.05));
  await expect
    .poll(async () => (await boundIn(page, 5)).slice(0, 2))
    .toEqual([percent(pulled.plan.coefficient[0]), percent(pulled.measures.retention!)]);
  await scene(page, 6).getByRole("slider").fill("0.2");
  const doubted = await solved(withSignal(0.2));
  await expect
    .poll(async () => (await boundIn(page, 6)).slice(1, 3))
    .toEqual([percent(doubted.plan.ifDeploymentSignal[10]), percent(doubted.plan.ifTrainingSignal[10])]);
  // backward induction, one agent at a time: the explanation follows
  await scene(page, 3).getByRole("button", { name: "One agent back" }).click();
  await scene(page, 3).getByRole("heading", { name: "What agent 19 weighs up" }).waitFor();
  await expect
    .poll(() => scene(page, 3).locator(".scene-figure > p").textContent())
    .toContain("The plan has 0.11: compared with 0");
});

test("why this coefficient: another one can be tried, and later episodes are replayed", async () => {
  const page = await pageAt();
  const goal = page.locator(".trajectory .legend").first().locator("li", { hasText: "goal" }).locator("b");
  await page.locator(".trajectory .scrubber").getByRole("slider").fill("20");
  const planned = await goal.textContent();
  await page.locator(".trajectory .scrubber").getByRole("slider").fill("0");
  const why = page.locator(".trajectory .why");
  await expect.poll(() => why.textContent()).toContain("The plan has 0.03: compared with 0");
  const slider = why.getByRole("slider");
  const highest = async () => Number(await slider.getAttribute("max"));
  for (let i = 0; i < 3; i++) {
    const before = await highest();
    await why.getByRole("button", { name: "Farther" }).click();
    await expect.poll(highest).toBeGreaterThan(before);
  }
  await slider.fill("0.5");
  await expect.poll(() => why.textContent()).toMatch(/With 0\.\d+/);
  const tried = Number(/With (0\.\d+)/.exec((await why.textContent())!)![1]);
  const { config, plan } = await solved(presets["experiment-1"].config);
  const coefficient = (plan.coefficient as number[]).with(0, Number(await slider.inputValue()));
  expect(coefficient[0]).toBeCloseTo(tried, 2);
  const { trajectory } = simulate(config, { coefficient });
  await page.locator(".trajectory > .plot").hover({ position: { x: 300, y: 100 } });
  const at = Number(await page.locator(".trajectory .legend .episode b").first().textContent());
  expect(Number(await goal.textContent())).toBeCloseTo(trajectory.theta[at], 3);
  await why.getByRole("button", { name: "As planned" }).click();
  await page.locator(".trajectory .scrubber").getByRole("slider").fill("20");
  await page.mouse.move(0, 0);
  await expect.poll(() => goal.textContent()).toBe(planned);
});

test("a decision of two numbers is explained by a map, a network by its policy", async () => {
  const page = await pageAt("#v=1&game=learned-discount&schedule.training=3&schedule.deployment=2");
  await page.locator(".why .cost-map canvas").waitFor();
  await expect.poll(() => page.locator(".why p").last().textContent()).toMatch(/compared with 0, 0/);
  await page.evaluate(() => {
    location.hash =
      "#v=1&game=mlp&schedule.training=1&schedule.deployment=1&search.starts=1&search.evaluations=100";
  });
  await page.locator(".why figcaption", { hasText: "slope" }).waitFor();
});

describe("the episodes", () => {
  test("are played, and stop when the reader moves the slider", async () => {
    const page = await pageAt();
    const slider = page.locator(".trajectory .scrubber").getByRole("slider");
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await expect.poll(async () => Number(await slider.inputValue())).toBeGreaterThan(2);
    await slider.fill("22");
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    const said = await page.locator(".trajectory .goal-line p").textContent();
    expect(said).toMatch(/^Episode 22, deployment: the output is 0\.724 \(100 % of its goal\)/);
  });

  test("move on one by one if reduced motion is preferred", async () => {
    const page = await pageAt("", { reducedMotion: "reduce" });
    await page.getByRole("button", { name: "Next episode" }).click();
    await page.getByRole("button", { name: "Next episode" }).click();
    await expect
      .poll(() => page.locator(".trajectory .goal-line p").textContent())
      .toMatch(/^Episode 2, training/);
  });
});

test("no part of the page moves while the reader points, drags or waits", async () => {
  const page = await pageAt("#v=1&game=learned-discount&schedule.training=60&schedule.deployment=60");
  await page.locator(".why .cost-map canvas").waitFor();
  // the positions of the parts, in every frame
  await page.evaluate(() => {
    const places = new Set<string>();
    Object.assign(globalThis, { places });
    const parts = [".trajectory > .plot", ".scrubber", ".measures", ".why", ".controls", ".phase"];
    const look = () => {
      places.add(parts.map((part) => document.querySelector(part)!.getBoundingClientRect().top).join());
      requestAnimationFrame(look);
    };
    look();
  });
  const box = (await page.locator(".trajectory > .plot").boundingBox())!;
  for (let i = 1; i < 10; i++) await page.mouse.move(box.x + (i * box.width) / 10, box.y + 90);
  await page.getByRole("slider", { name: /^Learning rate/ }).press("ArrowLeft");
  await page.locator('.trajectory[aria-busy="true"]').waitFor();
  await page.locator('.trajectory[aria-busy="false"]').waitFor();
  await page.waitForTimeout(300);
  const places = await page.evaluate(() => [...(globalThis as unknown as { places: Set<string> }).places]);
  expect(places).toHaveLength(1);
});

test("each line of the plot has its mark in the legend", async () => {
  const page = await pageAt("#v=1&game=distributional-shift&schedule.episodes=8");
  const marks = await page
    .locator(".trajectory .legend")
    .first()
    .locator("li svg")
    .evaluateAll((samples) => samples.map((sample) => sample.querySelectorAll("circle, rect, path").length));
  // goal, four of the intervals, learning rate, output
  expect(marks).toEqual([1, 1, 1, 1, 1, 0, 1]);
});

describe("a frame", () => {
  test.each(["figure", "map", "story"])("shows the %s alone, in 480 × 320", async (view) => {
    open = await visit(`?view=${view}#v=1&game=linear&discount=0.9`, {
      viewport: { width: 480, height: 320 },
      waitFor: view === "story" ? "#scene-6 .plot svg" : ".card svg",
    });
    const { page } = open;
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    expect(await page.locator(".trajectory").count()).toBe(view === "figure" ? 1 : 0);
    expect(await page.locator(".phase").count()).toBe(view === "map" ? 1 : 0);
    expect(await page.locator(".scene").count()).toBe(view === "story" ? 6 : 0);
    expect(await page.locator(".controls").count()).toBe(0);
  });

  test("is copied as code that shows the same as the page", async () => {
    const page = await pageAt("#v=1&game=linear&discount=0.9", {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await page.getByRole("button", { name: "Copy embed code" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    const code = await page.evaluate(() => navigator.clipboard.readText());
    const [, source] = /^<iframe src="([^"]+)" width="\d+" height="\d+" .*title="[^"]+"><\/iframe>$/.exec(
      code,
    )!;
    expect(source.replaceAll("&amp;", "&")).toBe(
      `${(await openedExplore()).address}?view=figure#v=1&game=linear&discount=0.9`,
    );
  });
});

test("the page links to the findings, which have figures and a link back", async () => {
  const { address } = await openedExplore();
  const page = await pageAt();
  await page.getByRole("link", { name: "what was found" }).click();
  await page.getByRole("heading", { name: "A discount", exact: true }).waitFor();
  await page.waitForLoadState();
  const figures = page.getByRole("img");
  expect(await figures.count()).toBeGreaterThan(8);
  const widths = await figures.evaluateAll((images) =>
    images.map((image) => (image as HTMLImageElement).naturalWidth),
  );
  expect(Math.min(...widths)).toBeGreaterThan(0);
  for (const link of await page
    .locator("main a")
    .evaluateAll((links) => links.map((a) => (a as HTMLAnchorElement).href)))
    if (link.startsWith(address)) expect((await page.request.get(link)).ok(), link).toBe(true);
  await page.getByRole("link", { name: "Deceptive alignment, explored" }).click();
  await page.locator(".measures").waitFor();
});

test("the title of the page names what it shows", async () => {
  const page = await pageAt();
  await page.getByRole("button", { name: "A misconception" }).click();
  await expect.poll(() => page.title()).toBe("A misconception · Deceptive alignment, explored");
});

test("the story's claim about longer and longer training holds", async () => {
  let shown = Number.POSITIVE_INFINITY;
  for (let training = 1; training <= 80; training++) {
    const [first] = (await solved(trainedFor(training))).plan.coefficient as number[];
    expect(first, `${training} episodes`).toBeLessThanOrEqual(shown);
    shown = first;
  }
});
