// A game of your own, solved on both backends: the post's game, but the base optimizer has momentum. The state is the
// goal and its velocity:
//
//     y = aθ,   v' = friction·v − η(error·a + 2λθ),   θ' = θ + v'.
//
// Run it after `npm run build`: node examples/momentum.mjs
import { defineGame, MesaError, solve } from "mesa-induction";

export const momentum = defineGame({
  name: "momentum",
  state: {
    theta: { min: -1, max: 1, count: 11, initial: 0.8 },
    velocity: { min: 0, max: 0, count: 1, initial: 0 },
  },
  decision: { coefficient: { min: -2, max: 2, count: 401 } },
  parameters: { friction: { default: 0.5, min: 0, max: 1 } },

  output: ({ coefficient }, { theta }) => coefficient * theta,
  learn({ coefficient }, { theta, velocity }, error, learningRate, { friction, regularization }) {
    const next = friction * velocity - learningRate * (error * coefficient + 2 * regularization * theta);
    return { theta: theta + next, velocity: next };
  },

  // the same two functions in WGSL, in the arithmetic of docs/games.md
  wgsl: /* wgsl */ `
fn output(d: Decision, s: State) -> real {
  return mul(d.coefficient, s.theta);
}

fn learn(d: Decision, s: State, error: real, learning_rate: real) -> State {
  let slope = add(mul(error, d.coefficient), mul(mul(exactly(2.0), REGULARIZATION), s.theta));
  let next = sub(mul(FRICTION, s.velocity), mul(learning_rate, slope));
  return State(add(s.theta, next), next);
}
`,
});

const config = { game: momentum, schedule: { training: 10, deployment: 20, learningRate: 1 } };
const plans = [];
for (const backend of ["cpu", "gpu"]) {
  try {
    const { plan, trajectory, measures, solver } = await solve(config, { backend });
    console.log(`${backend}: ${solver.adapter}, ${solver.method}, ${solver.precision}`);
    console.log(
      `  coefficient in training: ${plan.coefficient
        .slice(0, 10)
        .map((a) => a.toFixed(2))
        .join(" ")}`,
    );
    console.log(`  goal: ${trajectory.theta[0]} → ${trajectory.theta[10].toFixed(4)} at deployment`);
    console.log(`  deception: ${measures.deception.toFixed(4)}`);
    plans.push(plan.coefficient);
  } catch (error) {
    if (!(error instanceof MesaError && error.code === "NO_ADAPTER")) throw error;
    console.log(`gpu: not run, there is no adapter`);
  }
}
if (plans.length === 2) {
  const equal = plans[0].every((a, t) => Object.is(a, plans[1][t]));
  console.log(equal ? "the plans are equal to the bit" : "the plans differ");
  if (!equal) process.exitCode = 1;
}
