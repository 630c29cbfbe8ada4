// Small pieces: elements, text of foreign markup, addresses, money, numbers.
let lastId = 0;
const newId = (name) => `br-${name}-${(lastId += 1)}`;

// An element. Attributes that are null or false are left out; functions listen. Children are nodes or text.
const el = (tag, attributes, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value != null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(9).filter((child) => child != null && child !== false));
  return made;
};

const styled = (place) => {
  place.classList.add("br");
  place.dataset.scheme = SCHEME;
  return place;
};

// Marked text of the server as nodes: <mark> is kept, everything else is text, whatever a product calls itself.
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#34": '"', "#x27": "'" };
const plain = (html) => html.replace(/&(#?\w+);/g, (whole, name) => ENTITIES[name] ?? whole);
const marked = (html, text) => {
  if (!html) return [text || ""];
  return html.split(/(<mark>.*?<\/mark>)/s).filter(Boolean).map((piece) => {
    const inner = /^<mark>(.*)<\/mark>$/s.exec(piece);
    return inner ? el("mark", null, plain(inner[1])) : plain(piece);
  });
};

// Only addresses of the web: a shop's data may say anything.
const web = (address) => {
  try {
    const url = new URL(address, location.href);
    return /^https?:$/.test(url.protocol) ? url.href : "";
  } catch {
    return "";
  }
};

const filled = (pattern, item) =>
  pattern.replace(/\{(handle|id|title)\}/g, (_, name) => encodeURIComponent(item[name] || ""));
const productUrl = (hit) => web(PRODUCT_URL ? filled(PRODUCT_URL, hit) : hit.url || filled("/products/{handle}", hit));
const resultsUrl = (query) => {
  const url = new URL(RESULTS_URL || location.pathname, location.href);
  url.searchParams.set("q", query);
  return url.href;
};

// Minor units by ISO 4217, which browsers do not follow for all of these.
const PLACES = { 0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF", 3: "BHD IQD JOD KWD LYD OMR TND", 4: "CLF UYW" };
const places = (currency) => Number(Object.keys(PLACES).find((digits) => currency && PLACES[digits].includes(currency)) ?? 2);
const money = (price) => {
  if (!price) return "";
  const digits = places(price.currency);
  const amount = price.amount / 10 ** digits;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  try {
    return new Intl.NumberFormat(LANGUAGE, { ...options, style: "currency", currency: price.currency }).format(amount);
  } catch {
    return amount.toFixed(digits);
  }
};
const count = (number) => {
  try {
    return new Intl.NumberFormat(LANGUAGE).format(number);
  } catch {
    return String(number);
  }
};

const later = (pause, act) => {
  let timer = 0;
  const run = (...given) => {
    clearTimeout(timer);
    timer = setTimeout(act, pause, ...given);
  };
  run.stop = () => clearTimeout(timer);
  return run;
};
