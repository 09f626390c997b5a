// Menus and keys of every page. Every page works without this file.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  const byId = (id) => document.getElementById(id);

  // Menus: open until Escape, or a click elsewhere, also on another menu
  const openMenus = () => [...document.querySelectorAll(":is(.menu, .bar-menu)[open]")];

  document.addEventListener("click", (event) => {
    openMenus().forEach((menu) => { if (!event.composedPath().includes(menu)) menu.open = false; });
  });

  function closeMenu() {
    const [menu] = openMenus();
    if (!menu) return false;
    menu.open = false;
    menu.querySelector("summary").focus();
    return true;
  }

  // Keyboard
  let afterG = 0; // when "g" was pressed: the next key is the `data-go` of a link of the bar

  function isTyping(element) {
    return element.closest("input, textarea, select, [contenteditable]") !== null;
  }

  function focusSearch() {
    const menu = document.querySelector(".bar-menu");
    const field = byId("find");
    if (menu && getComputedStyle(menu.querySelector("summary")).display !== "none") menu.open = true;
    field.focus();
    field.select();
  }

  // The combobox of the search, once somebody goes there
  const find = byId("find");
  if (find) find.addEventListener("focus", () => import(find.dataset.script), { once: true });

  function moveInTable(step) {
    const rows = [...document.querySelectorAll("main table tbody tr")].filter((row) => row.querySelector("a[href]"));
    if (!rows.length) return;
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const next = rows[here < 0 ? 0 : Math.min(Math.max(here + step, 0), rows.length - 1)];
    (next.querySelector("th a[href]") || next.querySelector("a[href]")).focus();
  }

  function linkFor(key) {
    return [...document.querySelectorAll(".nav a")].find((link) => link.dataset.go === key);
  }

  function showHelp() {
    const button = byId("help-open");
    const help = byId("help");
    if (button && !button.hidden && !help.open) help.showModal();
  }

  const KEYS = {
    "/": focusSearch,
    j: () => moveInTable(1),
    k: () => moveInTable(-1),
    g: () => { afterG = Date.now(); },
    "?": showHelp,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape" && closeMenu()) return;
    if (isTyping(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const isGo = Date.now() - afterG < 1000;
    afterG = 0;
    const link = isGo && linkFor(event.key);
    if (link) link.click();
    else if (Object.hasOwn(KEYS, event.key)) KEYS[event.key]();
    else return;
    event.preventDefault();
  });
});
