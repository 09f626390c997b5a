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

  document.addEventListener("tell", (event) => tell(event.detail));

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
