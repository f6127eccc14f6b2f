// Twin of src/games/linear.ts.

export const linearWgsl = /* wgsl */ `
fn reach(d: Decision) -> real {
  return d.coefficient;
}

fn gain(d: Decision, learning_rate: real) -> real {
  let squared = add(mul(d.coefficient, d.coefficient), REGULARIZATION);
  return sub(exactly(1.0), mul(mul(exactly(2.0), learning_rate), squared));
}
`;
