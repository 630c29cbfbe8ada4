// Asking the server, and telling it what became of a search. Nothing here throws where the server is away.
const PATIENCE = 5000; // milliseconds
let away = false; // whether the last question had no answer: forms are left alone then

const ask = async (path, parameters, signal) => {
  const url = new URL(DOOR + path);
  url.searchParams.set("key", KEY);
  for (const [name, value] of parameters) url.searchParams.append(name, value);
  const timer = new AbortController();
  const stop = () => timer.abort();
  const timeout = setTimeout(stop, PATIENCE);
  if (signal) signal.addEventListener("abort", stop);
  try {
    const answer = await fetch(url, { signal: timer.signal, credentials: "omit" });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    away = false;
    return told;
  } catch (error) {
    if (!signal || !signal.aborted) away = true;
    throw error;
  } finally {
    clearTimeout(timeout);
    if (signal) signal.removeEventListener("abort", stop);
  }
};

const tell = (event) => {
  const url = `${DOOR}/events?key=${encodeURIComponent(KEY)}`;
  const body = JSON.stringify(event);
  try {
    if (navigator.sendBeacon && navigator.sendBeacon(url, new Blob([body], { type: "text/plain" }))) return;
    fetch(url, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => {});
  } catch {
    // what is not counted is not counted
  }
};

// What this tab remembers, where the browser lets it.
const kept = (name) => {
  try {
    return JSON.parse(sessionStorage.getItem(`backroom.${name}`));
  } catch {
    return null;
  }
};
const keep = (name, value) => {
  try {
    sessionStorage.setItem(`backroom.${name}`, JSON.stringify(value));
  } catch {
    // private windows of some browsers
  }
};

// A search is counted once: where the shopper stopped typing, or on the page of results.
const same = (query) => query.trim().toLowerCase();
const isCounted = (query) => {
  const last = kept("asked");
  return !!last && last.query === same(query) && Date.now() - last.at < 60000;
};
const countSearch = (query, found, shown) => {
  if (query.trim().length < 2 || isCounted(query)) return;
  keep("asked", { query: same(query), at: Date.now() });
  tell({ type: "search", query: query.slice(0, 500), found, shown: Math.min(shown, 100) });
};

const countClick = (search, hit, position) => {
  if (!search.id || !search.query.trim()) return;
  const token = `${search.id}.${Math.min(position, 999)}`;
  keep("click", { token, product: hit.id, path: new URL(productUrl(hit) || location.href).pathname });
  tell({ type: "click", token, query: search.query.slice(0, 500), product_id: hit.id, position });
};

// The product of the last click goes into the cart: told once, and left with the cart so that its order brings it back.
const countCart = (product) => {
  const click = kept("click");
  if (!click || !(product ? product === click.product : location.pathname === click.path)) return;
  if (!click.carted) tell({ type: "cart", token: click.token });
  keep("click", { ...click, carted: true });
  if (PLATFORM === "shopify") {
    const root = (window.Shopify && window.Shopify.routes && window.Shopify.routes.root) || "/";
    const body = JSON.stringify({ attributes: { _backroom_search: click.token } });
    const headers = { "Content-Type": "application/json" };
    // After the form's own call: carts are written one call at a time.
    setTimeout(() => fetch(`${root}cart/update.js`, { method: "POST", headers, body, keepalive: true }).catch(() => {}), 900);
  } else if (PLATFORM === "woocommerce") {
    document.cookie = `backroom_search=${click.token}; path=/; max-age=86400; samesite=lax`;
  }
};
const watchCarts = () => {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("form[action*='/cart/add'], form.cart, form[data-backroom-cart]")) countCart(form.dataset.backroomCart);
  }, true);
  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest(".ajax_add_to_cart, button[data-backroom-cart]");
    if (button) countCart(button.dataset.product_id || button.dataset.backroomCart);
  }, true);
};
