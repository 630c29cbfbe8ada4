"""Pictures of demo products."""

from typing import Any
from xml.etree import ElementTree as ET

from integrations.simulator.words import DEPARTMENTS
from webapp.pictures import picture


class TestPicture:
    def test_is_the_same_for_the_same_name(self) -> None:
        assert picture("ridge-tent") == picture("ridge-tent") != picture("tarn-tent")

    def test_is_well_formed_for_all_kinds_of_goods(self) -> None:
        kinds = [kind.split("|")[0].strip().lower().replace(" ", "-") for place in DEPARTMENTS for kind in place.kinds]
        assert len({ET.tostring(ET.fromstring(picture(kind))) for kind in kinds}) > len(kinds) // 2

    def test_writes_nothing_of_its_name(self) -> None:
        assert "script" not in picture("<script>")


class TestImage:
    def test_is_public_and_cached(self, stranger: Any) -> None:
        answer = stranger.get("/demo/images/ridge-tent.svg")
        assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
        assert "max-age" in answer.headers["Cache-Control"]
        again = stranger.get("/demo/images/ridge-tent.svg", headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304

    def test_has_no_other_names(self, stranger: Any) -> None:
        assert stranger.get("/demo/images/A%20b.svg").status_code == 404
