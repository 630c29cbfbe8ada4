// The form of a segment without loading the page again: choosing a field shows what it may be asked with, and how many
// customers fit is counted while the values are written. Without this script buttons do the same.
"use strict";

(() => {
  const PAUSE = 500;
  const form = document.getElementById("builder");
  if (!form) return;
  let timer = 0;
  let asked = 0;

  const ask = async (act) => {
    const number = ++asked;
    const told = new FormData(form);
    told.set("act", act);
    const answer = await fetch(form.action, { method: "POST", body: told, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return number === asked ? page : null; // a later question was asked meanwhile
  };

  const exchange = (page, id) => {
    const before = document.getElementById(id);
    const after = page.getElementById(id);
    if (before && after && !before.isEqualNode(after)) before.replaceWith(document.adoptNode(after));
  };

  const count = async () => {
    try {
      const page = await ask("look");
      if (page) exchange(page, "counted");
    } catch {
      // The next change asks again; the button counts as well.
    }
  };

  // Where to go on after a button: what it made, or what stands where it was.
  const focusOn = (act, before) => {
    const [word, at] = act.split(":");
    const rows = document.querySelectorAll("#conditions select[id^=field_]");
    if (word === "add" || word === "group") {
      const known = new Set(before);
      return [...rows].find((row) => !known.has(row.id)) || rows[rows.length - 1];
    }
    if (word === "pick") return document.getElementById(`value_${at}`);
    return document.getElementById(`field_${at}`) || rows[rows.length - 1] || document.getElementById("add-0");
  };

  const change = async (act, focused) => {
    clearTimeout(timer);
    const before = [...document.querySelectorAll("#conditions select[id^=field_]")].map((row) => row.id);
    try {
      const page = await ask(act);
      if (!page) return;
      exchange(page, "conditions");
      exchange(page, "counted");
      const next = focused ? document.getElementById(focused) : focusOn(act, before);
      if (next) next.focus({ preventScroll: false });
    } catch {
      form.requestSubmit(form.querySelector("button[value=count]"));
    }
  };

  // A keyboard chooses letter by letter: the list must not be exchanged under the typing hand.
  form.addEventListener("change", (event) => {
    if (!event.target.matches("[data-look]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => change("look", event.target.id), PAUSE);
  });

  form.addEventListener("input", (event) => {
    if (!event.target.closest("#conditions") || event.target.matches("[data-look]")) return;
    clearTimeout(timer);
    timer = setTimeout(count, PAUSE);
  });

  form.addEventListener("submit", (event) => {
    const act = event.submitter ? event.submitter.value : "count";
    if (act === "save" || act === "count") return;
    event.preventDefault();
    change(act);
  });
})();
