"""Pieces of HTML for stores' own pages, from the merchant's template (Liquid) or the usual one.

Liquid can do nothing but read what it is given; loops, output and time are bounded. Values are escaped unless the
template says otherwise; descriptions are the shop's own HTML, cleaned of what could run.
"""

from functools import lru_cache
from typing import Any

import nh3
from liquid.exceptions import LiquidError
from liquid.template import BoundTemplate
from markupsafe import Markup

from commerce.rules.money import exponent
from commerce.tables.page_templates import CATEGORY, PRODUCT
from integrations.bounded_liquid import Bounded
from webapp.languages import gettext as _
from webapp.reading.storefronts import Storefront

LONGEST_TEMPLATE = 50_000
# What Liquid raises of a template's own doing, beside its own errors.
_FAULTS = (LiquidError, ValueError, ArithmeticError, LookupError, TypeError, AttributeError, MemoryError)

USUAL = {
    PRODUCT: """<article class="backroom-product" data-product="{{ product.id }}">
  <h1>{{ product.title }}</h1>
  {% if product.images[0] %}<img src="{{ product.images[0] }}" alt="{{ product.title }}">{% endif %}
  <p class="price">{{ product.price | money }}
  {%- if product.compare_at_price %} <s>{{ product.compare_at_price | money }}</s>{% endif %}</p>
  <p class="stock">{% if product.available %}In stock{% else %}Sold out{% endif %}</p>
  <div class="description">{{ product.description_html }}</div>
</article>
""",
    CATEGORY: """<section class="backroom-category" data-category="{{ category.id }}">
  <h1>{{ category.title }}</h1>
  <ul>
  {%- for product in products %}
    <li data-product="{{ product.id }}">
      <a href="{{ product.url }}">
        {% if product.image %}<img src="{{ product.image }}" alt="" loading="lazy">{% endif %}
        <span class="title">{{ product.title }}</span>
        <span class="price">{{ product.price | money }}
        {%- if product.compare_at_price %} <s>{{ product.compare_at_price | money }}</s>{% endif %}</span>
        {% unless product.available %}<span class="stock">Sold out</span>{% endunless %}
      </a>
    </li>
  {%- endfor %}
  </ul>
</section>
""",
}


class UnableToRender(ValueError):
    """The template is wrong; says where."""


def _money(value: Any) -> str:
    """A price as "19.99 EUR"; nothing where there is none."""
    if not isinstance(value, dict) or value.get("amount") is None:
        return ""
    digits = exponent(value.get("currency"))
    whole, rest = divmod(abs(int(value["amount"])), 10**digits)
    sign = "-" if value["amount"] < 0 else ""
    part = f".{rest:0{digits}d}" if digits else ""
    return f"{sign}{whole}{part} {value.get('currency') or ''}".strip()


@lru_cache(maxsize=1)
def _environment() -> Bounded:
    environment = Bounded(autoescape=True)
    environment.add_filter("money", _money)
    for tag in ("include", "render"):
        environment.tags.pop(tag, None)
    return environment


@lru_cache(maxsize=512)
def _parsed(source: str) -> BoundTemplate:
    if len(source) > LONGEST_TEMPLATE:
        raise UnableToRender(_("The template is longer than %(most)s characters.", most=LONGEST_TEMPLATE))
    try:
        return _environment().from_string(source)
    except LiquidError as error:
        raise UnableToRender(_told(error)) from error


def render(source: str, values: dict[str, Any]) -> str:
    """What a template makes of these values. Raises UnableToRender."""
    known = dict(values)
    for name in ("product", "category"):
        if isinstance(known.get(name), dict):
            told = known[name].get("description") or ""
            known[name] = known[name] | {"description_html": Markup(nh3.clean(told))}  # noqa: S704 - cleaned
    try:
        return _parsed(source).render(**known)
    except RecursionError as error:
        raise UnableToRender(_("The template is nested too deeply.")) from error
    except _FAULTS as error:
        raise UnableToRender(_told(error)) from error


def _told(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__


def product(front: Storefront, shape: dict[str, Any]) -> bytes:
    """The fragment of a product."""
    return _made(front, PRODUCT, {"product": shape, "shop": _shop(front)})


def category(front: Storefront, shape: dict[str, Any]) -> bytes:
    """The fragment of a category's page."""
    return _made(front, CATEGORY, shape | {"shop": _shop(front)})


def _made(front: Storefront, kind: str, values: dict[str, Any]) -> bytes:
    own = front.templates.get(kind)
    if own is not None:
        try:
            return render(own, values).encode("utf-8", "replace")
        except UnableToRender:  # it was tried when it was saved; with other values it may still go wrong
            pass
    return render(USUAL[kind], values).encode("utf-8", "replace")


def _shop(front: Storefront) -> dict[str, Any]:
    return {"name": front.shop.name, "domain": front.shop.domain, "currency": front.shop.currency}
