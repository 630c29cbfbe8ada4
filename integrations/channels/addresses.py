"""Mail addresses as mail servers take them: the domain in its ASCII form, the part before it as it is."""

import re
from dataclasses import dataclass
from email.headerregistry import Address as Headed

import idna

# What may stand before the @ without quotes (RFC 5322 atext, RFC 6531 for the rest of the world), dots anywhere:
# Japanese providers gave out addresses with two dots in a row, or one at the end, which are quoted for the wire.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\-\u00a1-\ud7ff\uf900-\U000effff]+")
_DOTS_WRONG = re.compile(r"^\.|\.\.|\.$")
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
_LONGEST_LOCAL, _LONGEST = 64, 254  # RFC 5321, 4.5.3.1; RFC 3696, erratum 1690


class UnableToAddress(ValueError):
    """The text is no mail address; says why without showing it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One mail address; `domain` in ASCII."""

    local: str
    domain: str

    @property
    def is_ascii(self) -> bool:
        """Whether every server takes it: others need SMTPUTF8 (RFC 6531)."""
        return self.local.isascii()

    @property
    def spec(self) -> str:
        """As it stands in MAIL and RCPT, quoted where it has to be."""
        local = f'"{self.local}"' if _DOTS_WRONG.search(self.local) else self.local
        return f"{local}@{self.domain}"

    def headed(self, name: str) -> Headed:
        """As it stands in a header, with a name."""
        return Headed(display_name=name, username=self.local, domain=self.domain)


def address_of(text: str) -> Address:
    """Read an address like "jörg@bücher.example". Raises UnableToAddress."""
    local, at, domain = text.strip().rpartition("@")
    if not at:
        raise UnableToAddress("it has no @")
    if not _LOCAL.fullmatch(local) or len(local.encode()) > _LONGEST_LOCAL:
        raise UnableToAddress("what stands before the @ cannot be")
    try:
        # UTS 46 folds capitals and wide letters as browsers do.
        host = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        raise UnableToAddress("its domain cannot be") from None
    if not _HOST.fullmatch(host) or len(local.encode()) + 1 + len(host) > _LONGEST:
        raise UnableToAddress("its domain cannot be")
    return Address(local=local, domain=host)
