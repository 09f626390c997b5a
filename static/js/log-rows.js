// Rows of a log as elements, the same as templates/jobs/_log_line.html makes them. Text only ever becomes text.

const STREAMS = { stdout: ["out", "l-out"], stderr: ["err", "l-err"], nodeerr: ["node", "l-node"], stdin: ["in", "l-out"] };

const WIDE = /[\u{10000}-\u{10ffff}]/u; // takes two UTF-16 units

function piece(name, text, tag = "span") {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.textContent = text;
  return element;
}

function two(number, digits = 2) {
  return String(number).padStart(digits, "0");
}

export function timeOf(at, format, first) {
  if (at === null || format === "off") return "";
  if (format === "since" && first !== null) return "+" + (Math.max(at - first, 0) / 1000).toFixed(3);
  const time = new Date(at);
  const clock = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map((part) => two(part)).join(":");
  return format === "ms" ? clock + "." + two(time.getUTCMilliseconds(), 3) : clock;
}

// The text in pieces that neither a change of colour nor the end of a hit falls within.
function pieces(text, runs, hits) {
  const found = [];
  const ends = [];
  const isWide = WIDE.test(text);
  let end = 0;
  for (let n = 0; runs && n < runs.length; n += 2) {
    end += isWide ? lengthOf(text, end, runs[n]) : runs[n];
    ends.push([Math.min(end, text.length), runs[n + 1]]);
  }
  if (!ends.length) ends.push([text.length, ""]);
  let start = 0, hit = 0;
  for (const [stop, css] of ends) {
    while (start < stop) {
      while (hit < hits.length && hits[hit][1] <= start) hit++;
      const isIn = hit < hits.length && hits[hit][0] <= start;
      const next = hit < hits.length ? (isIn ? hits[hit][1] : hits[hit][0]) : stop;
      const until = Math.min(stop, next);
      found.push([text.slice(start, until), isIn ? (css + " hit").trim() : css]);
      start = until;
    }
  }
  return found;
}

// The lengths of pieces count characters, as the server does; those of a text here count UTF-16 units.
function lengthOf(text, start, count) {
  let at = start;
  for (; count > 0 && at < text.length; count--) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at - start;
}

function message(row) {
  const said = document.createElement("span");
  said.className = "l-m";
  for (const [text, css] of pieces(row.text, row.runs, row.hits)) {
    said.append(css ? piece(css, text) : text);
  }
  if (row.more) said.append(piece("", " … " + row.more.toLocaleString("en") + " more characters", "i"));
  if (row.updates) {
    said.append(piece("", " after " + row.updates.toLocaleString("en") + (row.updates === 1 ? " update" : " updates"), "i"));
  }
  return said;
}

// `looks` has: hasOps, time, first, current (the hit or line pointed at), picked (from and to), link(number).
export function rowElement(row, looks) {
  const item = document.createElement("li");
  if (row === null) { // only to be measured
    item.append(piece("l-n", "0"), piece("l-t", "00"), ...(looks.hasOps ? [piece("l-o cut", "")] : []), piece("l-s", ""));
    const said = item.appendChild(piece("l-m", ""));
    said.append(piece("", "0000000000"));
    return item;
  }
  const [stream, css] = STREAMS[row.stream] || [row.stream.slice(0, 10), "l-out"];
  const { number } = row;
  item.id = "L" + number;
  item.className = css + (row.hits.length ? " is-hit" : "") + (number === looks.current ? " is-now" : "")
    + (looks.picked && number >= looks.picked[0] && number <= looks.picked[1] ? " is-picked" : "");
  const link = piece("l-n", String(number), "a");
  link.href = looks.link(number);
  item.append(link, piece("l-t", timeOf(row.at, looks.time, looks.first)));
  if (looks.hasOps) item.append(piece("l-o cut", row.op.length > 30 ? row.op.slice(0, 29) + "…" : row.op));
  item.append(piece("l-s", stream), message(row));
  return item;
}
