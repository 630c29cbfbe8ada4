"""Money as integer minor units of an ISO 4217 currency."""

from decimal import ROUND_HALF_UP, Decimal

# ISO 4217:2024, currencies whose minor unit is not a hundredth.
_EXPONENTS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
DEFAULT_EXPONENT = 2
_LARGEST = 10**18  # what a BIGINT column holds


class UnableToReadMoney(ValueError):
    """The text is no amount of money."""


def is_currency(code: str) -> bool:
    """Whether the text has the form of an ISO 4217 code."""
    return len(code) == 3 and code.isascii() and code.isupper() and code.isalpha()


def exponent(currency: str | None) -> int:
    """Decimal places of the currency's minor unit; 2 where the currency is not known."""
    return _EXPONENTS.get((currency or "").upper(), DEFAULT_EXPONENT)


def minor_units(value: object, currency: str | None) -> int | None:
    """Read an amount as platforms write it ("19.99", 19.99, "", None) into minor units, half up.

    Empty text and None are None. Raises UnableToReadMoney for anything that is no finite number.
    """
    if value is None or value == "":
        return None
    try:
        amount = Decimal(str(value).strip())
        units = int(amount.scaleb(exponent(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except (ArithmeticError, ValueError) as error:  # decimal's own errors are arithmetic ones
        raise UnableToReadMoney(f"{str(value)[:40]!r} is not an amount of money") from error
    if abs(units) > _LARGEST:
        raise UnableToReadMoney(f"{str(value)[:40]!r} is larger than any amount of money we keep")
    return units


def decimal_text(amount: int, currency: str | None) -> str:
    """Minor units as a plain decimal number: (1999, "EUR") gives "19.99"."""
    places = exponent(currency)
    return f"{Decimal(amount).scaleb(-places):.{places}f}"
