"""Nothing that a merchant reads is in English only, and no translation is missing or takes other values."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.languages import problems
from tests.architecture import unmarked
from webapp.languages import ENGLISH, NAMES

ROOT = Path(__file__).resolve().parents[2] / "webapp"

# Who reads these is no merchant, or has languages of their own.
_OF_PROGRAMS = re.compile(
    r"(api|commands|run|doors|metrics|openapi|translations)[/.]|.*_api\.py|.*/(described|models|segment_models)\.py"
    r"|people/(finding|saying|refusals|quick)\.py|tracking/written\.py|views/(storefront|store_pages|wishes|api)\.py"
)
_OF_SHOPPERS = re.compile(r"(shoppers|reading|track)/|search/reasons\.py|.*/preference_words\.py")
_OF_DEVELOPERS = re.compile(r".*design\.(py|html)|templates/(api_docs|demo_\w+)\.html|demo_shops\.py|pictures\.py")
# Modules that name what is the same in every language, or is looked up as a whole elsewhere, or is stored.
_LEFT = {
    "auditing.py": ("View",),
    "conditional.py": ("Authorization", "Vary"),
    "exports.py": ("There is no such customer.", "it was found in the same transaction"),
    "guards.py": (
        *("View", "Authorization", "Not signed by Shopify", "This address is for calls through the shop's own domain."),
        *("No such shop", "This shop is not connected to Backroom.", "Publishable key missing or wrong"),
        *(
            "There is no shop with this key in the address.",
            "Send the shop's publishable key as ?key= or Bearer token.",
        ),
    ),
    "inputs.py": ("Not a JSON object", "Send a JSON object as the request's body.", "a whole number from 1 to "),
    "labels/label_form.py": ("is a whole number from 1 to ", "This "),
    "languages.py": ("English", "Deutsch"),
    "loyalty/programme_form.py": ("of at most", "a whole number", "an amount"),
    "pages.py": ("View",),
    "people/segment_rules.py": ("Here ",),
    "search/remembering.py": ("Result",),
    "search/rule_form.py": ("must be a date and a time",),
    "sentences.py": ("This ",),
    "sessions.py": ("Operator", "Store", "None", "forms within the frame"),
    "stores/connecting.py": (),
    "stores/embedded.py": ("Authorization", "The session token is not valid any more.\n"),
    "stores/installing.py": ("Lax", "attempts to connect "),
    "stores/runs.py": (
        *("changed products", "published products", "trashed products", "changed variations", "newest customers"),
        *("changed orders", "trashed orders"),
    ),
    "stock/sales.py": (),
    "team/arriving.py": ("half signed in",),
    "team/audit_words.py": ("Operator", "Store"),
    "tracking/csv_rows.py": None,
    "app.py": ("Lax",),
    "dated.py": ("d. MMMM y", "MMM y"),
    "errors.py": ("Bearer",),
    "formats.py": ("d. MMM y", "d. MMMM y", "EEE d. MMM"),
    "notifications/framing.py": None,
    "notifications/settings_form.py": ("Postmark", "Mailgun", "Amazon SES"),
    "outgoing/words.py": ("there are three",),
    "views/customer_changes.py": ("Note",),
    "views/customer_points.py": ("must be chosen", "must be a whole number above 0"),
    "views/page_templates.py": ("there are two kinds",),
    "views/sign_in.py": (
        *("The password was wrong.", "The code was wrong.", "The link was used before, is too old, or is none."),
    ),
    "views/suppressions.py": ("by hand",),
    "views/woocommerce.py": (
        *("No such attempt", "It is unknown, or older than an hour. Begin again in Backroom.", "No keys"),
        *("The keys may not write", "Backroom makes webhooks with them: approve Read/Write."),
        *(
            "consumer_key and consumer_secret are missing, or are none.",
            "The keys do not work at the store that was named",
        ),
    ),
    "templates/loyalty_pieces.html": ('aria-invalid="true" aria-describedby=" "',),
    "templates/macros.html": ("placeholder=example.myshopify.com",),
    "templates/notifications_pieces.html": ('aria-invalid="true" aria-describedby="wrong- "',),
    "templates/outgoing_dispatch.html": ("webhook-id",),
    "templates/outgoing_form.html": ("placeholder=https://erp.example.com/hooks", "<fieldset"),
    "templates/parcels_tabs.html": ('aria-invalid="true" aria-describedby="wrong- "',),
    "templates/search_rule.html": (
        *("not shown", "placeholder=/pages/returns", "placeholder=brand", "placeholder=Nordvik"),
    ),
    "templates/search_tabs.html": ('aria-invalid="true" aria-describedby="wrong- "',),
    "templates/segment_pieces.html": ("conditions first", "placeholder=EUR"),
    "templates/segments.html": ("cannot be read",),
    "templates/team_pieces.html": None,  # browsers
    "templates/track.html": ('data-fresh=" "',),
}
_PIECE = re.compile(r"[a-z]+[.:]$|https?:\S*$|[a-z]+\.\d\.$|mailto:|tel:")  # of keys and addresses


def _files() -> Iterator[Path]:
    yield from sorted(ROOT.glob("templates/*.html"))
    yield from sorted(ROOT.rglob("*.py"))


class TestTexts:
    def test_that_merchants_read_are_marked(self) -> None:
        """Mark it as `webapp/languages.py` says; what is no text stands above, with its file."""
        bare = []
        for file in _files():
            name = str(file.relative_to(ROOT))
            if any(kind.match(name) for kind in (_OF_PROGRAMS, _OF_SHOPPERS, _OF_DEVELOPERS)):
                continue
            left = _LEFT.get(name, ())
            if left is None:
                continue
            find = unmarked.of_template if name.endswith(".html") else unmarked.of_module
            bare += [
                f"webapp/{name}:{line}: {text}"
                for line, text in find(file.read_text())
                if text not in left and not _PIECE.match(text)
            ]
        assert bare == []

    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ("<p>Hello there</p>", ["Hello there"]),
            ('<p>{{ _("Hello there") }}</p>', []),
            ("<p>{% trans %}Hello{% endtrans %}</p>", []),
            ('<input placeholder="Your name" value="x">', ["placeholder=Your name"]),
            ('{{ "Waiting for you" if x else _("Done") }}', ["Waiting for you"]),
            ('order{{ "s" if n != 1 }}', ["s", "order"]),
            ("<code>GET /orders</code> Backroom", []),
        ],
    )
    def test_in_templates_are_found(self, source: str, found: list[str]) -> None:
        assert [text for _, text in unmarked.of_template(source)] == found

    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ('flash("Saved for you.")', ["Saved for you."]),
            ('flash(_("Saved for you."))', []),
            ('WORDS = {"paid": "Paid"}', ["Paid"]),
            ('f"{n} things are left"', [" things are left"]),
            ('"""About this module."""\n_log.info("It went well")\nraise ValueError("It is too long")', []),
        ],
    )
    def test_in_modules_are_found(self, source: str, found: list[str]) -> None:
        assert [text for _, text in unmarked.of_module(source)] == found


class TestTranslations:
    @pytest.mark.parametrize("language", [name for name in NAMES if name != ENGLISH])
    def test_are_complete_and_take_the_same_values(self, language: str) -> None:
        """`python -m docs.languages` puts what is new into the file; the rest is for a translator."""
        assert list(problems(language)) == []
