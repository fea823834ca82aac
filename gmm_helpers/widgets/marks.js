// The marks of a panel: of each kind, what is made once, and what draws how it is now.

import { inside, make, paint, set, strokeOf } from "./base.js";
import { makeHandle } from "./handles.js";
import { makePoints } from "./points.js";

const MAKERS = {
  line: makePath,
  sum: makePath,
  area: makePath,
  marker: makeMarker,
  label: makeLabel,
  points: makePoints,
  image: makeImage,
};
const FROM_MIDDLE = Array.from({ length: 129 }, (_, i) => i / 8 - 8); // standard deviations
const ABOVE = ["marker", "label"]; // they may stand on the edge of the plot

/** Make a mark; return what draws a state of it. */
export function makeMark(mark, panel) {
  const group = make("svg:g", { class: mark.by?.map || mark.of ? "moves" : "" });
  (ABOVE.includes(mark.kind) ? panel.over : panel.plot).append(group);
  const draw = MAKERS[mark.kind](mark, panel, group);
  return (state) => {
    group.classList.toggle("faint", Boolean(state.faint));
    group.classList.toggle("hidden", Boolean(state.hidden));
    if (!state.hidden) draw(state);
  };
}

const add = (parent, name, attributes = {}) => parent.appendChild(make(`svg:${name}`, attributes));

/** A line, with dots where these are asked for; or what it goes around, filled. */
function makePath(mark, panel, group) {
  const colour = paint(mark.colour);
  const filled = mark.fill || mark.kind === "area";
  const fill = `fill:${colour};fill-opacity:${mark.fill ? 0.25 : 1}`;
  const style = filled ? fill : strokeOf(mark);
  const path = add(group, "path", { class: filled ? "" : "line", style });
  const round = `stroke:${colour};stroke-width:${2 * mark.dots};stroke-linecap:round`;
  const dots = mark.dots && add(group, "path", { class: "dots", style: round });
  return (state) => {
    const points = mark.of ? sumOf(mark, panel) : pointsOf(mark, state, panel);
    const line = toPath(points);
    path.setAttribute("d", line && mark.close ? `${line}z` : line);
    if (dots) dots.setAttribute("d", toPath(points, "M", "h0")); // of no length, with round ends
  };
}

/** A picture in shades of grey between two corners of the data; where it is dark, the paper shows. */
function makeImage({ href, box }, panel, group) {
  const image = add(group, "image", { href, preserveAspectRatio: "none" });
  return () => {
    const [[x, y], [right, bottom]] = panel.toPixels([box[0], box[3], box[1], box[2]]);
    const opacity = panel.picture.dark ? 0.27 : 0.353;
    set(image, { x, y, width: right - x, height: bottom - y, opacity });
  };
}

function makeMarker(mark, panel, group) {
  const colour = paint(mark.colour);
  const open = mark.marker === "x" || mark.open;
  const stroke = `stroke:${colour};stroke-width:${2.5 / mark.radius}`; // it is scaled as well
  const style = open ? `fill:none;${stroke}` : `fill:${colour}`;
  const path = add(group, "path", { style });
  return ({ map }) => {
    const d = panel.picture.look.markers[panel.py(map[5]) > panel.h ? "v" : mark.marker];
    if (path.getAttribute("d") !== d) set(path, { d }); // it points to what lies below
    set(path, { transform: `${shiftTo(map, panel)} scale(${mark.radius})` });
  };
}

/** A text, in a ring or not; where it can be dragged, it is a handle. */
function makeLabel(mark, panel, group) {
  const { drag, ring, lift = 0, anchor = ring ? "middle" : "start" } = mark;
  const tell = drag === undefined ? () => {} : makeHandle(mark, panel, group);
  group.classList.add("label");
  if (drag === undefined) set(group, { "aria-hidden": "true" });
  const stroke = `stroke:${paint(mark.colour)};stroke-width:2.5`;
  if (ring) add(group, "circle", { r: 11, style: stroke });
  const label = add(group, "text", { "text-anchor": anchor, y: "0.35em" });
  return ({ map, text }) => {
    set(group, { transform: shiftTo(map, panel, lift) });
    label.textContent = text;
    tell(map);
  };
}

/** Return the transform to a map's place, or some pixels above it; if out of sight, to the edge. */
function shiftTo(map, panel, lift = 0) {
  const x = inside(panel.px(map[4]), 0, panel.w);
  return `translate(${x} ${inside(panel.py(map[5]) - lift, 0, panel.h)})`;
}

// ---------------------------------------------------------------- shapes in pixels

/** Return the one of a mark's shapes that is shown: its numbers, row by row. */
function shapeOf({ shape: { values, shape } }, which) {
  const size = shape.at(-2) * shape.at(-1);
  return shape.length > 2 ? values.subarray(which * size, (which + 1) * size) : values;
}

/** Return the points of a mark in their place. */
function pointsOf(mark, { map, which, until }, panel) {
  const points = panel.toPixels(shapeOf(mark, which).subarray(0, 2 * until), map);
  if (!mark.extend) return points;
  return [[-5, points[0][1]], ...points, [panel.w + 5, points.at(-1)[1]]];
}

/** Return the sum of bells; filled, it has a ground. */
function sumOf({ of, fill }, panel) {
  const maps = of.map((i) => panel.states[i].map);
  const line = sumBells(maps, panel.limits).flat();
  const [left, right] = panel.limits;
  return panel.toPixels(fill ? [left, 0, ...line, right, 0] : line);
}

/** Return points of the sum of bells with some maps: close to each middle, and at both limits. */
export function sumBells(maps, [left, right]) {
  const xs = maps.flatMap(([s, , , , mean]) => FROM_MIDDLE.map((z) => mean + s * z));
  const heightOf = (x, [s, , , top, mean]) => top * Math.exp(-0.5 * ((x - mean) / s) ** 2);
  const sumAt = (x) => maps.reduce((sum, map) => sum + heightOf(x, map), 0);
  return [left, ...xs, right].sort((a, b) => a - b).map((x) => [x, sumAt(x)]);
}

/** Write points as a path; at one that is no number, the pen is lifted. */
function toPath(points, next = "L", end = "") {
  let path = "";
  let pen = "M";
  for (const [x, y] of points) {
    const drawn = !Number.isNaN(x + y);
    if (drawn) path += `${pen}${x} ${y}${end}`;
    pen = drawn ? next : "M";
  }
  return path;
}
