// Twin of src/games/learnedDiscount.ts.

export const learnedDiscountWgsl = /* wgsl */ `
fn slope(d: Decision, s: State) -> real {
  return add(d.base, mul(d.per_discount, s.discount));
}

fn output(d: Decision, s: State) -> real {
  return mul(slope(d, s), s.theta);
}

fn learn(d: Decision, s: State, error: real, learning_rate: real) -> State {
  let pull = add(mul(error, slope(d, s)), mul(mul(exactly(2.0), REGULARIZATION), s.theta));
  let discount_pull = mul(error, mul(d.per_discount, s.theta));
  let stepped = sub(s.discount, mul(mul(DISCOUNT_LEARNING_RATE_SCALE, learning_rate), discount_pull));
  return State(
    sub(s.theta, mul(learning_rate, pull)),
    clamped(stepped, exactly(0.0), exactly(1.0)),
  );
}

fn discount(s: State) -> real {
  return s.discount;
}
`;
