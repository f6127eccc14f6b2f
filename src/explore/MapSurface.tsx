// The map itself: cells on a canvas, axes over them, and what mouse, touch and keys do.

import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ColourScale } from "../report/colours.ts";
import { drawAxes, MARGIN, paint } from "./drawMap.ts";
import { useWidth } from "./elements.tsx";
import { type Cell, cellAt, clamp, type Part, type Point, placeOf, type Zoom } from "./mapGeometry.ts";
import type { ShownMap } from "./useMap.ts";

/** the ratio of the map's height to its width, and its maximum height in pixels */
const SHAPE = { ratio: 0.86, most: 620 };
/** the shortest drag that is not a click, in pixels */
const DRAG = 6;
/** how many cells an arrow key moves with Shift */
const LEAP = 10;

interface Props {
  readonly map: ShownMap;
  readonly scale: ColourScale;
  /** whether the map is complete */
  readonly done: boolean;
  /** the point of the current settings, which may be off the map */
  readonly own: Point;
  readonly cursor: Cell | null;
  readonly label: string;
  /** the maximum height, in pixels */
  readonly most?: number | undefined;
  /** @param isTold whether to announce the cell to screen readers */
  readonly onPoint: (cell: Cell | null, isTold: boolean) => void;
  readonly onTake: (cell: Cell) => void;
  readonly onZoom: (zoom: Zoom) => void;
}

const percent = (share: number) => `${100 * share}%`;
/** where the cells are within the axes' labels */
const FRAME = {
  inset: `${MARGIN.top}px ${MARGIN.right}px ${MARGIN.bottom}px ${MARGIN.left}px`,
};

/** the rectangle between two positions in the frame */
const partBetween = ([x, y]: readonly number[], [u, v]: readonly number[]): Part => ({
  left: Math.min(x, u),
  right: Math.max(x, u),
  bottom: Math.min(y, v),
  top: Math.max(y, v),
});

export function MapSurface(props: Props) {
  const { map, scale, done, own, cursor, label, onPoint, onTake, onZoom, most = SHAPE.most } = props;
  const { diagram, values, version } = map;
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const axes = useRef<HTMLDivElement>(null);
  const width = useWidth(place);
  const height = Math.min(most, Math.round(width * SHAPE.ratio));
  const [columns, rows] = [diagram.x.values.length, diagram.y.values.length];
  const image = useMemo(() => new ImageData(columns, rows), [columns, rows]);
  const [drag, setDrag] = useState<{ from: [number, number]; to: [number, number] } | null>(null);

  useLayoutEffect(() => {
    paint(image, values, scale);
    canvas.current!.getContext("2d")!.putImageData(image, 0, 0);
  }, [image, values, version, scale]);
  useLayoutEffect(() => {
    if (width > 0) axes.current?.replaceChildren(drawAxes(map, scale, { width, height, contours: done }));
  }, [diagram, done, width, height, done && scale]);

  const at = { x: placeOf(diagram.x, own.x), y: placeOf(diagram.y, own.y) };
  /** an event's position, in shares of the frame from its lower left corner */
  const shareOf = (event: PointerEvent): [number, number] => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [
      clamp((event.clientX - box.left) / box.width, 0, 1),
      clamp((box.bottom - event.clientY) / box.height, 0, 1),
    ];
  };
  const down = (event: PointerEvent) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const at = shareOf(event);
    setDrag({ from: at, to: at });
  };
  const move = (event: PointerEvent) => {
    if (event.pointerType === "touch") return;
    const at = shareOf(event);
    if (drag) setDrag({ ...drag, to: at });
    onPoint(cellAt(diagram, ...at), false);
  };
  const up = (event: PointerEvent) => {
    const at = shareOf(event);
    // a touch only points at a cell: there is a button to take its settings
    if (event.pointerType === "touch") onPoint(cellAt(diagram, ...at), true);
    if (!drag) return;
    setDrag(null);
    const part = partBetween(drag.from, at);
    const isWide = (part.right - part.left) * width >= DRAG;
    const isHigh = (part.top - part.bottom) * height >= DRAG;
    if (isWide && isHigh) onZoom(part);
    else if (!isWide && !isHigh) onTake(cellAt(diagram, ...at));
  };
  const press = (event: KeyboardEvent) => {
    const { column, row } = cursor ?? cellAt(diagram, at.x, at.y);
    const step = event.shiftKey ? LEAP : 1;
    const go = (across: number, up: number) =>
      onPoint(
        {
          column: clamp(column + across * step, 0, columns - 1),
          row: clamp(row + up * step, 0, rows - 1),
        },
        true,
      );
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => go(-1, 0),
      ArrowRight: () => go(1, 0),
      ArrowUp: () => go(0, 1),
      ArrowDown: () => go(0, -1),
      Enter: () => onTake({ column, row }),
      "+": () => onZoom("in"),
      "=": () => onZoom("in"),
      "-": () => onZoom("out"),
      "0": () => onZoom("whole"),
      Escape: () => {
        setDrag(null);
        onPoint(null, true);
      },
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(actions, event.key)) return;
    event.preventDefault();
    actions[event.key]();
  };

  const dragged = drag && partBetween(drag.from, drag.to);
  const inside = at.x >= 0 && at.x <= 1 && at.y >= 0 && at.y <= 1;
  return (
    <div class="map" ref={place} style={{ height: `${height}px` }}>
      <div class="frame" style={FRAME}>
        <canvas ref={canvas} width={columns} height={rows} />
      </div>
      <div class="axes" ref={axes} aria-hidden="true" />
      <div
        class="frame surface"
        style={FRAME}
        role="application"
        aria-roledescription="map"
        aria-label={label}
        aria-describedby="map-keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard moves its cursor
        tabIndex={0}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => setDrag(null)}
        onPointerLeave={(event) => event.pointerType !== "touch" && !drag && onPoint(null, false)}
        onKeyDown={press}
      >
        {inside && <i class="here" style={{ left: percent(at.x), bottom: percent(at.y) }} />}
        {cursor && (
          <>
            <i class="hair across" style={{ bottom: percent((cursor.row + 0.5) / rows) }} />
            <i class="hair up" style={{ left: percent((cursor.column + 0.5) / columns) }} />
          </>
        )}
        {dragged && (
          <i
            class="rectangle"
            style={{
              left: percent(dragged.left),
              right: percent(1 - dragged.right),
              bottom: percent(dragged.bottom),
              top: percent(1 - dragged.top),
            }}
          />
        )}
      </div>
    </div>
  );
}
