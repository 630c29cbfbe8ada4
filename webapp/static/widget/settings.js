// How this page wants it: attributes of the script's own element, and the shop's address and key in its src.
const SCRIPT = document.currentScript;
const SOURCE = new URL(SCRIPT.src);
const DOOR = SOURCE.origin + SOURCE.pathname.replace(/\/widget\.js$/, "");
const KEY = SOURCE.searchParams.get("key") || SCRIPT.dataset.key || "";
const LANGUAGE = [SCRIPT.dataset.lang, document.documentElement.lang, navigator.language, "en"].find((language) => {
  try {
    return language && new Intl.NumberFormat(language);
  } catch {
    return false; // themes write all kinds of things
  }
});
const SAY = { ...WORDS.en, ...WORDS[LANGUAGE.slice(0, 2).toLowerCase()] };
const INPUTS = SCRIPT.dataset.input || "input[data-backroom], form[role=search] input[type=search], form[action$='/search'] input[name=q]";
const RESULTS_URL = SCRIPT.dataset.resultsUrl || "";
const PRODUCT_URL = SCRIPT.dataset.productUrl || "";
const CATEGORY_URL = SCRIPT.dataset.categoryUrl || "";
const FACETS = (SCRIPT.dataset.facets || "*").split(",").map((name) => name.trim()).filter(Boolean);
const PLATFORM = SCRIPT.dataset.platform || (window.Shopify ? "shopify" : "");
const SCHEME = SCRIPT.dataset.scheme || "light"; // light, dark, or auto: as the shopper's device
const NARROW = matchMedia("(max-width: 40rem)");
