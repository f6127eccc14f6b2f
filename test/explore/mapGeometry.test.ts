// Where a map's cells lie, and the maps that zooming leads to.
import { describe, expect, test } from "vitest";
import { gradientOf, paint, placeAmong } from "../../src/explore/drawMap.ts";
import { cellAt, partAround, placeOf, pointOf, zoomInto, zoomOut } from "../../src/explore/mapGeometry.ts";
import { checkDiagram, defaultDiagram } from "../../src/explore/mapSettings.ts";
import { colourScaleOf } from "../../src/report/colours.ts";

const settings = { game: "linear" };
const diagram = {
  ...defaultDiagram(settings),
  x: { key: "schedule.learningRate", from: 0.01, to: 1, scale: "log" },
  y: { key: "schedule.training", from: 1, to: 100, scale: "linear" },
  size: 128,
} as const;

test("a value lies in the middle of its cell", () => {
  const { x, y } = checkDiagram(settings, diagram);
  expect(x.values.length).toBe(128);
  expect(y.values.length).toBe(100);
  for (const cell of [
    { column: 0, row: 0 },
    { column: 77, row: 42 },
    { column: 127, row: 99 },
  ]) {
    const point = pointOf({ x, y }, cell);
    const [across, up] = [placeOf(x, point.x), placeOf(y, point.y)];
    expect(across).toBeCloseTo((cell.column + 0.5) / 128, 12);
    expect(up).toBeCloseTo((cell.row + 0.5) / 100, 12);
    expect(cellAt({ x, y }, across, up)).toEqual(cell);
  }
  expect(cellAt({ x, y }, -1, 2)).toEqual({ column: 0, row: 99 });
});

describe("zooming", () => {
  test("into a part gives a map from its left to its right, on the scale of the axis", () => {
    const { x, y } = zoomInto(settings, diagram, { left: 0, right: 0.5, bottom: 0.5, top: 1 });
    expect(x).toEqual({ ...diagram.x, to: 0.1 });
    // whole episodes
    expect(y).toEqual({ ...diagram.y, from: 51 });
  });

  test("in many times gives valid maps", () => {
    let at = { ...diagram } as Parameters<typeof zoomInto>[1];
    for (let i = 0; i < 60; i++) {
      at = zoomInto(settings, at, partAround(0.3, 0.7, 0.5));
      checkDiagram(settings, at);
    }
    expect(at.y.to - at.y.from).toBe(1);
  });

  test("out of a part leads to the whole map and no further", () => {
    let at = zoomInto(settings, diagram, partAround(0.2, 0.9, 0.1));
    for (let i = 0; i < 12; i++) {
      at = zoomOut(settings, at);
      checkDiagram(settings, at);
    }
    expect(at.x).toMatchObject({ from: 0.01, to: 10 });
    expect(at.y).toMatchObject({ from: 1, to: 100 });
  });

  test("stays within the frame", () => {
    expect(partAround(0, 1, 0.5)).toEqual({ left: 0, right: 0.5, bottom: 0.5, top: 1 });
  });
});

describe("colours", () => {
  const shares = colourScaleOf("deception", Float64Array.of());

  test("the first row is at the bottom, and no value is grey", () => {
    const image = { width: 2, height: 2, data: new Uint8ClampedArray(16) } as ImageData;
    paint(image, Float64Array.of(0, 1, Number.NaN, 0), shares);
    const pixel = (row: number, column: number) => [...image.data].slice(8 * row + 4 * column).slice(0, 4);
    expect(pixel(1, 0)).toEqual([68, 1, 84, 255]);
    expect(pixel(1, 1)).toEqual([253, 231, 37, 255]);
    const [r, g, b, opacity] = pixel(0, 0);
    expect([g, b, opacity]).toEqual([r, r, 255]);
    expect(pixel(0, 1)).toEqual(pixel(1, 0));
  });

  test("a value's position is where the gradient has its colour", () => {
    expect([0, 0.5, 1].map((value) => placeAmong(shares, value))).toEqual([0, 128 / 255, 1]);
    expect(placeAmong(shares, Number.NaN)).toBeNaN();
    expect(gradientOf(shares)).toMatch(
      /^linear-gradient\(to right, rgb\(68 1 84\), .*, rgb\(253 231 37\)\)$/,
    );
  });
});
