"""A test event: what a merchant's own platform would send, signed as it signs, about a product that nobody sees."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One delivery: headers with names in lower case, and the body that they sign."""

    headers: Mapping[str, str]
    body: bytes
