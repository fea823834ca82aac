// What each kind of widget is drawn by.

import { keepKeys, make } from "./base.js";
import { Chooser } from "./chooser.js";
import { CovariancePanel } from "./covariance.js";
import { HandFit, PointPosterior } from "./panels.js";
import { Player } from "./player.js";
import { askQuestion, checkSetup, foldAnswer } from "./questions.js";

const KINDS = {
  stepper: (page) => new Player(page),
  chooser: (page) => new Chooser(page),
  hand_fit: (page) => new HandFit(page),
  posterior: (page) => new PointPosterior(page),
  covariance: (page) => new CovariancePanel(page),
  question: askQuestion,
  answer: foldAnswer,
  setup: checkSetup,
};

/** Draw a widget; return what ends it. */
export function render({ model, library, el }) {
  keepKeys();
  const root = el.getRootNode();
  const styles = root.head ?? (root instanceof ShadowRoot ? root : el);
  if (!styles.querySelector("style.gmm-style")) {
    const glyphs = make("svg:svg", { width: 0, height: 0, style: "position:absolute" });
    glyphs.innerHTML = `<defs>${library.get("formulas").glyphs}</defs>`;
    styles.append(make("style", { class: "gmm-style" }, library.get("style")), glyphs);
  }
  const kind = model.get("kind");
  const box = make("div", { class: "gmm", "data-kind": kind });
  el.append(box);
  const widget = KINDS[kind]({ model, library, box });
  return () => widget.close();
}
