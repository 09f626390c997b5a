// Keeps the head of a draft's page true: what is saved, undo and redo, the revision that forms carry. Warns before a
// page is left with something unsaved. Whoever saves says so by an event on the document:
//   new CustomEvent("draft:state", { detail: { state, message, revision, number, saved_at, undo, redo } })
// `state` is "unsaved", "saving", "saved", "failed" (kept here, tried again) or "conflict" (changed elsewhere);
// everything else may be left out. `saved_at` is an ISO time, `undo` and `redo` say how many steps there are, or whether.

const WORDS = {
  unsaved: "Not saved yet",
  saving: "Saving",
  saved: "Saved",
  failed: "Not saved: the explorer does not answer",
  conflict: "Not saved: changed elsewhere",
};
const line = document.getElementById("saved");
let state = line.dataset.state;

function showTime(savedAt) {
  const time = line.querySelector("[data-when] time");
  if (!time || !savedAt) return;
  time.dateTime = savedAt;
  time.title = savedAt.replace("T", " ").replace(/(\.\d+)?(Z|\+00:00)$/, " UTC");
  time.textContent = "now";
}

function showState(detail) {
  state = detail.state;
  line.dataset.state = state;
  line.querySelector("[data-words]").textContent = detail.message || WORDS[state];
  line.querySelector("[data-when]").hidden = state !== "saved";
}

function setStep(id, name, steps) {
  const button = document.getElementById(id);
  if (steps === undefined || !button) return;
  button.disabled = !steps;
  const count = typeof steps === "number" && steps ? `, ${steps} step${steps === 1 ? "" : "s"}` : "";
  button.setAttribute("aria-label", name + count);
}

function carry(name, value) {
  if (value === undefined) return;
  for (const field of document.querySelectorAll(`input[data-${name}]`)) field.value = value;
}

document.addEventListener("draft:state", (event) => {
  const detail = event.detail;
  if (detail.state) showState(detail);
  showTime(detail.saved_at);
  setStep("undo", "Undo", detail.undo);
  setStep("redo", "Redo", detail.redo);
  carry("seen", detail.revision);
  carry("number", detail.number);
  if (detail.number !== undefined) line.querySelector("[data-version]").textContent = detail.number;
});

// What is typed is unsaved until somebody says otherwise; a form that is sent saves it.
let isSent = false;
document.querySelector(".zones").addEventListener("input", () => {
  if (state === "saved") document.dispatchEvent(new CustomEvent("draft:state", { detail: { state: "unsaved" } }));
});
document.addEventListener("submit", (event) => { isSent = !event.defaultPrevented; });
window.addEventListener("beforeunload", (event) => {
  if (state !== "saved" && !isSent) event.preventDefault();
});
window.addEventListener("pageshow", () => { isSent = false; });
