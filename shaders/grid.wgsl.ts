// Grids of candidates, and boxes of neighbouring candidates, for which affine arithmetic computes one enclosure.

/** The lengths of a grid's axes. */
export interface Points {
  /** the points of each axis */
  readonly axes: readonly { readonly length: number }[];
}

/** The position of `index` on each axis of a grid, as WGSL expressions. */
export function coordinatesWgsl(counts: readonly number[]): string[] {
  return counts.map((count, d) => {
    const stride = counts.slice(d + 1).reduce((product, next) => product * next, 1);
    return `index / ${stride}u % ${count}u`;
  });
}

/** The candidate of an index; the last axis changes fastest. Read from a table in which the axes follow each other. */
export function candidateWgsl({ axes }: Points): string {
  const counts = axes.map((axis) => axis.length);
  const starts = counts.map((_, d) => counts.slice(0, d).reduce((sum, count) => sum + count, 0));
  const numbers = coordinatesWgsl(counts).map((coordinate, d) => `axes[${starts[d]}u + ${coordinate}]`);
  return /* wgsl */ `
/// the decision of an index of the grid
fn candidate(index: u32) -> Decision {
  return Decision(${numbers.join(", ")});
}
`;
}

/** A grid divided into boxes. */
export interface BoxGrid extends Points {
  /** candidates along each axis of the grid */
  readonly counts: readonly number[];
  /** candidates along each side of a box; the last box of an axis may have fewer */
  readonly sides: readonly number[];
}

/** The box of a candidate; the last axis changes fastest. */
export function boxOfWgsl({ axes, counts, sides }: BoxGrid): string {
  const index = coordinatesWgsl(counts).reduce(
    (box, coordinate, d) => `(${box}) * ${axes[d].length}u + (${coordinate}) / ${sides[d]}u`,
    "0u",
  );
  return /* wgsl */ `
fn box_of(index: u32) -> u32 { return ${index}; }
`;
}
