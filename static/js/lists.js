// What changes while a page is read: its polls, and the lists that htmx brings. Every page works without this file.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";

  // Polls: none in a hidden tab, no change under the pointer or the focus, one at once on coming back
  function isInUse(region) {
    return region.hasAttribute("data-still") && (region.matches(":hover") || region.contains(document.activeElement));
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const region = event.target;
    if (region.hasAttribute("data-poll") && (document.hidden || isInUse(region))) event.preventDefault();
  });

  // Back within a list: what was ticked and typed is in no page's text, but in its address
  function fill(field, values) {
    const isBox = field.type === "checkbox" || field.type === "radio";
    if (isBox) field.checked = field.value ? values.includes(field.value) : !values.length;
    else field.value = values.join(",");
  }

  document.addEventListener("htmx:historyRestore", () => {
    const query = new URLSearchParams(location.search);
    document.querySelectorAll("#filter [name]:not([type=hidden])").forEach((field) => {
      fill(field, query.getAll(field.name).flatMap((value) => value.split(",")));
    });
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
    document.dispatchEvent(new CustomEvent("tell", { detail: text }));
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    const list = event.target;
    const { requestConfig, target } = event.detail;
    if (!target || !list.id || list.id !== target.id) return; // without one, it is a page that came back
    const { elt, triggeringEvent } = requestConfig;
    const fold = elt.closest(".rail-fold[open]");
    if (elt.matches(".pager a")) goToList(list, elt.rel === "next" ? "The next page is shown" : "The page before is shown");
    else if (fold && triggeringEvent.type === "submit") {
      fold.open = false; // on a phone it is longer than the window, and the list is below it
      list.scrollIntoView();
      goToList(list, "The filters are applied");
    }
  });
});
