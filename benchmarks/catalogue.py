"""A believable catalogue of any size, the same every time: general merchandise, some 480 bytes of text a product."""

import random
from collections.abc import Iterator, Sequence
from itertools import cycle

from commerce.rules.documents import Document

_KINDS = {
    "Kitchen": "kettle toaster blender saucepan skillet teapot mug whisk colander grater knife board tray",
    "Clothing": "jacket shirt dress sweater jeans socks scarf gloves coat blouse skirt hoodie belt",
    "Home": "lamp curtain rug pillow blanket mirror clock vase candle shelf basket frame doormat",
    "Electronics": "headphones speaker charger keyboard mouse monitor tablet camera router printer microphone cable",
    "Toys": "puzzle doll robot kite blocks train drone plush marbles skateboard scooter sandbox",
    "Garden": "hose shovel planter trellis rake lantern hammock parasol birdhouse wheelbarrow shears",
    "Sports": "tent backpack dumbbell racket helmet bicycle snorkel paddle treadmill whistle thermos",
}
_WORDS = {
    "look": "classic modern vintage compact folding woven striped quilted matte brushed rustic portable slim heavy",
    "material": "cotton oak steel bamboo leather ceramic glass linen wool aluminium silicone walnut enamel canvas",
    "color": "black white red blue green grey navy sand rose olive",
    "size": "XS S M L XL",
    "use": "everyday travel outdoor kids office camping winter summer wedding gift professional",
    "syllable": "bel cor dan fer gal hol jun kar lin mor nor pel quin ros sol tan ul ver wes yor zan",
}
_LOOKS, _MATERIALS, _COLORS, _SIZES, _USES, _SYLLABLES = (words.split() for words in _WORDS.values())
_CLAIMS = (
    "Made of {material} that lasts for years, with a {look} finish that goes with any room.",
    "Designed for {use} use, it weighs little, cleans in a minute and folds away when it is not needed.",
    "Comes with a two year warranty, spare parts and a {color} pouch; replacement parts can be ordered at any time.",
    "Customers like the {look} surface, the rounded edges and how quietly it does what it is for.",
    "Tested in our own workshop to {number} cycles; dishwasher safe, free of solvents and packed without plastic.",
    "Pairs well with other pieces of the {brand} line in {color} or {material}.",
    "Measures {number} mm across; please allow for small differences, as each {thing} is finished by hand.",
)


def documents(count: int, seed: int = 1) -> Iterator[Document]:
    """The first so many products."""
    rng = random.Random(seed)
    brands = [f"{rng.choice(_SYLLABLES)}{rng.choice(_SYLLABLES)}".title() for _ in range(300)]
    categories = list(_KINDS)
    for number in range(count):
        yield _document(number, rng, brands, rng.choice(categories))


def _document(number: int, rng: random.Random, brands: Sequence[str], category: str) -> Document:
    words = {
        "thing": rng.choice(_KINDS[category].split()),
        "brand": brands[int(rng.random() ** 2 * len(brands))],
        "look": rng.choice(_LOOKS),
        "material": rng.choice(_MATERIALS),
        "color": rng.choice(_COLORS),
        "use": rng.choice(_USES),
        "number": str(rng.randint(20, 9000)),
    }
    size = rng.choice(_SIZES) if category == "Clothing" else ""
    model = f"{rng.choice(_SYLLABLES)}{rng.randint(10, 999)}"
    title = "{brand} {look} {material} {thing} {model} {color}".format(model=model.upper(), **words)
    told = " ".join(claim.format(**words) for claim in rng.sample(_CLAIMS, 4))
    facets = {"brand": (words["brand"],), "category": (category,), "color": (words["color"],)}
    return Document(
        id=str(10_000_000 + number),
        title=title,
        brand=words["brand"],
        product_type=words["thing"],
        skus=(f"{model}-{number}".upper(),),
        categories=(category,),
        description=told,
        facets=facets | ({"size": (size,)} if size else {}),
        price=rng.randint(200, 40_000),
        created=1_700_000_000 + number,
        digest=f"{number:032x}",
    )


def queries(count: int, seed: int = 2) -> list[str]:
    """What shoppers type: things with what they look like, brands, half words, typos and words that nothing has."""
    rng = random.Random(seed)
    things = [thing for kinds in _KINDS.values() for thing in kinds.split()]
    forms = cycle(
        ("{t}", "{m} {t}", "{c} {t}", "{l} {m} {t}", "{t} {u}", "{half}", "{m} {half}", "{typo}", "{t} for {u}")
    )
    asked = []
    for _, form in zip(range(count), forms, strict=False):
        thing = rng.choice(things)
        at = rng.randrange(1, len(thing) - 1)
        typo = thing[:at] + thing[at + 1] + thing[at] + thing[at + 2 :]
        named = {"t": thing, "m": rng.choice(_MATERIALS), "c": rng.choice(_COLORS), "l": rng.choice(_LOOKS)}
        asked.append(form.format(**named, u=rng.choice(_USES), half=thing[: max(3, len(thing) - 3)], typo=typo))
    return asked


def text_bytes(document: Document) -> int:
    """How much text of a product is searched."""
    texts = (document.title, document.brand, document.product_type, document.description, document.attributes)
    return sum(len(text.encode()) for text in (*texts, *document.skus, *document.categories, *document.tags))
