"""What tests of users' pages share: browsers, forms as pages send them, and the letters that were written."""

import re
from collections.abc import Callable
from typing import Any

from tests.conftest import Backroom
from tests.shops import Shop
from tests.signed_in import as_user

OWNER, TEAM = "grace@example.com", "/dashboard/team"


def browser(backroom: Backroom) -> Any:
    """A browser that knows nothing."""
    return backroom.client.application.test_client()


def member(backroom: Backroom, shop: Shop, role: str = "owner", mail: str = OWNER) -> Any:
    """The browser of a member of the shop."""
    return as_user(browser(backroom), mail=mail, shop_id=shop.id, role=role)


def submit(client: Any, path: str, *, page: str = TEAM, **form: Any) -> Any:
    """Send a form with the token of its page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    return client.post(path, data={"csrf_token": found[1] if found else "", **form})


def letters(backroom: Backroom) -> list[str]:
    """Have the letters sent that wait; the paths of the links in all that were sent, oldest first."""
    backroom.work()
    folder = backroom.settings.var_dir / "outbox"
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    mails = [file.read_bytes().replace(b"=\r\n", b"").replace(b"=3D", b"=").decode() for file in files]
    return [found[0] for mail in mails if (found := re.findall(r"/sign-in/[\w-]+", mail))]


def until_refused(act: Callable[[int], Any]) -> list[int]:
    """What is answered to a try, again and again until there were too many within a minute, whenever that begins."""
    answers: list[int] = []
    while 429 not in answers and len(answers) < 200:
        answers.append(act(len(answers)).status_code)
    return answers
