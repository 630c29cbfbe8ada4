// A bar for what was changed and not saved yet, on forms marked data-save-bar. Within Shopify's admin App Bridge shows its
// own for these forms. Without this script the forms have their button at the end, as they have with it.
"use strict";

(() => {
  if (document.querySelector('meta[name="shopify-api-key"]')) return;
  const drawn = document.getElementById("save-bar");
  if (!drawn) return;

  const told = (form) => new URLSearchParams(new FormData(form)).toString();

  for (const form of document.querySelectorAll("form[data-save-bar]")) {
    const button = form.querySelector("button.first");
    if (!button) continue;
    const before = told(form);
    const bar = drawn.content.firstElementChild.cloneNode(true);
    const [discard, save] = bar.querySelectorAll("button");
    let isSaving = false;

    const look = () => {
      bar.hidden = told(form) === before;
    };
    form.addEventListener("input", look);
    form.addEventListener("change", look);
    form.addEventListener("reset", () => setTimeout(look));
    form.addEventListener("submit", () => {
      isSaving = true;
    });
    discard.addEventListener("click", () => {
      form.reset();
      button.focus({ preventScroll: true });
    });
    save.addEventListener("click", () => button.click());
    addEventListener("beforeunload", (event) => {
      if (!isSaving && !bar.hidden) event.preventDefault();
    });
    bar.hidden = true;
    document.body.append(bar);
  }
})();
