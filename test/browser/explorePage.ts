// The page `explore` in Chromium, served from a folder of a static host; its errors and warnings are collected.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import sirv from "sirv";
import { buildExplore } from "../../scripts/explore.mjs";
import type { Site } from "./site.ts";

/** the folder of the page on a host with other pages */
const BASE = "/of/some/host";

/** Builds the page from the current sources and serves it. */
export async function openExplore(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "mesa-explore-"));
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
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** An open page, and its errors and warnings. */
export interface Visit {
  readonly page: Page;
  /** console errors and warnings, exceptions, failed and foreign requests */
  readonly complaints: string[];
  close(): Promise<void>;
}

/** open pages by browser and options, for reuse: a new page would start a process and compile the program again */
const pages = new WeakMap<Browser, Map<string, Page>>();

/** A blank page for a visit. */
async function blankPage(browser: Browser, withoutGpu: boolean, options: BrowserContextOptions) {
  const opened = pages.get(browser) ?? new Map<string, Page>();
  pages.set(browser, opened);
  const key = JSON.stringify([withoutGpu, options]);
  const known = opened.get(key);
  if (known) return known;
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  if (withoutGpu)
    await context.addInitScript(() => {
      Object.defineProperty(Navigator.prototype, "gpu", { get: () => undefined });
    });
  const page = await context.newPage();
  opened.set(key, page);
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
  browser: Browser,
  site: Site,
  hash = "",
  {
    withoutGpu = false,
    waitFor = ".measures",
    ...options
  }: BrowserContextOptions & { withoutGpu?: boolean; waitFor?: string } = {},
): Promise<Visit> {
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
    if (!/^(data|blob):/.test(url) && !url.startsWith(site.address)) complaints.push(`asked for ${url}`);
  });
  page.on("response", (response) => {
    if (!response.ok()) complaints.push(`${response.url()}: ${response.status()}`);
  });
  await page.goto(site.address + hash);
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
