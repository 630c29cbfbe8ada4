"""What texts mean, as vectors: static word vectors that come as two files, with nothing to ask and nothing to train.

An extra (requirements-vectors.txt): where it is not installed there is no model, and words alone count. The files are
those of the package wordllama; its own loader wants to look on the network, so it is left alone.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from integrations.search.embedded.schema import clean

MODEL = "l2_supercat"
DIMENSIONS = 256
_NEEDED = ("numpy", "tokenizers", "safetensors", "wordllama")
_WEIGHTS, _TOKENS = "weights/l2_supercat_256.safetensors", "tokenizers/l2_supercat_tokenizer_config.json"
_LONGEST_TEXT = 250  # characters that tell what a document is about; more of them tell it less well

Packed = list[int]
Columns = Sequence[Sequence[float | None]]


@cache
def model_name() -> str:
    """The model of this installation; empty where the extra is not installed."""
    return f"{MODEL}-{DIMENSIONS}" if all(find_spec(name) for name in _NEEDED) and _folder() else ""


def _folder() -> Path | None:
    spec = find_spec("wordllama")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    return folder if folder and (folder / _WEIGHTS).is_file() and (folder / _TOKENS).is_file() else None


@dataclass(frozen=True, slots=True)
class _Model:
    tokenizer: Any
    weights: Any  # tokens by dimensions


@cache
def _model() -> _Model:
    # One text is read in one thread: threads of the tokenizer's own would not survive a fork.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    folder = _folder()
    if folder is None:
        raise LookupError("the extra requirements-vectors.txt is not installed")
    tensors = import_module("safetensors.numpy").load_file(str(folder / _WEIGHTS))
    weights = next(iter(tensors.values()))[:, :DIMENSIONS]
    tokenizer = import_module("tokenizers").Tokenizer.from_file(str(folder / _TOKENS))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return _Model(tokenizer, weights)


def of_documents(texts: Sequence[str]) -> list[Packed]:
    """The vectors of texts of documents, each as whole numbers of eight components each."""
    numpy = import_module("numpy")
    vectors = _vectors([text[:_LONGEST_TEXT] for text in texts])
    packed = numpy.rint(vectors * 127).astype("int8").view("int64")
    return list(packed.tolist())


def of_query(text: str) -> Any:
    """The vector of a query."""
    return _vectors([text])[0]


def unpacked(columns: Columns) -> Any:
    """The vectors of documents from the columns of their whole numbers: a row each, zero for one without."""
    numpy = import_module("numpy")
    numbers = numpy.array([[number or 0 for number in column] for column in columns], dtype="int64").T
    vectors = numpy.ascontiguousarray(numbers).view("int8").astype("float32")
    lengths = numpy.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / numpy.where(lengths == 0, 1.0, lengths)


def likeness(vector: Any, columns: Columns) -> list[float]:
    """How like a vector those of documents are, -1 to 1; 0 for one without."""
    return [float(each) for each in unpacked(columns) @ vector]


def _vectors(texts: Sequence[str]) -> Any:
    """One row a text: the mean of its tokens' vectors, of length one (or zero, for a text without tokens)."""
    numpy = import_module("numpy")
    model = _model()
    rows = numpy.zeros((len(texts), DIMENSIONS), dtype="float32")
    for row, read in zip(
        rows, model.tokenizer.encode_batch([*map(clean, texts)], add_special_tokens=False), strict=True
    ):
        if read.ids:
            row[:] = model.weights[read.ids].mean(axis=0, dtype="float32")
    lengths = numpy.linalg.norm(rows, axis=1, keepdims=True)
    return rows / numpy.where(lengths == 0, 1.0, lengths)
