// The editor of formulas: input is checked, with errors marked at their characters; a valid game is solved, kept in the
// address and downloaded as a file for the command line. All of this works with the keyboard only, with a screen
// reader, in light and in dark.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { readConfiguration } from "../../src/cli/configuration.ts";
import { stateOf } from "../../src/explore/address.ts";
import { type GameDefinition, type Result, solve } from "../../src/index.ts";
import { closePages, download, openedExplore, type Visit, violations, visit } from "./explorePage.ts";

const SMALL = "#v=1&game=linear&size=64";

let open: Visit | undefined;

beforeAll(async () => void (await openedExplore()));
afterAll(closePages);
afterEach(async () => {
  await open?.close();
});

const formulas = (page: Page) => page.getByRole("textbox", { name: "Formulas" });
/** the game in the address */
const gameIn = (page: Page) =>
  stateOf(new URL(page.url()).hash.slice(1)).state.settings.game as GameDefinition;
const deception = (page: Page) => page.locator(".measures dd").first();

test("with the keyboard only, a formula is changed, checked, solved, kept in the address and downloaded", async () => {
  open = await visit(SMALL);
  const { page, complaints } = open;
  const fetched = () => page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
  expect(await fetched()).not.toContainEqual(expect.stringContaining("GameEditor"));
  const before = await deception(page).textContent();
  const focused = () =>
    page.evaluate(
      () => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent,
    );
  await page.getByRole("button", { name: "Edit the formulas" }).press("Enter");
  await expect.poll(focused).toBe("Formulas");
  expect(await fetched()).toContainEqual(expect.stringContaining("GameEditor"));
  expect(await formulas(page).innerText()).toContain("mesaObjective = (output - own.theta)^2");
  expect(await page.locator(".derived").innerText()).toContain(
    "2 * (coefficient * theta - target) * coefficient",
  );

  // a misspelt definition is a warning, and Tab leaves the editor
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\ndiscont = 3");
  await page.keyboard.press("Escape");
  await page.getByText('discont is a definition that no formula uses (did you mean "discount"?)').waitFor();
  await page.keyboard.press("Tab");
  expect(await focused()).not.toBe("Formulas");
  await page.keyboard.press("Shift+Tab");
  for (let i = 0; i < "\ndiscont = 3".length; i++) await page.keyboard.press("Backspace");

  // invalid: the character is marked and announced, and the last valid game stays
  await page.keyboard.press("Control+Home");
  await page.keyboard.press("End");
  await page.keyboard.type(" * thetta");
  await page.keyboard.press("Escape");
  const announced = page.locator('.problems[aria-live="polite"]');
  await expect.poll(() => announced.textContent()).toMatch(/unknown name thetta; names here are theta/);
  expect(await page.locator(".cm-lintRange-error").allTextContents()).toEqual(["thetta"]);
  expect(await page.getByRole("button", { name: "the game as configuration" }).isDisabled()).toBe(true);
  expect(await deception(page).textContent()).toBe(before);
  expect(gameIn(page).output).toBe("coefficient * theta");

  expect(await violations(page, ".editor"), "in light").toEqual([]);

  // valid again
  for (let i = 0; i < " * thetta".length; i++) await page.keyboard.press("Backspace");
  await page.keyboard.type(" * abs(theta)");
  await expect.poll(() => gameIn(page).output).toBe("coefficient * theta * abs(theta)");
  expect(page.url()).toMatch(/#v=1&game=~[\w-]+(&|$)/);
  expect(await page.locator(".cm-lintRange-error").count()).toBe(0);
  await expect.poll(() => deception(page).textContent()).not.toBe(before);
  await page.locator('.trajectory[aria-busy="false"] .measures').waitFor();
  // the command line can read the downloaded file
  const folder = await mkdtemp(join(tmpdir(), "mesa-editor-"));
  const file = join(folder, "game.json");
  await writeFile(file, await download(page, "the game as configuration"));
  const configuration = await readConfiguration(file, []);
  await rm(folder, { recursive: true });
  expect(configuration.game).toMatchObject({
    name: "my-linear",
    output: "coefficient * theta * abs(theta)",
  });
  const shown: Result = JSON.parse(await download(page, "the plot as JSON"));
  const solved = await solve(configuration, { backend: "cpu" });
  expect(shown.plan).toEqual(solved.plan);
  expect(await deception(page).textContent()).toBe(solved.measures.deception!.toFixed(3));
  await page.getByRole("button", { name: "Close the editor" }).press("Enter");
  expect(await focused()).toBe("Edit the formulas");
  expect(await formulas(page).count()).toBe(0);
  // the page keeps the game only in the address
  await page.reload();
  await page.locator(".measures").waitFor();
  await expect.poll(() => deception(page).textContent()).toBe(solved.measures.deception!.toFixed(3));
  expect(complaints).toEqual([]);
});

test("an example game is changed in its tables, on a narrow screen in the dark, and follows sliders and history", async () => {
  open = await visit(SMALL, { colorScheme: "dark", viewport: { width: 390, height: 844 } });
  const { page, complaints } = open;
  await page.getByLabel("Game", { exact: true }).selectOption({ label: "Momentum" });
  await page.getByRole("button", { name: "Edit the formulas" }).click();
  await expect.poll(() => formulas(page).innerText()).toContain("next.theta = theta + next.velocity");
  await expect
    .poll(() => page.locator(".editor").evaluate((editor) => Math.abs(editor.getBoundingClientRect().top)))
    .toBeLessThan(1);
  const friction = page.getByLabel("value of parameter friction");
  expect(await friction.inputValue()).toBe("0.5");
  await friction.fill("2");
  await page.getByLabel("at most of parameter friction").fill("2");
  await expect.poll(() => page.getByRole("textbox", { name: /^Friction/ }).inputValue()).toBe("2");
  await page.getByRole("textbox", { name: /^Friction/ }).fill("0.25");
  await expect.poll(() => friction.inputValue()).toBe("0.25");

  const name = page.getByLabel("name of state velocity");
  await name.fill("speed");
  await name.press("Enter");
  await expect.poll(() => formulas(page).innerText()).toContain("next.theta = theta + next.speed");
  await expect.poll(() => Object.keys(gameIn(page).state)).toEqual(["theta", "speed"]);
  await page.getByRole("button", { name: "Add a state" }).click();
  await expect.poll(() => formulas(page).innerText()).toContain("next.phi = phi - learningRate");
  await page.getByRole("textbox", { name: "Initial phi" }).waitFor();
  await expect.poll(() => Object.keys(gameIn(page).state)).toEqual(["theta", "speed", "phi"]);
  await page.getByRole("button", { name: "Remove state theta" }).click();
  await page.getByText("the state must have theta, the agent's goal").waitFor();

  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(await violations(page, ".editor"), "in the dark").toEqual([]);

  await page.goBack();
  await expect.poll(() => page.getByRole("textbox", { name: "Initial phi" }).count()).toBe(0);
  await expect.poll(() => formulas(page).innerText()).not.toContain("phi");
  await expect.poll(() => page.locator(".editor .problem").count()).toBe(0);
  const { game, ...settings } = JSON.parse(await download(page, "the game as configuration"));
  expect(Object.keys(game.state)).toEqual(["theta", "speed"]);
  expect(settings.schedule).toEqual({ training: 10, deployment: 20 });
  expect(complaints).toEqual([]);
});
