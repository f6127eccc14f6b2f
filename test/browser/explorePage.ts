// The page `explore` in Chromium, served from a folder of a static host; its errors and warnings are collected.
import { mkdtemp, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import sirv from "sirv";
import { inject } from "vitest";
import { buildExplore } from "../../scripts/explore.mjs";
import { keptChromium } from "./chromium.ts";

/** the folder of the page on a host with other pages */
const BASE = "/of/some/host";

/** Builds the page from the current sources and serves it, until the process ends. @returns its address */
async function openExplore(): Promise<string> {
  const folder = await mkdtemp(join(inject("programs"), "explore-"));
  await buildExplore(folder);
  const serve = sirv(folder);
  const server = createServer((request, response) => {
    const found = request.url?.startsWith(`${BASE}/`);
    if (found) request.url = request.url!.slice(BASE.length);
    const none = () => {
      response.writeHead(404).end();
    };
    if (found) serve(request, response, none);
    else none();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  server.unref();
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}/`;
}

/** The page where it is served, and a browser. */
export interface Explore {
  readonly address: string;
  readonly browser: Browser;
}

let opened: Promise<Explore> | undefined;

/** The page and a browser, which all test files of a process share. */
export function openedExplore(): Promise<Explore> {
  opened ??= Promise.all([openExplore(), keptChromium()]).then(([address, browser]) => ({
    address,
    browser,
  }));
  return opened;
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** An open page, and its errors and warnings. */
export interface Visit {
  readonly page: Page;
  /** console errors and warnings, exceptions, failed and foreign requests */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** open pages by options, for reuse: a new page would start a process and compile the program again */
const pages = new Map<string, Page>();

/** Closes the pages that are kept for reuse: nothing that one test file left in them reaches the next. */
export async function closePages(): Promise<void> {
  await Promise.all([...pages.values()].map((page) => page.context().close()));
  pages.clear();
}

/** A blank page for a visit. */
async function blankPage(browser: Browser, withoutGpu: boolean, options: BrowserContextOptions) {
  const key = JSON.stringify([withoutGpu, options]);
  const known = pages.get(key);
  if (known) return known;
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  if (withoutGpu)
    await context.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, "gpu", { get: () => undefined });
    });
  const page = await context.newPage();
  pages.set(key, page);
  return page;
}

/**
 * Opens the page and waits for its first answer.
 *
 * @param hash with its #
 * @param withoutGpu whether the browser has no WebGPU
 * @param waitFor the selector of the first answer
 */
export async function visit(
  hash = "",
  {
    withoutGpu = false,
    waitFor = ".measures",
    ...options
  }: BrowserContextOptions & { withoutGpu?: boolean; waitFor?: string } = {},
): Promise<Visit> {
  const { address, browser } = await openedExplore();
  const page = await blankPage(browser, withoutGpu, options);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning", "assert"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && !url.startsWith(address)) complaints.push(`asked for ${url}`);
  });
  page.on("response", (response) => {
    if (!response.ok()) complaints.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(address + hash);
  await page.locator(waitFor).first().waitFor();
  return {
    page,
    complaints,
    async close() {
      page.removeAllListeners();
      await page.goto("about:blank");
    },
  };
}

/** The text of a file that a button offers. */
export async function download(page: Page, button: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button, exact: true }).click(),
  ]);
  return readFile(await file.path(), "utf8");
}

/** Waits until the whole map is drawn. */
export async function mapDrawn(page: Page): Promise<void> {
  await page.locator('.phase[aria-busy="false"] .downloads button:enabled').first().waitFor();
}

/** The problems that axe finds, with all details open. @param within a selector */
export async function violations(page: Page, within = "html"): Promise<string[]> {
  await page.evaluate(() => {
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    (within) =>
      (globalThis as unknown as { axe: { run(within: string): Promise<AxeResults> } }).axe.run(within),
    within,
  );
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}
