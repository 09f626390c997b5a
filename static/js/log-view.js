// A list of which only the rows in sight are there: keeps their places while it is scrolled, wrapped and added to.

const CHUNK = 100; // rows that are asked for at once
const CHUNKS = 40; // that are remembered
const BEYOND = 400; // pixels above and below that are kept ready

export class LogView {
  // `rowsOf(from, to)` promises the data of rows, `build(data)` makes an element of one, `onMove()` hears of scrolling.
  constructor(box, list, { rowsOf, build, onMove }) {
    Object.assign(this, { box, list, rowsOf, build, onMove });
    this.sizer = document.createElement("div");
    this.sizer.className = "log-sizer";
    list.before(this.sizer);
    this.sizer.append(list);
    this.elements = new Map();
    this.chunks = new Map();
    this.count = 0;
    this.tops = new Float64Array(1);
    this.version = 0;
    box.addEventListener("scroll", () => this.soon(), { passive: true });
    new ResizeObserver(() => this.resized()).observe(box);
  }

  // Show another set of rows: how many, and how many characters each has. The rows that are there stay until then.
  async show(count, lengths, { row = null, atEnd = false } = {}) {
    const version = ++this.version;
    const chunks = new Map();
    const place = atEnd ? count - 1 : row ?? 0;
    const first = Math.max(0, Math.floor((Math.min(place, count - 1) - CHUNK / 2) / CHUNK)) * CHUNK;
    if (count) {
      const rows = await this.rowsOf(first, first + 2 * CHUNK);
      if (version !== this.version) return;
      chunks.set(first / CHUNK, rows.slice(0, CHUNK));
      if (rows.length > CHUNK) chunks.set(first / CHUNK + 1, rows.slice(CHUNK));
    }
    this.chunks = chunks;
    this.count = count;
    this.lengths = lengths;
    this.clear();
    this.measure();
    if (atEnd) this.box.scrollTop = this.tops[count];
    else if (row === null) this.box.scrollTop = 0;
    else this.to(row);
    this.render();
    if (atEnd) this.toEnd(); // once the last rows have their true heights
  }

  // More rows at the end, and others from `from` on: what is above stays as it is, selected text too.
  grow(count, lengths, from) {
    const isAtEnd = this.isAtEnd();
    const heights = this.heights;
    this.version++;
    this.count = count;
    this.lengths = lengths;
    for (const [row, element] of this.elements) {
      if (row < from) continue;
      element.remove();
      this.elements.delete(row);
    }
    for (const [chunk, rows] of this.chunks) {
      if (rows === null || (chunk + 1) * CHUNK > from) this.chunks.delete(chunk);
    }
    this.measure();
    this.heights.set(heights.subarray(0, Math.min(from, count)));
    this.add();
    if (isAtEnd) this.toEnd();
    this.render();
  }

  toEnd() {
    this.box.scrollTop = this.box.scrollHeight;
    this.soon();
  }

  clear() {
    this.elements.clear();
    this.list.replaceChildren();
  }

  // Build the rows in sight anew, because they look different now.
  refresh() {
    this.clear();
    this.resized();
  }

  resized() {
    const anchor = this.firstInSight();
    const atEnd = this.isAtEnd();
    this.measure();
    this.box.scrollTop = atEnd ? this.tops[this.count] : this.tops[Math.min(anchor, this.count)];
    this.render();
  }

  // Guess every row's height from its length; rows that have been in sight correct the guess.
  measure() {
    const probe = this.list.appendChild(this.build(null));
    this.unit = probe.offsetHeight || 20;
    const said = probe.lastElementChild;
    const width = said.clientWidth || 600;
    const letters = Math.max(10, Math.floor(width / (said.firstElementChild.getBoundingClientRect().width / 10 || 7.2)));
    const isWrapped = getComputedStyle(said).whiteSpace !== "pre";
    probe.remove();
    this.heights = new Float32Array(this.count);
    for (let n = 0; n < this.count; n++) {
      this.heights[n] = this.unit * (isWrapped ? Math.max(1, Math.ceil(this.lengths[n] / letters)) : 1);
    }
    this.add();
  }

  add() {
    const tops = new Float64Array(this.count + 1);
    for (let n = 0; n < this.count; n++) tops[n + 1] = tops[n] + this.heights[n];
    this.tops = tops;
    this.sizer.style.height = tops[this.count] + "px";
  }

  // The row at a height, by halving.
  at(y) {
    let low = 0, high = this.count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.tops[middle + 1] <= y) low = middle + 1;
      else high = middle;
    }
    return Math.min(low, Math.max(0, this.count - 1));
  }

  firstInSight() { return this.count ? this.at(this.box.scrollTop) : 0; }

  lastInSight() { return this.count ? this.at(this.box.scrollTop + this.box.clientHeight - 1) : 0; }

  isAtEnd() { return this.box.scrollTop + this.box.clientHeight >= this.box.scrollHeight - 4; }

  // Bring a row to the upper third, unless it is well in sight.
  to(row) {
    const top = this.tops[row], from = this.box.scrollTop, height = this.box.clientHeight;
    if (top < from + 40 || this.tops[row + 1] > from + height - 40) this.box.scrollTop = Math.max(0, top - height / 3);
    this.soon();
  }

  soon() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.render();
    });
  }

  render() {
    if (!this.count) return this.onMove();
    const first = this.at(this.box.scrollTop - BEYOND);
    const last = this.at(this.box.scrollTop + this.box.clientHeight + BEYOND);
    if (!this.fetch(first, last)) return;
    for (const [row, element] of this.elements) {
      if (row >= first && row <= last) continue;
      element.remove();
      this.elements.delete(row);
    }
    let before = null;
    for (let row = last; row >= first; row--) {
      let element = this.elements.get(row);
      if (!element) {
        element = this.build(this.chunks.get(Math.floor(row / CHUNK))[row % CHUNK]);
        this.list.insertBefore(element, before);
        this.elements.set(row, element);
      }
      before = element;
    }
    this.correct(first, last);
    this.onMove();
  }

  // Take the true heights of the rows that are there, without moving what is read.
  correct(first, last) {
    const anchor = this.firstInSight();
    const within = this.box.scrollTop - this.tops[anchor];
    let isOff = false;
    for (let row = first; row <= last; row++) {
      const height = this.elements.get(row).offsetHeight;
      if (Math.abs(height - this.heights[row]) < 0.5) continue;
      this.heights[row] = height;
      isOff = true;
    }
    if (isOff) {
      this.add();
      this.box.scrollTop = this.tops[anchor] + within;
    }
    this.list.style.transform = "translateY(" + this.tops[first] + "px)";
  }

  // Whether all rows from one to another are there; asks for those that are not.
  fetch(first, last) {
    let isComplete = true;
    for (let chunk = Math.floor(first / CHUNK); chunk <= Math.floor(last / CHUNK); chunk++) {
      const rows = this.chunks.get(chunk);
      if (Array.isArray(rows)) continue;
      isComplete = false;
      if (rows === undefined) this.load(chunk);
    }
    return isComplete;
  }

  async load(chunk) {
    const version = this.version;
    this.chunks.set(chunk, null);
    const rows = await this.rowsOf(chunk * CHUNK, (chunk + 1) * CHUNK).catch(() => null);
    if (version !== this.version || !rows) return;
    this.chunks.set(chunk, rows);
    for (const old of this.chunks.keys()) {
      if (this.chunks.size <= CHUNKS) break;
      if (Math.abs(old - chunk) > 3) this.chunks.delete(old);
    }
    this.soon();
  }
}
