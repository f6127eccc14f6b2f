// The page `explore` computes what Node computes, with WebGPU and without, and says which; and its address holds all
// that it shows.
import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import references from "../../src/cli/reference.json" with { type: "json" };
import { addressOfSettings } from "../../src/explore/address.ts";
import { groupsOf } from "../../src/explore/state.ts";
import { cellConfig, checkPhase, type Result, solve } from "../../src/index.ts";
import { closePages, download, mapDrawn, openedExplore, type Visit, visit } from "./explorePage.ts";

let open: Visit | undefined;

beforeAll(async () => void (await openedExplore()));
afterAll(closePages);
afterEach(async () => {
  await open?.close();
});

/** opens the page at an address; errors and warnings of the page fail the test */
async function pageAt(hash = "", options: Parameters<typeof visit>[1] = {}) {
  open = await visit(hash, options);
  return open.page;
}
const complaints = () => open!.complaints;

describe("the first visit shows the first experiment", () => {
  test("solved to the reference", async () => {
    const page = await pageAt();
    const result: Result = JSON.parse(await download(page, "the plot as JSON"));
    expect(result.plan.coefficient).toEqual(references[0].plan);
    expect(result.solver.precision).toBe("certified");
    await page.getByText("first coefficient is 0.03").waitFor();
    expect(await page.locator(".measures dd").first().textContent()).toBe(
      result.measures.deception!.toFixed(3),
    );
    expect(complaints()).toEqual([]);
  });

  test("and follows a slider at once", async () => {
    const page = await pageAt();
    const deception = page.locator(".measures dd").first();
    const before = await deception.textContent();
    const stops = groupsOf({ game: "linear" })
      .flatMap(({ controls }) => controls)
      .find(({ key }) => key === "discount")!.range!.stops!;
    await page.getByRole("slider", { name: "Discount γ", exact: true }).fill(String(stops.indexOf(0.9)));
    await expect.poll(() => deception.textContent()).not.toBe(before);
    const { measures } = await solve({ game: "linear", discount: 0.9 });
    await expect.poll(() => deception.textContent()).toBe(measures.deception!.toFixed(3));
    expect(await page.getByRole("textbox", { name: /^Discount γ/ }).inputValue()).toBe("0.9");
    expect(complaints()).toEqual([]);
  });
});

test("a custom game has its own controls, lines and map", async () => {
  const file = new URL("../../examples/two-goals.json", import.meta.url);
  const { game } = JSON.parse(await readFile(file, "utf8"));
  const settings = {
    game,
    share: { count: 5 },
    otherShare: { count: 5 },
    schedule: { training: 3, deployment: 2 },
  };
  const page = await pageAt(`#${addressOfSettings(settings)}`);
  const result: Result = JSON.parse(await download(page, "the plot as JSON"));
  expect(result.plan).toEqual((await solve(settings, { backend: "cpu" })).plan);
  expect(await page.getByLabel("Game").locator("option:checked").textContent()).toBe("two-goals: your own");
  await page.getByRole("slider", { name: "Scrutiny" }).fill("1");
  await expect.poll(() => page.url()).toContain("scrutiny=1");
  for (const label of ["watched output", "other output", "phi"])
    await page.locator(".legend").getByText(label, { exact: true }).waitFor();
  expect(complaints()).toEqual([]);
});

test("if the phase is hidden, expected measures are shown beside one history", async () => {
  const page = await pageAt("#v=1&game=uncertain-deployment");
  const { measures, measuresOverHazard } = await solve({ game: "uncertain-deployment" });
  await page.getByText("Expected over the signals, for training that ends at episode 20:").waitFor();
  await page.getByText("Expected over the signals and over how long training lasts:").waitFor();
  await page.getByText("The trajectory is one history").waitFor();
  const shown = (of: object) =>
    page
      .locator(".measures dl")
      .nth(of === measures ? 0 : 1)
      .locator("dd.number")
      .allTextContents();
  for (const of of [measures, measuresOverHazard!])
    expect(await shown(of)).toEqual(
      [of.deception!, of.compliance!, of.retention!, of.reversal!].map((x) => x.toFixed(3)),
    );
  expect(complaints()).toEqual([]);
});

test("two settings are compared in one plot", async () => {
  const page = await pageAt();
  await page.getByRole("button", { name: "Keep as A to compare" }).click();
  await page.getByRole("textbox", { name: /^Discount γ/ }).fill("0.9");
  await page.getByText("A, for comparison").waitFor();
  const [kept, changed] = await Promise.all(
    [{}, { discount: 0.9 }].map((more) => solve({ game: "linear", ...more })),
  );
  const said = [kept, changed].map(({ measures }) => measures.deception!.toFixed(3)).join(" → ");
  await expect.poll(() => page.locator(".measures dd").first().textContent()).toBe(said);
  const lines = () => page.locator('.trajectory > .plot g[aria-label="line"]').count();
  await expect.poll(lines).toBe(8);
  await page.getByRole("button", { name: "Swap" }).click();
  await expect.poll(() => page.getByRole("textbox", { name: /^Discount γ/ }).inputValue()).toBe("1");
  await page.getByRole("button", { name: "Forget A" }).click();
  await expect.poll(lines).toBe(4);
  expect(complaints()).toEqual([]);
});

test("figures and data are files", async () => {
  const page = await pageAt();
  const svg = await download(page, "the plot as SVG");
  expect(svg).toMatch(/^<svg [^>]*xmlns=/);
  expect(await download(page, "the plot as PNG")).toMatch(/^.PNG\r\n/);
  const csv = (await download(page, "the plot as CSV")).trim().split("\n");
  expect(csv[0]).toBe("episode,learningRate,coefficient,theta,output,loss,cost,margin");
  expect(csv.length).toBe(101);
  const config = JSON.parse(await download(page, "the plot as configuration"));
  expect((await solve(config)).plan.coefficient).toEqual(references[0].plan);
  await mapDrawn(page);
  const map = await download(page, "the map as SVG");
  expect(map).toMatch(/^<svg [^>]*xmlns=/);
  expect(map).toContain("linear: deception by learning rate η and training");
  expect(await download(page, "the map as PNG")).toMatch(/^.PNG\r\n/);
  expect(complaints()).toEqual([]);
});

describe("the map", () => {
  const SMALL = "#v=1&game=linear&discount=0.9&size=64&x=schedule.learningRate:0.01:2:log";

  /** the map as CSV, cell by cell */
  async function cellsOf(page: Visit["page"]) {
    await mapDrawn(page);
    const [header, ...rows] = (await download(page, "the map as CSV")).trim().split("\n");
    const diagram = checkPhase(JSON.parse(await download(page, "the map as configuration")));
    expect(header).toBe("schedule.learningRate,schedule.training,deception,status");
    expect(rows.length).toBe(diagram.x.values.length * diagram.y.values.length);
    const cells = rows.map((row) => row.split(",").slice(0, 3).map(Number));
    return { diagram, sample: cells.filter((_, i) => i % 97 === 5) };
  }

  test.each([
    {
      where: "with WebGPU",
      hash: `${SMALL}&backend=gpu`,
      withoutGpu: false,
      off: 1e-4,
      told: /swiftshader/i,
    },
    {
      where: "without WebGPU, by workers",
      hash: SMALL,
      withoutGpu: true,
      // a cell of a map equals the result of solve except for rounding
      off: 1e-14,
      told: /the CPU, in float64/,
    },
  ])("$where equals Node's, and names the solver", async ({ hash, withoutGpu, off, told }) => {
    const page = await pageAt(hash, { withoutGpu });
    const { diagram, sample } = await cellsOf(page);
    expect(sample.length).toBeGreaterThan(30);
    for (const [x, y, deception] of sample) {
      const { measures } = await solve(cellConfig(diagram, x, y), { backend: "cpu", method: "exact" });
      expect(Math.abs(deception - measures.deception!), `${x}, ${y}`).toBeLessThanOrEqual(off);
    }
    const said = await page.locator(".phase .solver").textContent();
    expect(said).toMatch(told);
    expect(said).toMatch(/solves per second/);
    expect(complaints()).toEqual([]);
  });

  test("is drawn on request if cells take long, and can be stopped", async () => {
    const page = await pageAt("#v=1&game=learned-discount&size=32");
    await page.getByRole("button", { name: /^Draw 32 × 32 cells/ }).click();
    await page.getByRole("progressbar", { name: "Drawing the map" }).waitFor();
    await page.locator(".phase").getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped.").waitFor();
    expect(complaints()).toEqual([]);
  });

  test("can be inspected, clicked and zoomed with the mouse", async () => {
    const page = await pageAt(SMALL);
    await mapDrawn(page);
    const surface = page.getByRole("application");
    await surface.scrollIntoViewIfNeeded();
    const box = (await surface.boundingBox())!;
    const at = (across: number, up: number) =>
      [box.x + across * box.width, box.y + (1 - up) * box.height] as const;
    await page.mouse.move(...at(0.25, 0.5));
    await page.getByText("At the pointer").waitFor();
    await page.mouse.click(...at(0.25, 0.5));
    const training = page.getByRole("textbox", { name: /^Training/ });
    await expect.poll(() => training.inputValue()).not.toBe("20");
    const taken = Number(await training.inputValue());
    expect(taken).toBeGreaterThan(40);
    expect(taken).toBeLessThan(60);

    await page.mouse.move(...at(0.2, 0.2));
    await page.mouse.down();
    await page.mouse.move(...at(0.6, 0.8), { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/y=schedule\.training:(19|2\d):(7\d|8[01])/);
    await mapDrawn(page);
    await page.getByRole("button", { name: "Whole map" }).click();
    await expect.poll(() => page.url()).not.toMatch(/y=/);
    expect(complaints()).toEqual([]);
  });
});

describe("the address", () => {
  test("restores what is shown, including comparison and map", async () => {
    const first = await pageAt();
    await first.getByRole("button", { name: "A regularizer" }).click();
    await first.getByRole("slider", { name: /^Deployment/ }).fill("120");
    await first.getByRole("combobox", { name: "Measure" }).selectOption("retention");
    await first.getByText("A, for comparison").waitFor();
    await mapDrawn(first);
    await expect.poll(() => first.url()).toMatch(/measure=retention/);
    const shown = async (page: Visit["page"]) => ({
      main: await page.locator("main").innerText(),
      look: await page.locator(".look").innerText(),
    });
    const timeless = (texts: object) =>
      JSON.stringify(texts).replace(/in [\d.]+ ms|[\d,]+ solves per second|Solved: deception [\d.]+\./g, "");
    const url = first.url();
    await expect.poll(async () => (await shown(first)).main).toContain("120");
    const before = await shown(first);
    expect(complaints()).toEqual([]);
    await open!.close();

    const second = await pageAt(new URL(url).hash);
    await mapDrawn(second);
    await expect.poll(async () => timeless(await shown(second))).toBe(timeless(before));
    expect(second.url()).toBe(url);
    expect(complaints()).toEqual([]);
  });

  test("is the browser's history", async () => {
    const page = await pageAt();
    const pressed = (name: string) => page.getByRole("button", { name, exact: true, pressed: true });
    await page.getByRole("button", { name: "A discount", exact: true }).click();
    await expect.poll(() => page.url()).toMatch(/discount=0\.9/);
    await page.goBack();
    await pressed("Training, then deployment").waitFor();
    await page.goForward();
    await pressed("A discount").waitFor();
    const discount = page.getByRole("textbox", { name: /^Discount γ/ });
    await expect.poll(() => discount.inputValue()).toBe("0.9");
    expect(complaints()).toEqual([]);
  });

  test("that cannot be shown is rejected with a message, when the page opens and later", async () => {
    const refused = [
      ["#v=1&game=<img src=x onerror=alert(1)>", "game must be one of"],
      ["#v=1&game=linear&discount=7", "discount must be in [0, 1], got 7"],
      ["#v=1&game=__proto__", "game must be one of"],
      ["#v=1&game=linear&__proto__.polluted=1", "unknown key"],
      ["#v=1&game=linear&coefficient.count=1e9", "at most 16777216 candidates"],
      ["#v=9&game=linear", "v must be 1"],
      ["#%E0%A4%A=%%%&&==", "v must be 1"],
      ["#v=1&game=linear&game=mlp", "each key must come once"],
      ["#v=1&game=linear&x=constructor:0:1", "x must be one of"],
      ["#v=1&game=linear&x=discount:1:0", "x must have from below to"],
      [`#v=1&game=${"a".repeat(70_000)}`, "at most 65536 characters"],
    ];
    const page = await pageAt(refused[0][0]);
    const notice = page.getByRole("alert");
    for (const [hash, why] of refused) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, hash);
      await expect.poll(() => notice.textContent()).toContain(why);
      expect(await notice.locator("*").count()).toBe(0);
      expect(await page.getByRole("textbox", { name: /^Discount γ/ }).inputValue()).toBe("1");
      expect(await page.evaluate(() => "polluted" in {})).toBe(false);
    }
    expect(complaints()).toEqual([]);
  });
});
