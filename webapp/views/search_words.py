"""Synonyms and stop words of a shop's search."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for

from commerce.rules.search_settings import SearchSettings
from commerce.rules.synonyms import (
    TWO_WAY,
    Group,
    UnableToReadSynonyms,
    as_csv,
    from_csv,
    group_of,
    groups,
    with_group,
    without_group,
)
from commerce.rules.written_settings import UnableToReadSettings, as_json, read
from commerce.tables import search_settings
from jobs.queues import CONFIGURE
from webapp import guards, pages, sentences
from webapp.languages import gettext as _
from webapp.parts import parts

blueprint = Blueprint("search_words", __name__, url_prefix="/dashboard/search/words")

_LARGEST_FILE = 1_000_000  # bytes
_LINE = re.compile(r"Line (\d+): (.*)", re.DOTALL)


@blueprint.get("")
@guards.merchant
@pages.of_shop
def index() -> str:
    """All synonyms and stop words; `words`: what a synonym is wanted for."""
    return _page({}, {"words": request.args.get("words", "")[:200]})


@blueprint.post("/synonyms")
@guards.merchant
@pages.of_shop
def save_group() -> Any:
    """Add a group of synonyms, or put it in the place of another one."""
    form = request.form
    before = _group(form.getlist("before"))

    def changed(settings: SearchSettings) -> SearchSettings:
        told = without_group(settings.synonyms, before) if before else settings.synonyms
        words = [word for line in form.getlist("words") for word in line.replace("\n", ",").split(",")]
        return replace(settings, synonyms=with_group(told, group_of(form.get("kind", TWO_WAY), words)))

    return _change(changed, "synonyms", _("Saved."))


@blueprint.post("/synonyms/remove")
@guards.merchant
@pages.of_shop
def remove_group() -> Any:
    """Take a group of synonyms away."""
    group = _group(request.form.getlist("before"))

    def changed(settings: SearchSettings) -> SearchSettings:
        return replace(settings, synonyms=without_group(settings.synonyms, group)) if group else settings

    return _change(changed, "synonyms", _("Removed."))


@blueprint.post("/import")
@guards.merchant
@pages.of_shop
def bring_in() -> Any:
    """Add the synonyms of a CSV file, or put them in the place of all."""
    file, anew = request.files.get("file"), bool(request.form.get("anew"))
    content = file.read(_LARGEST_FILE + 1) if file else b""

    def changed(settings: SearchSettings) -> SearchSettings:
        if not content:
            raise UnableToReadSynonyms(_("Choose a file first."))
        if len(content) > _LARGEST_FILE:
            raise UnableToReadSynonyms(_("The file is larger than 1 MB."))
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UnableToReadSynonyms(_("The file is not in UTF-8: save it as “CSV UTF-8”.")) from None
        return replace(settings, synonyms=from_csv(text, before={} if anew else settings.synonyms))

    return _change(changed, "file", _("The synonyms were brought in."))


@blueprint.get("/synonyms.csv")
@guards.merchant
@pages.of_shop
def download() -> Response:
    """All synonyms as CSV."""
    with parts().database.read() as db:
        text = as_csv(search_settings.of(db, shop_id=g.shop.id).synonyms)
    response = Response("\ufeff" + text, mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="synonyms.csv"'
    return response


@blueprint.post("/stop-words")
@guards.merchant
@pages.of_shop
def save_stop_words() -> Any:
    """Replace the stop words."""
    words = request.form.get("stop_words", "").replace(",", "\n").splitlines()

    def changed(settings: SearchSettings) -> SearchSettings:
        return read({"stop_words": words}, before=settings)

    return _change(changed, "stop_words", _("Saved."))


def _group(words: list[str]) -> Group | None:
    """The group that a form is about: its kind, then its words."""
    return Group(kind=words[0], words=tuple(words[1:])) if words else None


def _change(change: Callable[[SearchSettings], SearchSettings], field: str, told: str) -> Any:
    """Change the settings in one transaction, or show what is wrong beside the field."""
    here, wrong = parts(), ""
    with here.database.write() as db:
        settings = search_settings.of(db, shop_id=g.shop.id)
        try:
            changed = change(settings)
            read(as_json(changed))
            search_settings.save(db, shop_id=g.shop.id, settings=changed, now=pages.now())
        except UnableToReadSynonyms as error:
            wrong = _refused(str(error))
        except UnableToReadSettings as error:
            wrong = sentences.this(error.text)
    if wrong:
        return _page({field: wrong}, request.form), 400
    here.queues.wake(CONFIGURE, [g.shop.id], again=True)
    flash(told)
    return redirect(url_for("search_words.index"))


def _refused(text: str) -> str:
    """What is wrong with synonyms, with the line of the file where it is."""
    line = _LINE.fullmatch(text)
    if line is None:
        return sentences.told(text)
    return _("Line %(number)s: %(reason)s", number=line[1], reason=sentences.told(line[2]))


def _page(wrong: dict[str, str], form: Any) -> str:
    with parts().database.read() as db:
        settings = search_settings.of(db, shop_id=g.shop.id)
    editing = _group(request.values.getlist("before"))
    return render_template(
        "search_words.html",
        groups=groups(settings.synonyms),
        stop_words=form.get("stop_words", "\n".join(sorted(settings.stop_words))),
        wrong=wrong,
        form=form,
        editing=editing if editing and len(editing.words) > 1 else None,
    )
