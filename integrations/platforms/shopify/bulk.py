"""Everything that a shop has, by bulk operations: begun, waited for, downloaded, and told object by object.

A walk's place is where it is among these steps. It holds no address of the result: that is asked for again, so that
another machine can go on with it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import orjson

from integrations.errors import Denied, Permanent, Transient
from integrations.platforms.shopify import spool
from integrations.platforms.shopify.admin import Admin, refused_input
from integrations.platforms.shopify.documents import BULK, BULK_LOOK, BULK_RUN
from integrations.platforms.shopify.objects import add_pieces
from integrations.platforms.shopify.spool import Disturbed, Spool
from integrations.platforms.shopify.told import readings
from integrations.shop_api import Access, Page

_OBJECTS = 200  # per page
_LOAD_SECONDS = 2.0  # of downloading per page, so that other shops' walks go on as well
_LOOK_AFTER = 1.0  # seconds after which a running operation is looked at again
_BUSY_WAIT = 30.0  # while other operations of the app run at the shop (shopify.dev: five at once)
_TRIES = 3  # operations that Shopify itself gives up


@dataclass(frozen=True, slots=True)
class _Place:
    """The operation, when it was begun (our clock), objects told so far, and which try it is."""

    operation: str = ""
    begun_at: str = ""
    told: int = 0
    tries: int = 1

    @classmethod
    def read(cls, text: str) -> "_Place":
        return cls(**orjson.loads(text)) if text else cls()

    def written(self) -> str:
        return orjson.dumps(self).decode()


class BulkWalk:
    """A walk through one of BULK's listings."""

    def __init__(self, access: Access, admin: Admin, listing: str, kind: str) -> None:
        self._access, self._admin, self._listing, self._kind = access, admin, listing, kind

    def page(self, text: str) -> Page:
        """The next page of the walk."""
        place = _Place.read(text)
        if not place.operation:
            return self._begin(place)
        try:
            return self._go_on(place, datetime.fromisoformat(place.begun_at))
        except Disturbed as error:
            spool.delete(self._file(place))
            raise Transient(f"{error} It is downloaded again.") from None

    def _go_on(self, place: _Place, read_at: datetime) -> Page:
        with Spool(self._file(place)) as file:
            if not file.complete:
                return self._fetch(place, file, read_at)
            found, last, more = file.after(place.told, _OBJECTS)
            for node in found:
                add_pieces(self._admin, node)
            if not more:
                file.delete()
        told = readings(self._kind, found, currency=self._access.currency, read_at=read_at)
        further = replace(place, told=last).written() if more else ""
        return Page(readings=tuple(told), read_at=read_at, place=further)

    def _begin(self, place: _Place) -> Page:
        """Start the operation. Killed before its id is stored, another one is started: it disturbs nobody."""
        read_at = datetime.now(UTC)
        run = self._admin.ask(BULK_RUN, {"query": BULK[self._listing]}).data.get("bulkOperationRunQuery") or {}
        refused = refused_input(run)
        if refused:
            busy = any(one.get("code") == "OPERATION_IN_PROGRESS" for one in run.get("userErrors") or [])
            if not busy:
                raise Permanent(f"Shopify refused to export {self._listing}: {refused}")
            return Page(read_at=read_at, place=place.written(), wait=_BUSY_WAIT)
        self._throw_away_older()
        begun = replace(place, operation=run["bulkOperation"]["id"], begun_at=read_at.isoformat())
        return Page(read_at=read_at, place=begun.written(), wait=_LOOK_AFTER)

    def _fetch(self, place: _Place, file: Spool, read_at: datetime) -> Page:
        """Look how far the operation is; once it is done, download some of its result."""
        told = self._admin.ask(BULK_LOOK, {"id": place.operation}).data.get("bulkOperation")
        status = told["status"] if told else "EXPIRED"
        if status in ("CREATED", "RUNNING", "CANCELING"):
            return Page(read_at=read_at, place=place.written(), wait=_LOOK_AFTER)
        if status != "COMPLETED" and (told or {}).get("errorCode") == "ACCESS_DENIED":
            raise Denied(f"Shopify does not show the app the shop's {self._listing}: its access has to be approved.")
        if status != "COMPLETED":
            if place.tries >= _TRIES:
                reason = (told or {}).get("errorCode") or status
                raise Permanent(f"Shopify gave up the export of {self._listing} {_TRIES} times ({reason}).")
            return Page(read_at=read_at, place=_Place(tries=place.tries + 1).written(), wait=_BUSY_WAIT)
        assert told is not None
        total = int(told["rootObjectCount"])
        if not told.get("url"):  # there are no objects
            file.delete()
            return Page(read_at=read_at, total=0)
        with self._admin.download(told["url"], start=file.loaded) as chunks:
            before, size = file.loaded, told.get("fileSize")
            file.load(chunks, seconds=_LOAD_SECONDS, size=int(size) if size else None)
        if file.loaded == before and not file.complete:
            raise Transient("The result of the bulk operation breaks off.")
        return Page(read_at=read_at, place=place.written(), total=total)

    def _file(self, place: _Place) -> Path:
        return self._access.folder / f"{self._listing}-{place.operation.rpartition('/')[2]}.db"

    def _throw_away_older(self) -> None:
        """Results of earlier walks of this listing that were not finished."""
        for file in self._access.folder.glob(f"{self._listing}-*.db"):
            spool.delete(file)
