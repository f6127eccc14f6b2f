// The page `explore` is accessible: with the keyboard only, with a screen reader, on a narrow screen, in light and in
// dark.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stepNames, steps } from "../../src/explore/steps.ts";
import { closePages, mapDrawn, openedExplore, violations, visit } from "./explorePage.ts";

/** the first experiment with a small map, for tests that are not about the map */
const SMALL = "#v=1&game=linear&size=64";

beforeAll(async () => void (await openedExplore()));
afterAll(closePages);

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test.each([
    { width: 1600, hash: "#v=1&game=linear&size=64" },
    { width: 360, hash: "#v=1&game=linear&discount=0.9&size=64&pinned.game=linear&step=discount" },
  ])("$width px wide: axe finds nothing and nothing overflows", async ({ width, hash }) => {
    const { page, complaints, close } = await visit(hash, {
      colorScheme,
      viewport: { width, height: 800 },
    });
    await mapDrawn(page);
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect(await violations(page)).toEqual([]);
    expect(await overflow(), "unfolded").toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
    await close();
  });
});

test("with the keyboard only: a step, a slider, the map", async () => {
  const { page, complaints, close } = await visit();
  await mapDrawn(page);
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
  const passed: string[] = [];
  await page.keyboard.press("Tab");
  expect(await focused()).toBe("Skip to the sandbox");
  await page.keyboard.press("Enter");
  while (passed.at(-1) !== steps["experiment-2"].title && passed.length < 5) {
    await page.keyboard.press("Tab");
    passed.push(await focused());
  }
  expect(passed).toEqual([steps["experiment-1"].title, steps["experiment-2"].title]);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: steps["experiment-2"].question }).waitFor();

  const training = page.getByRole("textbox", { name: /^Training/ });
  await expect.poll(() => training.inputValue()).toBe("100");
  await page.getByRole("slider", { name: /^Training/ }).focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => training.inputValue()).toBe("99");

  await page.locator('.trajectory[aria-busy="false"] .measures').waitFor();
  await mapDrawn(page);
  await page.getByRole("application").focus();
  await page.keyboard.press("Shift+ArrowDown");
  const status = page.getByRole("status");
  await expect.poll(() => status.textContent()).toMatch(/training 8\d: first coefficient 0\.\d+/);
  await page.keyboard.press("Enter");
  await expect.poll(() => training.inputValue()).toMatch(/^8\d$/);
  await page.keyboard.press("+");
  await expect.poll(() => page.url()).toMatch(/x=schedule\.deployment:0:50&y=schedule\.training/);
  await page.keyboard.press("0");
  await expect.poll(() => page.url()).not.toMatch(/x=schedule\.deployment:0:50/);
  expect(complaints).toEqual([]);
  await close();
});

test("by touch: a finger points, a button takes", async () => {
  const { page, complaints, close } = await visit(SMALL, {
    hasTouch: true,
    viewport: { width: 400, height: 800 },
  });
  await mapDrawn(page);
  const surface = page.getByRole("application");
  await surface.scrollIntoViewIfNeeded();
  const box = (await surface.boundingBox())!;
  await page.touchscreen.tap(box.x + 0.4 * box.width, box.y + 0.3 * box.height);
  await page.getByText("At the pointer").waitFor();
  const training = page.getByRole("textbox", { name: /^Training/ });
  expect(await training.inputValue()).toBe("20");
  await page.getByRole("button", { name: "Take these settings" }).click();
  await expect.poll(() => training.inputValue()).toMatch(/^(6|7)\d$/);
  expect(complaints).toEqual([]);
  await close();
});

test("a field says what is wrong, and the last valid value stays", async () => {
  const { page, complaints, close } = await visit(SMALL);
  const discount = page.getByRole("textbox", { name: /^Discount γ/ });
  await discount.fill("1.2");
  await page.getByText("discount must be in [0, 1], got 1.2").waitFor();
  expect(await discount.getAttribute("aria-invalid")).toBe("true");
  await discount.blur();
  expect(await discount.inputValue()).toBe("1");
  await expect.poll(() => page.locator(".controls .problem").count()).toBe(0);

  // the slider has stops; an infinite horizon needs a discount below 1, and the page says when it lowers the discount
  const slider = page.getByRole("slider", { name: "Discount γ", exact: true });
  await slider.press("ArrowLeft");
  await expect.poll(() => discount.inputValue()).toBe("0.999");
  await slider.press("ArrowLeft");
  await expect.poll(() => discount.inputValue()).toBe("0.9989");
  await slider.press("End");
  await expect.poll(() => discount.inputValue()).toBe("1");
  const forEver = page.getByRole("checkbox", { name: /continues forever/ });
  await forEver.check();
  await page.getByText("γ was 1 and is 0.95 now").waitFor();
  await slider.press("End");
  await expect.poll(() => discount.inputValue()).toBe("0.999");
  expect(await page.getByText("γ was 1").count()).toBe(0);
  await discount.fill("1");
  await page.getByText("discount must be below 1 where horizon is infinite, got 1").waitFor();
  await forEver.uncheck();
  await expect.poll(() => page.locator(".controls .problem").count()).toBe(0);
  expect(await discount.inputValue()).toBe("0.999");
  expect(complaints).toEqual([]);
  await close();
});

test("the button of every step sets it up and solves it", async () => {
  const { page, complaints, close } = await visit();
  for (const name of stepNames.filter((name) => steps[name].preset !== "mlp")) {
    await page.getByRole("button", { name: steps[name].title, exact: true }).click();
    await page.getByRole("heading", { name: steps[name].question }).waitFor();
    await page.locator('.trajectory[aria-busy="false"] .measures').waitFor();
    expect(await page.getByRole("button", { name: "reset" }).count(), name).toBe(0);
  }
  // the page says that settings are changed, and resets them
  await expect.poll(() => page.url()).toContain(`step=${stepNames.at(-1)}`);
  const url = page.url();
  await page.getByRole("slider", { name: /^Deployment/ }).press("ArrowRight");
  await page.getByText("changed ·").waitFor();
  const reset = page.getByRole("button", { name: "reset" });
  await reset.click();
  await expect.poll(() => reset.count()).toBe(0);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("look-question");
  await expect.poll(() => page.url()).toBe(url);
  expect(complaints).toEqual([]);
  await close();
});

test("the search for networks shows its progress and can be stopped", async () => {
  const { page, complaints, close } = await visit(SMALL);
  await page.getByRole("button", { name: steps.network.title, exact: true }).click();
  // the answer of the step comes with the page
  await page.locator(".trajectory .policies").waitFor();
  await page.getByRole("textbox", { name: /^Training/ }).fill("6");
  await page.getByRole("progressbar", { name: "Solving" }).waitFor();
  await page.locator(".trajectory").getByRole("button", { name: "Stop" }).click();
  await page.getByText("this is the previous result. Change a setting to solve again.").waitFor();
  await page.locator(".trajectory .policies").waitFor();
  expect(complaints).toEqual([]);
  await close();
});
