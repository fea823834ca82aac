// Panels of one dimension: a mixture that a hand fits, and a point whose source is asked for.

import { format, inside } from "./base.js";
import { sumBells } from "./marks.js";
import { fromLog, logAddExp, logLikelihood, logNormal, multiplyLog, writeShare } from "./maths.js";
import { SliderPanel, shift } from "./slider_panel.js";

/** Return what maps a bump to φ N(x | μ, σ²). */
const bump = (weight, mean, s) => [s, 0, 0, weight * Math.exp(logNormal(0, 0, s)), mean, 0];

export class HandFit extends SliderPanel {
  buttons() {
    const best = () => ({ ...this.model.get("best").values, show_em: this.values.show_em });
    return { "Back to my best": () => this.move(best(), true) };
  }

  onDrag(name, [x]) {
    const mean = this.values[name.replace("deviation", "mean")];
    this.move({ [name]: this.fit(name, name.startsWith("mean") ? x : Math.abs(x - mean)) }, false);
  }

  see(values) {
    const both = (name) => [values[`${name}_1`], values[`${name}_2`]];
    const [means, deviations] = [both("mean"), both("deviation")];
    const weights = [values.weight_1, 1 - values.weight_1];
    const maps = weights.map((weight, k) => bump(weight, means[k], deviations[k]));
    const score = logLikelihood(this.content.points.values, weights, means, deviations);
    const best = this.keepBest(values, score);
    const sum = this.measure(maps);
    const tops = this.content.panels[0].views.map(({ limits }) => limits[3]);
    const fits = tops.findIndex((top) => top >= 1.1 * sum.tallest);
    const view = fits < 0 ? tops.length - 1 : fits;
    this.picture.panels[0].setView(view);
    const { em_score: em, floor } = this.content;
    const marks = {
      points: { map: [1, 0, 0, tops[view], 0, 0] },
      em: { hidden: !values.show_em },
      now: { map: [0.8, 0, 0, Math.max(score - floor, 0), 0.1, floor] },
      below: { map: shift(0.5, floor), hidden: score >= floor },
      best_score: { map: shift(0, best), hidden: best < floor },
      em_score: { map: shift(0, em), hidden: !values.show_em },
    };
    const right = this.content.panels[0].views[0].limits[1];
    const rows = maps.map((map, k) => {
      const [mean, deviation] = [means[k], deviations[k]];
      const grip = mean + deviation < right ? mean + deviation : mean - deviation; // is it seen?
      marks[`curve_${k + 1}`] = { map };
      marks[`mean_${k + 1}`] = { map: shift(mean, map[3]) };
      marks[`deviation_${k + 1}`] = { map: shift(grip, map[3] * Math.exp(-0.5)) };
      const texts = [this.write("mean_1", mean), this.write("deviation_1", deviation)];
      return [`${k + 1}`, format(weights[k], 2), ...texts];
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
    // Python's score of the same values may differ in its last digits, and one may have none.
    if (!(score < this.model.get("best").score - 1e-9)) this.model.set("best", { values, score });
    return this.model.get("best").score;
  }

  /** Measure how much of the area under the sum is in the picture, and its tallest place there. */
  measure(maps) {
    const [left, right] = this.content.panels[0].views[0].limits;
    const seen = sumBells(maps, [left, right]).filter(([x]) => x >= left && x <= right);
    const slices = seen.slice(1).map(([x, y], i) => ((x - seen[i][0]) * (y + seen[i][1])) / 2);
    const visible = slices.reduce((a, b) => a + b);
    return { visible, tallest: Math.max(...seen.map(([, y]) => y)) };
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

/** Say how much of the area is seen; all of it is 1, as the weights sum to 1. */
function sayArea({ visible, tallest }) {
  const out = visible < 0.995 ? `, of it ${format(visible, 3)} in the picture` : "";
  const low = tallest < 0.1;
  const height = low ? fromLog(Math.log(tallest), 2) : format(tallest, tallest < 100 ? 2 : 0);
  const tall = tallest > 1 ? ": a density may exceed 1" : "";
  return `Area under the sum 1.000${out}; tallest peak ${height}${tall}.`;
}

/** Write a score in few characters. */
function writeScore(score) {
  const [large, huge] = [1e4, 1e7].map((limit) => Math.abs(score) >= limit);
  return huge ? score.toExponential(1).replace("-", "−") : format(score, large ? 0 : 2);
}

export class PointPosterior extends SliderPanel {
  /** Move the point within the view: one that changed under the hand would carry it away. */
  onDrag(_, [x], { limits }) {
    this.grip = true;
    this.move({ x: this.fit("x", inside(x, limits[0], limits[1])) }, false);
  }

  see({ x, weight_1: weight }) {
    const { means, deviations, panels } = this.content;
    const [left, right, , top] = panels[0].views[0].limits;
    if (!this.grip) this.picture.panels[0].setView(x < left || x > right ? 1 : 0);
    const weights = [weight, 1 - weight];
    const densities = means.map((mean, k) => logNormal(x, mean, deviations[k]));
    const logs = densities.map((density, k) => Math.log(weights[k]) + density);
    const sum = logAddExp(...logs);
    const shares = logs.map((each) => Math.exp(each - sum));
    const products = densities.map((density, k) => multiplyLog(weights[k], density));
    const written = [...products, logAddExp(...products)].map((each) => fromLog(each));
    const marks = { line: { map: shift(x, 0) }, x: { map: shift(x, 0.93 * top) } };
    const rows = [0, 1].map((k) => {
      const map = bump(weights[k], means[k], deviations[k]);
      const share = writeShare(shares[k], logs[k] - sum);
      const bars = { product: [Math.exp(logs[k]), written[k]], share: [shares[k], share] };
      marks[`curve_${k + 1}`] = { map };
      marks[`number_${k + 1}`] = { map: shift(means[k], map[3]) };
      marks[`cut_${k + 1}`] = { map: shift(x, bars.product[0]) };
      for (const [name, [height, text]] of Object.entries(bars)) {
        marks[`${name}_${k + 1}`] = { map: [0.7, 0, 0, height, k - 0.35, 0] };
        marks[`${name}_text_${k + 1}`] = { map: shift(k, height), text: shorten(text) };
      }
      return [`${k + 1}`, format(weights[k], 2), fromLog(densities[k]), written[k], share];
    });
    const names = ["component", "prior", "density", "product", "posterior"];
    const tables = [[names, ...rows, ["sum", "1.00", "", written[2], "1.000"]]];
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

/** Round a number that would be too wide over a bar, such as 1.73e−262 to 2e−262. */
const shorten = (text) =>
  text.replace(/^[\d.]+(?=e−\d\d\d)/, (digits) => Number(digits).toFixed(0));
