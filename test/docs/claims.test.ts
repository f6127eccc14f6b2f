// The helper that checks documents against computed numbers finds what is wrong with a claim.
import { expect, test } from "vitest";
import { claim, documentOf, numbersIn, says, unclaimed } from "./claims.ts";

const text = `From here, retention is 0.966
(54 % of it), the belief −0.18, and 10⁻¹¹ or 3.1e-6 of 262,144.
\`--set a=0.25\` is code. Until there`;
const page = () => documentOf("a page", text);

test.each([
  ["0.86, 54 % and 0.05", [0.86, 0.54, 0.05]],
  ["−0.18 or (-0.5), 1e-6 and −2e−3", [-0.18, -0.5, 1e-6, -2e-3]],
  ["10⁻¹¹ of 262,144", [1e-11, 262144]],
  ["float32, h2, experiment-1 and a2b", []],
  ["1 − 2, 20–80 episodes, 3–5", [1, 2, 20, 80, 3, 5]],
  ["from −2 to 2: γ = 1.", [-2, 2, 1]],
])("the numbers in %j", (words, values) => {
  const found = numbersIn(words).map(({ value }) => value);
  expect(found).toHaveLength(values.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(values[i], 14);
});

test("a true claim passes", () => {
  claim(page(), "retention is 0.966 (54 % of it), the belief −0.18,", [0.96574, 0.5353 + 0.005, -0.177]);
  claim(page(), "and 10⁻¹¹ or 3.1e-6 of 262,144.", [0.9e-11, 3.08e-6, 262144]);
});

test("missing words, a wrong number and a number too many fail", () => {
  expect(() => says(page(), "retention is 0.967")).toThrow(/does not say/);
  expect(() => claim(page(), "retention is 0.966", [0.9666])).toThrow(/it is 0.9666/);
  expect(() => claim(page(), "retention is 0.966", [-0.966])).toThrow(/it is -0.966/);
  expect(() => claim(page(), "(54 % of it)", [0.549])).toThrow(/it is 0.549/);
  expect(() => claim(page(), "the belief −0.18", [Number.NaN])).toThrow(/it is NaN/);
  expect(() => claim(page(), "retention is 0.966 (54 % of it)", [0.966])).toThrow(/has the numbers/);
});

test("numbers that no claim has checked are found, except whole numbers and code", () => {
  const document = page();
  claim(document, "retention is 0.966 (54 %", [0.966, 0.54]);
  const left = unclaimed(document, "From here", "Until there");
  expect(left).toHaveLength(2);
  claim(document, "the belief −0.18, and 10⁻¹¹ or 3.1e-6", [-0.18, 1e-11, 3.1e-6]);
  expect(unclaimed(document, "From here", "Until there")).toEqual([]);
});
