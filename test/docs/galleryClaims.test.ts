// What docs/gallery.md says of its map of discount and regularization is what the library computes.
import { expect, test } from "vitest";
import { linspace, phasePresets, presets, solve } from "../../src/index.ts";
import { claim, readDocument } from "./claims.ts";

const page = await readDocument("docs/gallery.md");
const BOTTOM = 1e-4;

async function deception(discount: number, regularization: number): Promise<number> {
  const config = { ...presets["experiment-1"].config, discount, regularization };
  return (await solve(config, { backend: "cpu", method: "exact" })).measures.deception!;
}

test("the bottom and the right edge", async () => {
  claim(
    page,
    "Along the bottom it is 0.86 at γ = 1, 0.61 at 0.95, 0.31 at 0.9, 0.03 at 0.8 and 0.002 at 0.7.",
    [
      ...[
        await deception(1, BOTTOM),
        1,
        await deception(0.95, BOTTOM),
        0.95,
        await deception(0.9, BOTTOM),
        0.9,
      ],
      ...[await deception(0.8, BOTTOM), 0.8, await deception(0.7, BOTTOM), 0.7],
    ],
  );
  claim(page, "Along the right edge it is 0.84 at λ = 0.001, 0.63 at 0.01, 0.28 at 0.03 and 0.009 at 0.1.", [
    ...[await deception(1, 0.001), 0.001, await deception(1, 0.01), 0.01],
    ...[await deception(1, 0.03), 0.03, await deception(1, 0.1), 0.1],
  ]);
});

test("the two shares multiply, nearly", async () => {
  const whole = await deception(1, 0);
  const both = await deception(0.95, 0.01);
  claim(page, "with γ = 0.95 deception is 0.71 of what it is without a discount, with λ = 0.01 0.73 of", [
    ...[0.95, (await deception(0.95, 0)) / whole, 0.01, (await deception(1, 0.01)) / whole],
  ]);
  claim(page, "and with both 0.53, that is 0.456.", [both / whole, both]);
  claim(page, "(at γ = 0.9 and λ = 0.023 deception is 0.10, and the product says 0.14)", [
    ...[0.9, 0.023, await deception(0.9, 0.023)],
    ((await deception(0.9, 0)) * (await deception(1, 0.023))) / whole,
  ]);

  const { x, y } = phasePresets["discount-regularization"].phase as unknown as Record<
    "x" | "y",
    { from: number; to: number }
  >;
  const discounts = linspace({ min: x.from, max: x.to, count: 25 });
  const strengths = linspace({ min: Math.log(y.from), max: Math.log(y.to), count: 25 }).map(Math.exp);
  let most = 0;
  for (const γ of discounts)
    for (const λ of strengths) {
      const [alone, other] = [(await deception(γ, 0)) / whole, (await deception(1, λ)) / whole];
      const off = alone * other * whole - (await deception(γ, λ));
      most = Math.max(most, Math.abs(off));
      if (alone < 0.5 && other < 0.5) expect(off).toBeGreaterThanOrEqual(0);
    }
  claim(page, "is off by at most 0.04 of deception", [most]);
});
