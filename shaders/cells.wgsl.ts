// Cells of candidates: neighbours on every axis of the decision, about which affine arithmetic says something at once.

import { coordinatesWgsl, type Points } from "../src/gpu/gameWgsl.ts";

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
