// The post's fourth next step: the agent does not know whether it is still in training. A hidden phase starts in
// training and moves to deployment for good with probability `hazard` before each next episode; the agent sees a
// signal that is like training or like deployment, and wrong with probability `signalError`.
//
// y = a(signal)·θ, and the base optimizer steps as in `linear`, with learning rate 0 in deployment.

import { defineGame, type HiddenPhase, type Values } from "./game.ts";
import { linear } from "./linear.ts";

/** P(training) and P(deployment), and what is seen of them */
function phases({ hazard, signalError }: Values<"hazard" | "signalError">): HiddenPhase {
  return {
    initial: [1, 0],
    trains: [true, false],
    transition: [
      [1 - hazard, hazard],
      [0, 1],
    ],
    likelihood: [
      [1 - signalError, signalError],
      [signalError, 1 - signalError],
    ],
  };
}

/** An agent that has to guess whether it is deployed. */
export const uncertainDeployment = defineGame({
  name: "uncertain-deployment",
  state: linear.state,
  decision: linear.decision,
  parameters: {
    hazard: { default: 0.05, min: 0, max: 1 },
    signalError: { default: 0.1, min: 0, max: 1 },
  },
  proportional: linear.proportional!,
  hidden: { signals: ["ifTrainingSignal", "ifDeploymentSignal"], phases, deploymentAt: 20 },
  wgsl: linear.wgsl,
});
