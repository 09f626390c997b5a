// Puts the caret on the character that was refused.
(function () {
  "use strict";
  function placeCaret(root) {
    const field = root.querySelector("[data-caret]");
    if (!field) return;
    const place = Number(field.dataset.caret);
    field.focus();
    field.setSelectionRange(place, place + 1);
  }

  document.addEventListener("DOMContentLoaded", () => placeCaret(document));
  document.addEventListener("htmx:afterSettle", (event) => placeCaret(event.target));
})();
