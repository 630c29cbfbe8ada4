"""Connecting a WooCommerce store: its address looked at, its keys tried at the very store that was declared."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from commerce.tables import connections, shops
from commerce.tables.connections import Credentials
from commerce.tables.shops import Shop
from integrations import registry
from integrations.errors import OutsideError
from integrations.shop_api import Access
from webapp import limits, pages
from webapp.doors.door import WOOCOMMERCE
from webapp.languages import gettext as _
from webapp.parts import parts
from webapp.stores import installing

APP_NAME = "Backroom"
CALLBACK, RETURN = "/woocommerce/callback", "/woocommerce/connected"


class UnableToConnect(Exception):
    """The keys do not let us in, or the store could not be asked; the message says what to do."""


class _Unhurried:
    """Some calls, once: no pace is kept."""

    def wait(self, cost: float) -> None:
        """Do not wait."""

    def told(self, *, available: float, restored_per_second: float, capacity: float) -> None:
        """Nothing follows from it."""


def normalised(address: str) -> str:
    """A store's address as it is stored: scheme and host in lower case, no port that goes without saying, no slash at
    the end. Raises ValueError for a port that is none."""
    told = urlsplit(address)
    default = {"http": 80, "https": 443}.get(told.scheme.lower())
    host = (told.hostname or "").lower()
    host = f"[{host}]" if ":" in host else host
    place = host if told.port in (None, default) else f"{host}:{told.port}"
    return urlunsplit((told.scheme.lower(), place, told.path.rstrip("/"), "", ""))


def may_be_asked() -> bool:
    """Whether stores can send us keys: WooCommerce sends them over https only."""
    settings = parts().settings
    return settings.base_url.startswith("https:") or settings.allow_private_hosts


def asking_url(domain: str, token: str) -> str:
    """The store's page that asks its merchant whether Backroom may have keys."""
    base = parts().settings.base_url
    wanted = {
        "app_name": APP_NAME,
        "scope": "read_write",
        "user_id": token,
        "return_url": f"{base}{RETURN}",
        "callback_url": f"{base}{CALLBACK}",
    }
    return f"{domain}/wc-auth/v1/authorize?{urlencode(wanted)}"


def connect(domain: str, key: str, secret: str, *, name: str = "", token: str = "") -> Shop:
    """Try the keys at this store, then let it in with them; its data, keys and webhook secret stay where it is known.

    Raises UnableToConnect, and Problem where too many stores are asked just now; nothing is stored then.
    """
    credentials = {"consumer_key": key, "consumer_secret": secret}
    try:
        with limits.one_of_few():
            tried = registry.key_check(WOOCOMMERCE, _access(domain, credentials))
    except OutsideError as error:
        raise UnableToConnect(_("%(error)s Try again in a moment.", error=error)) from error
    if not tried.good:
        raise UnableToConnect(tried.sentence)
    return installing.let_in(
        platform=WOOCOMMERCE,
        domain=domain,
        credentials=Credentials(secrets={**credentials, **tried.beside}, scopes=("read_write",)),
        at=pages.now(),
        name=name or urlsplit(domain).netloc,
        webhook_secret=shops.new_secret(),
        token=token,
    )


def is_connected_with(shop_id: int, key: str, secret: str) -> bool:
    """Whether these are the keys that the shop is connected with already."""
    here = parts()
    with here.database.read() as db:
        known = connections.one(db, here.vault, shop_id=shop_id)
    if known is None or known.state != connections.CONNECTED:
        return False
    return {"consumer_key": key, "consumer_secret": secret}.items() <= known.credentials.secrets.items()


def _access(domain: str, credentials: dict[str, str]) -> Access:
    settings = parts().settings
    return Access(
        domain=domain,
        credentials=credentials,
        currency=None,
        folder=settings.var_dir / "syncs",
        pace=_Unhurried(),
        counted=lambda _: None,
        ca_bundle=settings.ca_bundle,
        allow_private_hosts=settings.allow_private_hosts,
    )
