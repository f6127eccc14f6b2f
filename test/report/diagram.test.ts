// The parts of a phase diagram's figure: where cells lie, their colours, and where contours run.
import { decode, encode } from "fast-png";
import { describe, expect, test } from "vitest";
import { colourScaleOf, RAMP } from "../../src/report/colours.ts";
import { contourLabels, contoursOf, edgesOf } from "../../src/report/contours.ts";
import { drawerOf } from "../../src/report/drawing.ts";
import { cellsAlong, mapPng } from "../../src/report/map.ts";
import { createDocument, svgToPng } from "../../src/report/render.ts";

describe("cells along an axis", () => {
  test("end half-way to their neighbours, on the scale of the axis", () => {
    expect(edgesOf({ values: [0, 1, 3], scale: "linear" })).toEqual([-0.5, 0.5, 2, 4]);
    for (const [i, edge] of edgesOf({ values: [1, 10, 100], scale: "log" }).entries())
      expect(edge).toBeCloseTo(10 ** (i - 0.5), 9);
  });

  test("are found at evenly spaced points", () => {
    expect([...cellsAlong({ values: [1, 10, 100], scale: "log" }, 6)]).toEqual([0, 0, 1, 1, 2, 2]);
    // 1, 2, 3, 4 and 8 on a linear axis: from 0.5 to 10, the last cell from 6 on
    expect([...cellsAlong({ values: [1, 2, 3, 4, 8], scale: "linear" }, 19)]).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4,
    ]);
  });
});

describe("colours", () => {
  test("the scale of a share goes from 0 to 1, whatever values a map has", () => {
    const { domain, indexOf, log } = colourScaleOf("deception", Float64Array.of(0.4, 0.6, Number.NaN));
    expect({ domain, log }).toEqual({ domain: [0, 1], log: false });
    expect([0, 0.5, 1].map(indexOf)).toEqual([0, 128, RAMP - 1]);
  });

  test("the scale of a share with values outside [0, 1] reaches to these values", () => {
    const domainOf = (measure: string, ...values: number[]) =>
      colourScaleOf(measure, Float64Array.from(values)).domain;
    expect(domainOf("retention", -0.25, 0.5)).toEqual([-1, 1]);
    expect(domainOf("retentionOverHazard", 0.5, 3)).toEqual([0, 3]);
    expect(domainOf("compliance", -4, 0.9)).toEqual([-4, 4]);
    expect(colourScaleOf("retention", Float64Array.of(1e-3, 1, 100))).toMatchObject({ log: true });
    // rounding in float32 does not count as outside
    expect(domainOf("reversal", -1e-7, 1 + 1e-5)).toEqual([0, 1]);
  });

  test("values of both signs have a scale around 0, and values over decades a logarithmic scale", () => {
    const both = colourScaleOf("finalTheta", Float64Array.of(-0.1, 0.4));
    expect(both.domain).toEqual([-0.4, 0.4]);
    const wide = colourScaleOf("cost", Float64Array.of(0.001, 1, 1000));
    expect(wide).toMatchObject({ domain: [0.001, 1000], log: true });
    expect(wide.indexOf(1)).toBe(128);
  });

  test("the scale is perceptually uniform: its lightness grows in equal steps", () => {
    const { ramp } = colourScaleOf("deception", Float64Array.of(0));
    const linear = (c: number) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const lightness = Array.from({ length: RAMP }, (_, i) => {
      const [r, g, b] = [0, 1, 2].map((c) => linear(ramp[3 * i + c] / 255));
      return 116 * Math.cbrt(0.2126 * r + 0.7152 * g + 0.0722 * b) - 16; // CIE L*
    });
    const steps = [0, 1, 2, 3].map((i) => lightness[Math.min(RAMP - 1, 64 * (i + 1))] - lightness[64 * i]);
    for (const step of steps) expect(step / steps[0]).toBeGreaterThan(0.8);
    for (const step of steps) expect(step / steps[0]).toBeLessThan(1.25);
  });
});

test("a scale that adapts shows differences of values that lie close together or are crowded at the low end", () => {
  const close = Float64Array.of(0.86, 0.87, 0.89);
  expect(colourScaleOf("deception", close).domain).toEqual([0, 1]);
  expect(colourScaleOf("deception", close, true).domain).toEqual([0.86, 0.89]);
  expect(colourScaleOf("deception", Float64Array.of(0.1, 0.9), true).domain).toEqual([0, 1]);
  const crowded = Float64Array.of(0.02, 0.03, 0.04, 1);
  expect(colourScaleOf("firstCoefficient", crowded)).toMatchObject({ log: false, domain: [0.02, 1] });
  expect(colourScaleOf("firstCoefficient", crowded, true)).toMatchObject({ log: true, domain: [0.02, 1] });
  expect(colourScaleOf("firstCoefficient", Float64Array.of(0.02, 0.5, 1), true).log).toBe(false);
});

const x = { values: Array.from({ length: 41 }, (_, i) => 10 ** (i / 20)), scale: "log" } as const;
const y = { values: [0, 1, 2, 3], scale: "linear" } as const;
const status = new Uint8Array(41 * 4);
const ofColumn = (value: (x: number) => number) =>
  Float64Array.from(status, (_, i) => value(x.values[i % 41]));

test("contours lie where the values equal the level, also on a logarithmic axis, and run from edge to edge", () => {
  const values = ofColumn((x) => Math.log10(x) / 2);
  const scale = colourScaleOf("deception", values);
  const contours = contoursOf({ x, y, values, status }, scale, [410, 40]);
  const lines = contours.flatMap((contour) => contour.lines);
  // the cell of value v has its centre at 40v + ½ cells of 10 pixels
  const levels = [0.1, 0.25, 0.5, 0.75, 0.9].map((level) => 10 * (40 * level + 0.5));
  expect(contours.map(({ level }) => level)).toEqual(scale.levels);
  for (const [i, line] of lines.entries()) expect(line[0][0]).toBeCloseTo(levels[i], 9);
  expect(contourLabels(contours, 20).map(({ level }) => level)).toEqual(scale.levels);
  expect(contourLabels(contours, 41)).toEqual([]);
  for (const line of lines) {
    for (const [x] of line) expect(x).toBeCloseTo(line[0][0], 9);
    const heights = line.map(([, y]) => y);
    expect(Math.max(...heights) - Math.min(...heights)).toBeGreaterThan(25);
  }
});

test("cells without a value have a pattern instead of a colour, and no contour around them", () => {
  const values = ofColumn((x) => (x > 5 && x < 20 ? Number.NaN : 0.6));
  const scale = colourScaleOf("deception", values);
  const contours = contoursOf({ x, y, values, status }, scale, [410, 40]);
  expect(contours.flatMap(({ lines }) => lines)).toEqual([]);
  const cycle = Uint8Array.from(values, (v) => (Number.isNaN(v) ? 2 : 0));
  const colours = (s: Uint8Array) => {
    const { data } = decode(mapPng({ x, y, values, status: s }, scale, [410, 40]));
    return new Set(Array.from({ length: data.length / 3 }, (_, i) => data.slice(3 * i, 3 * i + 3).join()));
  };
  const own = [...scale.ramp.slice(3 * scale.indexOf(0.6), 3 * scale.indexOf(0.6) + 3)].join();
  expect(colours(status)).toEqual(new Set([own, "216,216,216"]));
  // stripes of two greys
  expect(colours(cycle).size).toBe(3);
});

test("the PNG of a figure has the colours of cells as they are, not blurred at their edges", async () => {
  const { make, image } = drawerOf(createDocument());
  const cells = encode({ width: 2, height: 1, channels: 3, data: Uint8Array.of(0, 10, 20, 200, 210, 220) });
  const namespaces = { xmlns: "http://www.w3.org/2000/svg" };
  const figure = make("svg", { ...namespaces, width: 20, height: 4 }, [image(cells, 0, 0, 20, 4)]);
  const { width, height, data } = decode(await svgToPng(figure.outerHTML));
  expect({ width, height }).toEqual({ width: 40, height: 8 });
  for (let i = 0; i < width * height; i++)
    expect([...data.slice(4 * i, 4 * i + 4)]).toEqual(
      i % width < width / 2 ? [0, 10, 20, 255] : [200, 210, 220, 255],
    );
});
