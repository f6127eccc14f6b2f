// Random games of every kind: ruling candidates out, on the CPU or the GPU, gives the same plan, costs and margins as
// trying all of them on all states, to the bit. `npm run bench:agreement` tries thousands.
import { expect, test } from "vitest";
import { decisionsOf, enumerated, isSame, problemOf, randomGame } from "../../bench/randomGames.ts";
import { keptGpu } from "./gpus.ts";

test("ruling candidates out changes nothing", async () => {
  const ways = new Map<string, number>();
  for (let number = 0; number < 14; number++) {
    const problem = problemOf(randomGame(number));
    const wanted = await enumerated(problem);
    for (const [way, decided] of Object.entries(await decisionsOf(problem, keptGpu))) {
      expect([number, way, isSame(decided, wanted) ? wanted : decided]).toEqual([number, way, wanted]);
      if (typeof wanted !== "string") ways.set(way, (ways.get(way) ?? 0) + 1);
    }
  }
  // some candidates were ruled out
  for (const way of ["cpu rollout", "gpu rollout", "cpu moments", "gpu moments"])
    expect(ways.get(way)).toBeGreaterThan(3);
});
