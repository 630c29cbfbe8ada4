// While a parcel's page is open: look now and then whether there is news. Without this script, a reload does the same.
"use strict";
(() => {
  const SOON = [8_000, 20_000, 60_000];
  const LATER = 180_000;
  let main = document.querySelector("main[data-fresh]");
  let looks = 0;

  const wait = () => setTimeout(look, SOON[looks++] ?? LATER);

  async function look() {
    if (document.hidden || main.contains(document.activeElement) && document.activeElement !== main) return wait();
    try {
      const answer = await fetch(location.href, { cache: "no-cache", credentials: "omit", referrerPolicy: "no-referrer" });
      if (answer.ok) show(await answer.text());
    } catch {
      // No network for a moment.
    }
    if (main?.dataset.fresh) wait();
  }

  function show(text) {
    const page = new DOMParser().parseFromString(text, "text/html");
    const fresh = page.querySelector("main");
    if (!fresh || fresh.innerHTML === main.innerHTML) return;
    const before = state(main);
    const words = main.dataset.fresh;
    main.replaceWith(fresh);
    main = fresh;
    document.title = page.title;
    if (state(main) !== before) document.getElementById("fresh").textContent = words;
  }

  const state = (of) => of.querySelector(".state")?.textContent + of.querySelectorAll(".lines li").length;

  if (main) wait();
})();
