// The search field as a combobox: arrows choose among the hits under it. Loaded when the field is first used.
const field = document.getElementById("find");
const found = document.getElementById("found");
const said = document.getElementById("said");

const options = () => [...found.querySelectorAll("[role=option]")];
const chosen = () => found.querySelector("[aria-selected=true]");
let wanted = ""; // where the chosen hit leads: the answer that comes next may have it, too
let isClosed = false; // by Escape, until something is typed

function choose(option) {
  wanted = option ? option.getAttribute("href") : "";
  for (const other of options()) other.setAttribute("aria-selected", String(other === option));
  if (option) {
    field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else field.removeAttribute("aria-activedescendant");
}

function show() {
  const number = options().length;
  found.hidden = !field.value.trim() || !found.childElementCount;
  const isOpen = !found.hidden && number > 0;
  field.setAttribute("aria-expanded", String(isOpen));
  if (isOpen) field.setAttribute("aria-controls", "hits");
  else field.removeAttribute("aria-controls");
  choose(wanted && options().find((option) => option.getAttribute("href") === wanted) || null);
  said.textContent = found.hidden ? "" : number === 1 ? "1 hit" : number + " hits";
}

function hide() {
  found.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-controls");
  choose(null);
}

function move(step) {
  const all = options();
  if (!all.length) return;
  if (found.hidden) show();
  const here = all.indexOf(chosen());
  const next = here + step;
  choose(next < 0 && here === 0 ? null : all[(next + all.length) % all.length] || null);
}

field.setAttribute("role", "combobox");
field.setAttribute("aria-autocomplete", "list");
field.setAttribute("aria-expanded", "false");

field.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "ArrowDown") move(1);
  else if (event.key === "ArrowUp") move(-1);
  else if (event.key === "Enter" && !found.hidden && chosen()) chosen().click();
  else if (event.key === "Escape" && !found.hidden) {
    hide();
    isClosed = true;
    event.stopPropagation();
  } else return;
  event.preventDefault();
});
field.addEventListener("input", () => {
  isClosed = false;
  choose(null);
  if (!field.value.trim()) hide();
});
field.addEventListener("focus", () => { if (field.value.trim() && found.childElementCount) show(); });
// An answer that comes after the field was left, or emptied, or its hits closed, stays hidden.
found.addEventListener("htmx:afterSwap", () => (document.activeElement === field && !isClosed ? show() : hide()));
field.form.addEventListener("focusout", (event) => { if (!field.form.contains(event.relatedTarget)) hide(); });
