// Twin of src/games/misconception.ts.

export const misconceptionWgsl = /* wgsl */ `
fn output(d: Decision, s: State) -> real {
  return add(mul(d.coefficient, s.theta), mul(sub(exactly(1.0), d.coefficient), s.belief));
}

fn learn(d: Decision, s: State, error: real, learning_rate: real) -> State {
  let pull = add(mul(error, d.coefficient), mul(mul(exactly(2.0), REGULARIZATION), s.theta));
  let correction = mul(error, sub(exactly(1.0), d.coefficient));
  return State(
    sub(s.theta, mul(learning_rate, pull)),
    sub(s.belief, mul(mul(BELIEF_LEARNING_RATE_SCALE, learning_rate), correction)),
  );
}

fn believed_target(s: State) -> real {
  return s.belief;
}
`;
