// What a log is narrowed to, searched for and looks like: read from its form, kept in the address.

const TEXTS = ["op", "stream", "q"];
const ORDER = ["op", "stream", "q", "regex", "case", "only", "nowrap", "time"]; // as the server writes addresses

export class State {
  constructor(form, page) {
    this.form = form;
    this.page = page;
    for (const name of ["op", "stream"]) this[name] = form.elements[name]?.value || "";
    this.read();
    this.look();
  }

  // Take over the controls; says whether anything is different now.
  read() {
    const before = this.text;
    const controls = this.form.elements;
    this.q = controls.q.value;
    for (const name of ["regex", "case", "only", "nowrap"]) this[name] = controls[name].checked;
    this.time = controls.time.value;
    this.text = this.search({});
    if (before === undefined || before === this.text) return false;
    this.look();
    this.replace({}, "log");
    return true;
  }

  look() {
    this.form.closest("section").classList.toggle("is-nowrap", this.nowrap);
  }

  query() {
    const { op, stream, q, regex, only } = this;
    return { op, stream, q, regex, exact: this.case, only };
  }

  narrow(name, value) {
    this[name] = value;
    this.text = this.search({});
    this.mark();
    history.pushState(null, "", this.link({}, "log"));
  }

  // Show in the links and hidden fields of the form what the log is narrowed to.
  mark() {
    for (const name of ["op", "stream"]) {
      this.form.closest("section").querySelectorAll("[data-" + name + "]").forEach((link) => {
        if (link.dataset[name] === this[name]) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
    }
  }

  // Take over an address that the reader went back to.
  restore(location) {
    const params = new URLSearchParams(location.search);
    const controls = this.form.elements;
    for (const name of TEXTS) this[name] = params.get(name) || "";
    controls.q.value = this.q;
    for (const name of ["regex", "case", "only", "nowrap"]) controls[name].checked = params.has(name);
    controls.time.value = params.get("time") || "";
    const before = this.text;
    this.text = undefined;
    this.read();
    this.mark();
    this.look();
    return before !== this.text;
  }

  // The line that an address names, and the lines that it marks.
  asked({ search, hash }) {
    const [, first, last] = /^#L(\d+)(?:-L(\d+))?$/.exec(hash) || [];
    const params = new URLSearchParams(search);
    const line = Number(first || params.get("hit") || params.get("log")) || null;
    const picked = first ? [Number(first), Number(last || first)].sort((a, b) => a - b) : null;
    return { line, picked };
  }

  search(place) {
    const params = new URLSearchParams();
    for (const name of ORDER) {
      if (this[name]) params.set(name, this[name] === true ? "1" : this[name]);
    }
    for (const [name, value] of Object.entries(place)) params.set(name, value);
    return "?" + params;
  }

  link(place, hash) {
    return this.page + this.search(place) + "#" + hash;
  }

  replace(place, hash) {
    history.replaceState(history.state, "", this.link(place, hash));
  }
}
