// The library in a browser: the same modules give the same bits. The browser comes from npm, so a missing browser is a
// failure.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import references from "../../src/cli/reference.json" with { type: "json" };
import type * as index from "../../src/index.ts";
import { solve } from "../../src/index.ts";
import { keptChromium } from "./chromium.ts";
import { openSite, type Site } from "./site.ts";

/** a global of the page, see site.ts */
declare const library: typeof index;

let site: Site;
let browser: Browser;
let page: Page;
/** errors and warnings of the page */
let complaints: string[];

beforeAll(async () => {
  [site, browser] = await Promise.all([openSite(), keptChromium()]);
});
afterAll(async () => {
  await site?.close();
});

beforeEach(async () => {
  complaints = [];
  page = await browser.newPage();
  page.on("console", (message) => {
    if (["error", "warning", "assert"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("response", (response) => {
    if (!response.ok()) complaints.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(site.address);
});
afterEach(async () => {
  await page?.close();
});

function solveExperiment(name: string, options: index.SolveOptions): Promise<index.Result> {
  return page.evaluate(([name, options]) => library.solve(library.presets[name].config, options), [
    name,
    options,
  ] as const);
}

describe("experiment-1", () => {
  const [reference] = references;
  test.each([
    { backend: "gpu", method: "moments" },
    { backend: "gpu", method: "rollout" },
    { backend: "cpu", method: "rollout" },
  ] as const)("$method on the $backend", async ({ backend, method }) => {
    const result = await solveExperiment(reference.name, { backend, method });
    expect(result.solver).toMatchObject({ backend, method, precision: "certified", notes: [] });
    expect(result.solver.adapter).toBe(backend === "gpu" ? "google swiftshader" : "cpu");
    expect(result.plan.coefficient).toEqual(reference.plan);
    expect(complaints).toEqual([]);
  });

  test("auto uses the cpu if the adapter is a software adapter", async () => {
    const { solver, plan } = await solveExperiment(reference.name, {});
    expect(solver.backend).toBe("cpu");
    expect(plan.coefficient).toEqual(reference.plan);
    expect(complaints).toEqual([]);
  });
});

describe("threads", () => {
  const config = {
    game: "learned-discount",
    schedule: { learningRates: [1, 0.5, 0.2, 0, 0, 0] },
    ...{ base: { count: 301 }, perDiscount: { count: 301 } },
  };
  const solveThere = () =>
    page.evaluate((config) => library.solve(config, { backend: "cpu", threads: 2 }), config);

  /** the result in Node, with one thread */
  let inNode: index.Result;
  beforeAll(async () => {
    inNode = await solve(config, { backend: "cpu", threads: 1 });
  });

  test("are web workers, and give the same result as Node", async () => {
    const { solver, ...result } = await solveThere();
    const { solver: here, ...wanted } = inNode;
    expect(solver).toMatchObject({ threads: 2, survivors: here.survivors });
    expect(result).toEqual(wanted);
    expect(complaints).toEqual([]);
  });

  test("are not used if the page's security policy forbids them", async () => {
    await page.evaluate(() => {
      const meta = document.createElement("meta");
      meta.httpEquiv = "Content-Security-Policy";
      meta.content = "worker-src 'none'";
      document.head.append(meta);
    });
    const { solver, plan } = await solveThere();
    expect(solver.threads).toBe(1);
    expect(plan).toEqual(inNode.plan);
    expect(complaints.join()).toMatch(/Content Security Policy/);
  });
});

test("a browser without WebGPU says so", async () => {
  const outcome = await page.evaluate(async () => {
    Object.defineProperty(navigator, "gpu", { value: undefined });
    const { solve, MesaError } = library;
    const failure = await solve({ game: "linear" }, { backend: "gpu" }).catch((error) => error);
    return {
      code: failure instanceof MesaError && failure.code,
      cpu: (await solve({ game: "linear" })).solver,
    };
  });
  expect(outcome).toMatchObject({ code: "NO_ADAPTER", cpu: { backend: "cpu" } });
});
