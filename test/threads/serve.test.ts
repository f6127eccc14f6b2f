// A thread answers one part after the other, also if the next was sent before the first was done.

import { expect, test } from "vitest";
import { checkPhase } from "../../src/diagram/config.ts";
import type { Port, Reply } from "../../src/threads/thread.ts";
import { serve } from "../../src/worker.ts";

/** a thread's end of the line, and what came out of it */
function line() {
  const replies: Reply[] = [];
  const port: Port = { onmessage: null, postMessage: (reply) => replies.push(reply) };
  serve(port);
  const send = (data: object) => port.onmessage!({ data: data as never });
  return { replies, send, all: (count: number) => expect.poll(() => replies.length).toBe(count) };
}

const { game: _, ...diagram } = checkPhase({
  config: "experiment-1",
  x: { key: "discount", from: 0.8, to: 1, count: 4 },
  y: { key: "regularization", from: 0, to: 0.1, count: 2 },
});
const task = { job: "cells", shared: { ...diagram, method: "rollout" } };
const cells = (discounts: readonly number[]) => ({ x: discounts, y: discounts.map(() => 0) });

test("parts that were sent ahead", async () => {
  const { replies, send, all } = line();
  // the first takes longer
  send({ task, part: cells(diagram.x.values) });
  send({ part: cells([1]) });
  await all(2);
  const counts = replies.map((reply) => (reply as { answer: { status: Uint8Array } }).answer.status.length);
  expect(counts).toEqual([4, 1]);
});

test("parts of a task that cannot be opened", async () => {
  const { replies, send, all } = line();
  send({ task: { job: "cells", shared: { ...diagram, config: { game: "no game" } } }, part: cells([1]) });
  send({ part: cells([1]) });
  await all(2);
  for (const reply of replies) expect(reply).toMatchObject({ failure: { code: "INVALID_CONFIG" } });
});
