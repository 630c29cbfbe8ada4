"""Reads one object of a merchant's JSON, field by field, with an error that says where it stands."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

MOST_POINTS = 10**9
REQUIRED: Any = object()
_WHOLE = 1000
_MOST_LISTED, _LONGEST = 50, 100
_MOST_FACTOR = 1000

Listed = TypeVar("Listed")


class UnableToReadProgramme(ValueError):
    """A field is wrong: `field` names it, `text` says in plain words what it has to be."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(f"{field}: {text}")
        self.field, self.text = field, text


class Told:
    """One object of the JSON, and where it stands."""

    def __init__(self, told: Any, path: str, names: Sequence[str]) -> None:
        if not isinstance(told, Mapping):
            raise UnableToReadProgramme(path, "must be an object")
        self._told, self._path = told, path
        unknown = sorted(str(name) for name in told if name not in names)
        if unknown:
            raise UnableToReadProgramme(
                self.at(unknown[0][:_LONGEST]), "is not known; possible are " + ", ".join(names)
            )

    def at(self, name: str) -> str:
        """Where a field stands: "tiers.levels[0].name"."""
        return f"{self._path}.{name}" if self._path else name

    def get(self, name: str, usual: Any = None) -> Any:
        """What a field holds, whatever it is."""
        found = self._told.get(name, usual)
        if found is REQUIRED:
            raise UnableToReadProgramme(self.at(name), "is missing")
        return found

    def part(self, name: str, names: Sequence[str]) -> "Told":
        """An object within this one; an empty one where it is not there."""
        return Told(self.get(name) or {}, self.at(name), names)

    def whole(self, name: str, usual: Any, *, least: int = 0, most: int = MOST_POINTS) -> int:
        """A whole number."""
        found = self.get(name, usual)
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            raise UnableToReadProgramme(self.at(name), f"must be a whole number from {least} to {most}")
        return found

    def cap(self, name: str) -> int | None:
        """A whole number from 1, or None for no limit."""
        return None if self.get(name) is None else self.whole(name, REQUIRED, least=1)

    def thousandths(self, name: str, usual: Any, *, most: int = _MOST_FACTOR) -> int:
        """A number with up to three decimals."""
        found = self.get(name, usual)
        try:
            exact = Decimal(str(found)) * _WHOLE
        except InvalidOperation:
            exact = Decimal(-1)
        if isinstance(found, bool | str) or not 0 <= exact <= most * _WHOLE or exact != int(exact):
            raise UnableToReadProgramme(self.at(name), f"must be a number from 0 to {most} with three decimals at most")
        return int(exact)

    def switch(self, name: str, *, usual: bool) -> bool:
        """True or false."""
        found = self.get(name, usual)
        if not isinstance(found, bool):
            raise UnableToReadProgramme(self.at(name), "must be true or false")
        return found

    def choice(self, name: str, usual: Any, possible: Sequence[str]) -> str:
        """One of some words."""
        found = self.get(name, usual)
        if found not in possible:
            raise UnableToReadProgramme(self.at(name), "must be one of " + ", ".join(possible))
        return str(found)

    def text(self, name: str) -> str:
        """A short text, which has to be there."""
        found = self.get(name, REQUIRED)
        if not isinstance(found, str) or not found.strip() or len(found) > _LONGEST or not found.isprintable():
            raise UnableToReadProgramme(self.at(name), f"must be a text of at most {_LONGEST} characters")
        return found.strip()

    def listed(
        self, name: str, read: Callable[[Any, str], Listed], *, most: int = _MOST_LISTED, by: str = ""
    ) -> tuple[Listed, ...]:
        """A list's entries; no two of them may have the same `by`."""
        found = self.get(name) or []
        if not isinstance(found, list | tuple) or len(found) > most:
            raise UnableToReadProgramme(self.at(name), f"must be a list of at most {most} entries")
        done = tuple(read(one, f"{self.at(name)}[{place}]") for place, one in enumerate(found))
        names = [getattr(one, by) for one in done] if by else []
        double = next((place for place, one in enumerate(names) if one in names[:place]), None)
        if double is not None:
            raise UnableToReadProgramme(f"{self.at(name)}[{double}].{by}", "is there already")
        return done
