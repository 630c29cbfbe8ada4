"""The demo shop's goods: believable, made up, and the same for the same seed."""

import itertools
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from integrations.simulator.model import Product, Variant
from integrations.simulator.words import DEPARTMENTS, OPTIONS, Department

SIZE = 540
_MOST_VARIANTS = 12
_NO_HANDLE = re.compile(r"[^a-z0-9]+")


def catalogue(seed: int, size: int, next_id: Callable[[], int], now: datetime, *, own_ids: bool) -> list[Product]:
    """The first `size` products of a shuffled catalogue. Raises ValueError for more than there are.

    `own_ids`: the one variant of a product without options has an id of its own, as at Shopify.
    """
    rng = random.Random(f"catalogue {seed}")
    offers = [
        (department, kind, model)
        for department in DEPARTMENTS
        for kind in department.kinds
        for model in department.models
    ]
    if size > len(offers):
        raise ValueError(f"The catalogue has no more than {len(offers)} products.")
    rng.shuffle(offers)
    numbers = itertools.count(1001)
    products = [_product(rng, offer, numbers, next_id, now) for offer in offers[:size]]
    for product in products:
        if not product.option_names and not own_ids:
            product.variants[0].id = product.id
    return products


def handle_of(title: str) -> str:
    """A title as part of an address: "Chef's Knife" is "chef-s-knife"."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return _NO_HANDLE.sub("-", plain.lower()).strip("-")


def _product(
    rng: random.Random,
    offer: tuple[Department, str, str],
    numbers: Iterator[int],
    next_id: Callable[[], int],
    now: datetime,
) -> Product:
    department, kind, model = offer
    noun, low, high, options = (part.strip() for part in kind.split("|"))
    brand, material = rng.choice(department.brands), rng.choice(department.materials)
    title = f"{model} {noun}"
    created_at = now - timedelta(days=rng.randint(20, 700), seconds=rng.randint(0, 86_399))
    product = Product(
        id=next_id(),
        handle=handle_of(title),
        title=title,
        description=_description(rng, department, brand=brand, model=model, material=material),
        brand=brand,
        kind=noun,
        department=department.name,
        tags=[
            department.name.lower(),
            *rng.sample(("new", "bestseller", "gift", "sale", "last chance"), rng.randint(0, 2)),
        ],
        option_names=[OPTIONS[option][0] for option in options.split()],
        variants=[],
        created_at=created_at,
        updated_at=now,
    )
    base = rng.randint(int(low), int(high)) * 100 - rng.choice((0, 1, 5, 10))
    prefix = f"{department.name[:2]}{model[:2]}{noun[:2]}".upper() + str(next(numbers))
    for choices in _combinations(rng, options.split()):
        sku = "-".join([prefix, *(handle_of(choice).upper() for choice in choices)])
        product.variants.append(_variant(rng, product, sku=sku, choices=choices, base=base, next_id=next_id))
    return product


def _combinations(rng: random.Random, options: list[str]) -> list[list[str]]:
    """Some of all combinations of the options' values, in the shop's order; one empty one without options."""
    pools = []
    for option in options:
        values = OPTIONS[option][1]
        kept = sorted(rng.sample(range(len(values)), rng.randint(2, min(4, len(values)))))
        pools.append([values[place] for place in kept])
    every = [list(choices) for choices in itertools.product(*pools)]
    return every[:_MOST_VARIANTS]


def _variant(
    rng: random.Random, product: Product, *, sku: str, choices: list[str], base: int, next_id: Callable[[], int]
) -> Variant:
    price = base + rng.choice((0, 0, 0, 200, 500))
    return Variant(
        id=next_id(),
        item_id=next_id(),
        sku=sku,
        choices=choices,
        price=price,
        compare_at=price + rng.randint(3, 30) * 100 if rng.random() < 0.2 else None,
        stock=0 if rng.random() < 0.06 else rng.randint(3, 60),
        created_at=product.created_at,
        updated_at=product.updated_at,
    )


def _description(rng: random.Random, department: Department, *, brand: str, model: str, material: str) -> str:
    told = [
        sentence.format(brand=brand, model=model, material=material) for sentence in rng.sample(department.sentences, 3)
    ]
    told = [sentence[0].upper() + sentence[1:] for sentence in told]
    facts = f"<ul><li>Material: {material}</li><li>Brand: {brand.replace('&', '&amp;')}</li></ul>"
    return f"<p>{' '.join(told).replace('&', '&amp;')}</p>\n{facts}\n"
