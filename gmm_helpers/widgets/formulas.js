// Shows a formula of formulas.json as an image with a reading, as tall as the text around it asks.

import { make } from "./base.js";

/** @typedef {{reading: string, box: number[], marks: number[][], bars: number[][]}} Formula */
/** @typedef {{glyphs: string[], formulas: Record<string, Formula>}} Formulas */

const EM = 1000;
const WEIGHT = 14; // thickens TeX's thin letters a little, as MathJax's are

/** @type {(data: Formulas, name: string) => SVGElement} it stands on the baseline of its line */
export function makeFormula({ glyphs, formulas }, name) {
  const { reading, box, marks, bars } = formulas[name];
  const [width, height, depth] = box;
  const svg = make("svg:svg", {
    role: "img",
    "aria-label": reading,
    viewBox: [0, -height, width, height + depth].join(" "),
    width: `${width / EM}em`,
    height: `${(height + depth) / EM}em`,
    overflow: "visible",
    fill: "currentColor",
    stroke: "currentColor",
    "stroke-width": WEIGHT,
  });
  svg.style.verticalAlign = `${-depth / EM}em`;
  for (const [glyph, x, y, size] of marks)
    svg.append(
      make("svg:path", { d: glyphs[glyph], transform: `translate(${x} ${y}) scale(${size / EM})` }),
    );
  for (const [x, y, w, h] of bars) svg.append(make("svg:rect", { x, y, width: w, height: h }));
  return svg;
}
