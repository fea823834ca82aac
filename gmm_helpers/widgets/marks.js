// The marks that SVG draws: of each kind, what is made once, and what draws how it is now.

import { inside, make, paint, set, strokeOf } from "./base.js";
import { makeHandle } from "./handles.js";

// Each makes a mark in a group of its own, and returns what draws a state of it.
const MAKERS = {
  line: makeLine,
  sum: makeLine,
  area: makeArea,
  bars: makeBars,
  marker: makeMarker,
  label: makeLabel,
};
const ABOVE = ["marker", "label"]; // they may stand on the edge of the plot

/** Make a mark; return what draws a state of it, or nothing where no SVG draws it. */
export function makeMark(mark, panel) {
  const makeKind = MAKERS[mark.kind];
  if (!makeKind) return undefined;
  const group = add(ABOVE.includes(mark.kind) ? panel.over : panel.plot, "g");
  const draw = makeKind(mark, panel, group);
  return (state) => {
    group.classList.toggle("faint", Boolean(state.faint));
    group.classList.toggle("hidden", Boolean(state.hidden));
    if (!state.hidden) draw(state);
  };
}

const add = (parent, name, attributes = {}) => parent.appendChild(make(`svg:${name}`, attributes));

/** A line, with dots or an area below it where these are asked for. */
function makeLine(mark, panel, group) {
  const colour = paint(mark.colour);
  const filled = { class: "fill", style: `fill:${colour}` };
  const path = add(group, "path", mark.fill ? filled : { class: "line", style: strokeOf(mark) });
  const round = { class: "dots", style: `stroke:${colour};stroke-width:${2 * mark.dots}` };
  const dots = mark.dots && add(group, "path", round);
  return (state) => {
    const points = mark.kind === "sum" ? sumOf(mark.of, panel) : pointsOf(mark, state, panel);
    const end = mark.close ? "z" : "";
    const toGround = `V${panel.py(0)}H${points[0]}z`;
    path.setAttribute("d", points.length ? toPath(points) + (mark.fill ? toGround : end) : "");
    if (dots) dots.setAttribute("d", toDots(points));
  };
}

function makeArea(mark, panel, group) {
  const path = add(group, "path", { class: "area", style: `fill:${paint(mark.colour)}` });
  return (state) => {
    const line = toPath(pointsOf(mark, state, panel));
    path.setAttribute("d", line && `${line}z`);
  };
}

function makeBars(mark, panel, group) {
  const path = add(group, "path", { class: "bars", style: `fill:${paint(mark.colour)}` });
  return ({ which }) => path.setAttribute("d", toBars(shapeOf(mark, which), panel));
}

function makeMarker(mark, panel, group) {
  const colour = paint(mark.colour);
  const open = mark.marker === "x" || mark.open;
  const stroke = `stroke:${colour};stroke-width:${2.5 / mark.radius}`; // it is scaled as well
  const style = open ? `fill:none;${stroke}` : `fill:${colour}`;
  const d = panel.picture.look.markers[mark.marker];
  const path = add(group, "path", { style, d });
  return ({ map }) =>
    path.setAttribute("transform", `${shiftTo(mark, map, panel)} scale(${mark.radius})`);
}

/** A text, in a ring or not; where it can be dragged, it is a handle. */
function makeLabel(mark, panel, group) {
  set(group, { class: "label" });
  const drags = mark.drag !== undefined;
  const tell = drags ? makeHandle(mark, panel, group) : () => {};
  if (!drags) set(group, { "aria-hidden": "true" });
  if (mark.ring) add(group, "circle", { r: 11, style: `stroke:${paint(mark.colour)}` });
  const anchor = mark.ring ? "middle" : (mark.anchor ?? "start");
  const label = add(group, "text", { "text-anchor": anchor, y: "0.35em" });
  return ({ map, text }) => {
    set(group, { transform: shiftTo(mark, map, panel) });
    label.textContent = text;
    tell(map);
  };
}

/** Return the transform to the place of a map, or as much higher as the mark is lifted. */
const shiftTo = ({ lift = 0 }, map, panel) =>
  `translate(${panel.px(map[4])} ${panel.py(map[5]) - lift})`;

// ---------------------------------------------------------------- shapes in pixels: x, y, x, y, …

/** Return the one of a mark's shapes that is shown: its numbers, row by row. */
function shapeOf({ shape: { values, shape } }, which) {
  const size = shape.at(-2) * shape.at(-1);
  return shape.length > 2 ? values.subarray(which * size, (which + 1) * size) : values;
}

/** Return the points of a line in their place. */
function pointsOf(mark, { map, which, until }, panel) {
  const points = panel.toPixels(shapeOf(mark, which).subarray(0, 2 * until), map);
  if (mark.extend) {
    points.unshift(-5, points[1]);
    points.push(panel.w + 5, points.at(-1));
  }
  return points;
}

/** Return the sum of the lines with some indices, whose points go from left to right. */
function sumOf(indices, panel) {
  const lines = indices.map((i) => pointsOf(panel.marks[i], panel.states[i], panel));
  const seen = lines.flat().filter((x, i) => i % 2 === 0 && x >= -5 && x <= panel.w + 5);
  const xs = [];
  for (const x of seen.sort((a, b) => a - b)) if (!(x - xs.at(-1) < 0.3)) xs.push(x);
  const heights = lines.map((line) => heightsOf(line, xs, panel.py(0)));
  return xs.flatMap((x, i) => [
    x,
    inside(panel.py(0) - heights.reduce((sum, each) => sum + each[i], 0), -1e5, 1e5),
  ]);
}

/** Return how high over the ground a line is at places that go from left to right. */
function heightsOf(line, xs, ground) {
  let i = 0;
  return xs.map((x) => {
    while (i + 4 < line.length && line[i + 2] < x) i += 2;
    const [x0, y0, x1, y1] = [line[i], line[i + 1], line[i + 2], line[i + 3]];
    const share = x1 > x0 ? inside((x - x0) / (x1 - x0), 0, 1) : 0;
    return ground - (y0 + share * (y1 - y0));
  });
}

const round = (value) => Math.round(10 * value) / 10;

/** Write points as a path; at one that is no number, the pen is lifted. */
function toPath(points) {
  let path = "";
  let pen = "M";
  for (let i = 0; i < points.length; i += 2) {
    const drawn = !Number.isNaN(points[i] + points[i + 1]);
    if (drawn) path += `${pen}${round(points[i])} ${round(points[i + 1])}`;
    pen = drawn ? "L" : "M";
  }
  return path;
}

/** Write points as lines of no length, whose round ends are dots. */
const toDots = (points) =>
  toPath(points)
    .split(/[ML]/)
    .slice(1)
    .map((at) => `M${at}h0`)
    .join("");

/** Write rows of left, right, bottom and top as bars, with a pixel between two of them. */
function toBars(rows, panel) {
  let path = "";
  for (let i = 0; i < rows.length; i += 4) {
    const [x0, x1] = [panel.px(rows[i]), panel.px(rows[i + 1])];
    const [y0, y1] = [panel.py(rows[i + 2]), panel.py(rows[i + 3])];
    const right = Math.max(x1 - 1, x0 + 0.5);
    if (y0 !== y1) path += `M${round(x0)} ${round(y0)}V${round(y1)}H${round(right)}V${round(y0)}z`;
  }
  return path;
}
