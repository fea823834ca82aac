// The axes of a panel: room for their words, ticks as far as they fit, and labels.

import { make, strokeOf } from "./base.js";

export const TEXT = 14; // pixels of a panel: how large its letters are, as in widgets.css
const WIDE = 0.62 * TEXT; // how wide a digit is at most
const longest = (ticks) => Math.max(0, ...ticks.map(([, label]) => label.length));

/** Return how much room the axes need to the left of a plot and below it, in pixels. */
export function measureAxes({ labels, views }, { x }) {
  const letters = Math.max(...views.map(({ y }) => longest(y)));
  const left = Math.ceil(WIDE * letters + (labels[1] ? 1.5 * TEXT : 0) + 12);
  const bottom = TEXT * ((x.length ? 1.5 : 0.2) + (labels[0] ? 1.2 : 0)) + 4;
  return { left, bottom };
}

/** Return the axes of a panel that is laid out, as SVG. */
export function makeAxes(panel) {
  const { left, top, w, h, spec, view } = panel;
  const bottom = top + h;
  const [below, beside] = spec.labels;
  const style = strokeOf({ colour: "grey", width: 1 });
  const draw = (d) => make("svg:path", { class: "spine", d, style });
  const write = (label, x, y, anchor, more) =>
    make("svg:text", { x, y, "text-anchor": anchor, ...more }, label);
  const parts = [draw(`M${left} ${top}V${bottom}H${left + w}`)];
  for (const [value, label] of thin(view.x, panel.sx, longest(view.x) * WIDE + 6)) {
    const at = left + panel.px(value);
    const uncut = Math.min(at, panel.width - (label.length * WIDE) / 2);
    parts.push(draw(`M${at} ${bottom}v5`), write(label, uncut, bottom + 6 + TEXT, "middle"));
  }
  for (const [value, label] of thin(view.y, panel.sy, 1.3 * TEXT)) {
    const at = top + panel.py(value);
    parts.push(draw(`M${left} ${at}h-5`), write(label, left - 8, at + 0.35 * TEXT, "end"));
  }
  const turned = `translate(${TEXT} ${top + h / 2}) rotate(-90)`;
  parts.push(write(cut(below, w), left + w / 2, bottom + 8 + 2.1 * TEXT, "middle"));
  parts.push(write(cut(beside, h), 0, 0, "middle", { transform: turned }));
  return parts;
}

/** Return a label, or as much of it as fits beside a plot, in pixels. */
function cut(label, room) {
  const most = Math.floor(room / (0.5 * TEXT)); // a letter is about half as wide as it is high
  return label.length > most ? `${label.slice(0, most - 1)}…` : label;
}

/** Return every tick, or every second one, and so on: so that each has its room, in pixels. */
function thin(ticks, scale, room) {
  const apart = ticks.length > 1 ? (ticks[1][0] - ticks[0][0]) * scale : room;
  const every = Math.max(1, Math.ceil(room / apart));
  return ticks.filter((_, i) => i % every === 0);
}
