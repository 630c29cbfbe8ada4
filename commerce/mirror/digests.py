"""What makes two tellings of an object the same."""

import hashlib
from dataclasses import fields, replace

import orjson

from commerce.rules.events import Facts
from commerce.rules.orders import OrderFacts
from commerce.rules.products import ProductFacts


def digest(facts: Facts) -> str:
    """Canonical hash of facts, without the time of their change, and without orders that mean nothing."""
    content = {field.name: getattr(facts, field.name) for field in fields(facts) if field.name != "updated_at"}
    if isinstance(facts, ProductFacts):
        content["images"] = [*facts.images[:1], *sorted(facts.images[1:], key=lambda image: image.url)]
        content["tags"] = sorted(facts.tags)
        if facts.variants is not None:
            content["variants"] = [replace(variant, updated_at=None) for variant in facts.variants]
    if isinstance(facts, OrderFacts):
        content["lines"] = sorted(facts.lines, key=lambda line: line.id)
        content["tags"] = sorted(facts.tags)
        del content["search_id"]  # not kept, and told by deliveries only
    return hashlib.blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()
