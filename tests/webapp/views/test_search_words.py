"""Synonyms and stop words in the dashboard."""

import io
from typing import Any

from commerce.rules.search_settings import SearchSettings
from commerce.tables import search_settings
from tests.webapp import stock
from tests.webapp.markup import token, words

PAGE = "/dashboard/search/words"


def post(merchant: Any, path: str = "", **form: Any) -> Any:
    return merchant.post(f"{PAGE}{path}", data={"csrf_token": token(merchant, PAGE)} | form)


def settings(shop: Any) -> SearchSettings:
    with shop.here.database.read() as db:
        return search_settings.of(db, shop_id=shop.id)


class TestSynonyms:
    def test_are_added_changed_and_removed(self, merchant: Any, shop: Any) -> None:
        assert post(merchant, "/synonyms", kind="two-way", words="Sofa, couch,,").status_code == 302
        assert settings(shop).synonyms == {"sofa": ("couch",), "couch": ("sofa",)}
        assert "couch = sofa" in merchant.get(PAGE).text
        before = ["two-way", "couch", "sofa"]
        assert "Change these synonyms" in merchant.get(PAGE, query_string={"before": before}).text
        post(merchant, "/synonyms", kind="one-way", words="sofa, settee", before=before)
        assert settings(shop).synonyms == {"sofa": ("settee",)}
        post(merchant, "/synonyms/remove", before=["one-way", "sofa", "settee"])
        assert settings(shop).synonyms == {}

    def test_that_are_wrong_are_said_so_beside_their_field(self, merchant: Any, shop: Any) -> None:
        answer = post(merchant, "/synonyms", kind="two-way", words="sofa")
        assert answer.status_code == 400
        assert "There have to be at least two different words." in answer.text
        assert 'value="sofa"' in answer.text
        assert settings(shop).synonyms == {}

    def test_leave_and_come_back_as_a_file(self, merchant: Any, shop: Any) -> None:
        post(merchant, "/synonyms", kind="one-way", words="tv, television")
        file = merchant.get(f"{PAGE}/synonyms.csv")
        assert file.mimetype == "text/csv"
        assert file.text == "\ufeffone-way,tv,television\n"
        more = io.BytesIO(file.text.encode() + b"two-way,sofa,couch\n")
        assert post(merchant, "/import", file=(more, "more.csv"), anew="1").status_code == 302
        assert settings(shop).synonyms == {"tv": ("television",), "sofa": ("couch",), "couch": ("sofa",)}

    def test_of_a_broken_file_are_not_taken(self, merchant: Any, shop: Any) -> None:
        for content, what in ((b"two-way,a", "Line 1"), (b"\xff\xfe", "UTF-8"), (b"", "Choose a file")):
            answer = post(merchant, "/import", file=(io.BytesIO(content), "x.csv"))
            assert (answer.status_code, what in words(answer.text)) == (400, True)
        assert settings(shop).synonyms == {}

    def test_of_another_shop_stay_as_they_are(self, merchant: Any, shop: Any, other: Any) -> None:
        with other.here.database.write() as db:
            mine = SearchSettings(synonyms={"a": ("b",)})
            search_settings.save(db, shop_id=other.id, settings=mine, now=stock.NOW)
        post(merchant, "/synonyms/remove", before=["one-way", "a", "b"])
        assert settings(other).synonyms == {"a": ("b",)}


class TestStopWords:
    def test_are_replaced(self, merchant: Any, shop: Any) -> None:
        assert post(merchant, "/stop-words", stop_words="Cheap\r\nbest, new").status_code == 302
        assert settings(shop).stop_words == {"cheap", "best", "new"}
        assert "best\ncheap\nnew</textarea>" in merchant.get(PAGE).text

    def test_that_are_too_long_are_said_so(self, merchant: Any, shop: Any) -> None:
        answer = post(merchant, "/stop-words", stop_words="x" * 101)
        assert answer.status_code == 400
        assert "x" * 101 in answer.text
        assert settings(shop).stop_words == frozenset()
