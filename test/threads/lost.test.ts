// If threads cannot be started, or are lost, a solve continues without them.
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { createProblem } from "../../src/model/problem.ts";
import type { Listener, Thread } from "../../src/threads/thread.ts";
import { contrary } from "../games/contrary.ts";

const start = vi.hoisted(() => vi.fn<(script: string, listener: Listener) => Thread>());
vi.mock("#workers", () => ({ availableThreads: () => 2, startThread: start }));
// test files share modules; this keeps the threads of this file separate from those of others
vi.resetModules();
const { createCpuEvaluator } = await import("../../src/cpu/evaluator.ts");
afterEach(() => {
  start.mockReset();
});
afterAll(() => {
  vi.resetModules();
});

const problem = createProblem({
  game: contrary,
  coefficient: { count: 9001 },
  theta: { count: 121 },
  schedule: { learningRates: [1, 0] },
});

async function decide(threads: number) {
  const evaluator = createCpuEvaluator(problem, "rollout", { threads, patience: 0 });
  const steps = await evaluator.decide(1, [], {});
  evaluator.destroy();
  return { steps, worked: evaluator.threads };
}

test("because none can be started", async () => {
  start.mockImplementation(() => {
    throw new Error("forbidden");
  });
  expect(await decide(2)).toEqual(await decide(1));
  expect(start).toHaveBeenCalledOnce();
});

test("because one ends before it answers", async () => {
  const terminate = vi.fn();
  start.mockImplementation((_, { onLost }) => {
    setTimeout(() => onLost(new Error("forbidden")));
    return { post() {}, keepAlive() {}, terminate };
  });
  expect(await decide(2)).toEqual(await decide(1));
  expect(start).toHaveBeenCalledTimes(2);
  expect(terminate).toHaveBeenCalledTimes(2);
});
