// Puts the caret on the character that was refused, and closes the menu that is left.
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

  function closeMenu(menu, isLeft) {
    menu.open = false;
    if (!isLeft) menu.querySelector("summary").focus();
  }

  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest(".curate-menu[open]");
    if (menu) closeMenu(menu, false);
  });
  document.addEventListener("click", (event) => {
    document.querySelectorAll(".curate-menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) closeMenu(menu, true);
    });
  });
})();
