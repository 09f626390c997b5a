// The form of one part: what is typed goes to the explorer, what comes back is put in without taking the focus, what is
// being typed, or which parts are open.

const PICKER = "select[name^='k:'], [role=radiogroup]";
const VALUE = /^[fknb]:/;

function escaped(text) {
  return CSS.escape(text);
}

function isText(element) {
  return element instanceof HTMLTextAreaElement || (element instanceof HTMLInputElement && /^(text|password)$/.test(element.type));
}

export class Form {
  constructor(zone, { onTyped, onAction, onFocus }) {
    this.zone = zone;
    this.dirty = new Map(); // names of controls to be sent, in the order in which they were changed
    const typed = (event) => {
      if (!VALUE.test(event.target.name || "")) return;
      this.dirty.delete(event.target.name);
      this.dirty.set(event.target.name, event.target);
      onTyped();
    };
    zone.addEventListener("input", typed);
    zone.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = event.submitter;
      onAction(button && button.name === "action" ? button.value : "apply", button);
    });
    zone.addEventListener("focusin", (event) => {
      const control = event.target.closest("[data-pointer]");
      if (control) onFocus(control.dataset.pointer);
    });
  }

  get element() { return this.zone.querySelector("form"); }

  get isDirty() { return this.dirty.size > 0; }

  // Takes what is to be sent: all controls, those of rows to be added only with a button.
  take(isAction) {
    const names = [...this.dirty.keys()];
    const before = new Map(this.dirty);
    this.dirty.clear();
    const controls = [...new FormData(this.element)].filter(([name]) => VALUE.test(name) || (isAction && /^(\+|after$)/.test(name)));
    const giveBack = () => { this.dirty = new Map([...before, ...this.dirty]); };
    return { controls, key: names[names.length - 1] || "", giveBack };
  }

  // Lets nobody change what would not be kept. A text keeps the focus, so that keys are not taken for the page's own.
  freeze() {
    for (const control of this.element?.elements ?? []) {
      if (isText(control)) control.readOnly = true;
      else control.disabled = true;
    }
  }

  receive(form, answer) {
    if (form.html !== undefined) this.replace(form.html, answer.part);
    else this.beside(form);
  }

  // Puts in what is wrong with which control, and what the heads of sections say.
  beside({ errs, wrong, sections }) {
    for (const box of this.zone.querySelectorAll(".errs")) {
      const html = errs[box.id] || "";
      if ((box.dataset.shown ?? box.innerHTML.trim()) === html) continue;
      box.innerHTML = html;
      box.dataset.shown = html;
    }
    for (const control of this.zone.querySelectorAll('[aria-invalid="true"]')) control.removeAttribute("aria-invalid");
    for (const id of wrong) document.getElementById(id)?.setAttribute("aria-invalid", "true");
    for (const [id, [counts, summary]] of Object.entries(sections)) {
      const head = document.getElementById(id)?.querySelector("summary");
      if (!head) continue;
      const shown = head.querySelector(".counts");
      if (shown && shown.innerHTML !== counts) shown.innerHTML = counts && new DOMParser().parseFromString(counts, "text/html").querySelector(".counts").innerHTML;
      const words = head.querySelector(":scope > .n");
      if (words && words.textContent !== summary) words.textContent = summary;
    }
  }

  replace(html, part) {
    const isSame = this.element?.dataset.part === part;
    const kept = isSame ? this.remember() : null;
    this.zone.innerHTML = html;
    if (kept) this.restore(kept);
    else this.zone.scrollTop = 0;
  }

  remember() {
    const active = this.zone.contains(document.activeElement) ? document.activeElement : null;
    const typed = [...this.zone.querySelectorAll("[name^='+']")].filter((field) => field.value).map((field) => [field.name, field.value]);
    for (const [name, field] of this.dirty) if (isText(field)) typed.push([name, field.value]);
    return {
      id: active && active.id,
      name: active && active.name,
      value: active && active.value,
      range: active && isText(active) ? [active.selectionStart, active.selectionEnd] : null,
      typed,
      open: [...this.zone.querySelectorAll("details[id]")].map((one) => [one.id, one.open]),
      top: this.zone.scrollTop,
    };
  }

  restore({ id, name, value, range, typed, open, top }) {
    for (const [key, isOpen] of open) {
      const details = document.getElementById(key);
      if (details && isOpen) details.open = true;
    }
    for (const [key, text] of typed) {
      const field = this.zone.querySelector(`[name="${escaped(key)}"]`);
      if (!field) continue;
      field.value = text;
      if (this.dirty.has(key)) this.dirty.set(key, field);
    }
    for (const key of this.dirty.keys()) {
      if (!this.zone.querySelector(`[name="${escaped(key)}"]`)) this.dirty.delete(key);
    }
    this.zone.scrollTop = top;
    const again = (id && document.getElementById(id)) || (name && this.zone.querySelector(`[name="${escaped(name)}"][value="${escaped(value)}"]`));
    if (!again) return;
    again.focus({ preventScroll: true });
    if (range && isText(again)) again.setSelectionRange(...range);
  }

  // Returns the control of a pointer, or of the nearest place around it that has one.
  control(pointer) {
    for (let place = pointer; place; place = place.slice(0, place.lastIndexOf("/"))) {
      const found = [...this.zone.querySelectorAll(`[data-pointer="${escaped(place)}"]`)];
      if (found.length) return found.find((one) => !one.matches(PICKER)) || found[0];
    }
    return null;
  }

  reveal(control) {
    for (let around = control.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  }

  focus(pointer) {
    const control = this.control(pointer) || this.zone.querySelector("input:not([type=hidden]), select, textarea");
    if (!control) return false;
    this.reveal(control);
    const target = control.matches("[role=radiogroup]") ? control.querySelector(":checked") || control.querySelector("input") : control;
    target.focus();
    target.scrollIntoView({ block: "nearest" });
    return true;
  }

  // Tints the control that belongs to where the cursor is in the text; the focus stays there.
  link(pointer) {
    for (const one of this.zone.querySelectorAll(".is-linked")) one.classList.remove("is-linked");
    const control = pointer && this.control(pointer);
    if (!control) return;
    this.reveal(control);
    const field = control.closest(".field, .grid-rows > li, .block") || control;
    field.classList.add("is-linked");
    field.scrollIntoView({ block: "nearest" });
  }
}
