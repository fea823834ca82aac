// The axes of a panel: room for their words, ticks as far as they fit, and labels.

import { make } from "./base.js";

export const TEXT = 14; // of a panel's own pixels: how large its letters are
const WIDE = 0.62 * TEXT; // how wide a digit is at most

/** Return how much room the axes need to the left of a plot and below it, in pixels. */
export function measureAxes({ labels, views }, { x }) {
  const letters = Math.max(0, ...views.flatMap(({ y }) => y.map(([, label]) => label.length)));
  const left = Math.ceil(TEXT * (0.58 * letters + (labels[1] ? 1.5 : 0)) + 12);
  const bottom = TEXT * ((x.length ? 1.5 : 0.2) + (labels[0] ? 1.2 : 0)) + 4;
  return { left, bottom };
}

/** Return the axes of a panel that is laid out, as SVG. */
export function makeAxes(panel) {
  const { left, top, w, h, spec } = panel;
  const { x, y } = spec.views[panel.viewIndex];
  const bottom = top + h;
  const parts = [];
  const draw = (d) => parts.push(make("svg:path", { class: "spine", d }));
  const write = (at, label, more) => parts.push(make("svg:text", { ...at, ...more }, label));
  const middle = { "text-anchor": "middle" };

  draw(`M${left} ${top}V${bottom}H${left + w}`);
  const widest = Math.max(0, ...x.map(([, label]) => label.length)) * WIDE + 6;
  for (const [value, label] of thin(x, panel.sx, widest)) {
    const at = left + panel.px(value);
    if (at > left + w + 1 || at < left - 1) continue;
    draw(`M${at} ${bottom}v5`);
    write({ x: at, y: bottom + 6 + TEXT }, label, middle);
  }
  for (const [value, label] of thin(y, panel.sy, 1.3 * TEXT)) {
    const at = top + panel.py(value);
    if (at > bottom + 1 || at < top - 1) continue;
    draw(`M${left} ${at}h-5`);
    write({ x: left - 8, y: at + 0.35 * TEXT }, label, { "text-anchor": "end" });
  }
  const [below, beside] = spec.labels;
  if (below) write({ x: left + w / 2, y: bottom + 8 + 2.1 * TEXT }, below, middle);
  const turned = `translate(${TEXT} ${top + h / 2}) rotate(-90)`;
  if (beside) write({ x: 0, y: 0, transform: turned }, beside, middle);
  return parts;
}

/** Return every tick, or every second one, and so on: so that each has its room, in pixels. */
function thin(ticks, scale, room) {
  const apart = ticks.length > 1 ? (ticks[1][0] - ticks[0][0]) * scale : room;
  const every = Math.max(1, Math.ceil(room / apart));
  return ticks.filter((_, i) => i % every === 0);
}
