"""The timeline of a customer's page: what is ours is told in our words, what others tell can be anything."""

from typing import Any

import pytest

from tests.webapp.markup import token, words
from tests.webapp.stock import Stock

PAGE = "/dashboard/customers/31"
API = "/api/v1/customers/31/events"
AT = "2026-05-01T12:00:00Z"

ODD: list[tuple[str, dict[str, Any]]] = [
    ("order.placed", {"amount": "many", "currency": 5}),
    ("order.placed", {"amount": "many", "currency": "EUR"}),
    ("sale.made", {"amount": True, "currency": "EUR"}),
    ("sale.made", {"amount": 5.5, "currency": "EUR"}),
    ("sale.made", {"points": "many", "pending": "some"}),
    ("consent.noted", {}),
    ("parcel.scanned", {"order_id": 4.5}),
    ("note.added", {"text": 5, "reason": True, "by": None}),
]


@pytest.fixture
def tell(api: Any, shop: Stock) -> Any:
    """Another system tells of something."""
    shop.customer()

    def told(kind: str, detail: dict[str, Any], *, source: str = "desk") -> Any:
        one = {"kind": kind, "title": "Ticket 42", "happened_at": AT, "source": source, "detail": detail}
        return api.post(API, json={"events": [one]})

    return told


class TestWhatAnotherSystemTells:
    @pytest.mark.parametrize(("kind", "detail"), ODD, ids=str)
    def test_is_shown_whatever_it_is(self, merchant: Any, tell: Any, kind: str, detail: dict[str, Any]) -> None:
        assert tell(kind, detail).status_code == 200
        answer = merchant.get(PAGE)
        assert answer.status_code == 200
        assert "Ticket 42" in words(answer.text)

    def test_leads_to_none_of_our_pages(self, merchant: Any, tell: Any) -> None:
        tell("order.placed", {"order_id": "71"})
        assert "/dashboard/orders/" not in merchant.get(PAGE).text

    def test_is_shown_with_all_that_it_says(self, merchant: Any, tell: Any) -> None:
        tell("sale.made", {"amount": 1999, "currency": "EUR", "till_number": 7, "is_return": False, "text": "Tent"})
        shown = words(merchant.get(PAGE).text).replace("\u00a0", " ")
        for told in ("19.99 EUR · Tent · ", "till number: 7", "is return: No", "told by desk"):
            assert told in shown

    @pytest.mark.parametrize("source", ["backroom", "dashboard"])
    def test_cannot_pass_for_what_was_said_here(self, tell: Any, source: str) -> None:
        answer = tell("note.added", {"text": "Ours"}, source=source)
        assert (answer.status_code, answer.json["field"]) == (409, "events.0.source")


class TestANote:
    def test_is_noted_once_however_often_its_form_is_sent(self, merchant: Any, shop: Stock) -> None:
        shop.customer()
        page = merchant.get(PAGE).text
        once = page.split('name="once" value="')[1].split('"')[0]
        for _ in range(2):
            form = {"csrf_token": token(merchant, PAGE), "once": once, "text": "Calls on Mondays"}
            assert merchant.post(f"{PAGE}/notes", data=form).status_code == 302
        assert words(merchant.get(PAGE).text).count("Calls on Mondays") == 1
