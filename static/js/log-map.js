// Where hits, errors and what is in sight lie in the whole log, drawn from top to bottom beside it.

const SVG = "http://www.w3.org/2000/svg";
const PLACES = 200;

function rect(css, y, height, x = 2, width = 8, strength = 1) {
  const found = document.createElementNS(SVG, "rect");
  for (const [name, value] of Object.entries({ class: css, x, y, width, height, "fill-opacity": strength.toFixed(2) })) found.setAttribute(name, value);
  return found;
}

export class LogMap {
  // `onPick(share)` hears how far down, from 0 to 1, somebody pointed.
  constructor(frame, onPick) {
    frame.querySelector(".log-map")?.remove();
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("class", "log-map");
    this.svg.setAttribute("viewBox", "0 0 12 " + PLACES);
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.svg.setAttribute("aria-hidden", "true");
    this.marks = this.svg.appendChild(document.createElementNS(SVG, "g"));
    this.sight = this.svg.appendChild(rect("map-sight", 0, 0, 0, 12, 0.25));
    frame.append(this.svg);
    const pick = (event) => {
      const box = this.svg.getBoundingClientRect();
      onPick(Math.min(1, Math.max(0, (event.clientY - box.top) / box.height)));
    };
    this.svg.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.svg.setPointerCapture(event.pointerId);
      pick(event);
    });
    this.svg.addEventListener("pointermove", (event) => { if (event.buttons) pick(event); });
  }

  draw({ count, hits, errors }) {
    const marks = [];
    const most = errors ? Math.max(...errors) : 0;
    if (most) errors.forEach((bad, y) => { if (bad) marks.push(rect("map-bad", y, 1, 0, 4, bad / most)); });
    const places = new Set(Array.from(hits, (hit) => Math.floor((hit * PLACES) / count)));
    for (const y of places) marks.push(rect("map-hit", y, 1.5));
    this.marks.replaceChildren(...marks);
    this.svg.classList.toggle("is-empty", !marks.length);
  }

  look(top, height) {
    this.sight.setAttribute("y", top * PLACES);
    this.sight.setAttribute("height", Math.max(height * PLACES, 1));
  }
}
