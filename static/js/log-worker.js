// Holds a job's log away from the page: reads the packed form of jobs/logs/packed.py, narrows, searches, hands out rows.
// A line is [place of its op, stream, milliseconds, text, updates, lengths and classes of its pieces].
"use strict";

const LONGEST = 2000; // a longer line is cut; the download has it whole
const PLACES = 200; // of the map beside the log, from top to bottom
const BUDGET = 1000; // milliseconds of a search; the page ends this worker when one pattern on one line takes longer
const MOST_HITS = 200; // marked in one line

const lines = [];
const ops = []; // as they are shown
const streams = new Map(); // by how they are shown
let shown = new Uint32Array(0); // the lines that are left, by their place in `lines`
let pattern = null;

async function load(url) {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Error("The log could not be read (" + response.status + ").");
  const packed = await response.arrayBuffer();
  const length = new DataView(packed).getUint32(0);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(packed, 4, length)));
  let at = 4 + length;
  for (const [size] of head.blocks) {
    for (const row of await inflated(new Uint8Array(packed, at, size))) lines.push(row);
    at += size;
  }
  ops.push(...head.ops.map(([, , name]) => name));
  for (const [stream, , name] of head.streams) streams.set(name, stream);
  return { lines: lines.length, first: lines.length ? lines[0][2] : null };
}

function inflated(block) {
  const plain = new Blob([block]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(plain).json();
}

// Lines of a job that still runs, new or changed: [number, op, stream, …].
function put(rows) {
  for (const [number, op, ...rest] of rows) {
    let place = ops.indexOf(op);
    if (place < 0) place = ops.push(op) - 1;
    lines[number - 1] = [place, ...rest];
  }
  return { lines: lines.length, first: lines.length ? lines[0][2] : null };
}

function patternOf({ q, regex, exact }) {
  if (!q) return null;
  const source = regex ? q : q.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(source, exact ? "g" : "gi");
}

function view(query) {
  try {
    pattern = patternOf(query);
  } catch (error) {
    pattern = null;
    return { ...look(query, null), problem: error.message };
  }
  return look(query, pattern);
}

function look({ op, stream, only }, wanted) {
  const place = op ? ops.indexOf(op) : -1;
  const kind = streams.get(stream) ?? stream;
  const end = performance.now() + BUDGET;
  const found = new Uint32Array(lines.length);
  const hits = new Uint32Array(wanted ? lines.length : 0);
  let count = 0, hitCount = 0, isCut = false;
  for (let n = 0; n < lines.length; n++) {
    const line = lines[n];
    if ((op && line[0] !== place) || (stream && line[1] !== kind)) continue;
    let isHit = false;
    if (wanted && !isCut) {
      wanted.lastIndex = 0;
      isHit = wanted.test(line[3]);
      if ((n & 127) === 0 && performance.now() > end) isCut = true;
    }
    if (only && wanted && !isHit) continue;
    if (isHit) hits[hitCount++] = count;
    found[count++] = n;
  }
  shown = found.slice(0, count);
  return { count, isCut, problem: "", hits: hits.slice(0, hitCount), ...figures() };
}

// Of the lines that are left: their numbers, their lengths, and how many errors each place of the map has.
function figures() {
  const numbers = new Uint32Array(shown.length);
  const lengths = new Uint16Array(shown.length);
  const errors = new Uint16Array(PLACES);
  shown.forEach((n, place) => {
    const line = lines[n];
    numbers[place] = n + 1;
    lengths[place] = Math.min(line[3].length, LONGEST) + (line[3].length > LONGEST ? 24 : 0) + (line[4] ? 18 : 0);
    if (line[1] === "stderr" || line[1] === "nodeerr") {
      errors[Math.floor((place * PLACES) / shown.length)]++;
    }
  });
  // where errors are everywhere, or all is said on stderr, there is nothing to point at
  return { numbers, lengths, errors: errors.filter(Boolean).length * 3 < PLACES ? errors : null };
}

function rows(from, to) {
  return Array.from(shown.subarray(from, to), (n) => {
    const [op, stream, at, text, updates, runs] = lines[n];
    const cut = text.length > LONGEST ? text.slice(0, LONGEST) : text;
    return { number: n + 1, op: ops[op], stream, at, text: cut, more: text.length - cut.length, updates, runs, hits: hitsIn(cut) };
  });
}

function hitsIn(text) {
  if (!pattern) return [];
  const found = [];
  pattern.lastIndex = 0;
  for (let hit; found.length < MOST_HITS && (hit = pattern.exec(text)); ) {
    if (hit[0]) found.push([hit.index, hit.index + hit[0].length]);
    else pattern.lastIndex++;
  }
  return found;
}

// The whole text of lines by their numbers, for copying.
function text(from, to) {
  return lines.slice(from - 1, to).map((line) => line[3]).join("\n");
}

const DOES = {
  load: ({ url }) => load(url),
  put: ({ rows: changed }) => put(changed),
  view: ({ query }) => view(query),
  rows: ({ from, to }) => rows(from, to),
  text: ({ from, to }) => text(from, to),
};

self.onmessage = async (event) => {
  const { id, does, ...given } = event.data;
  try {
    const answer = await DOES[does](given);
    const moved = answer && answer.numbers ? [answer.numbers.buffer, answer.lengths.buffer, answer.hits.buffer] : [];
    self.postMessage({ id, answer }, moved);
  } catch (error) {
    self.postMessage({ id, error: error.message });
  }
};
