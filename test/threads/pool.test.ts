// A pool of threads gives the same answers as one thread, in order; it stops when told to, and reports errors.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { costsJob, type Situation, situationOf } from "../../src/cpu/jobs.ts";
import { createOracle } from "../../src/cpu/oracle.ts";
import { createProblem } from "../../src/model/problem.ts";
import { Pool, ThreadsLost } from "../../src/threads/pool.ts";

const problem = createProblem({
  game: "linear",
  coefficient: { count: 41 },
  schedule: { training: 2, deployment: 3 },
});
const plan = [0.1, 0.2, 0.5, 1, 1].map((a) => [a]);
const decisions = Array.from({ length: problem.candidates.size }, (_, i) => problem.candidates.at(i));
const shared: Situation = situationOf({ id: 1, config: problem.config }, 1, plan);
const oracle = createOracle(problem).costsAt(1, plan)(decisions);

const pools: Pool[] = [];
function openPool(threads: number): Pool {
  const pool = new Pool(threads);
  pools.push(pool);
  return pool;
}
afterEach(() => {
  for (const pool of pools.splice(0)) pool.destroy();
});

/** parts of 1, 2, 3 … decisions */
function unevenParts(): number[][][] {
  const parts: number[][][] = [];
  for (let from = 0; from < decisions.length; from += parts.length)
    parts.push(decisions.slice(from, from + parts.length + 1));
  return parts;
}

test.each([1, 2, 3, 7])(
  "%i threads give the same answers as one, in the order of the parts",
  async (threads) => {
    const parts = unevenParts();
    const told = new Map<number, Float64Array>();
    const answers = await openPool(threads).run({ job: costsJob, shared }, parts, {
      onAnswer(answer, index, done) {
        told.set(index, answer);
        expect(done).toBe(told.size);
      },
    });
    expect(answers.flatMap((costs) => [...costs])).toEqual(oracle);
    expect(parts.map((_, i) => told.get(i))).toEqual(answers);
  },
);

test("several runs at once, of several tasks, share the threads", async () => {
  const pool = openPool(2);
  const later = situationOf(shared.problem, 4, plan);
  const ofLater = createOracle(problem).costsAt(4, plan)(decisions);
  const runs = [shared, later, shared].map((of) => pool.run({ job: costsJob, shared: of }, unevenParts()));
  const answers = (await Promise.all(runs)).map((answer) => answer.flatMap((costs) => [...costs]));
  expect(answers).toEqual([oracle, ofLater, oracle]);
});

test("a run without parts ends at once and starts no thread", async () => {
  const pool = openPool(2);
  expect(await pool.run({ job: costsJob, shared }, [])).toEqual([]);
});

describe("an error", () => {
  test("in a thread is thrown with its code, and the threads continue", async () => {
    const pool = openPool(2);
    const wrong = { ...shared, problem: { id: 2, config: { ...problem.config, discount: 2 } } };
    const task = { job: costsJob, shared: wrong } as const;
    for (let again = 0; again < 2; again++)
      await expect(pool.run(task, unevenParts())).rejects.toMatchObject({
        name: "MesaError",
        code: "INVALID_CONFIG",
        message: "discount must be in [0, 1], got 2",
      });
    expect((await pool.run({ job: costsJob, shared }, [decisions]))[0]).toEqual(Float64Array.from(oracle));
  });

  test("that is a bug is thrown with the thread's stack", async () => {
    const nothing = { ...shared, later: undefined as unknown as Float64Array };
    const failure = await openPool(1)
      .run({ job: costsJob, shared: nothing }, [decisions])
      .catch((error) => error);
    expect(failure).toBeInstanceOf(TypeError);
  });

  test("in sending a part that is not plain data", async () => {
    const pool = openPool(2);
    const parts = [decisions, [() => 1] as unknown as number[][], decisions];
    await expect(pool.run({ job: costsJob, shared }, parts)).rejects.toMatchObject({
      name: "DataCloneError",
    });
    expect(await pool.run({ job: costsJob, shared }, [decisions])).toHaveLength(1);
  });

  test("in the onAnswer callback", async () => {
    const pool = openPool(2);
    const onAnswer = () => {
      throw new RangeError("no more");
    };
    await expect(pool.run({ job: costsJob, shared }, unevenParts(), { onAnswer })).rejects.toThrow("no more");
    expect(await pool.run({ job: costsJob, shared }, [decisions])).toHaveLength(1);
  });
});

describe("stopping", () => {
  /** some seconds of work in parts of some milliseconds */
  const long = new Array<number[][]>(100_000).fill(Array.from({ length: 50 }, () => decisions).flat());

  test("a signal stops a run at once, and the threads continue with other runs", async () => {
    const pool = openPool(2);
    const controller = new AbortController();
    let answered = 0;
    const run = pool.run({ job: costsJob, shared }, long, {
      signal: controller.signal,
      onAnswer() {
        answered++;
        if (answered === 5) controller.abort("enough");
      },
    });
    await expect(run).rejects.toMatchObject({ code: "ABORTED", cause: "enough" });
    expect(answered).toBe(5);
    const [costs] = await pool.run({ job: costsJob, shared }, [decisions]);
    expect(costs).toEqual(Float64Array.from(oracle));
    await expect(
      pool.run({ job: costsJob, shared }, long, { signal: controller.signal }),
    ).rejects.toMatchObject({
      code: "ABORTED",
    });
  });

  test("a pool that is destroyed ends its runs", async () => {
    const pool = openPool(2);
    const run = pool.run({ job: costsJob, shared }, long, { onAnswer: () => pool.destroy() });
    await expect(run).rejects.toBeInstanceOf(ThreadsLost);
    await expect(pool.run({ job: costsJob, shared }, [decisions])).rejects.toBeInstanceOf(ThreadsLost);
  });

  test("a process ends once its threads are idle, and not before they have answered", async () => {
    const root = fileURLToPath(new URL("../..", import.meta.url));
    const argv = ["scripts/run-ts.mjs", "test/threads/idle.ts"];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { cwd: root });
    expect(stdout).toBe("11 costs\n");
  });
});
