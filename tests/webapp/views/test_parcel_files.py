"""Parcels in files."""

import csv
import io
from contextlib import suppress
from typing import Any

import pytest

from commerce.tables import order_tracking
from tests.webapp import parcels, stock
from tests.webapp.markup import token, words
from webapp.tracking import csv_rows
from webapp.tracking.csv_rows import UnableToReadFile

PAGE = "/dashboard/parcels/import"
HEADER = "Tracking Number;Carrier;Order;Country;Zip;Shipped date\n"


def send(merchant: Any, content: str | bytes, **form: Any) -> Any:
    told = content.encode() if isinstance(content, str) else content
    data = {"csrf_token": token(merchant, PAGE), "file": (io.BytesIO(told), "parcels.csv")} | form
    return merchant.post(PAGE, data=data, content_type="multipart/form-data")


def stored(shop: Any, *numbers: str) -> dict[str, Any]:
    with shop.here.database.read() as db:
        return order_tracking.by_numbers(db, shop_id=shop.id, numbers=numbers)


class TestAFile:
    def test_is_looked_at_first_and_then_added(self, merchant: Any, shop: Any) -> None:
        shop.order()
        text = f"{HEADER}1z999aa1 0123 456784;ups;#21;us;94107;{stock.NOW:%Y-%m-%d}\n"
        answer = send(merchant, text)
        assert "1 new, 0 known already, 0 with errors" in words(answer.text)
        assert stored(shop, "1Z999AA10123456784") == {}
        answer = merchant.post(PAGE, data={"csrf_token": token(merchant, PAGE), "text": text, "add": "1"})
        assert answer.status_code == 302
        row = stored(shop, "1Z999AA10123456784")["1Z999AA10123456784"]
        assert (row.carrier, row.order_id, row.to_zone) == ("ups", "21", "America/Los_Angeles")
        assert (row.source, row.stopped) == ("file", "no_account")
        assert "1 known already" in words(send(merchant, text).text)

    def test_names_line_and_column_of_each_error(self, merchant: Any, shop: Any) -> None:
        parcels.parcel(shop, "1ZKNOWN")
        text = f"{HEADER}\n1ZGOOD;;;;;\n1ZGOOD;;;;;\n794612345679;Fedx;#99;Xx;{'1' * 30};20.11.2026\n"
        text += "x;;;;;2100-01-01\n1ZOLD;;;;;1999-12-31\n"
        shown = words(send(merchant, text).text)
        for told in (
            "Line 4, column “number”: is in line 3 already.",
            "Line 5, column “carrier”: “Fedx” is no carrier that is known.",
            "Line 5, column “order”: the shop has no order “#99”.",
            "Line 5, column “country”: “Xx” is no country",
            "Line 5, column “postcode”: is longer than 20 characters.",
            "Line 5, column “shipped”: “20.11.2026” is no date such as",
            "Line 6, column “number”: has to have 4 to 60 letters and digits.",
            "Line 6, column “shipped”: “2100-01-01” is not in the past.",
            "Line 7, column “shipped”: “1999-12-31” is before the year 2000.",
        ):
            assert told in shown, told
        assert "1 new, 0 known already, 4 with errors" in shown

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"", "Choose a file first."),
            (b"number\n\xff\xfe", "not in UTF-8"),
            (b"name,town\n1,2\n", "one of them has to be “number”"),
            (b"number\n\n", "There is no parcel in this file."),
            (b"number\n" + b"1Z1234\n" * 5001, "more than 5,000 rows"),
            (b"number\n" + b"x" * 505_000, "larger than 500 kB"),
            (b'number\n"' + b"x" * 200_000, "cannot be read"),
        ],
    )
    def test_that_cannot_be_read_is_said_so(self, merchant: Any, shop: Any, content: bytes, told: str) -> None:
        answer = send(merchant, content)
        assert (answer.status_code, told in words(answer.text)) == (400, True)

    def test_of_any_bytes_never_breaks(self) -> None:
        for text in ("number", "number\r\n,\r\n1ZABC\r\n", '"number"\n"a\nb"\n', "\tnumber\n\t1ZABC\n"):
            with suppress(UnableToReadFile):
                assert csv_rows.cells_of(text)


class TestTheDownload:
    def test_has_what_the_filters_find(self, merchant: Any, shop: Any, other: Any) -> None:
        shop.order()
        parcels.journey(shop, order="21")
        parcels.parcel(shop, "SOMETHING12345", carrier="", carrier_named="=HYPERLINK(1)")
        parcels.journey(other, "1ZOTHER")
        answer = merchant.get(f"/dashboard/parcels/parcels.csv?shop={shop.key}")
        assert answer.mimetype == "text/csv"
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert [row["number"] for row in rows] == ["1Z999AA10123456784", "SOMETHING12345"]
        assert (rows[0]["carrier"], rows[0]["order"], rows[0]["place"]) == ("UPS", "#21", "San Francisco")
        assert rows[1]["carrier"] == "'=HYPERLINK(1)"
        some = merchant.get(f"/dashboard/parcels/parcels.csv?status=out_for_delivery&shop={shop.key}").text
        assert ("1Z999AA10123456784" in some, "SOMETHING12345" in some) == (True, False)
