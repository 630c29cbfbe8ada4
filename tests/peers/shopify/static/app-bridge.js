// A stand-in for Shopify's App Bridge: session tokens for the app's pages, and its navigation in the admin.
(() => {
  const peer = new URL(document.currentScript.src).origin;
  const query = new URLSearchParams(location.search);

  const shopOfToken = (token) => {
    const claims = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    return new URL(claims.dest).host;
  };
  const shop =
    query.get("shop") || (query.get("id_token") && shopOfToken(query.get("id_token"))) || sessionStorage.getItem("peer-shop");
  if (shop) sessionStorage.setItem("peer-shop", shop);

  const plainFetch = window.fetch.bind(window);
  const idToken = async () => {
    const answer = await plainFetch(`${peer}/${shop}/admin/session-token`);
    return (await answer.json()).token;
  };
  window.shopify = { ...window.shopify, idToken };

  window.fetch = async (resource, options) => {
    const request = new Request(resource, options);
    if (new URL(request.url).origin === location.origin && !request.headers.has("Authorization")) {
      request.headers.set("Authorization", `Bearer ${await idToken()}`);
    }
    return plainFetch(request);
  };

  // <ui-nav-menu> is shown by the admin, beside the frame; its first link, rel=home, is the app's own name.
  document.addEventListener("DOMContentLoaded", () => {
    const menu = document.querySelector("ui-nav-menu");
    if (!menu) return;
    menu.hidden = true;
    const links = [...menu.querySelectorAll("a")].map((link) => ({ href: link.href, words: link.textContent.trim() }));
    parent.postMessage({ navigation: links }, peer);
  });

  const reload = query.get("shopify-reload");
  if (reload) {
    const target = new URL(reload, location.href);
    idToken().then((token) => {
      target.searchParams.set("id_token", token);
      location.replace(target);
    });
  }
})();
