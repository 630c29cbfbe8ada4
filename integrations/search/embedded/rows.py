"""A product's document as the index stores it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import tantivy

from commerce.rules.documents import Document
from integrations.search.embedded import variants, vectors
from integrations.search.embedded.form import CODES, TITLE, Form
from integrations.search.embedded.listing import part_of
from integrations.search.embedded.schema import VECTOR_FIELDS, clean, facet_key, facet_value
from integrations.search.text.analysis import code, indexed_text
from integrations.search.text.languages import Language

_APART = " | "
_AT_ONCE = 100


def rows(documents: Iterable[Document], form: Form) -> Iterator[tantivy.Document]:
    """The documents as an index of that form stores them, one after another: the writer is at work meanwhile."""
    language = form.language
    has_vectors = bool(form.vectors) and form.vectors == vectors.model_name()
    waiting = iter(documents)
    while some := list(islice(waiting, _AT_ONCE)):
        stored = [_row(document, form, language) for document in some]
        if has_vectors:
            packed = vectors.of_documents([_described(document, form) for document in some])
            for row, numbers in zip(stored, packed, strict=True):
                for name, number in zip(VECTOR_FIELDS, numbers, strict=True):
                    row.add_integer(name, number)
        yield from stored


def _row(document: Document, form: Form, language: Language) -> tantivy.Document:
    title, rest = _texts(document, form.searched)
    title, rest = indexed_text(title), indexed_text(rest)
    row = tantivy.Document()
    row.add_text("id", clean(document.id))
    row.add_integer("part", part_of(document.id))
    row.add_bytes("shown", document.title.encode("utf-8", "replace"))
    row.add_bytes("digest", document.digest.encode("utf-8", "replace"))
    _add_words(row, title, f"{title} {rest}", language)
    if TITLE in form.searched:
        _add_stems(row, "kind", " ".join(language.naming.kinds(document.title)), language)
    if CODES in form.searched:
        for sku in dict.fromkeys(code(sku) for sku in document.skus):
            if sku:
                row.add_text("code", sku)
    for term in variants.terms(document.variants):
        row.add_text("variants", term)
    row.add_json("facets", _facets(document))
    if document.price is not None:
        row.add_integer("price", document.price)
    row.add_integer("created", document.created)
    row.add_boolean("available", document.available)
    return row


def _add_words(row: tantivy.Document, title: str, everything: str, language: Language) -> None:
    row.add_text("title_words", title)
    row.add_text("words", everything)
    _add_stems(row, "title", title, language)
    _add_stems(row, "all", everything, language)


def _add_stems(row: tantivy.Document, field: str, text: str, language: Language) -> None:
    beside = language.beside(text)
    row.add_text(field, f"{text} {beside}" if beside else text)


def _texts(document: Document, searched: Sequence[str]) -> tuple[str, str]:
    """What counts as the title, and the rest. An attribute that a merchant puts before the title counts as it does."""
    first = searched.index(TITLE) if TITLE in searched else 0
    weighty = [_text(document, name) for name in searched[:first] if name != CODES]
    title = document.title if TITLE in searched else ""
    rest = [_text(document, name) for name in searched[first:] if name not in (TITLE, CODES)]
    if CODES in searched:
        rest.append(_APART.join(document.skus))
    return _APART.join([title, *weighty]) if weighty else title, _APART.join(text for text in rest if text)


def _text(document: Document, attribute: str) -> str:
    value = getattr(document, attribute)
    return value if isinstance(value, str) else _APART.join(value)


def _described(document: Document, form: Form) -> str:
    """What a document is about, for its vector: beginnings say the most."""
    return _APART.join(text for text in _texts(document, form.searched) if text)


def _facets(document: Document) -> dict[str, list[str]]:
    return {
        facet_key(name): list(dict.fromkeys([facet_value(value) for value in values if value]))
        for name, values in document.facets.items()
        if values
    }
