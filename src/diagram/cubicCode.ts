// The rising roots of two cubics at once: the operations of src/model/cubic.ts in the same order, so that the roots
// have the same bits.

import type { Variable, Writer } from "../cpu/evaluation.ts";
import type { Node } from "../game/graph.ts";
import { MAX_STEPS } from "../model/cubic.ts";

/**
 * Writes the search for the points in (low, high) at which cubics rise through 0.
 *
 * @param cubic the coefficients, the constant first
 * @param near where the search starts in the bracket that contains it
 * @param turns the local of an address that may be used
 * @returns the roots in ascending order: NaN instead of a root that does not exist
 */
export function writeRisingRoots(
  writer: Writer,
  cubic: readonly Node[],
  [low, high]: readonly [Node, Node],
  near: Node,
  turns: number,
): [Node, Node] {
  const { code, graph: g } = writer;
  const [zero, two, three, none] = [0, 2, 3, Number.NaN].map((x) => g.number(x));
  const [most] = writer.let(cubic.map((c) => g.absolute(c)).reduce((a, b) => g.maximum(a, b)));
  const [c0, c1, c2, c3] = writer.let(...cubic.map((c) => g.divide(c, most)));
  const valueAt = (x: Node) =>
    g.add(g.multiply(g.add(g.multiply(g.add(g.multiply(c3, x), c2), x), c1), x), c0);
  const halfway = (from: Node, to: Node) => g.add(from, g.divide(g.subtract(to, from), two));
  const start = (from: Node, to: Node) => {
    const middle = halfway(from, to);
    return g.below(from, near, g.below(near, to, near, middle), middle);
  };

  // the points at which their slope changes its sign
  const [discriminant] = writer.let(g.subtract(g.multiply(c2, c2), g.multiply(g.multiply(three, c3), c1)));
  writer.push([discriminant]);
  const squareRoot = code.vector();
  code.do("f64x2.sqrt").set(squareRoot);
  const root = writer.local(squareRoot);
  const [q] = writer.let(g.negate(g.add(c2, g.below(c2, zero, g.negate(root), root))));
  const [a, b] = writer.let(g.divide(q, g.multiply(three, c3)), g.divide(c1, q));
  const turn = (x: Node) =>
    g.below(zero, discriminant, g.below(x, low, low, g.below(high, x, high, x)), high);
  const [first, second] = writer.let(turn(g.below(a, b, a, b)), turn(g.below(a, b, b, a)));

  const ends = [low, first, second, high];
  const values = writer.let(...ends.map(valueAt));
  /** `then` if the cubic rises through 0 between two adjacent ends, otherwise `otherwise` */
  const rising = (i: number, then: (from: Node, to: Node) => Node, otherwise: Node) =>
    g.below(values[i], zero, g.below(zero, values[i + 1], then(ends[i], ends[i + 1]), otherwise), otherwise);
  const inFirst = (then: (from: Node, to: Node) => Node) => rising(0, then, then(first, second));
  const early = [inFirst((from) => from), inFirst((_, to) => to), rising(0, start, rising(1, start, none))];
  return [find(early), find([second, high, rising(2, start, none)])];

  /** The roots in brackets, with a starting point in each; NaN where the bracket is. */
  function find(bracket: readonly Node[]): Node {
    const variables = bracket.map((node) => writer.variable(node)) as [Variable, Variable, Variable];
    const [from, to, at] = variables;
    const active = code.vector();
    code.get(at.local).get(at.local).do("f64x2.eq").do("local.tee", active).do("v128.any_true");
    code.if(() => {
      code.do("i32.const", MAX_STEPS).set(turns);
      code.loop(() => {
        const x = at.node;
        const [value] = writer.let(valueAt(x));
        const [low, high] = writer.let(g.below(value, zero, x, from.node), g.below(zero, value, x, to.node));
        const slope = g.add(
          g.multiply(g.add(g.multiply(g.multiply(three, c3), x), g.multiply(two, c2)), x),
          c1,
        );
        const [newton] = writer.let(g.subtract(x, g.divide(value, slope)));
        const inside = (x: Node, otherwise: Node) =>
          g.below(low, x, g.below(x, high, x, otherwise), otherwise);
        const [guess] = writer.let(inside(newton, halfway(low, high)));
        // if there is no better point it does not move, which ends the search
        const [next] = writer.let(g.below(zero, g.absolute(value), inside(guess, x), x));
        const moved = g.absolute(g.subtract(next, x));
        writer.push([g.multiply(g.number(Number.EPSILON), g.absolute(x)), moved]);
        code.do("f64x2.lt").get(active).do("v128.and").set(active);
        writer.push([next, x]);
        code.get(active).do("v128.bitselect").set(at.local);
        writer.assign([from, to], [low, high]);
        code.do("i32.const", 0).get(turns).do("i32.const", 1).do("i32.sub").do("local.tee", turns);
        code.do("i32.lt_u").get(active).do("v128.any_true").do("i32.and").do("br_if", 0);
      });
    });
    return at.node;
  }
}
