"""The fields of the index, and how names and values are written in them. A change here raises form.VERSION."""

from functools import lru_cache

import tantivy

FACET_BYTES = 400
# A vector is kept as whole numbers of eight components each, in columns that are read without opening a document.
VECTOR_FIELDS = tuple(f"v{number}" for number in range(32))


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("shown", stored=True)  # the title as written
    builder.add_bytes_field("digest", stored=True)
    builder.add_integer_field("part", indexed=True)  # see listing.py
    builder.add_text_field("all", tokenizer_name="stemming")
    builder.add_text_field("title", tokenizer_name="stemming")
    builder.add_text_field("kind", tokenizer_name="stemming", index_option="basic")  # the noun of the title
    builder.add_text_field("words", tokenizer_name="whole", index_option="basic")  # what spelling is corrected from
    builder.add_text_field("title_words", tokenizer_name="whole", index_option="basic")  # what a prefix completes to
    builder.add_text_field("code", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("variants", tokenizer_name="raw", index_option="basic")  # see variants.py
    builder.add_json_field("facets", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("price", fast=True, indexed=True)
    builder.add_integer_field("created", fast=True, indexed=True)
    builder.add_boolean_field("available", fast=True, indexed=True)
    for name in VECTOR_FIELDS:
        builder.add_integer_field(name, fast=True)
    return builder.build()


SCHEMA = _schema()


def clean(text: str) -> str:
    """Text that can be stored: JSON may carry halves of surrogate pairs, UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


@lru_cache(maxsize=4096)
def facet_key(name: str) -> str:
    """A facet's name in the index: in hexadecimal, because dots and control characters mean something in a path."""
    return "f" + clean(name).encode().hex()


def facet_field(name: str) -> str:
    """Where a facet's values are."""
    return "facets." + facet_key(name)


def facet_value(value: str) -> str:
    """A value as stored: marked as text, because what looks like a time would be indexed as one, and not too long."""
    if len(value) < FACET_BYTES and value.isascii():
        return "=" + value
    return "=" + clean(value).encode()[:FACET_BYTES].decode("utf-8", "ignore")
