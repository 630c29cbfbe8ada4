"""What the demo shop sells, in words: departments with their brands, model names, kinds of goods and sentences.

All brands and models are made up. A kind is `name | lowest price | highest price | options`, prices in whole
euros; options are names from OPTIONS, or nothing for goods that come in one form.
"""

from dataclasses import dataclass

OPTIONS = {
    "size": ("Size", ("XS", "S", "M", "L", "XL")),
    "shoe": ("Size", ("38", "39", "40", "41", "42", "43", "44")),
    "colour": ("Colour", ("Black", "Navy", "Moss", "Sand", "Rust", "Cream", "Slate", "Ochre")),
    "wood": ("Material", ("Oak", "Walnut", "Ash", "Beech")),
    "metal": ("Material", ("Brass", "Copper", "Steel")),
    "volume": ("Volume", ("0.5 l", "1 l", "1.5 l", "2 l")),
    "paper": ("Paper", ("Plain", "Lined", "Dotted", "Squared")),
    "pack": ("Pack", ("250 g", "500 g", "1 kg")),
}


@dataclass(frozen=True)
class Department:
    """One part of the shop."""

    name: str
    brands: tuple[str, ...]
    models: tuple[str, ...]
    materials: tuple[str, ...]
    kinds: tuple[str, ...]
    sentences: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.strip().splitlines())


def _kinds(text: str) -> tuple[str, ...]:
    return tuple(kind.strip() for kind in text.split(";"))


DEPARTMENTS = (
    Department(
        name="Outdoor",
        brands=_words("Nordvik, Halden Peak, Carn & Tarn"),
        models=_words("Kestrel, Tarn, Ridge, Saltholm, Foehn, Gannet, Varde, Isfjell"),
        materials=_words("ripstop nylon, recycled polyester, waxed canvas, 7075 aluminium"),
        kinds=_kinds(
            """Two-Person Tent | 189 | 420 | colour; Sleeping Bag | 89 | 310 | colour;
            Trekking Poles | 39 | 119 |; Day Pack | 59 | 149 | colour; Hammock | 35 | 95 | colour;
            Camping Stove | 29 | 99 |; Head Torch | 19 | 69 | colour; Dry Bag | 14 | 39 | volume colour;
            Folding Chair | 39 | 99 | colour; Inflatable Mat | 49 | 159 |;
            Insulated Bottle | 18 | 44 | volume colour"""
        ),
        sentences=_lines(
            """Made for long weekends far from the road, the {model} keeps its promise when the weather turns.
            Every seam is taped and every zip runs freely with cold fingers.
            It packs down small enough to forget that you carry it.
            Tested for two winters by the guides of {brand} before it was sold."""
        ),
    ),
    Department(
        name="Kitchen",
        brands=_words("Hearth & Rye, Maison Tilleul, Osterbrook"),
        models=_words("Juniper, Alba, Tilde, Marlow, Saffron, Bruges, Hazel, Verano"),
        materials=_words("enamelled cast iron, stainless steel, stoneware, borosilicate glass"),
        kinds=_kinds(
            """Casserole | 79 | 249 | colour; Frying Pan | 39 | 139 |; Chef's Knife | 49 | 189 |;
            Chopping Board | 24 | 89 | wood; Pour-Over Coffee Maker | 29 | 79 | volume;
            Teapot | 25 | 75 | colour; Mixing Bowl | 15 | 49 | volume; Salt Mill | 22 | 64 | wood;
            Baking Dish | 24 | 69 | colour; Colander | 18 | 45 | colour; Milk Jug | 12 | 34 | colour"""
        ),
        sentences=_lines(
            """A piece for every day that only gets better with use.
            The {material} holds heat evenly, so that nothing burns in one corner and stays raw in the other.
            It goes from hob to table and, when dinner is over, into the dishwasher.
            {brand} guarantees it for ten years."""
        ),
    ),
    Department(
        name="Stationery",
        brands=_words("Papierwerk Lind, Quillon, Sheaf"),
        models=_words("Octavo, Margin, Vellum, Ledger, Serif, Colophon, Folio, Ampersand"),
        materials=_words("100 g wove paper, cotton paper, buckram cloth, brass"),
        kinds=_kinds(
            """Notebook | 9 | 29 | paper colour; Fountain Pen | 29 | 189 | colour;
            Mechanical Pencil | 12 | 49 | metal; Desk Pad | 19 | 59 | colour;
            Letter Set | 14 | 36 | colour; Bookmark | 4 | 14 | metal; Weekly Planner | 16 | 34 | colour;
            Pencil Case | 12 | 42 | colour; Ink Bottle | 9 | 24 | colour; Sketchbook | 12 | 38 |;
            Paper Knife | 15 | 49 | metal"""
        ),
        sentences=_lines(
            """The {model} lies flat on the first page and on the last.
            Its {material} takes ink without bleeding or feathering.
            Bound by hand in a workshop of nine people.
            A small thing that makes writing a letter a pleasure again."""
        ),
    ),
    Department(
        name="Clothing",
        brands=_words("Lorne Mills, Atelier Brume, Skagen Wool Works"),
        models=_words("Harbour, Fairwind, Moorland, Lundy, Breton, Alder, Selkie, Orkney"),
        materials=_words("merino wool, organic cotton, lambswool, linen, cotton twill"),
        kinds=_kinds(
            """Crew Neck Jumper | 69 | 159 | size colour; Rain Jacket | 99 | 289 | size colour;
            Linen Shirt | 49 | 119 | size colour; Chino Trousers | 59 | 129 | size colour;
            Wool Socks | 12 | 29 | colour; Beanie | 19 | 45 | colour;
            Flannel Shirt | 55 | 110 | size colour; Quilted Vest | 79 | 179 | size colour;
            T-Shirt | 19 | 45 | size colour; Cardigan | 79 | 189 | size colour; Scarf | 25 | 85 | colour"""
        ),
        sentences=_lines(
            """Cut for movement and knitted to last, the {model} is the piece that you reach for first.
            The {material} comes from two mills that we know by name.
            It runs true to size; between two sizes take the smaller one.
            Wash it cool, dry it flat and it will outlive the fashion."""
        ),
    ),
    Department(
        name="Lighting",
        brands=_words("Lumen & Co, Glimt, Fabrik Acht"),
        models=_words("Halo, Pharos, Nimbus, Ember, Solstice, Luna, Vesper, Tallow"),
        materials=_words("opal glass, powder-coated steel, spun brass, rice paper"),
        kinds=_kinds(
            """Table Lamp | 49 | 219 | colour; Pendant Light | 69 | 349 | metal;
            Floor Lamp | 99 | 429 | colour; Wall Light | 45 | 179 | metal; Desk Lamp | 39 | 159 | colour;
            Clip Light | 19 | 59 | colour; Lantern | 24 | 79 | metal; Night Light | 15 | 39 |;
            String Lights | 19 | 59 |; Reading Light | 22 | 79 | colour; Lamp Shade | 25 | 99 | colour"""
        ),
        sentences=_lines(
            """A warm 2700 kelvin that flatters the room and everyone in it.
            The shade of {material} spreads the light without glare.
            Dims to a glow for the last hour of the day.
            Comes with a textile cable of two metres and an LED that can be replaced."""
        ),
    ),
    Department(
        name="Home Textiles",
        brands=_words("Weft House, Lorne Mills, Casa Ribera"),
        models=_words("Dune, Lattice, Heron, Meadow, Selvedge, Terra, Willow, Tidal"),
        materials=_words("washed linen, organic cotton, lambswool, bouclé"),
        kinds=_kinds(
            """Throw Blanket | 49 | 149 | colour; Cushion Cover | 19 | 49 | colour;
            Duvet Cover | 69 | 199 | colour; Bath Towel | 19 | 49 | colour; Tea Towel | 8 | 19 | colour;
            Table Runner | 22 | 59 | colour; Tablecloth | 39 | 119 | colour; Bath Mat | 24 | 59 | colour;
            Curtain | 49 | 149 | colour; Apron | 24 | 59 | colour; Bedspread | 89 | 249 | colour"""
        ),
        sentences=_lines(
            """Woven in {material}, stone-washed and soft from the first day.
            The colours are taken from the coast in November.
            Certified free of harmful substances and happy at 60 degrees.
            The {model} makes an old sofa look loved again."""
        ),
    ),
    Department(
        name="Garden",
        brands=_words("Greenwright, Potter's Row, Halden Peak"),
        models=_words("Thistle, Orchard, Bramble, Fern, Larch, Clover, Robin, Quince"),
        materials=_words("galvanised steel, terracotta, ash wood, drop-forged steel"),
        kinds=_kinds(
            """Hand Trowel | 12 | 39 |; Watering Can | 24 | 69 | volume colour; Plant Pot | 9 | 49 | colour;
            Secateurs | 19 | 79 |; Garden Fork | 29 | 89 | wood; Bird Feeder | 19 | 59 | wood;
            Kneeling Pad | 14 | 35 | colour; Harvest Basket | 24 | 69 |; Fire Bowl | 79 | 249 | metal;
            Seed Box | 19 | 45 | wood; Work Gloves | 12 | 34 | colour"""
        ),
        sentences=_lines(
            """Good tools are inherited, and the {model} is made to be.
            {material} where it works and a shape that the hand understands.
            It may stay outside over winter without taking offence.
            For balconies as much as for orchards."""
        ),
    ),
    Department(
        name="Pantry",
        brands=_words("Casa Ribera, North Pier Roasters, Tilleul & Fils"),
        models=_words("Sunrise, Riviera, Old Town, Harvest, Lighthouse, Market, Monsoon, Highland"),
        materials=_words("single-origin beans, first-press olives, hand-picked leaves, stone-ground flour"),
        kinds=_kinds(
            """Coffee Beans | 8 | 24 | pack; Olive Oil | 11 | 32 | volume; Black Tea | 6 | 19 | pack;
            Wildflower Honey | 7 | 16 | pack; Sea Salt Flakes | 4 | 12 | pack; Dark Chocolate | 4 | 14 |;
            Apricot Jam | 5 | 11 |; Spice Blend | 5 | 15 |; Pasta | 4 | 9 | pack;
            Balsamic Vinegar | 9 | 39 |; Muesli | 6 | 14 | pack"""
        ),
        sentences=_lines(
            """From one grower whom we have known for twelve years.
            Only {material}, nothing added and nothing taken away.
            Opened, it keeps for two months in a dark place, though it never lasts that long.
            A present that nobody has to dust."""
        ),
    ),
    Department(
        name="Travel",
        brands=_words("Atlas & Daughters, Carn & Tarn, Brisk"),
        models=_words("Meridian, Embarka, Gale, Transit, Pilgrim, Voyager, Sextant, Dover"),
        materials=_words("waxed canvas, full-grain leather, ballistic nylon, polycarbonate"),
        kinds=_kinds(
            """Weekender Bag | 89 | 289 | colour; Cabin Suitcase | 119 | 349 | colour;
            Wash Bag | 24 | 79 | colour; Passport Holder | 19 | 65 | colour;
            Packing Cubes | 22 | 59 | colour; Backpack | 69 | 219 | colour;
            Travel Pillow | 25 | 59 | colour; Luggage Tag | 9 | 29 | colour;
            Cable Organiser | 15 | 45 | colour; Umbrella | 25 | 89 | colour; Belt Bag | 29 | 89 | colour"""
        ),
        sentences=_lines(
            """Fits under the seat, over the shoulder and into any plan.
            {material} and fittings of solid brass age in good company.
            There is a pocket for what you look for most often, just where you look for it.
            {brand} repairs it for free, as long as you travel."""
        ),
    ),
    Department(
        name="Play",
        brands=_words("Holzmund, Little Ark, Tumble & Daughters"),
        models=_words("Bruno, Mathilda, Pip, Otto, Juno, Fips, Wilma, Caspar"),
        materials=_words("beech wood, organic cotton, recycled card, natural rubber"),
        kinds=_kinds(
            """Building Blocks | 24 | 79 |; Wooden Train | 19 | 69 | colour; Jigsaw Puzzle | 12 | 35 |;
            Rag Doll | 22 | 49 | colour; Memory Game | 12 | 29 |; Pull-Along Duck | 19 | 45 | colour;
            Kite | 15 | 49 | colour; Shape Sorter | 22 | 49 | wood; Hand Puppet | 15 | 39 |;
            Board Game | 24 | 59 |; Balance Bike | 79 | 169 | colour"""
        ),
        sentences=_lines(
            """Made of {material}, with edges round enough for small hands.
            It has no batteries, no screen and no end.
            From three years, and still fun at thirty-three.
            Everything that wears out can be ordered as a spare part."""
        ),
    ),
)
