// The page of results: <div data-backroom-results>. What is asked stands in the address, so that it can be shared.
let results = null;
const PER_PAGE = 24;
const SORTS = ["relevance", "price:asc", "price:desc", "created:desc"];
const SHOWN_VALUES = 8;
const PART = /^filter\[(.+)\]$/;

class Results {
  constructor(place) {
    this.place = place;
    this.category = place.dataset.category || ""; // a page of one category
    this.open = new Set(); // facets that are shown in full
    this.live = el("p", { class: "br-count", role: "status", tabindex: "-1" });
    this.body = el("div", { class: "br-results-body" });
    place.classList.add("br-results");
    styled(place).replaceChildren(this.live, this.body);
    addEventListener("popstate", () => this.load());
    NARROW.addEventListener("change", () => this.told && this.render());
    this.load();
  }

  state() {
    const filters = new Map();
    const parameters = new URLSearchParams(location.search);
    for (const [name, value] of parameters) {
      const facet = PART.exec(name);
      if (facet && value) filters.set(facet[1], [...(filters.get(facet[1]) || []), value]);
    }
    const sort = parameters.get("sort");
    return { query: parameters.get("q") || "", sort: SORTS.includes(sort) ? sort : SORTS[0], page: Math.min(10000, Math.max(1, Math.floor(Number(parameters.get("page"))) || 1)), filters };
  }

  address({ query, sort, page, filters }) {
    const url = new URL(location.href);
    for (const name of [...url.searchParams.keys()]) if (["q", "sort", "page"].includes(name) || PART.test(name)) url.searchParams.delete(name);
    if (query) url.searchParams.set("q", query);
    for (const [name, values] of filters) for (const value of values) url.searchParams.append(`filter[${name}]`, value);
    if (sort !== SORTS[0]) url.searchParams.set("sort", sort);
    if (page > 1) url.searchParams.set("page", page);
    return url.href;
  }

  // Change what is asked: a new query forgets filters, anything but a new page begins at the first one.
  ask(change) {
    const now = this.state();
    const fresh = change.query !== undefined && change.query !== now.query ? { filters: new Map() } : {};
    history.pushState(null, "", this.address({ ...now, ...fresh, page: 1, ...change }));
    return this.load(change);
  }

  toggle(name, value) {
    const { filters } = this.state();
    const values = filters.get(name) || [];
    const left = values.includes(value) ? values.filter((one) => one !== value) : [...values, value];
    if (left.length) filters.set(name, left);
    else filters.delete(name);
    this.ask({ filters });
  }

  parameters(state, perPage) {
    const asked = [["q", state.query.slice(0, 500)], ["facets", FACETS.join(",")], ["sort", state.sort], ["page", state.page], ["per_page", perPage]];
    for (const [name, values] of state.filters) for (const value of values) asked.push([`filter[${name}]`, value]);
    if (this.category) asked.push(["category", this.category]);
    // Only a new query is a new search: other pages, filters and orders of it are not.
    const narrowed = state.page > 1 || state.filters.size || state.sort !== SORTS[0];
    asked.push(["log", narrowed || isCounted(state.query) ? "0" : "1"]);
    return asked;
  }

  async load(change) {
    this.controller?.abort();
    const controller = (this.controller = new AbortController());
    const state = this.state();
    this.body.setAttribute("aria-busy", "true");
    document.querySelectorAll("input[data-backroom-on]").forEach((input) => {
      if (document.activeElement !== input || change?.query !== undefined) input.value = state.query;
    });
    try {
      const told = await ask("/search", this.parameters(state, PER_PAGE), controller.signal);
      if (state.query) keep("asked", { query: same(state.query), at: Date.now() });
      const target = told.redirect && web(told.redirect);
      if (target && target !== location.href) return location.replace(target);
      this.told = told;
      this.asked = state;
      this.render();
      if (change && change.page) this.live.focus({ preventScroll: true });
      if (change && change.page) this.place.scrollIntoView({ block: "start" });
    } catch (error) {
      if (controller.signal.aborted) return;
      if (error.message === "400" && (state.filters.size || state.sort !== SORTS[0])) {
        // a filter or an order that the shop does not offer any more
        history.replaceState(null, "", this.address({ ...state, sort: SORTS[0], page: 1, filters: new Map() }));
        return this.load();
      }
      this.live.textContent = SAY.away;
      this.body.replaceChildren(el("button", { type: "button", class: "br-button", click: () => this.load() }, SAY.again));
    }
    this.body.removeAttribute("aria-busy");
  }

  render() {
    const { told, asked } = this;
    const focused = this.body.contains(document.activeElement) ? document.activeElement.id : "";
    const wasOpen = this.body.querySelector(".br-filters")?.open;
    this.live.textContent = asked.query ? SAY.resultsFor(count(told.total), asked.query) : SAY.results(count(told.total));
    const list = told.hits.length ? el("ul", { class: "br-cards" }, told.hits.map((hit, index) => card(hit, () => this.opened(hit, index)))) : this.nothing();
    const notes = [told.corrected && SAY.corrected(told.corrected), told.hits.length && told.is_partial && SAY.partial].filter(Boolean);
    const found = el("div", { class: "br-found" }, notes.map((note) => el("p", { class: "br-note" }, note)), told.hits.length > 1 && told.sorts.length > 1 && this.tools(), this.chips(), list, this.pages());
    this.body.replaceChildren(...[this.filters(wasOpen), found].filter(Boolean));
    document.getElementById(focused)?.focus();
  }

  opened(hit, index) {
    const search = { id: this.told.search_id, query: this.asked.query };
    countClick(search, hit, (this.told.page - 1) * this.told.per_page + index + 1);
  }

  nothing() {
    const { told, asked } = this;
    const { code, words = [], suggestion } = told.reason || {};
    const why = [code === "index_being_built" ? SAY.building : code === "no_products" ? SAY.noProducts : code === "filters_too_narrow" ? SAY.narrowed : words.length ? SAY.unknown(words.map((word) => `“${word}”`).join(", ")) : ""].filter(Boolean);
    if (!code || /^(no_match|words_unknown)$/.test(code)) why.push(SAY.fewer);
    if (suggestion) why.push([SAY.instead, " ", el("a", { href: this.address({ query: suggestion, sort: SORTS[0], page: 1, filters: new Map() }) }, suggestion)]);
    const clear = asked.filters.size ? el("button", { type: "button", class: "br-button", click: () => this.ask({ filters: new Map() }) }, SAY.reset) : null;
    return el("div", { class: "br-none" }, el("p", null, el("strong", null, SAY.none(asked.query))), why.map((one) => el("p", null, [one])), clear);
  }

  tools() {
    const id = "br-sort";
    const options = SORTS.filter((sort) => this.told.sorts.includes(sort)).map((sort) => el("option", { value: sort, selected: sort === this.asked.sort }, SAY[sort]));
    return el("div", { class: "br-tools" }, el("label", { for: id }, SAY.sort), el("select", { id, change: (event) => this.ask({ sort: event.target.value }) }, options));
  }

  chips() {
    const chosen = [...this.asked.filters].flatMap(([name, values]) => values.map((value) => [name, value]));
    if (!chosen.length) return null;
    const shown = (name, value) => (name === "price" ? this.span(value) : name === "available" ? SAY.available : value);
    return el("ul", { class: "br-chips" },
      chosen.map(([name, value]) => el("li", null, el("button", { type: "button", class: "br-chip", "aria-label": `${SAY.remove} ${shown(name, value)}`, click: () => this.toggle(name, value) }, shown(name, value), el("span", { "aria-hidden": "true" }, " ×")))),
      el("li", null, el("button", { type: "button", class: "br-link", click: () => this.ask({ filters: new Map() }) }, SAY.reset)));
  }

  span(value) {
    const currency = this.currency();
    return value.split("-").map((amount) => (amount ? money({ amount: Number(amount), currency }) : "…")).join(" – ");
  }

  currency() {
    return this.told.currency || this.told.hits.find((hit) => hit.price)?.price.currency || "";
  }

  filters(wasOpen) {
    const { told, asked } = this;
    const facets = Object.keys(told.facets).filter((name) => name !== "price" && !(this.category && name === "category"));
    const made = facets.map((name) => this.facet(name, told.facets[name])).filter(Boolean);
    const [low, high] = [told.stats?.price?.min, told.stats?.price?.max];
    if (told.bands?.length) made.push(this.bands(told.bands));
    else if ((low != null && high > low) || asked.filters.has("price")) made.push(this.price(low, high));
    if (made.length) made.push(this.check("available", "true", SAY.available));
    if (!made.length) return null;
    const number = [...asked.filters.values()].flat().length;
    const title = number ? `${SAY.filters} (${count(number)})` : SAY.filters;
    return el("details", { class: "br-filters", open: NARROW.matches ? !!wasOpen : true }, el("summary", null, title), made);
  }

  facet(name, values) {
    const chosen = this.asked.filters.get(name) || [];
    const counts = new Map(values.map((one) => [one.value, one.count]));
    const every = [...chosen.filter((value) => !counts.has(value)), ...counts.keys()];
    if (every.length < 2 && !chosen.length) return null;
    const shown = this.open.has(name) ? every : every.filter((value, index) => index < SHOWN_VALUES || chosen.includes(value));
    const id = `br-more-${name}`;
    const flip = () => {
      if (!this.open.delete(name)) this.open.add(name);
      this.render();
    };
    const more = every.length > SHOWN_VALUES && el("button", { id, type: "button", class: "br-link", "aria-expanded": String(this.open.has(name)), click: flip }, this.open.has(name) ? SAY.less : SAY.more);
    return el("fieldset", null, el("legend", null, this.told.labels?.[name] || SAY.facets[name] || name),
      shown.map((value) => this.check(name, value, value, counts.get(value) ?? 0)), more);
  }

  bands(bands) {
    const chosen = (this.asked.filters.get("price") || [])[0] || "";
    const band = (value, text, number) => {
      const change = () => {
        const filters = this.state().filters;
        if (value) filters.set("price", [value]);
        else filters.delete("price");
        this.ask({ filters });
      };
      return el("label", { class: "br-check" }, el("input", { id: `br-band-${value}`, type: "radio", name: "br-band", checked: chosen === value, change }), el("span", null, text), number != null && el("span", { class: "br-quiet" }, count(number)));
    };
    return el("fieldset", null, el("legend", null, SAY.price), band("", SAY.any), bands.map((one) => band(one.value, this.span(one.value), one.count)));
  }

  check(name, value, text, number) {
    const id = `br-check-${name}-${value}`;
    const checked = (this.asked.filters.get(name) || []).includes(value);
    return el("label", { class: "br-check" }, el("input", { id, type: "checkbox", checked, change: () => this.toggle(name, value) }),
      el("span", null, text), number != null && el("span", { class: "br-quiet" }, count(number)));
  }

  price(low, high) {
    const factor = 10 ** places(this.currency());
    const [from, to] = ((this.asked.filters.get("price") || [""])[0] + "-").split("-");
    const field = (id, label, value, hint) => el("input", { id, type: "number", inputmode: "decimal", min: "0", step: 1 / factor, "aria-label": label, value: value && Number(value) / factor, placeholder: hint != null ? (hint / factor).toFixed(places(this.currency())) : null });
    const least = field("br-low", SAY.lowest, from, low);
    const most = field("br-high", SAY.highest, to, high);
    const submit = (event) => {
      event.preventDefault();
      const units = (input) => (input.value ? Math.round(Number(input.value) * factor) : "");
      let [a, b] = [units(least), units(most)];
      if (a !== "" && b !== "" && a > b) [a, b] = [b, a];
      const filters = this.state().filters;
      if (a === "" && b === "") filters.delete("price");
      else filters.set("price", [`${a}-${b}`]);
      this.ask({ filters });
    };
    return el("form", { class: "br-span", novalidate: true, submit }, el("fieldset", null, el("legend", null, SAY.price), el("div", null, least, "–", most, el("button", { id: "br-apply", class: "br-button" }, SAY.apply))));
  }

  pages() {
    const last = Math.ceil(this.told.total / this.told.per_page);
    const { page } = this.told;
    if (last < 2) return null;
    const near = [...new Set([1, page - 1, page, page + 1, last])].filter((one) => one >= 1 && one <= last).sort((a, b) => a - b);
    const link = (target, text, label) => el("a", {
      href: this.address({ ...this.asked, page: target }), "aria-label": label, "aria-current": target === page && label === SAY.page(target) ? "page" : null,
      click: (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.ask({ page: target });
      },
    }, text);
    const numbers = near.map((one, index) => [index && one - near[index - 1] > 1 ? el("span", { class: "br-quiet" }, "…") : null, link(one, count(one), SAY.page(one))]);
    return el("nav", { class: "br-pages", "aria-label": SAY.pages }, page > 1 && link(page - 1, "‹", SAY.previous), numbers, page < last && link(page + 1, "›", SAY.next));
  }
}
