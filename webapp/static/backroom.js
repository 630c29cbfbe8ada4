// Keeps the page fresh: every few seconds the same address is fetched again, and the elements marked data-live are
// replaced by their new selves. Nobody is disturbed: not while the tab is hidden, text is selected, or a field in the
// element has the focus. Without this script the pages work as they are.
"use strict";

(() => {
  const PAUSE = 4000;
  const LONGEST_PAUSE = 60000;
  let pause = PAUSE;
  let timer = 0;

  document.documentElement.classList.add("scripted");

  for (const form of document.querySelectorAll("form[data-auto]")) {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
    });
  }

  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      const told = document.getElementById(`${button.dataset.copy}-told`);
      try {
        await navigator.clipboard.writeText(source.textContent);
        told.textContent = document.body.dataset.copied;
      } catch {
        document.getSelection().selectAllChildren(source);
        told.textContent = document.body.dataset.marked;
      }
    });
  }

  const busy = (element) =>
    element.contains(document.activeElement) && document.activeElement.matches("input, select, textarea");

  const selecting = () => String(document.getSelection()) !== "";

  const nameOf = (one) => one.getAttribute("href") || one.getAttribute("aria-label") || one.textContent;

  // A row is known by its id or its first link, wherever it stands by now.
  const rowOf = (one) => {
    const row = one.closest("tr, li, details[id]");
    return row && (row.id || row.querySelector("a[href]")?.getAttribute("href"));
  };

  // The same link or button in what was fetched: by its id, or by its address or words and its row.
  const sameAs = (one, after) => {
    if (one.id) return after.querySelector(`#${CSS.escape(one.id)}`);
    const alike = [...after.querySelectorAll(one.localName)].filter((other) => nameOf(other) === nameOf(one));
    const inRow = alike.filter((other) => rowOf(other) === rowOf(one));
    return inRow.find((other) => other.textContent === one.textContent) || inRow[0] || alike[0];
  };

  // Keep open what the reader opened, and the focus on the link or button where it was.
  const keepState = (before, after) => {
    before.querySelectorAll("details[id]").forEach((details) => {
      const same = after.querySelector(`#${CSS.escape(details.id)}`);
      if (same) same.open = details.open;
    });
    return before.contains(document.activeElement) ? sameAs(document.activeElement, after) : null;
  };

  const exchange = (page) => {
    for (const before of document.querySelectorAll("[data-live][id]")) {
      const after = page.getElementById(before.id);
      if (!after || busy(before) || before.isEqualNode(after)) continue;
      const focus = keepState(before, after);
      before.replaceWith(document.adoptNode(after));
      if (focus) focus.focus({ preventScroll: true });
    }
  };

  const refresh = async () => {
    if (document.hidden || selecting()) return next();
    try {
      const answer = await fetch(location.href, { credentials: "same-origin", headers: { "X-Live": "1" } });
      if (answer.redirected && new URL(answer.url).pathname !== location.pathname) return; // signed out
      if (!answer.ok) throw new Error(answer.statusText);
      exchange(new DOMParser().parseFromString(await answer.text(), "text/html"));
      pause = PAUSE;
    } catch {
      pause = Math.min(pause * 2, LONGEST_PAUSE);
    }
    next();
  };

  const next = () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, pause);
  };

  if (document.querySelector("[data-live][id]")) {
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) refresh();
    });
    next();
  }
})();
