"""The form of "What is searched": from settings to fields, and back with an error for each field that is wrong."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from commerce.rules.documents import facet_name
from commerce.rules.money import UnableToReadMoney, decimal_text, minor_units
from commerce.rules.search_settings import ATTRIBUTES, SORTS, SearchSettings
from commerce.rules.written_settings import UnableToReadSettings, as_json, read, read_labels
from commerce.tables.search_settings import Chosen
from webapp import sentences
from webapp.languages import gettext
from webapp.languages import lazy_gettext as _

ATTRIBUTE_WORDS = {
    "codes": _("SKUs and barcodes"),
    "title": _("Title"),
    "brand": _("Brand"),
    "product_type": _("Type"),
    "categories": _("Categories"),
    "tags": _("Tags"),
    "attributes": _("Options and attributes"),
    "description": _("Description"),
}
SORT_WORDS = {
    "relevance": _("Best match"),
    "price:asc": _("Price, low first"),
    "price:desc": _("Price, high first"),
    "created:desc": _("Newest"),
}
# What the rules call the languages of products, as they are shown.
LANGUAGE_WORDS = (
    *(_("Arabic"), _("Danish"), _("Dutch"), _("English"), _("Finnish"), _("French"), _("German"), _("Greek")),
    *(_("Hungarian"), _("Italian"), _("Norwegian"), _("Portuguese"), _("Romanian"), _("Russian"), _("Spanish")),
    *(_("Swedish"), _("Tamil"), _("Turkish")),
)
_BLANKS = 2  # rows for facets that no product has yet

Fields = dict[str, Any]


def fields_of(chosen: Chosen, known: Mapping[str, int], currency: str | None) -> Fields:
    """The form as it is shown; `known`: facets that products have, and how many have them."""
    settings = chosen.settings
    names = list(settings.facets or ())
    names += [name for name in known if name not in names]
    return {
        "language": settings.languages[0],
        "others": list(settings.languages[1:]),
        "searched": [
            {"name": name, "words": ATTRIBUTE_WORDS[name], "place": _place(settings.searched, name)}
            for name in [*settings.searched, *(name for name in ATTRIBUTES if name not in settings.searched)]
        ],
        "typos": settings.typos,
        "vectors": settings.vectors,
        "all_facets": settings.facets is None,
        "facets": [
            _facet(name, chosen.labels.get(name, ""), _place(settings.facets or (), name), known) for name in names
        ]
        + [_facet("", "", "", known)] * _BLANKS,
        "sorts": list(settings.sorts),
        "price_bands": ", ".join(decimal_text(bound, currency) for bound in settings.price_bands),
    }


def _place(names: tuple[str, ...], name: str) -> str:
    return str(names.index(name) + 1) if name in names else ""


def _facet(name: str, label: str, place: str, known: Mapping[str, int]) -> Fields:
    return {"name": name, "label": label, "place": place, "count": known.get(facet_name(name)), "blank": not name}


def read_form(
    form: MultiDict[str, str], known: Mapping[str, int], currency: str | None
) -> tuple[Fields, dict[str, Any], dict[str, str]]:
    """(the form as it was filled in, what it says as JSON, what is wrong by field)."""
    wrong: dict[str, str] = {}
    searched = [(name, form.get(f"place-{name}", "").strip()) for name in ATTRIBUTES]
    facets = list(zip(form.getlist("facet"), form.getlist("facet_label"), form.getlist("facet_place"), strict=False))
    fields: Fields = {
        "language": form.get("language", ""),
        "others": form.getlist("others"),
        "searched": [{"name": name, "words": ATTRIBUTE_WORDS[name], "place": place} for name, place in searched],
        "typos": bool(form.get("typos")),
        "vectors": bool(form.get("vectors")),
        "all_facets": bool(form.get("all_facets")),
        "facets": [_facet(name.strip(), label, place, known) for name, label, place in facets],
        "sorts": [sort for sort in SORTS if sort in form.getlist("sorts")],
        "price_bands": form.get("price_bands", ""),
    }
    told = {
        "languages": [fields["language"], *(one for one in fields["others"] if one != fields["language"])],
        "searched": _ordered(searched, "searched", wrong),
        "typos": fields["typos"],
        "vectors": fields["vectors"],
        "facets": None
        if fields["all_facets"]
        else _ordered([(name.strip(), place.strip()) for name, _, place in facets if name.strip()], "facets", wrong),
        "sorts": fields["sorts"],
        "price_bands": _bands(fields["price_bands"], currency, wrong),
    }
    labels = {name.strip(): label for name, label, _ in facets if facet_name(name)}
    return fields, told | {"labels": labels}, wrong


def _ordered(places: list[tuple[str, str]], field: str, wrong: dict[str, str]) -> list[str]:
    chosen = [(place, name) for name, place in places if place]
    if not all(place.isascii() and place.isdecimal() and len(place) <= 4 for place, _ in chosen):
        wrong[field] = gettext("Positions are whole numbers: 1 is the first. Leave it empty for what does not count.")
        return []
    return [name for _, name in sorted(chosen, key=lambda told: int(told[0]))]


def _bands(text: str, currency: str | None, wrong: dict[str, str]) -> list[int]:
    words = [word for word in text.replace(";", ",").split(",") if word.strip()]
    try:
        return sorted({units for word in words if (units := minor_units(word.strip(), currency)) is not None})
    except UnableToReadMoney:
        wrong["price_bands"] = gettext("Write prices with commas between them, such as 10, 25, 50, 100.")
        return []


def settings_of(
    told: dict[str, Any], before: SearchSettings, wrong: dict[str, str]
) -> tuple[SearchSettings, dict[str, str]]:
    """Settings and labels that the form says; what is wrong is added to `wrong`, each by its own field."""
    labels: dict[str, str] = {}
    kept = as_json(before)
    for field, value in told.items():
        try:
            if field == "labels":
                labels = read_labels(value)
            else:
                read({field: value}, before=before)
                kept[field] = value
        except UnableToReadSettings as error:
            wrong.setdefault(field, sentences.this(error.text))
    return read(kept), labels
