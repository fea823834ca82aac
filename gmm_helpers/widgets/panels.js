// Pictures under sliders, which follow a hand by themselves: Python sends each scene once.

import { format, inside, make, onTheme, readArray, set, teller } from "./base.js";
import { mixColours } from "./colours.js";
import {
  Asker,
  fullScreenButton,
  makeSlider,
  showLegend,
  showTable,
  toggleButton,
} from "./controls.js";
import { maths } from "./maths.js";
import { Picture } from "./picture.js";

const at = (x, y) => [1, 0, 0, 1, x, y];
const list = (texts) => `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;

/**
 * What the panels share. A panel says by `see(values)` what is to be seen: `marks` by their ids,
 * `words`, `tables`, and a `legend` where it changes; by `drag(name, place, panel)` what a hand does;
 * by `buttons()` what other buttons do.
 */
class SliderPanel {
  /** @param {{model: any, library: any, box: HTMLElement}} page */
  constructor({ model, library, box }) {
    this.model = model;
    this.box = box;
    this.look = library.get("look");
    this.values = model.get("values");
    this.content = model.get("content");
    this.tell = teller(model);
    this.asker = new Asker(model);
    const onDrag = (name, place, panel) => this.drag(name, place, panel);
    this.picture = new Picture(box, this.look, { onDrag, onDrop: () => this.drop() });
    this.legend = make("div", { class: "legend" });
    this.text = make("span", { "aria-live": "polite" });
    this.room = make("span", { "aria-hidden": "true" }); // the longest text until now: less jumps
    /** @type {HTMLElement[]} */
    this.tables = [];
    /** @type {Record<string, any>} */
    this.specs = {};
    /** @type {any[][]} what each mark is, but for what moves, by panel */
    this.base = [];
    /** @type {Record<string, (value: any) => void>} by name, what shows a value there */
    this.controls = {};
    this.words = make("div", {}, make("p", { class: "words" }, this.text, this.room));
    const notes = this.content.notes.map((note) => make("p", {}, note));
    const figure = make("figure", {}, this.picture.element, this.legend);
    const place = this.content.panels.length > 1 ? "under" : "beside";
    const shown = make("div", { class: place }, figure, this.words);
    const above = [make("div", { class: "notes" }, ...notes), this.asker.element];
    box.append(...above, this.makeControls(), shown);
    this.hear = {
      "change:values": () => model.get("values") !== this.values && this.show(model.get("values")),
      "change:data": () => this.takeScene(),
    };
    for (const [name, act] of Object.entries(this.hear)) model.on(name, act);
    this.takeScene();
  }

  /** @returns {Record<string, () => void>} */
  buttons() {
    return {};
  }

  /** @type {(name: any, place: any, panel: any) => void} */
  drag() {}

  /** @returns {any} */
  see(_values) {
    return {};
  }

  makeControls() {
    this.specs = Object.fromEntries(this.content.controls.map((spec) => [spec.name, spec]));
    const sliders = make("div", { class: "sliders" });
    const row = make("div", { class: "row" });
    for (const { name, label, ...spec } of this.content.controls) {
      const act = (value, rests = true) => this.move({ [name]: value }, rests);
      if (spec.low === undefined) {
        const button = toggleButton(label, (down) => act(down));
        row.append(button);
        this.controls[name] = (down) => set(button, { "aria-pressed": down });
      } else {
        const slider = makeSlider({ label, ...spec }, act);
        slider.element.classList.toggle("wide", Boolean(spec.wide));
        sliders.append(slider.element);
        this.controls[name] = slider.set;
      }
    }
    for (const [label, act] of Object.entries(this.buttons())) {
      const button = make("button", { type: "button" }, label);
      button.onclick = act;
      row.append(button);
    }
    row.append(fullScreenButton(this.box));
    sliders.append(row);
    return sliders;
  }

  /** Take the scene that the model carries now. */
  takeScene() {
    const bytes = this.model.get("data");
    const scene = structuredClone(this.content);
    this.picture.setScene(scene, bytes);
    this.base = this.picture.frameAt(0);
    this.ids = scene.panels.map(({ marks }) => marks.map(({ id }) => id));
    this.points = scene.points && readArray(scene.points, bytes).values;
    showLegend(this.legend, scene.legend, this.look);
    this.show(this.values);
  }

  /** Take some values from a hand, and tell Python once it rests. */
  move(changes, rests) {
    const values = { ...this.values, ...changes };
    // A control says once more where it rests, with nothing else to be seen.
    const other = Object.keys(values).some((name) => values[name] !== this.values[name]);
    if (other) this.show(values);
    this.tell({ values: this.values }, rests ? 0 : 300);
  }

  drop() {
    this.grip = null;
    this.show(this.values); // as it is without a hand
    this.move({}, true);
  }

  show(values) {
    this.values = values;
    const { marks, words, tables, legend } = this.see(values);
    for (const [name, control] of Object.entries(this.controls)) control(values[name]);
    const now = (states, ids) => states.map((state, j) => ({ ...state, ...marks[ids[j]] }));
    this.picture.show(this.base.map((states, i) => now(states, this.ids[i])));
    this.text.textContent = words;
    if (words.length > this.room.textContent.length) this.room.textContent = words;
    if (legend) showLegend(this.legend, legend, this.look);
    tables.forEach((rows, i) => {
      this.tables[i] ??= this.words.appendChild(make("div", { class: "table" }));
      showTable(this.tables[i], rows);
    });
  }

  /** Return the value that a slider would give next to a number. */
  fit(name, value) {
    const { low, high, step } = this.specs[name];
    return inside(Number((step * Math.round(value / step)).toPrecision(12)), low, high);
  }

  /** Write a value as its slider does. */
  write(name, value) {
    return format(value, this.specs[name].decimals);
  }

  /** Show the first panel's view with an index. */
  showView(index) {
    const panel = this.picture.panels[0];
    if (panel.viewIndex !== index) panel.setView(index);
  }

  close() {
    this.picture.close();
    this.asker.close();
    for (const [name, act] of Object.entries(this.hear)) this.model.off(name, act);
  }
}

/** Return what maps a bump to φ N(x | μ, σ²). */
const bump = (weight, mean, s) => [s, 0, 0, weight * Math.exp(maths.logNormal(0, 0, s)), mean, 0];

export class HandFit extends SliderPanel {
  buttons() {
    const back = () =>
      this.move({ ...this.model.get("best").values, show_em: this.values.show_em }, true);
    return { "Back to my best": back };
  }

  drag(name, [x]) {
    const mean = this.values[name.replace("deviation", "mean")];
    this.move({ [name]: this.fit(name, name.startsWith("mean") ? x : Math.abs(x - mean)) }, false);
  }

  see(values) {
    const pair = (name) => [values[`${name}_1`], values[`${name}_2`]];
    const weights = [values.weight_1, 1 - values.weight_1];
    const parts = [weights, pair("mean"), pair("deviation")]; // of both components
    const score = maths.logLikelihood(this.points, ...parts);
    const best = this.keepBest(values, score);
    const sum = this.measure(...parts);
    const tops = this.content.panels[0].views.map(({ limits }) => limits[3]);
    const fits = tops.findIndex((top) => top >= 1.1 * sum.tallest);
    const view = fits < 0 ? tops.length - 1 : fits;
    this.showView(view);
    const { em_score: em, floor } = this.content;
    const marks = {
      points: { map: [1, 0, 0, tops[view], 0, 0] },
      em: { hidden: !values.show_em },
      now: { map: [0.8, 0, 0, Math.max(score - floor, 0), 0.1, floor] },
      below: { map: at(0.5, floor), hidden: score >= floor },
      best_score: { map: at(0, best), hidden: best < floor },
      em_score: { map: at(0, em), hidden: !values.show_em },
    };
    const rows = [0, 1].map((k) => {
      const [weight, mean, deviation] = parts.map((each) => each[k]);
      const map = bump(weight, mean, deviation);
      marks[`curve_${k + 1}`] = { map };
      marks[`mean_${k + 1}`] = { map: at(mean, map[3]) };
      marks[`deviation_${k + 1}`] = { map: at(mean + deviation, map[3] * Math.exp(-0.5)) };
      const texts = [this.write("mean_1", mean), this.write("deviation_1", deviation)];
      return [`${k + 1}`, format(weight, 2), ...texts];
    });
    const legend = [
      { colour: "grey", width: 12, text: `now ${writeScore(score)}` },
      { colour: "mark", width: 4, text: `your best ${writeScore(best)}` },
      { colour: 2, width: 3.5, dash: [2, 1], text: `EM's ${writeScore(em)}` },
    ].slice(0, values.show_em ? 3 : 2);
    const tables = [[["component", "weight φ", "mean μ", "spread σ"], ...rows]];
    return { marks, words: `${sayArea(sum)} ${this.sayScore(score, best)}`, tables, legend };
  }

  /** Return the best score until now; Python is told of it with the values. */
  keepBest(values, score) {
    // Python's score of the same values may differ in its last digits.
    if (score >= this.model.get("best").score - 1e-9) this.model.set("best", { values, score });
    return this.model.get("best").score;
  }

  /** Measure the area under the sum, how much of it is in the picture, and its tallest place there. */
  measure(weights, means, deviations) {
    const [left, right] = this.content.panels[0].views[0].limits;
    const grid = [left, right];
    for (const k of [0, 1])
      for (let i = -160; i <= 160; i++) grid.push(means[k] + (i / 20) * deviations[k]);
    grid.sort((a, b) => a - b);
    const logs = (x) =>
      [0, 1].map((k) => Math.log(weights[k]) + maths.logNormal(x, means[k], deviations[k]));
    const density = grid.map((x) => Math.exp(maths.logAddExp(...logs(x))));
    const sum = { area: 0, visible: 0, tallest: 0 };
    grid.forEach((x, i) => {
      const slice = i && ((x - grid[i - 1]) * (density[i] + density[i - 1])) / 2;
      sum.area += slice;
      if (x > left && x <= right) sum.visible += slice;
      if (x >= left && x <= right) sum.tallest = Math.max(sum.tallest, density[i]);
    });
    return sum;
  }

  sayScore(score, top) {
    const { em_score: em, floor } = this.content;
    const low = score < floor ? ` (below the gauge's floor of ${format(floor, 0)})` : "";
    const best = score === top ? ": your best so far." : `; your best so far is ${format(top, 2)}.`;
    const text = `Log-likelihood ${format(score, 2)}${low}${best}`;
    if (!this.values.show_em) return text;
    const above = `${format(Math.abs(em - top), 2)} ${em >= top ? "above" : "below"}`;
    return `${text} EM's, dashed, is ${format(em, 2)}: ${above} your best.`;
  }
}

function sayArea({ area, visible, tallest }) {
  const out = visible < area - 0.005 ? `, of it ${format(visible, 3)} in the picture` : "";
  const low = tallest < 0.1;
  const height = low ? maths.fromLog(Math.log(tallest), 2) : format(tallest, tallest < 100 ? 2 : 0);
  const tall = tallest > 1 ? ": a density may exceed 1" : "";
  return `Area under the sum ${format(area, 3)}${out}; tallest peak ${height}${tall}.`;
}

/** Write a score in few characters. */
function writeScore(score) {
  const [large, huge] = [1e4, 1e7].map((limit) => Math.abs(score) >= limit);
  return huge ? score.toExponential(1).replace("-", "−") : format(score, large ? 0 : 2);
}

export class PointPosterior extends SliderPanel {
  /** Move the point within the view: one that changed under the hand would carry it away. */
  drag(_, [x], { limits }) {
    this.grip = true;
    this.move({ x: this.fit("x", inside(x, limits[0], limits[1])) }, false);
  }

  see({ x, weight_1: weight }) {
    const { means, deviations, panels } = this.content;
    const [left, right, , top] = panels[0].views[0].limits;
    if (!this.grip) this.showView(x < left || x > right ? 1 : 0);
    const weights = [weight, 1 - weight];
    const densities = means.map((mean, k) => maths.logNormal(x, mean, deviations[k]));
    const logs = densities.map((density, k) => Math.log(weights[k]) + density);
    const sum = maths.logAddExp(...logs);
    const shares = logs.map((each) => Math.exp(each - sum));
    const marks = { line: { map: at(x, 0) }, x: { map: at(x, 0.93 * top) } };
    const rows = [0, 1].map((k) => {
      const map = bump(weights[k], means[k], deviations[k]);
      const product = maths.product(weights[k], densities[k]);
      const share = maths.writeShare(shares[k], logs[k] - sum);
      const bars = { product: [Math.exp(logs[k]), product], share: [shares[k], share] };
      marks[`curve_${k + 1}`] = { map };
      marks[`number_${k + 1}`] = { map: at(means[k], map[3]) };
      marks[`cut_${k + 1}`] = { map: at(x, bars.product[0]) };
      for (const [name, [height, text]] of Object.entries(bars)) {
        marks[`${name}_${k + 1}`] = { map: [0.7, 0, 0, height, k - 0.35, 0] };
        marks[`${name}_text_${k + 1}`] = { map: at(k, height), text: shorten(text) };
      }
      return [`${k + 1}`, format(weights[k], 2), maths.fromLog(densities[k]), product, share];
    });
    const names = ["component", "prior", "density", "product", "posterior"];
    const tables = [[names, ...rows, ["sum", "1.00", "", maths.fromLog(sum), "1.000"]]];
    return { marks, words: this.say(x, shares, rows), tables };
  }

  say(x, shares, rows) {
    const [[, , , one, first], [, , , two, second]] = rows;
    const { feature, data } = this.content;
    const ends = data.map((end) => this.write("x", end)).join(" to ");
    const place = x < data[0] || x > data[1] ? `, outside the data, which go from ${ends}` : "";
    const owner = `component ${shares[0] > shares[1] ? 1 : 2} is the likelier source`;
    const even = Math.abs(shares[0] - shares[1]) < 1e-9;
    const who = even ? "either component may have made it" : owner;
    const share = `b₁ ≈ ${one} / (${one} + ${two}) ≈ ${first} and b₂ ≈ ${second}`;
    return `The point is at ${feature} = ${this.write("x", x)}${place}. ${share}: ${who}.`;
  }
}

/** Leave out the decimals of a number that would be too wide over a bar, such as 1.23e−262. */
const shorten = (text) => text.replace(/\.\d+(?=e−\d\d\d)/, "");

const NAMES = ["deviation_1", "deviation_2", "correlation"];
/** @type {(values: any) => [number, number, number]} */
const numbersOf = (values) => [values.deviation_1, values.deviation_2, values.correlation];
const valuesOf = (numbers) => Object.fromEntries(NAMES.map((name, i) => [name, numbers[i]]));

export class CovariancePanel extends SliderPanel {
  constructor(page) {
    super(page);
    this.endTheme = onTheme(() => this.show(this.values)); // the points' shades are the palette's
  }

  buttons() {
    return { "Other points": () => this.asker.ask({}) };
  }

  move(changes, rests) {
    const hold = changes.hold && { held: valuesOf(numbersOf(this.values)) };
    super.move({ ...changes, ...hold }, rests);
  }

  /** Move an end of a 3σ half-axis: the other keeps the length that it had when the hand began. */
  drag(name, [x, y]) {
    if (Math.hypot(x, y) < 0.03) return;
    const other = maths.halfAxes(...numbersOf(this.values)).lengths[name === "end_1" ? 1 : 0];
    this.grip = { name, other: this.grip?.other ?? other, place: [x, y] };
    const wanted = maths.fromHalfAxes(x / 3, y / 3, this.grip.other);
    this.move(valuesOf(wanted.map((value, i) => this.fit(NAMES[i], value))), false);
  }

  see(values) {
    const numbers = numbersOf(values);
    const factor = maths.cholesky(...numbers);
    const of = values.hold ? maths.cholesky(...numbersOf(values.held)) : factor;
    const { lengths, angle } = maths.halfAxes(...numbers);
    const rings = this.count(factor, of);
    const marks = { points: { map: [...of, 0, 0], kinds: this.shades(rings) } };
    for (const radius of [1, 2, 3])
      marks[`ring_${radius}`] = { map: [...factor.map((each) => radius * each), 0, 0] };
    const ends = lengths.map((length, k) => {
      const [c, s] = [Math.cos(angle + (k * Math.PI) / 2), Math.sin(angle + (k * Math.PI) / 2)];
      marks[`axis_${k + 1}`] = { map: [length * c, 0, length * s, 0, 0, 0] };
      marks[`arrow_${k + 1}`] = { map: [length * c, -s, length * s, c, 0, 0] };
      return [3 * length * c, 3 * length * s];
    });
    this.handles(ends).forEach((place, k) => {
      marks[`end_${k + 1}`] = { map: at(...place) };
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
    const rings = new Array(this.points.length / 2);
    for (let i = 0; i < rings.length; i++) {
      const [u, v] = [this.points[2 * i], this.points[2 * i + 1]];
      rings[i] = Math.min(Math.floor(Math.sqrt((p * u) ** 2 + (q * u + r * v) ** 2)), 3);
    }
    return rings;
  }

  /** Return how the points look: in three shades of blue, and those outside all as crosses. */
  shades(rings) {
    const { palette, dark } = this.picture;
    const pair = [palette[0], dark ? "#000000" : "#FFFFFF"];
    const looks = this.content.shades.map((share) => `${mixColours([share, 1 - share], pair)} o`);
    looks.push(`${mixColours([1], [palette[4]])} x`);
    return rings.map((ring) => looks[ring]);
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
    const moving = "The points move with Σ, and none of them crosses an ellipse.";
    const points = hold ? `The points stay where ${list(NAMES.map(say))} have put them.` : moving;
    const axes = `The 1σ ellipse has the half-axes ${roots}, which lie along the eigenvectors`;
    return `${axes}: ${where}. ${points}`;
  }

  close() {
    super.close();
    this.endTheme();
  }
}
