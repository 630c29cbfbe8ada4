"""Days and times at the axes of charts."""

from datetime import UTC, datetime

from flask import g

from tests.conftest import Backroom
from webapp.axes import day_label, time_label

AT = datetime(2026, 4, 1, 9, 5, tzinfo=UTC)


class TestLabels:
    def test_are_english_where_nobody_looks(self) -> None:
        assert (day_label(AT), time_label(AT)) == ("01 Apr", "1 Apr, 09:05")

    def test_follow_the_language(self, backroom: Backroom) -> None:
        german = {"Accept-Language": "de"}
        with backroom.client.application.test_request_context("/dashboard/", headers=german):
            g.visitor = None
            assert (day_label(AT), time_label(AT)) == ("1. Apr.", "1. Apr., 09:05")
