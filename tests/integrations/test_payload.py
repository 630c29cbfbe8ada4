"""Bodies as platforms send them, also those that no database stores as they are."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.payload import UnableToParse, parse


def texts(value: Any) -> list[str]:
    """Every text in a JSON value, keys as well."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in texts(part)]
    return [text for part in value for text in texts(part)] if isinstance(value, list) else []


class TestParse:
    @pytest.mark.parametrize(
        ("body", "value"),
        [
            (b'{"id": 1}', {"id": 1}),
            (b"[]", []),
            (b'"text"', "text"),
            (b"null", None),
            (b'  {"a": "\xc3\xa4"}\n', {"a": "ä"}),
            (b'{"a": "\\u0000b\\u0000"}', {"a": "b"}),
            (b'{"\\u0000k": [{"x": "\\u0000"}]}', {"k": [{"x": ""}]}),
            (b'{"a": "cut \\ud83d"}', {"a": "cut ?"}),
            (b'{"a": "\\udc00x"}', {"a": "?x"}),
            (b'{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
            (b'{"id": 9223372036854775807}', {"id": 2**63 - 1}),
        ],
    )
    def test_reads(self, body: bytes, value: object) -> None:
        parsed = parse(body)
        if "?" in str(value):  # halves of surrogate pairs are replaced by a mark
            assert [text.replace("\ufffd", "?") for text in texts(parsed)] == texts(value)
        else:
            assert parsed == value

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b" ",
            b"{",
            b"not json",
            b"webhook_id=1",
            b'{"a": NaN}',
            b'{"a": 1,}',
            b"\xff\xfe{}",
            b'{"a": "\xff"}',
            b'{"\\ud800": ',
            b"[" * 100_000,
            b"[" * 100_000 + b"]" * 100_000,
            b'["\\ud800",' + b"[" * 100_000 + b"]" * 100_000 + b"]",
            b'["\\ud800", ' + b"9" * 5000 + b"]",
        ],
        ids=lambda body: repr(body[:20]),
    )
    def test_refuses(self, body: bytes) -> None:
        with pytest.raises(UnableToParse):
            parse(body)

    @pytest.mark.parametrize("depth", [500, 1000])
    @pytest.mark.parametrize("text", [b"\\u0000x", b"\\ud800x"])
    def test_takes_a_deep_body_or_refuses_it(self, depth: int, text: bytes) -> None:
        for before, after in ((b"[", b"]"), (b'{"\\u0000a":', b"}")):
            body = before * depth + b'"' + text + b'"' + after * depth
            parsed: Any = None
            with suppress(UnableToParse):
                parsed = parse(body)
            while isinstance(parsed, list | dict):
                assert parsed.keys() == {"a"} if isinstance(parsed, dict) else len(parsed) == 1
                parsed = parsed["a"] if isinstance(parsed, dict) else parsed[0]
            assert parsed in (None, "x", "?x", "\ufffdx")
            assert parsed is not None or text == b"\\ud800x"

    def test_takes_numbers_beyond_64_bits_without_breaking(self) -> None:
        assert parse(b'{"id": 123456789012345678901234567890}')["id"] == pytest.approx(1.2345678901234568e29)

    @given(st.binary(max_size=200) | st.text(alphabet='{}[]",:\\u0d8cf1 \x00', max_size=80).map(str.encode))
    def test_gives_only_text_that_a_database_stores(self, body: bytes) -> None:
        parsed = None
        with suppress(UnableToParse):
            parsed = parse(body)
        for text in texts(parsed):
            assert "\x00" not in text
            text.encode()
