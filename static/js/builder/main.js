// The living editor of a draft: form and text follow each other, and all panels follow both. Without this file every
// button is a plain form post, and the text a plain field.

import { Editor } from "./editor.js";
import { Form } from "./form.js";
import { keysOfPage, keysOfText } from "./keys.js";
import { Live } from "./live.js";
import { Panels } from "./panels.js";
import { placeOf, pointerAt } from "./pointers.js";

const FOLLOWING = 120; // milliseconds between the cursor's stop and the form's turn
const byId = (id) => document.getElementById(id);

class Builder {
  constructor(host) {
    this.host = host;
    this.zones = document.querySelector(".zones");
    const textForm = byId("text-form");
    const field = (name) => textForm.elements[name].value;
    this.editor = new Editor(host, byId("text-plain"), {
      onChange: () => this.live.typed(),
      onCursor: (position) => this.follow(position),
      keys: keysOfText(this),
    });
    this.form = new Form(byId("form"), {
      onTyped: () => this.live.typed(),
      onAction: (action) => this.act(action),
      onFocus: (pointer) => this.meant(pointer),
    });
    this.panels = new Panels(host.dataset, () => this.live.part || "/version");
    const start = JSON.parse(host.dataset.start);
    this.live = new Live({
      url: host.dataset.live, token: field("csrfmiddlewaretoken"), seen: field("seen"), number: field("number"), start,
      editor: this.editor, form: this.form, panels: this.panels,
      onAnswer: (answer, step) => this.answered(answer, step),
      onConflict: (mine) => this.conflicted(mine),
    });
    this.editor.mark(start.marks);
    this.listen();
    document.documentElement.classList.add("is-living");
    this.zones.classList.add("is-live");
    this.begin();
  }

  listen() {
    document.addEventListener("click", (event) => this.clicked(event));
    byId("ops").addEventListener("submit", (event) => this.submitted(event, (button) => this.act(button.value)));
    byId("findings").addEventListener("submit", (event) => this.submitted(event, (button) => this.fix(button.value)));
    byId("history").addEventListener("submit", (event) => this.submitted(event, (button) => this.step(button.id)));
    byId("text-form").addEventListener("submit", (event) => event.preventDefault());
    byId("conflict").addEventListener("submit", (event) => { event.target.elements.text.value = this.editor.text; });
    byId("text-copy").addEventListener("click", () => this.copy());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.live.isIdle) this.live.ask({ change: "look" });
    });
    keysOfPage(this);
  }

  begin() {
    const at = new URLSearchParams(location.search).get("at");
    if (at) {
      this.live.at = at;
      this.form.focus(at);
      this.link(at);
    }
  }

  submitted(event, action) {
    event.preventDefault();
    if (event.submitter) action(event.submitter);
  }

  clicked(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = event.target.closest("a[data-at], g[data-at], a[data-jump], a[data-goto]");
    if (!link) return;
    event.preventDefault();
    const { at, jump, line } = link.dataset;
    if (at !== undefined) this.open(at, { isFocused: true });
    else if (jump !== undefined) this.jump(jump, Number(line));
    else this.inText(link.dataset.goto);
  }

  // Shows the part in which a place is.
  open(at, { isFocused = false, isLinked = true } = {}) {
    this.ask({ change: "look", at, isFocused, isLinked });
  }

  // From a finding to its place: the control in the form, or where there is none, the text.
  jump(pointer, line) {
    if (this.form.element?.dataset.part === undefined) this.editor.goTo(this.editor.lineStart(line));
    else this.open(pointer || "/version", { isFocused: true });
  }

  inText(pointer) {
    const place = placeOf(this.editor.state, pointer);
    if (place) this.editor.goTo(place.from);
  }

  act(action) {
    if (action === "apply") this.summary();
    this.ask({ change: "form", action });
  }

  async summary() {
    await this.live.settled();
    if (this.live.errors) byId("h-findings").focus();
  }

  fix(wanted) { this.ask({ change: "fix", fix: wanted }); }

  step(name) { this.ask({ change: name }); }

  // What is asked for outweighs where the cursor came to rest before it: the form does not turn away again.
  ask(step) {
    clearTimeout(this.following);
    this.live.ask(step);
  }

  async save() {
    await this.live.settled();
    this.say(this.live.isStopped ? "Not saved: this draft was changed elsewhere." : "Saved.");
  }

  answered(answer, step) {
    const isOther = step.change !== "look" || answer.text !== undefined;
    if (isOther) this.panels.refresh();
    else this.panels.turn();
    byId("text-size").textContent = `${this.editor.state.doc.length.toLocaleString("en")} characters`;
    if (answer.notes.length) this.say(answer.notes.join(" "));
    if (step.change === "undo" || step.change === "redo") this.showStep(answer);
    else if (step.action && step.action !== "apply") this.arrive(answer.at, true);
    else if (step.change === "look" && step.at) this.arrive(step.at, step.isFocused, step.isLinked);
    this.keepAddress(answer.at || answer.part);
  }

  arrive(at, isFocused, isLinked = true) {
    if (isFocused) this.form.focus(at);
    else this.form.link(at);
    if (isLinked) this.link(at);
  }

  // After undo and redo: where the text is another one now.
  showStep(answer) {
    if (!answer.splice) return;
    const position = Math.min(answer.splice[0] + 1, this.editor.state.doc.length);
    const pointer = pointerAt(this.editor.state, position);
    this.link(pointer);
    const isElsewhere = this.partOf(pointer) !== null && this.partOf(pointer) !== answer.part;
    if (isElsewhere) this.open(pointer, { isLinked: false });
    else this.form.link(pointer);
  }

  keepAddress(at) {
    const url = new URL(location.href);
    if (at) url.searchParams.set("at", at);
    else url.searchParams.delete("at");
    url.hash = "";
    history.replaceState(history.state, "", url);
  }

  // A control of the form has the focus.
  meant(pointer) {
    clearTimeout(this.following);
    this.link(pointer);
  }

  // From the form to the text.
  link(pointer) {
    this.editor.link(placeOf(this.editor.state, pointer));
  }

  // From the text to the form, once the cursor rests.
  follow(position) {
    clearTimeout(this.following);
    this.following = setTimeout(() => {
      const pointer = pointerAt(this.editor.state, Math.min(position, this.editor.state.doc.length));
      const part = this.partOf(pointer);
      if (part === null) return;
      if (part === this.live.part) this.form.link(pointer);
      else this.open(pointer, { isLinked: false });
    }, FOLLOWING);
  }

  // Returns the pointer of the part of the form in which a place is, null where none is meant.
  partOf(pointer) {
    const parts = pointer.split("/");
    if (parts[1] === "ops") return parts.length > 2 ? `/ops/${parts[2]}` : null;
    return parts[1] === "global" ? "/global" : parts.length > 1 ? "" : null;
  }

  async copy() {
    const button = byId("text-copy");
    try {
      await navigator.clipboard.writeText(this.editor.text);
      this.say("The definition was copied.");
      button.classList.add("is-copied");
      setTimeout(() => button.classList.remove("is-copied"), 1500);
    } catch {
      this.say("The browser did not let the page copy; select the text and copy it.");
    }
  }

  // The focus stays where it is: who is typing would press the button with the next Enter.
  conflicted(mine) {
    const box = byId("conflict");
    if (mine) this.editor.keep(mine);
    box.hidden = false;
    box.scrollIntoView({ block: "nearest" });
  }

  say(text) {
    const line = byId("said");
    line.textContent = "";
    line.textContent = text;
  }
}

const host = byId("editor");
if (host) window.explorerBuilder = new Builder(host);
