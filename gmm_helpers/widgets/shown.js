// What all widgets with a picture have: the picture, its words, and what ends them.

import { make, readScene, teller } from "./base.js";
import { Asker, makeLegend, makeTable, makeText } from "./controls.js";
import { Picture } from "./picture.js";

/** A picture with words. What has this as its base is what the picture's hooks call. */
export class Shown {
  /** @param {{model: any, library: any, box: HTMLElement}} page */
  constructor({ model, library, box }) {
    this.model = model;
    this.library = library;
    this.box = box;
    this.look = library.get("look");
    this.tell = teller(model);
    this.asker = new Asker(model);
    this.picture = new Picture(box, this.look, this);
    this.notes = make("div", { class: "notes" });
    this.legend = make("div", { class: "legend" });
    this.words = makeText({ "aria-live": "polite" });
    this.said = make("div", {}, this.words.element);
    /** @type {ReturnType<typeof makeTable>[]} */
    this.tables = [];
    this.ends = [() => this.picture.close(), () => this.asker.close()];
  }

  /** Call functions when the model changes. @param {Record<string, () => void>} acts */
  hear(acts) {
    for (const [name, act] of Object.entries(acts)) {
      this.model.on(name, act);
      this.ends.push(() => this.model.off(name, act));
    }
  }

  /** Return the scene that the model carries now. */
  get scene() {
    return readScene(this.model.get("content"), this.model.get("data"));
  }

  /** Take a scene; what is to be seen of it comes by `picture.show` and `showWords`. */
  setScene(content) {
    this.content = content;
    this.notes.classList.toggle("above", Boolean(content.above));
    this.notes.replaceChildren(...content.notes.map((note) => make("p", { role: "status" }, note)));
    this.showLegend(content.legend);
    this.picture.setScene(content);
  }

  showLegend(rows) {
    this.legend.replaceChildren(...makeLegend(rows, this.look));
  }

  /** Say in words and tables what is seen. */
  showWords(words, tables) {
    this.words.show(words);
    for (const [i, rows] of tables.entries()) {
      this.tables[i] ??= makeTable();
      this.said.append(this.tables[i].element);
      this.tables[i].show(rows);
    }
  }

  canDrag() {
    return true;
  }

  onPoint() {}

  close() {
    for (const end of this.ends) end();
  }
}
