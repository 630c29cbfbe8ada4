"""Signing in to the dashboard with a one-time link, and out."""

import re
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, session, url_for

from commerce.tables import sign_ins
from commerce.tables.team.sessions import MACHINE
from webapp import guards, pages, sessions
from webapp.errors import Problem
from webapp.parts import parts

blueprint = Blueprint("sign_in", __name__)

_ROBOT = re.compile(r"bot\b|crawl|spider|preview|facebookexternalhit|whatsapp|embed|slurp", re.IGNORECASE)


@blueprint.get("/sign-in")
@guards.public
def page() -> Any:
    """How to get a link."""
    wanted = _safe(request.args.get("next", ""))
    if guards.is_signed_in():
        return redirect(wanted)
    session["next"] = wanted
    g.leads_to = "https: http:"  # to the stores' own pages
    return render_template("sign_in.html", token=None)


@blueprint.get("/sign-in/<token>")
@guards.public
def link(token: str) -> Any:
    """Sign in where a person opened the link; else show a button, so that previews do not use the link up."""
    known = sessions.visitor()
    if known is not None and known.is_operator:
        return redirect(url_for("home.index"))
    if request.method == "GET" and _opened_by_a_person():
        return _sign_in(token)
    return render_template("sign_in.html", token=token)


@blueprint.post("/sign-in/<token>")
@guards.public
def use(token: str) -> Any:
    """The button of the page above."""
    return _sign_in(token)


@blueprint.post("/dashboard/sign-out")
@guards.reader
def sign_out() -> Any:
    """Forget who this browser is."""
    sessions.sign_out()
    return redirect(url_for("sign_in.page"))


def _opened_by_a_person() -> bool:
    """Browsers say so (Fetch Metadata, W3C): a navigation that was clicked, or typed in, or began here.

    Older browsers, plain http and command-line programs say nothing; then only those who call themselves a robot, as
    the previews of messengers do, are none.
    """
    sent = request.headers
    if "prefetch" in (sent.get("Sec-Purpose", "") + sent.get("Purpose", "")):
        return False
    if "Sec-Fetch-Mode" not in sent:
        return not _ROBOT.search(sent.get("User-Agent", ""))
    begun = "Sec-Fetch-User" in sent or sent.get("Sec-Fetch-Site") in ("none", "same-origin")
    return sent["Sec-Fetch-Mode"] == "navigate" and begun


def _sign_in(token: str) -> Any:
    with parts().database.write() as db:
        used = sign_ins.use(db, token, now=pages.now())
    if not used:
        sessions.note_refusal(how=MACHINE, why="The link was used before, is too old, or is none.")
        raise Problem(
            403,
            "This link does not work any more",
            "A sign-in link works once, for a day. Get a new one with `make sign-in`, or with "
            "`flask --app webapp.app sign-in` where Backroom runs.",
        )
    wanted = _safe(session.get("next", ""))
    sessions.sign_in_operator()
    return redirect(wanted)


def _safe(path: str) -> str:
    """The page of the dashboard to go to: never another site's."""
    inside = path.startswith("/dashboard/") and not any(sign in path for sign in ("\\", "\r", "\n", "\x00"))
    return path if inside else url_for("home.index")
