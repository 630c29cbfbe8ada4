// The demo storefront: what stands on its pages comes through the doors that every shop's pages use.
"use strict";

(() => {
  const { door, key, kind, handle } = document.body.dataset;
  const SHELVES = 4;

  const ask = async (path, parameters = {}) => {
    const url = new URL(door + path, location.href);
    url.search = new URLSearchParams({ key, ...parameters });
    const answer = await fetch(url);
    if (!answer.ok) throw Object.assign(new Error(answer.statusText), { status: answer.status });
    return answer.json();
  };

  const el = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (typeof value === "function") made.addEventListener(name, value);
      else if (value != null && value !== false) made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.flat().filter((child) => child != null && child !== false));
    return made;
  };

  const titled = (title) => {
    document.title = `${title} · Harbour & Hearth`;
    return el("h1", null, title);
  };
  const categoryAt = (name) => `/demo/shop/categories/${encodeURIComponent(name)}`;

  // The cart lives in this tab.
  const cart = {
    read: () => JSON.parse(sessionStorage.getItem("demo.cart") || "[]"),
    write: (lines) => {
      sessionStorage.setItem("demo.cart", JSON.stringify(lines));
      const pieces = document.getElementById("pieces");
      const number = lines.reduce((sum, line) => sum + line.quantity, 0);
      pieces.hidden = !number;
      pieces.textContent = number;
    },
    add: (item) => {
      const lines = cart.read();
      const same = lines.find((line) => line.id === item.id);
      if (same) same.quantity += 1;
      else lines.push({ ...item, quantity: 1 });
      cart.write(lines);
    },
  };

  const categories = async () => {
    const shelves = (await ask("/categories")).categories.filter((one) => one.count !== 0);
    const links = shelves.map((one) => {
      const name = one.handle || one.id;
      return el("li", null, el("a", { href: categoryAt(name), "aria-current": kind === "category" && handle === name ? "page" : null }, one.title));
    });
    document.getElementById("categories").replaceChildren(...links);
    return shelves;
  };

  const pages = {
    async home(shelves) {
      const place = document.getElementById("shelves");
      for (const one of shelves.slice(0, SHELVES)) {
        const told = await ask("/search", { "filter[category]": one.title, sort: "created:desc", per_page: 6, log: 0 });
        if (!told.hits.length) continue;
        const heading = el("div", null, el("h2", null, one.title), el("a", { href: categoryAt(one.handle || one.id) }, `All ${told.total}`));
        place.append(el("section", { class: "shelf" }, heading, window.Backroom.cards(told.hits)));
      }
    },

    async category(shelves) {
      const one = shelves.find((shelf) => shelf.handle === handle || shelf.id === handle);
      const place = document.getElementById("category");
      if (!one) return place.replaceChildren(el("p", null, "There is no such category."));
      place.replaceChildren(titled(one.title), el("div", { "data-backroom-results": true, "data-category": one.title }));
    },

    async product() {
      const place = document.getElementById("product");
      let item;
      try {
        item = await ask(`/products/${encodeURIComponent(handle)}`);
      } catch (error) {
        if (error.status !== 404) throw error;
        return place.replaceChildren(el("h1", null, "This product is gone"), el("p", null, el("a", { href: "/demo/shop" }, "Back to the shop")));
      }
      place.replaceChildren(...productPieces(item));
    },

    async cart() {
      const place = document.getElementById("cart");
      const lines = cart.read();
      if (!lines.length) return place.replaceChildren(el("p", { class: "quiet" }, "It is empty."));
      const list = lines.map((line) => el("li", null, el("span", null, `${line.quantity} × ${line.title}`), el("span", null, line.price)));
      const place_order = () => {
        window.Backroom.order(`demo-${Date.now()}`);
        cart.write([]);
        place.replaceChildren(el("p", { role: "status" }, "Thank you. As this is a demo, nothing was ordered; the search counts it as an order."));
      };
      place.replaceChildren(el("ul", { class: "lines" }, list), el("p", null, el("button", { class: "order", type: "button", click: place_order }, "Place the order")));
    },
  };

  const productPieces = (item) => {
    const { money } = window.Backroom;
    const image = item.images[0] && /^https?:/.test(item.images[0]) ? el("img", { src: item.images[0], alt: "", width: 600, height: 600 }) : el("div");
    const choice = el("select", { id: "variant" }, item.variants.map((one) => el("option", { value: one.id, disabled: one.available === false }, one.title || item.title)));
    const price = el("p", { class: "price" });
    const show = () => {
      const one = item.variants.find((variant) => variant.id === choice.value) || item;
      const before = one.compare_at_price && one.compare_at_price.amount > (one.price || {}).amount ? el("s", null, money(one.compare_at_price)) : null;
      price.replaceChildren(...[money(one.price), before && " ", before].filter(Boolean));
    };
    choice.addEventListener("change", show);
    const told = el("span", { role: "status", class: "quiet" });
    const add = () => {
      cart.add({ id: choice.value || item.id, title: item.title, price: price.firstChild.textContent });
      told.textContent = "It is in your cart.";
    };
    const buy = el("button", { type: "button", "data-backroom-cart": item.id, disabled: !item.available, click: add }, item.available ? "Add to cart" : "Sold out");
    show();
    const told_by_shop = new DOMParser().parseFromString(item.description, "text/html").body;
    const parts = [...told_by_shop.querySelectorAll("p, li")].map((part) => part.textContent.trim()).filter(Boolean);
    const text = (parts.length ? parts : [told_by_shop.textContent]).map((part) => el("p", null, part));
    const about = el("div", null, item.brand && el("p", { class: "quiet" }, item.brand), titled(item.title), price,
      el("div", { class: "buy" }, item.variants.length > 1 && el("label", { for: "variant" }, "Choose", choice), buy, told), el("div", null, text));
    const beside = (how) => el("div", { class: "beside", "data-backroom-recommend": how, "data-product": item.id });
    return [el("div", { class: "product" }, image, about), beside("bought-together"), beside("similar")];
  };

  const begin = async () => {
    cart.write(cart.read());
    try {
      const shelves = await categories();
      if (pages[kind]) await pages[kind](shelves);
    } catch {
      document.getElementById("content").append(el("p", { role: "alert" }, "The shop does not answer right now. Try again in a moment."));
    }
  };
  begin();
})();
