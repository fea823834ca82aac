// What a covariance matrix does to points: their ellipses, and half-axes that can be pulled.

import { format } from "./base.js";
import { cholesky, fromHalfAxes, halfAxes } from "./maths.js";
import { SliderPanel, shift } from "./slider_panel.js";

const list = (texts) => `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
const NAMES = ["deviation_1", "deviation_2", "correlation"];
/** @type {(values: any) => [number, number, number]} */
const numbersOf = (values) => [values.deviation_1, values.deviation_2, values.correlation];
const valuesOf = (numbers) => Object.fromEntries(NAMES.map((name, i) => [name, numbers[i]]));

export class CovariancePanel extends SliderPanel {
  buttons() {
    return { "Other points": () => this.asker.ask({}) };
  }

  /** Keep where the points are, for when they are held. */
  show(values) {
    const now = valuesOf(numbersOf(values));
    super.show({ ...values, held: values.hold ? (values.held ?? now) : now });
  }

  /** Move an end of a 3σ half-axis: the other keeps the length that it had when the hand began. */
  onDrag(name, [x, y]) {
    if (Math.hypot(x, y) < 0.03) return;
    const other = halfAxes(...numbersOf(this.values)).lengths[name === "end_1" ? 1 : 0];
    this.grip = { name, other: this.grip?.other ?? other, place: [x, y] };
    const wanted = fromHalfAxes(x / 3, y / 3, this.grip.other);
    this.move(valuesOf(wanted.map((value, i) => this.fit(NAMES[i], value))), false);
  }

  see(values) {
    const numbers = numbersOf(values);
    const factor = cholesky(...numbers);
    const of = values.hold ? cholesky(...numbersOf(values.held)) : factor;
    const { lengths, angle } = halfAxes(...numbers);
    const rings = this.count(factor, of);
    const marks = {
      points: { map: [...of, 0, 0], looks: rings.map((ring) => this.content.looks[ring]) },
    };
    for (const radius of [1, 2, 3])
      marks[`ring_${radius}`] = { map: [...factor.map((each) => radius * each), 0, 0] };
    const ends = lengths.map((length, k) => {
      const [c, s] = [Math.cos(angle + (k * Math.PI) / 2), Math.sin(angle + (k * Math.PI) / 2)];
      marks[`axis_${k + 1}`] = { map: [length * c, 0, length * s, 0, 0, 0] };
      marks[`arrow_${k + 1}`] = { map: [length * c, -s, length * s, c, 0, 0] };
      return [3 * length * c, 3 * length * s];
    });
    this.handles(ends).forEach((place, k) => {
      marks[`end_${k + 1}`] = { map: shift(...place) };
    });
    const tables = this.tabulate(numbers, rings);
    return { marks, words: this.say(values, lengths, angle), tables };
  }

  /** Return the places of the two handles: one that is dragged stays at the end next to the hand. */
  handles(ends) {
    if (!this.grip) return ends;
    const [x, y] = this.grip.place;
    const all = ends.flatMap(([a, b], k) =>
      [1, -1].map((sign) => ({ k, place: [sign * a, sign * b] })),
    );
    const far = ({ place }) => Math.hypot(place[0] - x, place[1] - y);
    const mine = all.reduce((a, b) => (far(b) < far(a) ? b : a));
    const both = [mine.place, ends[1 - mine.k]];
    return this.grip.name === "end_1" ? both : both.reverse();
  }

  /** Count for each point how many of the three ellipses do not hold it. */
  count([a, , b, c], [d, , e, f]) {
    // L⁻¹ times the L that made the points: the distance is that in these standard coordinates.
    const [p, q, r] = [d / a, (e - (b * d) / a) / c, f / c];
    const { values } = this.content.points;
    return Array.from({ length: values.length / 2 }, (_, i) => {
      const [u, v] = [values[2 * i], values[2 * i + 1]];
      return Math.min(Math.floor(Math.hypot(p * u, q * u + r * v)), 3);
    });
  }

  tabulate([first, second, correlation], rings) {
    const between = format(correlation * first * second, 2);
    const matrix = [
      ["Σ", "x₁", "x₂"],
      ["x₁", format(first ** 2, 2), between],
      ["x₂", between, format(second ** 2, 2)],
    ];
    const counts = this.content.exact.map((exact, i) => {
      const share = rings.filter((ring) => ring <= i).length / rings.length;
      return [`${i + 1}σ`, `${format(100 * share, 1)}%`, exact];
    });
    return [matrix, [["inside", "points", "exact"], ...counts]];
  }

  say({ hold, held }, lengths, angle) {
    const roots = list(lengths.map((length, k) => `√λ${"₁₂"[k]} = ${format(length, 2)}`));
    const degrees = Math.round((angle * 180) / Math.PI); // of a line, they are from −89 to 90
    const slope = degrees > 90 ? degrees - 180 : degrees;
    const round = lengths[0] - lengths[1] < 1e-5 * lengths[0];
    const circles = "in any two directions at right angles, since the ellipses are circles";
    const where = round ? circles : `at ${format(slope, 0)}° and across that`;
    const names = ["σ₁", "σ₂", "ρ"];
    const say = (name, i) => `${names[i]} = ${this.write(name, held[name])}`;
    const put = `stay where ${list(NAMES.map(say))} have put them`;
    const points = `The points ${hold ? put : "move with Σ"}.`;
    const axes = `The 1σ ellipse has the half-axes ${roots}, which lie along the eigenvectors`;
    return `${axes}: ${where}. ${points}`;
  }
}
