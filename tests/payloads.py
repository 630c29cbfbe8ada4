"""Payloads as Shopify writes them, small enough to read."""


def product(key: int = 1, **changes: object) -> dict[str, object]:
    """A published product with one variant."""
    return {
        "id": key,
        "title": f"Lamp {key}",
        "handle": f"lamp-{key}",
        "vendor": "Lux",
        "status": "active",
        "published_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "tags": "",
        "options": [],
        "images": [],
        "variants": [{"id": key * 10, "product_id": key, "title": "Default Title", "sku": f"L{key}", "price": "19.99"}],
        **changes,
    }
