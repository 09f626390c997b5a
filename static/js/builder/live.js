// Keeps the page and the explorer in step: one request at a time, each with all that was typed since the last one, so
// that the latest state wins. Says what is saved by `draft:state` (static/js/draft.js).

const TYPING = 10; // milliseconds, so that one key press is one request
const WAITS = [1000, 2000, 5000, 10000]; // milliseconds until what failed is tried again

function tell(detail) {
  document.dispatchEvent(new CustomEvent("draft:state", { detail }));
}

export class Live {
  // `start` is the page's own state; `editor`, `form` and `panels` hold what is shown.
  constructor({ url, token, start, seen, number, editor, form, panels, onAnswer, onConflict }) {
    Object.assign(this, { url, token, editor, form, panels, onAnswer, onConflict, seen, number });
    this.part = start.part;
    this.at = start.part;
    this.have = start.have;
    this.errors = start.errors;
    this.queue = [];
    this.isBusy = false;
    this.isStopped = false;
    this.failures = 0;
    this.waiting = [];
  }

  // Something was typed: it is sent in a moment, with what follows until then.
  typed() {
    if (this.isStopped) return;
    tell({ state: "unsaved" });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.pump(), TYPING);
  }

  // Does something after all that was typed before it: { change, ...fields }.
  ask(step) {
    if (this.isStopped) return;
    if (step.change === "look") this.queue = this.queue.filter((one) => one.change !== "look");
    this.queue.push(step);
    this.pump();
  }

  // Resolves when everything is saved, or cannot be.
  settled() {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => { this.waiting.push(resolve); this.pump(); });
  }

  get isIdle() {
    return this.isStopped || (!this.isBusy && !this.editor.hasUnsent && !this.form.isDirty && !this.queue.length);
  }

  next() {
    if (this.editor.hasUnsent) {
      const { splices, giveBack } = this.editor.take();
      return { change: "text", key: "text", splices: JSON.stringify(splices), giveBack };
    }
    if (this.form.isDirty) return this.formStep();
    const step = this.queue.shift();
    return step && step.action ? { ...this.formStep(step.action), ...step } : step;
  }

  formStep(action = "") {
    const { controls, key, giveBack } = this.form.take(action !== "");
    return { change: "form", controls, key: action ? "" : key, giveBack };
  }

  pump() {
    clearTimeout(this.timer);
    if (this.isBusy || this.isStopped) return;
    const step = this.next();
    if (step) this.send(step);
    else this.waiting.splice(0).forEach((resolve) => resolve());
  }

  body({ controls = [], giveBack: _, ...fields }) {
    const have = Object.entries(this.have).map(([name, key]) => `${name}=${key}`).join(",");
    const body = new URLSearchParams(controls);
    const own = { seen: this.seen, number: this.number, at: this.at, have, ...fields };
    for (const [name, value] of Object.entries(own)) body.set(name, value);
    return body;
  }

  async send(step) {
    this.isBusy = true;
    if (step.change !== "look") tell({ state: "saving" });
    try {
      const response = await fetch(this.url, { method: "POST", headers: { "X-CSRFToken": this.token }, body: this.body(step) });
      const isJson = (response.headers.get("content-type") || "").startsWith("application/json");
      if (response.ok && isJson) this.took(await response.json(), step);
      else if (response.status === 409) this.stale(await response.json(), step);
      else if (response.status === 422 && isJson) this.refused((await response.json()).problem, step);
      else if (response.status < 500) this.refused("Not saved: the draft is gone, or the sign-in ended. Reload the page.", step);
      else this.failed(step);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.failed(step); // fetch says so when nobody answers
    } finally {
      this.isBusy = false;
    }
    if (!this.isFailing) this.pump();
  }

  took(answer, step) {
    this.failures = 0;
    this.isFailing = false;
    this.seen = answer.revision;
    this.number = answer.number;
    if (answer.text !== undefined) this.editor.replace(answer.text);
    else if (answer.splice) this.editor.receive(answer.splice);
    this.part = answer.part;
    this.at = answer.at || answer.part;
    this.errors = answer.errors;
    this.have.form = answer.form.state;
    this.form.receive(answer.form, answer);
    for (const [name, [key]] of Object.entries(answer.parts)) this.have[name] = key;
    this.panels.receive(answer.parts);
    this.editor.mark(answer.marks);
    if (answer.size !== this.editor.known.length) this.queue.push({ change: "look", whole: "1" });
    const isMore = this.editor.hasUnsent || this.form.isDirty;
    tell({ ...answer, state: isMore ? "unsaved" : "saved" });
    this.onAnswer(answer, step);
  }

  stale(answer, step) {
    if (step.change === "look" || !step.giveBack) {
      this.queue = [{ change: "look", whole: "1" }];
      return;
    }
    // What was typed in the form since is asked for too: the text that is compared is to have it.
    if (step.change === "form" && !step.action && this.form.isDirty) return;
    this.isStopped = true;
    this.form.freeze();
    tell({ state: "conflict" });
    this.onConflict(step.change === "text" ? null : answer.mine); // the editor has its own changes already
    this.waiting.splice(0).forEach((resolve) => resolve());
  }

  refused(message, step) {
    if (step.giveBack) step.giveBack();
    this.isFailing = true;
    tell({ state: "failed", message });
  }

  failed(step) {
    if (step.giveBack) step.giveBack();
    if (!step.giveBack || step.action) this.queue.unshift(step);
    this.isFailing = true;
    tell({ state: "failed" });
    const wait = WAITS[Math.min(this.failures, WAITS.length - 1)];
    this.failures += 1;
    this.timer = setTimeout(() => { this.isFailing = false; this.pump(); }, wait);
  }
}
