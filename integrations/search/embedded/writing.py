"""Commits. Files are locked while written; the lock goes with the process that holds it, however that ends."""

import random
import time
from collections.abc import Iterable, Sequence

import tantivy

from commerce.rules.documents import Document
from integrations.errors import Transient
from integrations.search.embedded.form import Form
from integrations.search.embedded.rows import rows
from integrations.search.embedded.schema import clean

LOCK_SECONDS = 3.0
_HEAP_BYTES = 120_000_000
_SMALL = 200
_SMALL_HEAP_BYTES = 15_000_000


def commit(
    index: tantivy.Index, form: Form, *, documents: Sequence[Document] = (), removed: Iterable[str] = ()
) -> None:
    """Replace and remove documents in one commit; merges are finished when it returns.

    Within one call the last document of an id counts. Raises Transient while another process writes.
    """
    latest = {document.id: document for document in documents}
    gone = dict.fromkeys([*removed, *latest])
    if not gone:
        return
    writer = _writer(index, _SMALL_HEAP_BYTES if len(latest) < _SMALL else _HEAP_BYTES)
    try:
        for gone_id in gone:
            writer.delete_documents_by_term("id", clean(gone_id))
        for row in rows(latest.values(), form):
            writer.add_document(row)
        writer.commit()
    finally:
        # Without this, merges die with a short-lived process and segments pile up.
        writer.wait_merging_threads()
    index.reload()


def _writer(index: tantivy.Index, heap: int) -> tantivy.IndexWriter:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return index.writer(heap, 1)
        except ValueError as error:
            if "LockBusy" not in str(error):
                raise
            if time.monotonic() > deadline:
                raise Transient("another process is writing to this search index; try again") from error
            time.sleep(random.uniform(0.01, 0.05))
