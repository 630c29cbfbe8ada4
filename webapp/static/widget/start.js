// Attaches to what the page has, also to what comes later, and gives it a name for shops that call it themselves.
const begin = () => {
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet()];
  watch();
  watchCarts();
  let waits = false; // pages that never rest are looked at all the same, five times a second
  const soon = () => {
    if (!waits) setTimeout(() => ((waits = false), watch()), 200);
    waits = true;
  };
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
};
const watch = () => {
  document.querySelectorAll(INPUTS).forEach((input) => !input.closest(".br-sheet") && attach(input));
  const place = document.querySelector("[data-backroom-results]");
  if (place && !results) results = new Results(place);
  document.querySelectorAll("[data-backroom-recommend][data-product]").forEach(recommend);
};

window.Backroom = {
  attach,
  money,
  cards: (hits) => styled(el("ul", { class: "br br-cards" }, hits.map((hit) => card(hit)))),
  cart: (product) => countCart(product && String(product)),
  order: (orderId) => {
    const click = kept("click");
    if (click && click.carted) tell({ type: "order", token: click.token, order_id: String(orderId) });
  },
};

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
else begin();
