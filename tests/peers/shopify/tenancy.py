"""One shop as the app meets it: with its tokens, its bucket of points, its bulk operations and its webhooks."""

from dataclasses import dataclass, field

from tests.peers.shopify.cost import Bucket
from tests.peers.shopify.exports import Exports
from tests.peers.shopify.grants import Grants
from tests.peers.shopify.sender import Sender, delivery
from tests.peers.shopify.shop import Shop
from tests.peers.shopify.state import Told

# Told whether or not the app is installed.
ALWAYS_TOLD = {"app/uninstalled", "customers/data_request", "customers/redact", "shop/redact"}


@dataclass
class App:
    """The app as it is registered at Shopify. `url` may be set later; without it, no webhooks are sent."""

    client_id: str
    client_secret: str
    url: str
    scopes: list[str]
    # Type and field of protected customer data that the app may not see.
    hidden: set[tuple[str, str]] = field(default_factory=set)

    @property
    def home(self) -> str:
        return f"{self.url}/shopify/"

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/webhooks/shopify" if self.url else ""


@dataclass(frozen=True)
class Call:
    """One call to the Admin API: `operation` is the name in the document, `requested` its cost."""

    domain: str
    operation: str
    requested: int
    throttled: bool = False


class Tenancy:
    """A shop and the app in it."""

    def __init__(self, shop: Shop, app: App, sender: Sender, bucket: Bucket, exports: Exports) -> None:
        self.shop, self.app, self.sender, self.bucket, self.exports = shop, app, sender, bucket, exports
        self.grants = Grants()
        shop.exports = exports
        shop.listeners.append(self.hear)

    def install(self, scopes: list[str] | None = None) -> None:
        """The merchant agrees to these scopes, by default to those of the app's registration."""
        self.shop.scopes = list(self.app.scopes if scopes is None else scopes)
        self.grants.install(self.shop.scopes)

    def uninstall(self) -> None:
        """The merchant removes the app: tokens are dead before app/uninstalled arrives."""
        self.grants.uninstall()
        self.shop.subscriptions.clear()
        self.shop.say_goodbye()

    def hear(self, told: Told) -> None:
        """Send what the shop tells: to the app's own address, and to those that it subscribed for this shop."""
        if not self.grants.installed and told.topic not in ALWAYS_TOLD:
            return
        addresses: list[tuple[str, str | None]] = [(self.app.webhook_url, None)] if self.app.webhook_url else []
        addresses += [(each.uri, each.name) for each in self.shop.subscriptions.values() if each.wants(told.topic)]
        for url, name in addresses:
            secret = self.app.client_secret
            self.sender.send(delivery(told, url=url, domain=self.shop.domain, secret=secret, name=name))

    def close(self) -> None:
        self.shop.listeners.remove(self.hear)
        self.exports.close()
