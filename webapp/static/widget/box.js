// Suggestions under a search field: an ARIA 1.2 combobox with a listbox in groups.
const answers = new Map(); // of this page, by what was typed
const MOST_ANSWERS = 50;

class Box {
  // `place`: where the panel goes; without one it hangs under the field.
  constructor(input, { place = null, onLeave = () => {} } = {}) {
    this.input = input;
    this.hangs = !place;
    this.onLeave = onLeave;
    this.active = -1;
    this.asked = 0;
    this.shown = "";
    this.panel = el("div", { id: newId("list"), class: "br br-panel", role: "listbox", "aria-label": SAY.search, hidden: true, "data-scheme": SCHEME });
    this.live = el("div", { class: "br-hidden", role: "status", "aria-live": "polite" });
    (place || document.body).append(this.panel, this.live);
    const attributes = {
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.panel.id,
      "aria-haspopup": "listbox", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search",
    };
    for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    if (!input.labels?.length && !input.getAttribute("aria-label") && !input.getAttribute("aria-labelledby")) input.setAttribute("aria-label", SAY.search);
    this.listen();
  }

  listen() {
    const { input, panel } = this;
    this.look = later(130, () => this.suggest());
    this.settle = later(1200, (query, found) => countSearch(query, found.total, found.products.length));
    input.addEventListener("input", () => {
      this.settle.stop();
      this.look();
    });
    input.addEventListener("focus", () => this.suggest());
    input.addEventListener("blur", () => this.hangs && !this.pressed && this.close());
    input.addEventListener("keydown", (event) => !event.isComposing && this.onKey(event));
    input.form?.addEventListener("submit", (event) => this.onSubmit(event));
    panel.addEventListener("pointerdown", () => (this.pressed = true));
    panel.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    const released = later(400, () => {
      this.pressed = false;
      if (this.hangs && document.activeElement !== input) this.close();
    });
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => this.pressed && released());
    panel.addEventListener("click", (event) => this.onClick(event));
    addEventListener("resize", () => this.hang());
    addEventListener("scroll", () => this.hang(), { capture: true, passive: true });
  }

  async suggest() {
    const query = this.input.value.trim();
    const number = (this.asked += 1); // an answer that is not the last question's is too late
    this.controller?.abort();
    try {
      if (!answers.has(query)) {
        this.controller = new AbortController();
        const told = await ask("/suggest", [["q", query.slice(0, 200)]], this.controller.signal);
        if (answers.size >= MOST_ANSWERS) answers.clear();
        answers.set(query, told);
      }
      if (number !== this.asked || document.activeElement !== this.input) return;
      this.show(query, answers.get(query));
    } catch {
      if (number === this.asked) this.close();
    }
  }

  show(query, told) {
    this.search = { id: told.search_id, query };
    const groups = [
      this.group(SAY.queries, told.queries.map((one) => this.option(resultsUrl(one.text), { query: one.text }, el("span", null, marked(one.html, one.text))))),
      this.group(SAY.categories, told.categories.map((one) => {
        const address = web(CATEGORY_URL ? filled(CATEGORY_URL, one) : PLATFORM === "shopify" ? filled("/collections/{handle}", one) : "");
        const count_ = el("span", { class: "br-quiet" }, count(one.count));
        return this.option(address || resultsUrl(one.title), address ? {} : { query: one.title }, el("span", null, marked(one.html, one.title)), count_);
      })),
      this.group(SAY.products, told.products.map((hit, index) => this.option(productUrl(hit), { hit, position: index + 1 }, ...hitPieces(hit)))),
    ];
    if (query && told.total > told.products.length) groups.push(this.option(resultsUrl(query), { query, all: true }, SAY.all(count(told.total))));
    if (query && told.corrected) groups.unshift(el("div", { class: "br-note", role: "presentation" }, SAY.corrected(told.corrected)));
    this.panel.replaceChildren(...groups.filter(Boolean));
    this.options = [...this.panel.querySelectorAll("[role=option]")];
    this.active = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.shown = this.panel.dataset.query = query;
    this.open(this.options.length > 0);
    this.live.textContent = this.options.length ? SAY.offered(count(this.options.length)) : query ? SAY.nothing : "";
    if (query.length > 1) this.settle(query, told);
  }

  group(title, options) {
    if (!options.length) return null;
    const heading = el("div", { id: newId("group"), class: "br-heading", role: "presentation" }, title);
    return el("div", { role: "group", "aria-labelledby": heading.id }, heading, options);
  }

  option(href, chosen, ...children) {
    const kind = chosen.hit ? "br-option br-hit" : chosen.all ? "br-option br-all" : "br-option";
    const made = el("a", { id: newId("option"), class: kind, role: "option", "aria-selected": "false", tabindex: "-1", href: href || "#" }, children);
    made.chosen = chosen;
    return made;
  }

  open(wanted) {
    this.panel.hidden = !wanted;
    this.input.setAttribute("aria-expanded", String(wanted));
    this.hang();
  }

  close() {
    this.asked += 1;
    this.controller?.abort();
    this.move(-1);
    this.open(false);
    this.live.textContent = "";
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  hang() {
    if (!this.hangs || !this.isOpen) return;
    const field = this.input.getBoundingClientRect();
    const width = Math.min(Math.max(field.width, 320), document.documentElement.clientWidth - 16);
    const fromRight = getComputedStyle(this.input).direction === "rtl";
    const left = fromRight ? field.right - width : field.left;
    const { style } = this.panel;
    style.width = `${width}px`;
    style.left = `${Math.max(8, Math.min(left, document.documentElement.clientWidth - width - 8)) + scrollX}px`;
    style.top = `${field.bottom + 4 + scrollY}px`;
    style.maxHeight = `${Math.max(200, innerHeight - field.bottom - 16)}px`;
  }

  move(index) {
    this.options?.[this.active]?.setAttribute("aria-selected", "false");
    this.active = index;
    const option = this.options?.[index];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", option.id);
  }

  onKey(event) {
    const last = (this.options?.length ?? 0) - 1;
    const { key } = event;
    if (key === "Escape" && this.isOpen) this.close();
    else if (key === "Tab") return this.close();
    else if (!this.isOpen) {
      if (key !== "ArrowDown" && key !== "ArrowUp") return;
      this.suggest();
    } else if (key === "ArrowDown") this.move(this.active === last ? -1 : this.active + 1);
    else if (key === "ArrowUp") this.move(this.active === -1 ? last : this.active - 1);
    else if (key === "Home" && this.active >= 0) this.move(0);
    else if (key === "End" && this.active >= 0) this.move(last);
    else if (key === "Enter" && this.active >= 0) this.options[this.active].click();
    else return;
    event.preventDefault();
  }

  onClick(event) {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    this.settle.stop();
    const { hit, position, query } = option.chosen;
    if (hit) {
      countSearch(this.shown, answers.get(this.shown)?.total ?? 1, this.options.filter((one) => one.chosen.hit).length);
      countClick(this.search, hit, position);
    }
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (query) {
      event.preventDefault();
      this.input.value = query;
      this.go(query);
    }
    this.close();
  }

  // On to the results of a query: on this page where they are shown here, else where the shop shows them.
  go(query) {
    this.settle.stop();
    this.close();
    this.onLeave();
    const elsewhere = answers.get(query)?.redirect;
    if (elsewhere && web(elsewhere)) location.assign(web(elsewhere));
    else if (results) results.ask({ query });
    else if (RESULTS_URL || !this.input.form) location.assign(resultsUrl(query));
    else this.input.form.requestSubmit();
  }

  onSubmit(event) {
    this.settle.stop();
    const query = this.input.value.trim();
    if (away || (!results && !RESULTS_URL && !answers.get(query)?.redirect)) return; // the shop's own search
    event.preventDefault();
    this.go(query);
  }
}

// The search on phones: a sheet over the whole page with a field of its own.
class Sheet {
  constructor(input) {
    this.outer = input;
    const field = el("input", { type: "search", name: input.name || "q", placeholder: input.placeholder || SAY.search, "aria-label": SAY.search });
    const back = el("button", { type: "button", class: "br-back", "aria-label": SAY.close, click: () => this.close() }, "‹");
    const form = el("form", { class: "br-bar", role: "search", action: input.form?.action || RESULTS_URL || null }, back, field);
    const body = el("div", { class: "br-body" });
    this.dialog = el("dialog", { class: "br br-sheet", "aria-label": SAY.search, "data-scheme": SCHEME, close: () => this.closed() }, form, body);
    document.body.append(this.dialog);
    this.field = field;
    this.box = new Box(field, { place: body, onLeave: () => this.close() });
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented || !input.form) return;
      event.preventDefault(); // the shop's own search, by the shop's own form
      this.close();
      input.value = field.value;
      input.form.requestSubmit();
    });
  }

  open() {
    this.field.value = this.outer.value;
    this.dialog.showModal();
    this.field.focus();
    this.box.suggest();
  }

  close() {
    if (this.dialog.open) this.dialog.close();
  }

  closed() {
    this.outer.value = this.field.value;
    this.box.close();
    setTimeout(() => this.outer.blur()); // the browser gives the focus back: the keyboard would stay up
  }
}

const attach = (input) => {
  if (input.dataset.backroomOn) return;
  input.dataset.backroomOn = "1";
  new Box(input);
  let sheet = null;
  input.addEventListener("click", () => {
    if (!NARROW.matches || !HTMLDialogElement.prototype.showModal) return;
    sheet ??= new Sheet(input);
    sheet.open();
  });
};
