// The keyboard of the living editor. The sheet behind "?" lists the keys (templates/builder/_keys.html).

function step(builder, name) {
  builder.step(name);
  return true;
}

// Goes to the next finding, or the one before; the first after the last.
function nextFinding(direction) {
  const links = [...document.querySelectorAll("#findings a[data-jump]")];
  if (!links.length) return false;
  const here = links.findIndex((link) => link.closest("li").classList.contains("is-here"));
  const next = links[(here + direction + links.length) % links.length] || links[0];
  for (const link of links) link.closest("li").classList.toggle("is-here", link === next);
  next.click();
  return true;
}

function press(selector) {
  const button = document.querySelector(selector);
  if (!button || button.disabled) return false;
  button.click();
  return true;
}

// What the text takes itself; everything else is CodeMirror's own.
export function keysOfText(builder) {
  return [
    { key: "Mod-z", run: () => step(builder, "undo"), preventDefault: true },
    { key: "Mod-Shift-z", run: () => step(builder, "redo"), preventDefault: true },
    { key: "Mod-y", run: () => step(builder, "redo"), preventDefault: true },
    { key: "Mod-s", run: () => { builder.save(); return true; }, preventDefault: true },
    { key: "F8", run: () => nextFinding(1), shift: () => nextFinding(-1) },
  ];
}

const WITH_CONTROL = {
  z: (builder) => step(builder, "undo"),
  Z: (builder) => step(builder, "redo"),
  y: (builder) => step(builder, "redo"),
  s: (builder) => { builder.save(); return true; },
};
const WITH_ALT = {
  ArrowUp: () => press('#form a[rel="prev"]'),
  ArrowDown: () => press('#form a[rel="next"]'),
};
const WITH_ALT_SHIFT = {
  ArrowUp: () => press('#form .zone-head button[value^="up:"]'),
  ArrowDown: () => press('#form .zone-head button[value^="down:"]'),
  D: () => press('#form .zone-head button[value^="duplicate:"]'),
  N: () => press('#ops .starters button'),
};

function actionFor(event) {
  if ((event.ctrlKey || event.metaKey) && !event.altKey) return WITH_CONTROL[event.shiftKey ? event.key.toUpperCase() : event.key];
  if (event.altKey && !event.ctrlKey && !event.metaKey) return (event.shiftKey ? WITH_ALT_SHIFT : WITH_ALT)[event.key];
  if (event.key === "F8") return () => nextFinding(event.shiftKey ? -1 : 1);
  return undefined;
}

export function keysOfPage(builder) {
  document.addEventListener("keydown", (event) => {
    if (event.target.closest(".bar, dialog")) return;
    const action = actionFor(event);
    if (action && action(builder)) event.preventDefault();
  });
}
