// The points at which decisions and states are tried: products of evenly spaced axes, in lexicographic order.

import { exp, log } from "./elementary.ts";

/** An evenly spaced axis: `count` points from `min` to `max`, both included. */
export interface Axis {
  /** the first point */
  readonly min: number;
  /** the last point; above `min`, or equal to it if `count` is 1 */
  readonly max: number;
  /** the number of points, at least 1 */
  readonly count: number;
}

/**
 * The points of an axis, equal to `numpy.linspace(min, max, count)` to the last bit.
 *
 * Point i is min + i·step with step = (max − min)/(count − 1), and the last point is max itself. If the step underflows
 * to 0, point i is min + (i/(count − 1))·(max − min).
 *
 * @returns the points in ascending order, shape [count]
 */
export function linspace({ min, max, count }: Axis): Float64Array {
  const points = new Float64Array(count).fill(0 + min); // 0 + −0 is 0
  if (count === 1) return points;
  const span = max - min;
  const step = span / (count - 1);
  for (let i = 0; i < count; i++) points[i] = (step === 0 ? (i / (count - 1)) * span : i * step) + min;
  points[count - 1] = max;
  return points;
}

/**
 * Points with equal ratios between neighbours.
 *
 * @param axis both ends must be above 0
 * @returns the points in ascending order, shape [count]; the first and the last are `min` and `max` to the last bit
 */
export function geomspace({ min, max, count }: Axis): Float64Array {
  const points = linspace({ min: log(min), max: log(max), count }).map(exp);
  points[0] = min;
  points[count - 1] = max;
  return points;
}

/** Every combination of the points of some axes, the last axis changing fastest. */
export class Grid {
  /** the points of each axis */
  readonly axes: readonly Float64Array[];
  /** how many combinations there are */
  readonly size: number;

  constructor(axes: readonly Axis[]) {
    this.axes = axes.map(linspace);
    this.size = axes.reduce((product, { count }) => product * count, 1);
  }

  /** The combination at an index in [0, size): one coordinate per axis. */
  at(index: number): number[] {
    const point = new Array<number>(this.axes.length);
    this.write(index, point, 0);
    return point;
  }

  /** Writes the combination at an index in [0, size) into `to`, starting at position `from`. */
  write(index: number, to: Float64Array | number[], from: number): void {
    for (let d = this.axes.length - 1; d >= 0; d--) {
      const axis = this.axes[d];
      to[from + d] = axis[index % axis.length];
      index = Math.floor(index / axis.length);
    }
  }

  /** The position on each axis of the combination at an index. */
  placesOf(index: number): number[] {
    const places = new Array<number>(this.axes.length);
    for (let d = this.axes.length - 1; d >= 0; d--) {
      places[d] = index % this.axes[d].length;
      index = Math.floor(index / this.axes[d].length);
    }
    return places;
  }

  /** The index of the combination at these positions on the axes; a position beyond an end counts as the end. */
  indexAt(places: readonly number[]): number {
    return this.axes.reduce(
      (index, { length }, d) => index * length + Math.max(0, Math.min(length - 1, places[d])),
      0,
    );
  }

  /** An index and the indices of its neighbours along each axis. */
  around(index: number): number[] {
    const places = this.placesOf(index);
    const moved = places.flatMap((_, d) =>
      [-1, 1].map((step) => this.indexAt(places.map((place, e) => (e === d ? place + step : place)))),
    );
    return [...new Set([index, ...moved])];
  }

  /** The positions on each axis that are nearest to a point. */
  nearest(point: readonly number[]): number[] {
    return this.axes.map((axis, d) => {
      const [min, max] = [axis[0], axis[axis.length - 1]];
      const place = Math.round(((point[d] - min) / (max - min)) * (axis.length - 1));
      return place >= 0 ? Math.min(place, axis.length - 1) : 0;
    });
  }
}
