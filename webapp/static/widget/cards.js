// Products as cards, and the lists of those that go with one.
const picture = (hit, size) => {
  const source = hit.image && web(hit.image);
  return source ? el("img", { src: source, alt: "", width: size, height: size, loading: "lazy", decoding: "async" }) : el("span", { class: "br-blank" });
};
const priceOf = (hit) => [
  el("span", { class: "br-price" }, money(hit.price)),
  hit.available === false && el("span", { class: "br-sold" }, SAY.soldOut),
];
const hitPieces = (hit) => [picture(hit, 48), el("span", { class: "br-title" }, marked(hit.title_html, hit.title)), el("span", { class: "br-end" }, priceOf(hit))];

const card = (hit, onOpen) =>
  el("li", { class: "br-card" },
    el("a", { href: productUrl(hit) || "#", click: onOpen || (() => {}), auxclick: onOpen || (() => {}) },
      picture(hit, 320), el("span", { class: "br-title" }, marked(hit.title_html, hit.title)), el("span", { class: "br-line" }, priceOf(hit))));

// <div data-backroom-recommend="similar" data-product="…">, or "bought-together".
const recommend = async (place) => {
  if (place.dataset.backroomOn) return;
  place.dataset.backroomOn = "1";
  const how = place.dataset.backroomRecommend === "bought-together" ? "bought-together" : "similar";
  try {
    const path = `/products/${encodeURIComponent(place.dataset.product)}/${how}`;
    const told = await ask(path, [["limit", place.dataset.limit || "4"]]);
    // The page has a list of similar products already, or nothing is known: no second one.
    const twice = how !== told.source && document.querySelector(`[data-backroom-recommend=similar][data-product="${CSS.escape(place.dataset.product)}"]`);
    if (!told.products.length || (how === "bought-together" && twice)) return;
    const heading = el("h2", { class: "br-recommend-heading" }, told.source === "bought-together" ? SAY.together : SAY.similar);
    styled(place).replaceChildren(heading, el("ul", { class: "br-cards" }, told.products.map((hit) => card(hit))));
  } catch {
    // the page does without
  }
};
