from commerce.rules.order_steps.decisions import RUN, warning
from commerce.rules.order_steps.names import NAMES
from commerce.rules.order_steps.outcomes import CUSTOM, LABEL, NOTIFY, UNSURE
from commerce.rules.page_scope import NOTHING_DROPPED
from commerce.rules.tracking import STATUSES
from integrations import registry
from integrations.cdns.purges import KINDS
from webapp import state_words
from webapp.orders import said
from webapp.reading import cdn_form
from webapp.tracking import carrier_words, words
from webapp.views import cache


class TestWhatIsToldInEnglishElsewhere:
    """It is looked up when it is shown, so it has to be marked where texts are taken from."""

    def test_steps(self) -> None:
        assert set(NAMES.values()) <= {str(name) for name in said.NAMES}
        told = {warning(RUN, kind, UNSURE) for kind in (LABEL, f"{NOTIFY}order_confirmation", f"{CUSTOM}mine")}
        assert told == {str(text) for text in said.WARNINGS}

    def test_carriers(self) -> None:
        known = {str(text) for text in (*carrier_words.NOTES, *carrier_words.FIELDS, *carrier_words.HINTS)}
        for about in registry.carriers().values():
            fields = (*about.fields, *about.push_fields)
            told = {about.note, *(text for field in fields for text in (field.title, field.hint))} - {""}
            assert told <= known, about.name

    def test_parcels(self) -> None:
        assert set(words.STATUSES) == set(STATUSES)
        shown = {status.replace("_", " ").capitalize() for status in STATUSES}
        assert shown <= {str(state) for state in state_words.STATES}

    def test_pages_and_who_else_keeps_them(self) -> None:
        assert NOTHING_DROPPED in {str(text) for text in cache.TOLD}
        assert KINDS["other"].title in {str(text) for text in cdn_form.OTHERS}
