// Grids of candidates, and their cells: neighbours on every axis of the decision, about which affine arithmetic says
// something at once.

/** A grid's points, as far as a kernel has to know them. */
export interface Points {
  /** the points of each axis */
  readonly axes: readonly { readonly length: number }[];
}

/** Where `index` is on each axis of a grid, as WGSL expressions. */
export function coordinatesWgsl(counts: readonly number[]): string[] {
  return counts.map((count, d) => {
    const stride = counts.slice(d + 1).reduce((product, next) => product * next, 1);
    return `index / ${stride}u % ${count}u`;
  });
}

/** The candidate of an index, the last axis changing fastest, from a table in which the axes follow each other. */
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

/** A grid divided into cells. */
export interface CellGrid extends Points {
  /** candidates along each axis of the grid */
  readonly counts: readonly number[];
  /** candidates along each side of a cell; the last cell of an axis may have fewer */
  readonly sides: readonly number[];
}

/** The cell of a candidate, the last axis changing fastest. */
export function cellOfWgsl({ axes, counts, sides }: CellGrid): string {
  const index = coordinatesWgsl(counts).reduce(
    (cell, coordinate, d) => `(${cell}) * ${axes[d].length}u + (${coordinate}) / ${sides[d]}u`,
    "0u",
  );
  return /* wgsl */ `
fn cell_of(index: u32) -> u32 { return ${index}; }
`;
}
