// `explore` serves the page to this machine until it is interrupted.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, expect, test } from "vitest";
import { stateOf } from "../../src/explore/address.ts";

const PROGRAM = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
let child: ChildProcess | undefined;

beforeAll(async () => {
  await access(PROGRAM).catch(() => {
    throw new Error("there is no dist: `npm test` builds it, and so does `npm run build`");
  });
});
afterEach(() => {
  child?.kill("SIGKILL");
});

/** Starts the program; `texts` grows as it prints, and `ended` resolves to its exit status. */
function start(...args: string[]) {
  const started = spawn(process.execPath, [PROGRAM, "explore", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  child = started;
  const texts = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    started[stream].setEncoding("utf8").on("data", (text: string) => {
      texts[stream] += text;
    });
  return { child: started, texts, ended: once(started, "close").then(([code]) => code as number | null) };
}

test("serves the page at the address that it prints, and Ctrl-C ends it", async () => {
  const { child, texts, ended } = start("--port", "0");
  await expect.poll(() => texts.stdout, { timeout: 30_000 }).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
  const address = texts.stdout.trim();
  const page = await fetch(address);
  expect(page.headers.get("content-type")).toMatch(/^text\/html/);
  expect(await page.text()).toContain("<title>Deceptive alignment, explored</title>");
  for (const file of ["explore.js", "explore.css", "worker.js"])
    expect((await fetch(address + file)).status, file).toBe(200);
  expect((await fetch(`${address}../package.json`)).status).toBe(404);
  expect((await fetch(`${address}%2e%2e/cli.js`)).status).toBe(404);
  expect((await fetch(address, { method: "HEAD" })).status).toBe(200);
  for (const method of ["POST", "PUT", "DELETE"]) {
    const refused = await fetch(address, { method });
    expect([refused.status, refused.headers.get("allow")], method).toEqual([405, "GET, HEAD"]);
  }
  child.kill("SIGINT");
  expect(await ended).toBe(0);
  expect(texts.stderr).toBe("");
});

test("the printed address holds the configuration, also of a custom game", async () => {
  const file = fileURLToPath(new URL("../../examples/momentum.json", import.meta.url));
  const { child, texts, ended } = start(file, "--port", "0");
  await expect.poll(() => texts.stdout, { timeout: 30_000 }).toMatch(/\n$/);
  child.kill("SIGINT");
  expect(await ended).toBe(0);
  const { state, problem } = stateOf(new URL(texts.stdout.trim()).hash.slice(1));
  expect(problem).toBeNull();
  expect(state.settings).toEqual(JSON.parse(await readFile(file, "utf8")));
});

test("a port that is taken gives an error of one line", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const { texts, ended } = start("--port", String(port));
  expect(await ended).toBe(2);
  expect(texts.stderr).toMatch(
    new RegExp(`^mesa-induction: cannot listen on port ${port}: address already in use.*\\n$`),
  );
  expect(texts.stdout).toBe("");
  taken.close();
});

test.each(["x", "-1", "65536", "1.5"])("--port %s is rejected", async (port) => {
  const { texts, ended } = start(`--port=${port}`);
  expect(await ended).toBe(2);
  expect(texts.stderr).toBe(
    `mesa-induction: --port must be a whole number in [0, 65535], got ${JSON.stringify(port)}\n`,
  );
});
