"""Pictures for demo products: drawn from the product's name, always the same for the same name."""

import colorsys
import hashlib

# Shapes on a square of 200 by 200: {a} main colour, {b} shade of it, {c} light.
_SHAPES = {
    "tent": '<path d="M100 48 172 156H28z" fill="{a}"/><path d="M100 48 124 156H76z" fill="{b}"/>'
    '<path d="M100 92 113 156H87z" fill="{c}"/>',
    "bag": '<path d="M76 74v-8a24 24 0 0 1 48 0v8" fill="none" stroke="{b}" stroke-width="8"/>'
    '<rect x="52" y="70" width="96" height="86" rx="16" fill="{a}"/>'
    '<rect x="66" y="108" width="68" height="34" rx="8" fill="{b}"/>'
    '<path d="M66 120h68" stroke="{c}" stroke-width="3"/>',
    "pan": '<rect x="42" y="82" width="96" height="62" rx="20" fill="{a}"/>'
    '<rect x="136" y="94" width="42" height="12" rx="6" fill="{b}"/><rect x="36" y="76" width="108" height="12" rx="6"'
    ' fill="{b}"/><circle cx="90" cy="68" r="8" fill="{b}"/>',
    "jug": '<path d="M62 68h70l-8 84a8 8 0 0 1-8 6H78a8 8 0 0 1-8-6z" fill="{a}"/>'
    '<path d="M130 84c30-4 30 44-4 44" fill="none" stroke="{b}" stroke-width="9"/>'
    '<path d="M62 68 50 56h30z" fill="{b}"/><rect x="62" y="62" width="70" height="8" rx="4" fill="{b}"/>',
    "bottle": '<rect x="86" y="38" width="28" height="22" rx="5" fill="{b}"/>'
    '<path d="M88 60h24c0 14 18 18 18 38v52a10 10 0 0 1-10 10H80a10 10 0 0 1-10-10V98c0-20 18-24 18-38z" fill="{a}"/>'
    '<rect x="70" y="104" width="60" height="34" fill="{c}"/>',
    "book": '<rect x="58" y="44" width="88" height="114" rx="8" fill="{a}"/>'
    '<rect x="58" y="44" width="16" height="114" rx="6" fill="{b}"/><rect x="88" y="66" width="42" height="22" rx="4"'
    ' fill="{c}"/><path d="M146 60v86" stroke="{c}" stroke-width="4"/>',
    "pen": '<path d="M56 144 62 118 132 48a12 12 0 0 1 20 20L82 138z" fill="{a}"/>'
    '<path d="M56 144 62 118 82 138z" fill="{c}"/><path d="M120 60 140 80" stroke="{b}" stroke-width="8"/>',
    "top": '<path d="M76 50 44 66 30 108l22 8 10-24v66h76V92l10 24 22-8-14-42-32-16a24 16 0 0 1-48 0z" fill="{a}"/>'
    '<path d="M76 50a24 16 0 0 0 48 0" fill="none" stroke="{b}" stroke-width="7"/>'
    '<path d="M62 146h76" stroke="{b}" stroke-width="7"/>',
    "lamp": '<path d="M80 46h40l24 52H56z" fill="{a}"/><rect x="96" y="98" width="8" height="48" fill="{b}"/>'
    '<rect x="70" y="146" width="60" height="12" rx="6" fill="{b}"/><path d="M64 104h72l10 24H54z" fill="{c}"/>',
    "cloth": '<rect x="48" y="118" width="104" height="28" rx="12" fill="{b}"/>'
    '<rect x="52" y="92" width="96" height="28" rx="12" fill="{a}"/><rect x="56" y="66" width="88" height="28" rx="12"'
    ' fill="{b}"/><path d="M70 80h46M68 106h40M66 132h52" stroke="{c}" stroke-width="4"/>',
    "plant": '<path d="M66 112h68l-8 46H74z" fill="{b}"/>'
    '<rect x="60" y="102" width="80" height="14" rx="5" fill="{b}"/>'
    '<path d="M98 102C70 100 58 78 62 54c26 4 40 22 38 48zM102 102c-4-30 12-50 38-54 4 28-10 50-38 54z" fill="{a}"/>',
    "box": '<rect x="48" y="100" width="48" height="52" rx="6" fill="{a}"/>'
    '<rect x="102" y="108" width="46" height="44" rx="6" fill="{b}"/><path d="M74 50 104 94H44z" fill="{b}"/>'
    '<circle cx="126" cy="84" r="22" fill="{a}"/><circle cx="126" cy="84" r="8" fill="{c}"/>',
}

# Words of a name to its shape; the first that fits.
_WORDS = (
    ("tent hammock kite umbrella puppet", "tent"),
    ("bag pack backpack suitcase cubes basket holder case organiser tag pillow", "bag"),
    ("pan casserole dish bowl colander stove board", "pan"),
    ("teapot jug maker can mug mill feeder", "jug"),
    ("bottle oil honey jam vinegar beans tea salt spice muesli pasta chocolate ink", "bottle"),
    ("notebook planner sketchbook letter pad bookmark puzzle game", "book"),
    ("pen pencil knife poles trowel secateurs fork", "pen"),
    ("jumper jacket shirt trousers socks beanie vest cardigan scarf apron gloves doll", "top"),
    ("lamp light lights lantern torch shade", "lamp"),
    ("blanket cover towel runner tablecloth mat curtain bedspread duvet", "cloth"),
    ("plant pot seed garden", "plant"),
)


def picture(name: str) -> str:
    """The product's picture as SVG, 600 by 600; `name` is its handle. Nothing of the name is written into it."""
    hue = hashlib.sha256(name.encode()).digest()[0] / 256
    colours = {
        "a": _colour(hue, 0.52, 0.42),
        "b": _colour(hue, 0.36, 0.45),
        "c": _colour((hue + 0.08) % 1, 0.86, 0.6),
    }
    background = _colour((hue + 0.05) % 1, 0.94, 0.35)
    shape = _SHAPES[_shape(name)].format(**colours)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="600" viewBox="0 0 200 200">'
        f'<rect width="200" height="200" fill="{background}"/>'
        f'<ellipse cx="100" cy="160" rx="66" ry="7" fill="{_colour(hue, 0.85, 0.25)}"/>{shape}</svg>'
    )


def _shape(name: str) -> str:
    words = set(name.split("-"))
    return next((shape for known, shape in _WORDS if words & set(known.split())), "box")


def _colour(hue: float, lightness: float, saturation: float) -> str:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
