// The log of a job: everything at once, narrowed and searched while typing. Without this file the server does it by the page.

import { Foot } from "./log-foot.js";
import { follow } from "./log-live.js";
import { LogMap } from "./log-map.js";
import { rowElement } from "./log-rows.js";
import { LogStore } from "./log-store.js";
import { LogView } from "./log-view.js";
import { State } from "./log-state.js";

const TYPING = 80; // milliseconds

class Log {
  constructor(section) {
    this.section = section;
    this.find = (selector) => section.querySelector(selector);
    this.form = this.find("form.log-find");
    this.state = new State(this.form, section.dataset.page);
    this.isLive = Boolean(section.dataset.live);
    this.picked = null;
    this.hit = -1; // which of the hits is pointed at
    this.found = { count: 0, hits: [], numbers: [] };
    this.frame = this.find(".log-frame") || this.makeFrame();
    this.box = this.frame.querySelector(".log-box");
  }

  makeFrame() {
    const frame = document.createElement("div");
    frame.className = "log-frame";
    const box = frame.appendChild(document.createElement("div"));
    box.className = "log-box";
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "Log lines");
    box.appendChild(document.createElement("ol")).className = "log";
    return frame;
  }

  async start() {
    const { section } = this;
    this.store = new LogStore(section.dataset.worker, section.dataset.log || null);
    const asked = this.state.asked(location);
    this.picked = asked.picked;
    const first = this.find(".log li")?.id.slice(1);
    const atEnd = this.isLive || (!asked.line && (this.box.classList.contains("log-end") || !first));
    const head = await this.store.loaded;
    this.first = head.first;
    this.hasOps = this.isLive || this.find("[data-op]") !== null;
    const found = await this.store.view(this.state.query());
    section.classList.add("is-whole");
    this.box.classList.remove("log-end");
    if (!this.frame.isConnected) section.append(this.frame);
    this.foot = new Foot(section, { toFirst: () => { this.box.scrollTop = 0; }, toLast: () => this.view.toEnd() });
    this.view = new LogView(this.box, this.box.querySelector(".log"), {
      rowsOf: (from, to) => this.store.rows(from, to),
      build: (row) => rowElement(row, this.looks()),
      onMove: () => this.moved(),
    });
    this.map = new LogMap(this.frame, (share) => this.view.count && this.view.to(Math.floor(share * (this.view.count - 1))));
    await this.show(found, { line: asked.line || (atEnd ? null : Number(first)), atEnd });
    if (asked.line && location.hash) section.scrollIntoView({ block: "start" });
    this.listen();
    if (this.isLive) this.followNode();
    if (this.state.read()) this.changed({ leads: true }); // typed or ticked while the log came
    section.dataset.ready = "";
  }

  looks() {
    const { hasOps, first, picked } = this;
    const current = this.hit >= 0 ? this.found.numbers[this.found.hits[this.hit]] : null;
    return { hasOps, first, picked, current, time: this.state.time, link: (number) => this.state.link({ log: number }, "L" + number) };
  }

  // Show what a view found, at a line, or at the nearest one that is left.
  async show(found, { line = null, atEnd = false } = {}) {
    this.found = found;
    const row = line === null || !found.count ? null : rowOf(found.numbers, line);
    this.say();
    this.map.draw(found);
    this.box.parentElement.classList.toggle("is-none", !found.count);
    await this.view.show(found.count, found.lengths, { row, atEnd });
  }

  // After the search or the narrowing changed: stay where the reader is, or go to the next hit.
  async changed({ leads = false } = {}) {
    const asked = (this.asked = (this.asked || 0) + 1);
    const here = this.numberInSight();
    const found = await this.store.view(this.state.query()).catch(() => null);
    if (asked !== this.asked || !found) return;
    this.hit = leads && found.hits.length ? nextOf(found.hits, rowOf(found.numbers, here)) : -1;
    const line = this.hit >= 0 ? found.numbers[found.hits[this.hit]] : here;
    await this.show(found, { line });
  }

  numberInSight() {
    return this.found.count ? this.found.numbers[this.view.firstInSight()] : 1;
  }

  step(by) {
    const { hits, numbers } = this.found;
    if (!hits.length) return;
    this.hit = this.hit < 0 ? nextOf(hits, this.view.firstInSight()) : (this.hit + by + hits.length) % hits.length;
    const row = hits[this.hit];
    this.state.replace({ hit: numbers[row] }, "L" + numbers[row]);
    this.view.to(row);
    this.view.refresh();
    this.say();
  }

  say() {
    const { hits, isCut, problem } = this.found;
    const number = (value) => value.toLocaleString("en");
    const place = this.hit >= 0 ? number(this.hit + 1) + " of " : "";
    const words = number(hits.length) + (hits.length === 1 ? " line" : " lines") + (isCut ? ", and then the time was over" : "");
    this.find(".log-found").textContent = this.state.q && !problem ? place + words : "";
    const wrong = this.find(".log-wrong");
    wrong.hidden = !problem;
    wrong.textContent = problem ? "Not looked for: " + problem : "";
    this.form.q.toggleAttribute("aria-invalid", Boolean(problem));
    const steps = this.find(".log-steps");
    steps.hidden = !hits.length;
  }

  moved() {
    const { view, box } = this;
    if (!this.map) return;
    const total = view.tops[view.count] || 1;
    this.map.look(box.scrollTop / total, Math.min(1, box.clientHeight / total));
    this.foot.tell(this);
  }

  listen() {
    const { form, section } = this;
    let timer;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(timer);
      if (this.state.read()) this.changed({ leads: true });
      else this.step(1);
    });
    form.q.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { if (this.state.read()) this.changed({ leads: true }); }, TYPING);
    });
    form.q.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.shiftKey) return;
      event.preventDefault();
      this.step(-1);
    });
    section.addEventListener("change", (event) => {
      if (event.target === form.q || !this.state.read()) return;
      if (event.target.name === "time" || event.target.name === "nowrap") this.view.refresh();
      else this.changed({ leads: event.target.name !== "only" });
    });
    section.addEventListener("click", (event) => this.clicked(event));
    addEventListener("popstate", () => { if (section.isConnected && this.state.restore(location)) this.changed(); });
  }

  clicked(event) {
    if (event.ctrlKey || event.metaKey || event.button) return;
    const link = event.target.closest("a");
    if (!link) return;
    if (link.dataset.step) this.step(Number(link.dataset.step));
    else if (link.dataset.op !== undefined) this.narrow("op", link);
    else if (link.dataset.stream !== undefined) this.narrow("stream", link);
    else if (link.classList.contains("l-n")) this.pick(Number(link.textContent), event.shiftKey);
    else return;
    event.preventDefault();
  }

  narrow(name, link) {
    this.state.narrow(name, link.dataset[name]);
    this.changed();
  }

  // A line, or with the shift key all from the one picked before: marked, in the address, ready to be copied.
  pick(number, isMore) {
    const from = isMore && this.picked ? this.picked[0] : number;
    this.picked = [Math.min(from, number), Math.max(from, number)];
    const [first, last] = this.picked;
    this.state.replace({ log: first }, first === last ? "L" + first : "L" + first + "-L" + last);
    this.foot.offer(this.picked, (from, to) => this.store.text(from, to));
    this.view.refresh();
  }

  followNode() {
    this.news = "following the node";
    follow(this.section.dataset.live, {
      onRows: (rows) => this.grown(rows),
      onEnd: (reason) => {
        this.news = reason || "the node has nothing more to tell";
        this.moved();
      },
    });
    this.moved();
  }

  async grown(rows) {
    this.first = (await this.store.put(rows)).first;
    const found = await this.store.view(this.state.query());
    const from = rowOf(found.numbers, Math.min(...rows.map((row) => row[0])));
    this.found = found;
    this.say();
    this.map.draw(found);
    this.box.parentElement.classList.toggle("is-none", !found.count);
    this.view.grow(found.count, found.lengths, from);
  }
}

// The row of a line's number, or of the next one that is left.
function rowOf(numbers, number) {
  let low = 0, high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < number) low = middle + 1;
    else high = middle;
  }
  return Math.min(low, Math.max(0, numbers.length - 1));
}

function nextOf(hits, row) {
  const found = hits.findIndex((hit) => hit >= row);
  return found < 0 ? 0 : found;
}

function begin() {
  const section = document.getElementById("log");
  if (!section?.dataset.worker || "begun" in section.dataset || !window.DecompressionStream) return;
  section.dataset.begun = "";
  new Log(section).start().catch(() => { section.classList.remove("is-whole"); }); // the server's page of it stays
}

begin();
document.addEventListener("htmx:load", begin);
