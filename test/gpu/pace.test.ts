// Submissions take a tenth of a second on adapters of any speed, and a stall is not mistaken for a slow adapter.
import { expect, test } from "vitest";
import { Pace } from "../../src/gpu/pace.ts";

/** the duration of a round trip to an adapter, in seconds */
const LATENCY = 1e-4;

/** An adapter that does `speed` rollout steps per second; returns the durations of full submissions, in seconds. */
function submit(pace: Pace, speed: number, submissions: number, stall = 0): number[] {
  return Array.from({ length: submissions }, () => {
    const work = pace.budget;
    const seconds = LATENCY + work / speed + stall;
    pace.learn(work, seconds);
    return seconds;
  });
}

test.each([5e6, 1e7, 1e9, 1e11, 1e13])("at %d rollout steps per second", (speed) => {
  const seconds = submit(new Pace(), speed, 20);
  for (const each of seconds) expect(each).toBeLessThan(0.25);
  expect(seconds.slice(6).every((each) => each > 0.05)).toBe(true);
});

test("an adapter that slows down gets less work after a few submissions", () => {
  const pace = new Pace();
  submit(pace, 1e11, 10);
  const slow = submit(pace, 1e9, 10);
  expect(slow[0]).toBeGreaterThan(1);
  for (const seconds of slow.slice(4)) expect(seconds).toBeLessThan(0.25);
});

test("a small submission that stalls costs the budget little, and full ones restore it", () => {
  const pace = new Pace();
  submit(pace, 1e9, 10);
  const before = pace.budget;
  pace.learn(1000, 0.5);
  expect(pace.budget).toBeGreaterThan(before / 5);
  submit(pace, 1e9, 3);
  expect(pace.budget).toBeGreaterThan(before / 2);
});

test("so does a full one", () => {
  const pace = new Pace();
  submit(pace, 1e9, 10);
  const before = pace.budget;
  submit(pace, 1e9, 1, 3);
  expect(pace.budget).toBeGreaterThan(before / 5);
});

test("short and empty submissions have no effect", () => {
  const pace = new Pace();
  const before = pace.budget;
  pace.learn(before / 100, 1e-3);
  pace.learn(0, 2);
  expect(pace.budget).toBe(before);
});
