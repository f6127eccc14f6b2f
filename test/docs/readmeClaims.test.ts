// What the README says of the experiments and of the next steps is what the library computes.
import { expect, test } from "vitest";
import { presets, type Result, simulate, solve } from "../../src/index.ts";
import { claim, readDocument, says } from "./claims.ts";

const page = await readDocument("README.md");
const solved = (preset: string, changes: Record<string, unknown> = {}) =>
  solve({ ...presets[preset].config, ...changes }, { backend: "cpu" });
const kept = ({ trajectory: { theta } }: Pick<Result, "trajectory">) => theta.at(-1)! / theta[0];

test("the first experiment", async () => {
  const { plan, trajectory } = await solved("experiment-1");
  claim(page, "the goal θ (circles) is 0.8 and hardly moves", [trajectory.theta[0]]);
  claim(page, "its coefficient in training is 0.03 and not 0, and grows as training ends", [
    plan.coefficient[0],
    0,
  ]);
  claim(page, "so the goal does drift, from 0.8 to 0.72.", [trajectory.theta[0], trajectory.theta[20]]);
  const training = plan.coefficient.slice(0, 20);
  expect(training).toEqual(training.toSorted((a, b) => a - b));
});

test("the second", async () => {
  const [one, two] = [await solved("experiment-1"), await solved("experiment-2")];
  claim(page, "first coefficients 0.03 and 0.05, and θ = 0.08 at the last episode of the second.", [
    ...[one.plan.coefficient[0], two.plan.coefficient[0], two.trajectory.theta[99]],
  ]);
});

test("a learned discount", async () => {
  // a goal and its negative cost the same, and the goal 0 nothing
  const half = { theta: { min: 0.2, max: 1, count: 5 } };
  const free = await solved("learned-discount", half);
  const fixed = await solved("learned-discount", { ...half, discountLearningRateScale: 0 });
  says(
    page,
    "with steps that do not overshoot, it makes them look further, because patient agents comply more.",
  );
  claim(page, "from γ = 0.9, 54 % of it in place of 35 %.", [
    free.trajectory.discount[0],
    kept(free),
    kept(fixed),
  ]);
  expect(free.trajectory.discount.at(-1)).toBe(1);
  // patient agents comply more: the same plan, from a discount of 1 and of 0.6
  const of = (discount: number) =>
    simulate({ ...fixed.config, initial: { theta: 0.8, discount } }, fixed.plan).measures.compliance!;
  expect(of(1)).toBeGreaterThan(of(0.6));
});

test("networks: what was measured is that of docs/findings.md", async () => {
  claim(page, "[up to 2.3 times](docs/findings.md#a-neural-network) what a gradient search reaches", [2.3]);
  says(await readDocument("docs/findings.md"), "2.3 times what that search reached");
});
