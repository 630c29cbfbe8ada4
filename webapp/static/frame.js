// Within Shopify's admin, where App Bridge runs, the admin shows the navigation: ours steps back. Where App Bridge could not
// be loaded the page keeps its own.
"use strict";

if (window.shopify) document.documentElement.classList.add("framed");
