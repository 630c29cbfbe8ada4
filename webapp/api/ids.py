"""Ids in addresses: any word but those that are addresses of their own beside them, such as /customers/bulk.

Without it both would be the same address to a program that asks what it may do there.
"""

from werkzeug.routing import BaseConverter

NO_IDS = ("bulk", "count", "export", "lookup")


class Id(BaseConverter):
    """`<id:key>` in a rule."""

    regex = rf"(?!(?:{'|'.join(NO_IDS)})(?:/|\Z))[^/]+"
