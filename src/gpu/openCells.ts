// Which cells of candidates are open, because one of theirs may be the least or the runner-up, and how many candidates
// those have.

import type { CellGrid } from "../../shaders/grid.wgsl.ts";
import { HUGE } from "../../shaders/least.wgsl.ts";

/** Which cells are open: 1 or 0. @param bounds cost, spread and error of each cell */
export function openCells(bounds: Float32Array): Uint32Array<ArrayBuffer> {
  const cells = bounds.length / 3;
  const known = (i: number) => Math.abs(bounds[3 * i]) < HUGE && bounds[3 * i + 1] < HUGE;
  let [least, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let i = 0; i < cells; i++) {
    const high = known(i) ? bounds[3 * i] + bounds[3 * i + 1] : Number.POSITIVE_INFINITY;
    if (high < least) [least, second] = [high, least];
    else if (high < second) second = high;
  }
  return Uint32Array.from({ length: cells }, (_, i) =>
    known(i) && bounds[3 * i] - bounds[3 * i + 1] > second ? 0 : 1,
  );
}

/** Counts the candidates of open cells, along the last axis by sums that are made once. */
export class OpenCandidates {
  readonly #grid: CellGrid;
  /** by row of cells: candidates of open cells before each cell of the last axis */
  readonly #before: Float64Array;
  readonly #last: number;

  constructor(grid: CellGrid & { readonly size: number }) {
    this.#grid = grid;
    this.#last = grid.counts.length - 1;
    const cells = grid.axes[this.#last].length;
    this.#before = new Float64Array((grid.size / cells) * (cells + 1));
  }

  count(isOpen: Uint32Array): void {
    const { axes, counts, sides } = this.#grid;
    const [cells, side, count] = [axes[this.#last].length, sides[this.#last], counts[this.#last]];
    for (let cell = 0; cell < isOpen.length; cell++) {
      const row = Math.floor(cell / cells);
      const at = row * (cells + 1) + (cell % cells);
      const candidates = Math.min(side, count - (cell % cells) * side);
      if (cell % cells === 0) this.#before[at] = 0;
      this.#before[at + 1] = this.#before[at] + isOpen[cell] * candidates;
    }
  }

  openIn(first: number, count: number): number {
    const length = this.#grid.counts[this.#last];
    let open = 0;
    for (let at = first; at < first + count; ) {
      const row = Math.floor(at / length);
      const end = Math.min(first + count, (row + 1) * length);
      const before = this.#rowBefore(row);
      open += before(end - row * length) - before(at - row * length);
      at = end;
    }
    return open;
  }

  /** how many open candidates a row of the grid has before a place */
  #rowBefore(row: number): (place: number) => number {
    const { axes, counts, sides } = this.#grid;
    let [cellRow, stride, rest] = [0, 1, row];
    for (let d = this.#last - 1; d >= 0; d--) {
      cellRow += Math.floor((rest % counts[d]) / sides[d]) * stride;
      stride *= axes[d].length;
      rest = Math.floor(rest / counts[d]);
    }
    const cells = axes[this.#last].length;
    const start = cellRow * (cells + 1);
    const side = sides[this.#last];
    return (place) => {
      const cell = Math.floor(place / side);
      if (cell >= cells) return this.#before[start + cells];
      const before = this.#before[start + cell];
      const isOpen = this.#before[start + cell + 1] > before;
      return before + (isOpen ? place - cell * side : 0);
    };
  }
}
