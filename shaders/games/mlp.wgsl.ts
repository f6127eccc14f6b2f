// Twin of src/games/mlp.ts. tanh has no usable error bound in WGSL, so this is plain float32.

const BOUND = "4.0";

/** @param layers widths, the first and the last of them 1 */
export function mlpWgsl(layers: readonly number[]): string {
  const widest = Math.max(...layers);
  const layer = (l: number, at: number) => {
    const [inputs, outputs] = [layers[l - 1], layers[l]];
    const last = l === layers.length - 1;
    return /* wgsl */ `
  // layer ${l}: ${inputs} → ${outputs}
  for (var neuron = 0u; neuron < ${outputs}u; neuron++) {
    let row = ${at}u + neuron * ${inputs + 1}u;
    var value = 0.0;
    var slope = 0.0;
    for (var i = 0u; i < ${inputs}u; i++) {
      let w = weight(d, row + i);
      value += w * values[i];
      slope += w * slopes[i];
    }
    value += weight(d, row + ${inputs}u);
    ${last ? "" : "value = tanh(value);"}
    next_values[neuron] = value;
    next_slopes[neuron] = ${last ? "slope" : "(1.0 - value * value) * slope"};
  }
  values = next_values;
  slopes = next_slopes;`;
  };
  let at = 0;
  const body = layers.slice(1).map((width, i) => {
    const text = layer(i + 1, at);
    at += width * (layers[i] + 1);
    return text;
  });
  return /* wgsl */ `
/// x: f_w(θ); y: its derivative
fn evaluate(d: Decision, theta: f32) -> vec2f {
  var values: array<f32, ${widest}>;
  var slopes: array<f32, ${widest}>;
  var next_values: array<f32, ${widest}>;
  var next_slopes: array<f32, ${widest}>;
  values[0] = theta;
  slopes[0] = 1.0;
${body.join("\n")}
  return vec2f(values[0], slopes[0]);
}

fn output(d: Decision, s: State) -> real {
  return evaluate(d, s.theta).x;
}

fn learn(d: Decision, s: State, error: real, learning_rate: real) -> State {
  let pull = error * evaluate(d, s.theta).y + 2.0 * REGULARIZATION * s.theta;
  return State(clamp(s.theta - learning_rate * pull, -${BOUND}, ${BOUND}));
}
`;
}
