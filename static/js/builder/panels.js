// The panels around form and text: put in as they come, run lines and markets asked for a moment after the typing stopped.

const RUNS = 300; // milliseconds
const MARKETS = 800;

// How to find an element again in new markup.
const KEYS = ["id", "data-at", "data-jump", "href", "value", "data-copy", "aria-label"];

function pathTo(element) {
  for (const name of KEYS) {
    const value = element.getAttribute(name);
    if (value) return `${element.localName}[${name}="${CSS.escape(value)}"]`;
  }
  return element.localName === "summary" ? "summary" : "";
}

function replaceKeeping(box, html) {
  const focused = box.contains(document.activeElement) ? pathTo(document.activeElement) : "";
  const hadFocus = box.contains(document.activeElement);
  const open = new Map([...box.querySelectorAll("details[data-run]")].map((one) => [one.dataset.run, one.open]));
  const top = box.scrollTop;
  box.innerHTML = html;
  for (const one of box.querySelectorAll("details[data-run]")) if (open.has(one.dataset.run)) one.open = one.open || open.get(one.dataset.run);
  box.scrollTop = top;
  if (!hadFocus) return;
  const again = focused && box.querySelector(focused);
  (again || box.querySelector("h2"))?.focus({ preventScroll: true });
}

class Late {
  // Fetches a fragment into a box, a moment after it was asked for; what is asked for later wins.
  constructor(box, delay, urlOf) {
    Object.assign(this, { box, delay, urlOf });
  }

  ask(delay = this.delay) {
    clearTimeout(this.timer);
    this.abort?.abort();
    this.timer = setTimeout(() => this.fetch(), delay);
  }

  async fetch() {
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.box.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(this.urlOf(), { signal, headers: { "HX-Request": "true" } });
      const html = await response.text();
      if (!signal.aborted && (response.ok || response.status === 422)) replaceKeeping(this.box, html);
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error; // what is shown stays
    }
    if (!signal.aborted) this.box.removeAttribute("aria-busy");
  }
}

export class Panels {
  // `place` returns the pointer of the part that is shown.
  constructor({ runs, readiness }, place) {
    this.boxes = Object.fromEntries(["ops", "findings", "plan"].map((name) => [name, document.getElementById(name)]));
    this.runs = new Late(document.getElementById("runs"), RUNS, () => `${runs}?${new URLSearchParams({ at: place() })}`);
    this.form = document.getElementById("readiness-form");
    const query = () => new URLSearchParams(new FormData(this.form));
    this.markets = new Late(document.getElementById("readiness-table"), MARKETS, () => `${readiness}?${query()}`);
    this.form.addEventListener("change", () => this.markets.ask(0));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.markets.ask(0); });
    this.markets.ask(200);
  }

  receive(parts) {
    for (const [name, [, html]] of Object.entries(parts)) replaceKeeping(this.boxes[name], html);
  }

  // The text is another one.
  refresh() {
    this.runs.ask();
    this.markets.ask();
  }

  // Another part is shown.
  turn() {
    this.runs.ask(50);
  }
}
