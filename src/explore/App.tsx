// The page: the state from the address, the answers that follow from it, and the parts that show them.

import { useEffect, useState } from "preact/hooks";
import { checkConfig } from "../index.ts";
import { Controls } from "./Controls.tsx";
import { CopyLink } from "./CopyLink.tsx";
import { MapCard } from "./MapCard.tsx";
import { Steps } from "./Steps.tsx";
import { TrajectoryCard } from "./TrajectoryCard.tsx";
import { useAddress } from "./useAddress.ts";
import { useSolution } from "./useSolution.ts";

/** an answer is told once no other follows it, in milliseconds */
const REST = 1000;

export function App() {
  const { state, problem, change } = useAddress();
  const { settings, method, pinned, backend } = state;
  const solution = useSolution({ settings, method, backend });
  const compared = useSolution(pinned && { ...pinned, backend });
  const { game } = checkConfig(settings);
  const [said, say] = useState("");
  useEffect(() => {
    const { deception } = solution.result?.measures ?? {};
    if (deception === undefined) return;
    const timer = setTimeout(
      () => say(`Solved: deception ${deception?.toFixed(3) ?? "has no value"}.`),
      REST,
    );
    return () => clearTimeout(timer);
  }, [solution.result]);
  return (
    <>
      <header class="masthead">
        <h1>Deceptive alignment, explored</h1>
        <p>
          A chain of agents, one for each episode. Gradient descent changes their goal as they act, and they
          know it.
        </p>
        <CopyLink state={state} say={say} />
      </header>
      {problem !== null && (
        <p class="notice" role="alert">
          This address cannot be shown: {problem}. Here is the first experiment in its place.
        </p>
      )}
      <Steps state={state} change={change} />
      <main>
        <Controls state={state} change={change} />
        <TrajectoryCard state={state} change={change} solution={solution} pinned={compared} />
        <MapCard
          state={state}
          change={change}
          pace={solution.result?.game === game.name ? solution.result.solver.milliseconds : Number.NaN}
          say={say}
        />
      </main>
      <p class="quiet" role="status" aria-live="polite">
        {said}
      </p>
    </>
  );
}
