// Runs in the head, before the first paint: the remembered theme, and a mark that scripts run.
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
