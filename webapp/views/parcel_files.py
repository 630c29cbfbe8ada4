"""Parcels in files: taken along as CSV, brought in from one."""

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for

from commerce.tables import order_tracking, tracking_lists
from webapp import guards, pages
from webapp.languages import gettext as _
from webapp.languages import thousands
from webapp.parts import parts
from webapp.tracking import asking, csv_rows
from webapp.tracking.csv_rows import LARGEST_FILE, Row, UnableToReadFile
from webapp.tracking.filtering import filters_of

blueprint = Blueprint("parcel_files", __name__, url_prefix="/dashboard/parcels")

_SHOWN = 200  # rows of the preview


@blueprint.get("/parcels.csv")
@guards.taker
@pages.of_shop
def download() -> Response:
    """Take along the parcels that the filters find, those with the latest news first, as CSV."""
    here = parts()
    with here.database.read() as db:
        rows = tracking_lists.newest(db, shop_id=g.shop.id, filters=filters_of(), limit=csv_rows.MOST_DOWNLOADED)
    response = Response(csv_rows.written(rows, here.settings.base_url), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="parcels.csv"'
    return response


@blueprint.get("/import")
@guards.merchant
@pages.of_shop
def form() -> str:
    """Choose a file."""
    return _page()


@blueprint.post("/import")
@guards.merchant
@pages.of_shop
def bring_in() -> Any:
    """Show what a file would bring, row by row; then add its parcels."""
    text = request.form.get("text", "")
    try:
        if not text:
            text = csv_rows.decoded(_content())
        elif len(text.encode()) > LARGEST_FILE * 2:
            raise UnableToReadFile(_("The file is too large."))
        rows, there = _read(text)
    except UnableToReadFile as error:
        return _page(wrong={"file": str(error)}), 400
    new = [row.told for row in rows if row.told is not None and row.told.number not in there]
    if "add" not in request.form:
        return _page(rows=rows, there=there, new=len(new), text=text)
    added = asking.add(parts(), shop_id=g.shop.id, told=new, source=order_tracking.FILE, now=pages.now())
    left = sum(1 for row in rows if row.wrong)
    known = len(rows) - len(added) - left
    numbers = {"added": thousands(len(added)), "known": thousands(known), "left": thousands(left)}
    flash(_("%(added)s added, %(known)s known already, %(left)s left out because of errors.", **numbers))
    return redirect(url_for("shipments.everything"))


def _content() -> bytes:
    file = request.files.get("file")
    if file is None:
        return b""
    with file.stream:
        return file.stream.read(LARGEST_FILE + 1)


def _read(text: str) -> tuple[list[Row], set[str]]:
    """The rows of a file, and those of its numbers that are followed already. Raises UnableToReadFile."""
    lines = csv_rows.cells_of(text)
    with parts().database.read() as db:
        placed = tracking_lists.orders_by_numbers(db, shop_id=g.shop.id, numbers=csv_rows.order_numbers(lines))
        rows = csv_rows.rows_of(lines, placed, pages.now().date())
        numbers = {row.told.number for row in rows if row.told}
        return rows, set(order_tracking.by_numbers(db, shop_id=g.shop.id, numbers=numbers))


def _page(*, wrong: dict[str, str] | None = None, rows: Any = (), there: Any = (), new: int = 0, text: str = "") -> str:
    return render_template(
        "parcels_import.html",
        wrong=wrong or {},
        rows=sorted(rows, key=lambda row: (not row.wrong, row.line))[:_SHOWN],
        total=len(rows),
        errors=sum(1 for row in rows if row.wrong),
        there=there,
        new=new,
        text=text,
        columns=csv_rows.COLUMNS,
        most=csv_rows.MOST_ROWS,
    )
