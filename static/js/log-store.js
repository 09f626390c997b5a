// The page's side of log-worker.js: asks, and ends a worker that a pattern keeps busy for too long.

const PATIENCE = 2000; // milliseconds for a view; without a pattern one takes a few

export class LogStore {
  constructor(script, url) {
    this.script = script;
    this.url = url; // of a finished log; a live one is put in, and kept here to be put in again
    this.live = url ? null : [];
    this.open();
  }

  open() {
    this.waiting = new Map();
    this.asked = 0;
    this.worker = new Worker(this.script);
    this.worker.onmessage = ({ data: { id, answer, error } }) => {
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) resolve(answer);
      else reject(new Error(error));
    };
    this.worker.onerror = () => this.fail(new Error("The log could not be read."));
    this.loaded = this.live ? this.ask("put", { rows: this.live }) : this.ask("load", { url: this.url });
    this.loaded.catch(() => {}); // whoever waits for it is told
  }

  ask(does, given) {
    return new Promise((resolve, reject) => {
      const id = ++this.asked;
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ id, does, ...given });
    });
  }

  fail(error) {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  put(rows) {
    for (const row of rows) this.live[row[0] - 1] = row;
    return this.ask("put", { rows });
  }

  // Narrow and search; a pattern without an end leaves a view of everything, with `problem` set.
  async view(query) {
    await this.loaded;
    let timer;
    const tooLong = new Promise((resolve) => { timer = setTimeout(resolve, PATIENCE, null); });
    const found = await Promise.race([this.ask("view", { query }), tooLong]);
    clearTimeout(timer);
    if (found) return found;
    this.close();
    this.open();
    return { ...(await this.view({ ...query, q: "" })), problem: "this pattern takes too long" };
  }

  rows(from, to) {
    return this.ask("rows", { from, to });
  }

  text(from, to) {
    return this.ask("text", { from, to });
  }

  close() {
    this.worker.terminate();
    this.fail(new Error("closed"));
  }
}
