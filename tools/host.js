// A small host for widgets on a plain page: models with their state, but no kernel behind them.

/** A model as anywidget hands it to a module. `sent` keeps what was meant for a kernel. */
class Model {
  constructor(state, models) {
    this.state = state;
    this.sent = [];
    this.acts = new Map();
    this.saved = 0;
    this.answer = null; // a function that hears what is sent, in place of a kernel
    this.widget_manager = { get_model: async (id) => models.get(id) };
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    const other = this.state[name] !== value;
    this.state[name] = value;
    if (other) this.trigger(`change:${name}`);
  }
  save_changes() {
    this.saved += 1;
  }
  send(message) {
    this.sent.push(message);
    this.answer?.(message);
  }
  on(name, act) {
    this.acts.set(name, [...(this.acts.get(name) ?? []), act]);
  }
  off(name, act) {
    this.acts.set(
      name,
      (this.acts.get(name) ?? []).filter((each) => each !== act),
    );
  }
  trigger(name, ...values) {
    for (const act of this.acts.get(name) ?? []) act(...values);
  }
}

/** Return the models of a saved state, by their ids, beside earlier ones; bytes are base64 there. */
export function readState(state, models = new Map()) {
  for (const [id, { state: traits, buffers = [] }] of Object.entries(state)) {
    for (const { path, data } of buffers) {
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      const holder = path.slice(0, -1).reduce((part, key) => part[key], traits);
      holder[path.at(-1)] = new DataView(bytes.buffer);
    }
    if (!models.has(id)) models.set(id, new Model(traits, models));
  }
  return models;
}

/** Draw the widget with an id into an element, as anywidget does; return what ends it. */
export async function mount(models, id, el) {
  const model = models.get(id);
  const source = new Blob([model.get("_esm")], { type: "text/javascript" });
  const module = await import(URL.createObjectURL(source));
  return module.default.render({ model, el });
}
