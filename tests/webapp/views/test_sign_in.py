"""Signing in: once per link, by people only, and back to where they wanted to go."""

from typing import Any

import pytest

TYPED = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none", "Sec-Fetch-User": "?1"}


class TestLink:
    def test_signs_in_who_opens_it_in_a_browser(self, stranger: Any, link: str) -> None:
        assert stranger.get(link, headers=TYPED).headers["Location"] == "/dashboard/"
        assert stranger.get("/dashboard/").status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
            {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Site": "none"},
            TYPED | {"Sec-Purpose": "prefetch;prerender"},
        ],
    )
    def test_shows_a_button_to_everybody_else(self, stranger: Any, link: str, headers: dict[str, str]) -> None:
        page = stranger.get(link, headers=headers)
        assert page.status_code == 200
        assert f'action="{link}"' in page.text
        assert stranger.get("/dashboard/").status_code == 302
        assert stranger.post(link).headers["Location"] == "/dashboard/"
        assert stranger.get("/dashboard/").status_code == 200

    def test_signs_in_a_program_that_says_nothing_of_itself(self, stranger: Any, link: str) -> None:
        assert stranger.get(link, headers={"User-Agent": "curl/8.5"}).headers["Location"] == "/dashboard/"

    def test_is_not_used_up_by_asking_for_its_head(self, stranger: Any, link: str) -> None:
        assert stranger.head(link, headers=TYPED).status_code == 200
        assert stranger.post(link).status_code == 302

    def test_works_once(self, app: Any, link: str) -> None:
        assert app.test_client().post(link).status_code == 302
        again = app.test_client().post(link)
        assert again.status_code == 403
        assert "make sign-in" in again.text

    def test_goes_on_to_the_page_that_was_asked_for(self, stranger: Any, shop: Any, link: str) -> None:
        asked = stranger.get("/dashboard/orders?q=ada").headers["Location"]
        assert "make sign-in" in stranger.get(asked).text
        assert stranger.get(link, headers=TYPED).headers["Location"] == "/dashboard/orders?q=ada"

    @pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "/dashboard/\\x"])
    def test_never_leads_elsewhere(self, stranger: Any, link: str, wanted: str) -> None:
        stranger.get("/sign-in", query_string={"next": wanted})
        assert stranger.post(link).headers["Location"] == "/dashboard/"


class TestSignOut:
    def test_forgets_the_browser(self, merchant: Any, shop: Any) -> None:
        merchant.get("/dashboard/")
        with merchant.session_transaction() as session:
            token = session["csrf"]
        assert merchant.post("/dashboard/sign-out", data={"csrf_token": token}).headers["Location"] == "/sign-in"
        assert merchant.get("/dashboard/").status_code == 302

    def test_needs_the_forms_token(self, merchant: Any) -> None:
        assert merchant.post("/dashboard/sign-out").status_code == 400


class TestErrors:
    def test_pages_are_for_people(self, stranger: Any) -> None:
        answer = stranger.get("/nowhere")
        assert (answer.status_code, answer.mimetype) == (404, "text/html")
        assert "To the dashboard" in answer.text
