"""Which addresses are the internet's, and which lead into a private network, however they are written."""

import ipaddress
import socket

# What Python calls global all the same: translation within a network (RFC 8215), the old way to write IPv4 in IPv6.
_NOT_OUTSIDE = (ipaddress.IPv6Network("64:ff9b:1::/48"), ipaddress.IPv6Network("::/96"))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052


class PrivateAddress(OSError):
    """The host is in a private network, where outside parties have no business."""


def refuse_private(host: str, port: int) -> None:
    """Raise PrivateAddress before anything is sent there: what answers in a private network is nobody's business."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)}
    except (OSError, UnicodeError):  # whoever connects says so
        return
    for address in found:
        if not is_outside(address):
            raise PrivateAddress(f"{address} is in a private network")


def is_outside(text: str) -> bool:
    """Whether an address is one of the internet's, also where it has one of IPv4 in it that gateways go on to."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.is_site_local or any(address in network for network in _NOT_OUTSIDE):
            return False
        inner = address.sixtofour or (ipaddress.IPv4Address(address.packed[-4:]) if address in _NAT64 else None)
        if inner is not None:  # Pythons differ on whether 6to4's own network is global: what it goes on to decides
            return inner.is_global and not inner.is_multicast
    return address.is_global and not address.is_multicast
