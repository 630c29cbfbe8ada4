"""What the index stores of a product, and the version of that: a change here makes every index be built anew."""

import tantivy

from commerce.rules.documents import Document
from integrations.search.embedded.analysis import Language, code, indexed_words

VERSION = 1
FACET_BYTES = 400


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("shown", stored=True, tokenizer_name="raw", index_option="basic")  # the title as written
    builder.add_text_field("stems", stored=True, tokenizer_name="raw", index_option="basic")  # read when ranking
    builder.add_text_field("all", tokenizer_name="stemming")
    builder.add_text_field("title", tokenizer_name="stemming")
    builder.add_text_field("words", tokenizer_name="whole", index_option="basic")  # what spelling is corrected from
    builder.add_text_field("title_words", tokenizer_name="whole", index_option="basic")  # what a prefix completes to
    builder.add_text_field("code", tokenizer_name="raw", index_option="basic")
    builder.add_json_field("facets", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("price", fast=True, indexed=True)
    builder.add_integer_field("created", fast=True, indexed=True)
    builder.add_boolean_field("available", fast=True, indexed=True)
    return builder.build()


SCHEMA = _schema()


def clean(text: str) -> str:
    """Text that can be stored: JSON may carry halves of surrogate pairs, UTF-8 cannot."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def facet_field(name: str) -> str:
    """Where a facet's values are. In hexadecimal, because dots and control characters mean something in a path."""
    return "facets.f" + clean(name).encode().hex()


def facet_value(value: str) -> str:
    """A value as stored: marked as text, because what looks like a time would be indexed as one, and not too long."""
    return "=" + clean(value).encode()[:FACET_BYTES].decode("utf-8", "ignore")


def stored(document: Document, language: Language) -> tantivy.Document:
    """The document as the index stores it."""
    title = indexed_words(document.title)
    skus = [code(sku) for sku in document.skus]
    more = [
        document.brand,
        document.product_type,
        *document.skus,
        *document.categories,
        *document.tags,
        document.attributes,
        document.description,
    ]
    words = " ".join([*title, *indexed_words(" | ".join(text for text in more if text))])
    titled = " ".join(title)
    row = tantivy.Document()
    row.add_text("id", clean(document.id))
    row.add_text("shown", clean(document.title))
    row.add_text("stems", " ".join(language.stems(title)))
    row.add_text("title", titled)
    row.add_text("title_words", titled)
    row.add_text("all", words)
    row.add_text("words", words)
    for sku in dict.fromkeys(skus):
        if sku:
            row.add_text("code", sku)
    row.add_json("facets", _facets(document))
    if document.price is not None:
        row.add_integer("price", document.price)
    row.add_integer("created", document.created)
    row.add_boolean("available", document.available)
    return row


def _facets(document: Document) -> dict[str, list[str]]:
    return {
        facet_field(name).partition(".")[2]: list(dict.fromkeys(facet_value(value) for value in values if value))
        for name, values in document.facets.items()
        if values
    }
