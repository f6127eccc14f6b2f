// A network in loops: the same output and slope that src/game/network.ts gives as an expression. Compilers take minutes
// for hundreds of weights that are written out one by one. tanh has no bound in WGSL, so this is for plain numbers
// only.

/**
 * the maximum number of weights of a network that is written out: it then runs several times as fast, and compiles in a
 * second
 */
export const MAX_WRITTEN_OUT = 128;

/** `network(d, theta)`. @param layers widths; the first and the last are 1 */
export function networkWgsl(layers: readonly number[]): string {
  const widest = Math.max(...layers);
  const last = layers.length - 1;
  const rowOf = (l: number) => layers.slice(1, l).reduce((sum, width, k) => sum + width * (layers[k] + 1), 0);
  const layer = (width: number, l: number) => /* wgsl */ `
  for (var neuron = 0u; neuron < ${width}u; neuron++) {
    let row = ${rowOf(l)}u + neuron * ${layers[l - 1] + 1}u;
    var next = vec2f(0.0);
    for (var i = 0u; i < ${layers[l - 1]}u; i++) { next += weight(d, row + i) * values[i]; }
    next.x += weight(d, row + ${layers[l - 1]}u);
    ${l === last ? "" : "next.x = tanh(next.x); next.y *= 1.0 - next.x * next.x;"}
    next_values[neuron] = next;
  }
  values = next_values;`;
  return /* wgsl */ `
/// x: the network's output; y: its derivative by θ
fn network(d: Decision, theta: f32) -> vec2f {
  // by neuron of a layer
  var values = array<vec2f, ${widest}>();
  var next_values = array<vec2f, ${widest}>();
  values[0] = vec2f(theta, 1.0);
${layers
  .slice(1)
  .map((width, i) => layer(width, i + 1))
  .join("\n")}
  return values[0];
}
`;
}
