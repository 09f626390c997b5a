// What makes the pages quicker to use. Every page works without this file.

// At once, before the first paint: the remembered theme, and a mark that scripts run
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  var theme = null;
  try { theme = localStorage.getItem("theme"); } catch (error) { /* storage is blocked: follow the system */ }
  if (theme !== "light" && theme !== "dark") theme = null;
  // A browser without light-dark() cannot follow the system by CSS alone (see tokens.css).
  if (!theme && !(window.CSS && CSS.supports("color", "light-dark(#000, #fff)"))) {
    theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  if (theme) root.dataset.theme = theme;
})();

// When the page is there
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  const byId = (id) => document.getElementById(id);

  function say(id, text) {
    const line = byId(id);
    if (line && line.textContent !== text) line.textContent = text;
  }

  // To those who hear the page; taken back soon, so that the same can be said again
  function tell(text) {
    say("said", text);
    setTimeout(() => say("said", ""), 1500);
  }

  // Copy buttons
  async function copyText(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    // Without https, only localhost has navigator.clipboard.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "vh";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("copy refused");
  }

  function setIcon(element, name) {
    const use = element.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, "#i-" + name));
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await copyText(button.dataset.copy);
    } catch (error) {
      say("alert", "The browser did not let the page copy. The whole value is on hover.");
      return;
    }
    button.focus();
    button.classList.add("is-copied");
    setIcon(button, "check");
    tell("Copied " + button.dataset.copy.slice(0, 100));
    setTimeout(() => {
      button.classList.remove("is-copied");
      setIcon(button, "copy");
    }, 1500);
  });

  // The whole addresses and the copy buttons of lists of jobs, in every list that comes
  document.addEventListener("htmx:load", (event) => {
    event.target.querySelectorAll("a.addr:not([title])").forEach((link) => {
      link.title = link.href.match(/([^/=]+)\/?$/)[1]; // of a page, or of a payer's jobs
    });
    event.target.querySelectorAll(".c-job > a.addr:last-child").forEach((link) => {
      link.insertAdjacentHTML("afterend", '<button class="copy" type="button"></button>');
      const button = link.nextElementSibling;
      button.dataset.copy = link.title;
      button.setAttribute("aria-label", "Copy " + link.textContent);
      button.append(link.closest("tr").querySelector(".icon").cloneNode(true));
      setIcon(button, "copy");
    });
  });

  // Theme: system, light, dark
  const THEMES = { system: "sun-moon", light: "sun", dark: "moon" };

  function rememberedTheme() {
    try {
      const theme = localStorage.getItem("theme");
      return theme === "light" || theme === "dark" ? theme : "system";
    } catch (error) {
      return "system";
    }
  }

  function showTheme(button, theme) {
    button.setAttribute("aria-label", "Theme: " + theme);
    button.title = "Theme: " + theme;
    setIcon(button, THEMES[theme]);
  }

  function applyTheme(theme) {
    const root = document.documentElement;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    try {
      if (theme === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", theme);
    } catch (error) {
      // Storage is blocked: the choice lasts as long as the page.
    }
  }

  const themeButton = byId("theme");
  if (themeButton) {
    let theme = rememberedTheme();
    themeButton.hidden = false;
    showTheme(themeButton, theme);
    themeButton.addEventListener("click", () => {
      const names = Object.keys(THEMES);
      theme = names[(names.indexOf(theme) + 1) % names.length];
      applyTheme(theme);
      showTheme(themeButton, theme);
    });
  }

  // Help sheet
  const help = byId("help");
  const helpOpen = byId("help-open");
  if (help && helpOpen && help.showModal) {
    helpOpen.hidden = false;
    helpOpen.addEventListener("click", () => help.showModal());
    byId("help-close").addEventListener("click", () => help.close());
  }

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

  const KEYS = {
    "/": focusSearch,
    j: () => moveInTable(1),
    k: () => moveInTable(-1),
    g: () => { afterG = Date.now(); },
    "?": () => helpOpen && !helpOpen.hidden && !help.open && help.showModal(),
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

  // Polls: none in a hidden tab, no change under the pointer or the focus, one at once on coming back
  function isInUse(region) {
    return region.hasAttribute("data-still") && (region.matches(":hover") || region.contains(document.activeElement));
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const region = event.target;
    if (region.hasAttribute("data-poll") && (document.hidden || isInUse(region))) event.preventDefault();
  });

  // Updates of the job list that were paused stay so in the lists that come after it
  const isPause = (link) => link.getAttribute("hx-get").includes("paused=on");
  let isPaused = false;

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#pause");
    if (link) isPaused = isPause(link);
  });

  document.addEventListener("htmx:load", (event) => {
    const link = event.target.querySelector("#pause");
    if (isPaused && link && isPause(link)) link.click();
  });

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (isInUse(event.detail.target)) event.detail.shouldSwap = false;
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !window.htmx) return;
    document.querySelectorAll("[data-poll]").forEach((region) => window.htmx.trigger(region, "wake"));
  });

  // What was asked for by something that is gone with the answer: the focus goes to the top of the list, as on a new page
  function goToList(list, text) {
    list.tabIndex = -1;
    list.focus({ preventScroll: true });
    tell(text);
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    const list = event.target;
    const { requestConfig, target } = event.detail;
    if (!list.id || list.id !== target.id) return;
    const { elt, triggeringEvent } = requestConfig;
    const fold = elt.closest(".rail-fold[open]");
    if (elt.matches(".pager a")) goToList(list, elt.rel === "next" ? "The next page is shown" : "The page before is shown");
    else if (fold && triggeringEvent.type === "submit") {
      fold.open = false; // on a phone it is longer than the window, and the list is below it
      list.scrollIntoView();
      goToList(list, "The filters are applied");
    }
  });

  // Requests that failed, and the line that says so
  let isLeaving = false;
  window.addEventListener("beforeunload", () => {
    isLeaving = true; // what is asked for now breaks off, and that is no error
    setTimeout(() => { isLeaving = false; }, 5000);
  });
  document.addEventListener("htmx:sendError", () => {
    if (!isLeaving) say("alert", "The explorer does not answer. What you see stays as it is; try again in a moment.");
  });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    say("alert", status === 404 ? "That is not there any more. Reload the page to see what is."
      : "The explorer could not answer (" + status + "). What you see stays as it is; try again in a moment.");
  });
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.xhr.status < 400) say("alert", "");
  });

  // Relative times, kept true without a request; the words are those of explorer/formats.py
  function ago(seconds) {
    const size = Math.abs(seconds);
    const two = (number) => String(number).padStart(2, "0");
    if (size < 2) return "now";
    let span = size + "s";
    if (size >= 86400) span = Math.floor(size / 86400) + "d";
    else if (size >= 3600) span = Math.floor(size / 3600) + "h " + two(Math.floor((size % 3600) / 60)) + "m";
    else if (size >= 60) span = Math.floor(size / 60) + "m";
    return seconds < 0 ? "in " + span : span + " ago";
  }

  // The server's clock counts, not the reader's: the offset is what both said when the page came.
  const serverTime = Date.parse(document.documentElement.dataset.now || "");
  const offset = Number.isNaN(serverTime) ? 0 : serverTime - Date.now();

  setInterval(() => {
    if (document.hidden) return;
    document.querySelectorAll("time.ago").forEach((time) => {
      const since = Math.floor((Date.now() + offset - Date.parse(time.dateTime)) / 1000);
      const seconds = time.closest("[data-past]") ? Math.max(since, 0) : since; // what a script wrote just now
      if (Math.abs(seconds) < 30 * 86400 && time.textContent !== ago(seconds)) time.textContent = ago(seconds);
    });
  }, 5000);
});
