"""Amazon's way of telling of mail that came back: signed by a certificate that has to be fetched from it first."""

import base64
import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from commerce.settings import Settings
from commerce.tables import shops
from commerce.tables.notifications import choices
from commerce.tables.notifications.choices import Secrets
from commerce.tables.people import suppressions
from tests.stored import rows
from webapp.parts import Parts, assemble

HOST, TOPIC = "sns.eu-west-1.amazonaws.com", "arn:aws:sns:eu-west-1:1:bounces"
NOW = datetime.now(UTC)


@dataclass
class Amazon:
    """Stands for SNS: signs, and gives its certificate away, unless `statuses` say what it answers first."""

    key: rsa.RSAPrivateKey
    certificate: bytes
    statuses: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    path: str = field(default_factory=lambda: f"/{uuid4().hex}.pem")

    def answer(self, request: Request) -> Response:
        self.asked.append(request.path)
        status = self.statuses.pop(0) if self.statuses else 200
        return Response(self.certificate if status == 200 else b"busy", status=status)

    def told(self, kind: str, message: str, **more: str) -> dict[str, str]:
        told = {"Type": kind, "MessageId": "m", "TopicArn": TOPIC, "Message": message, "Timestamp": "now"} | more
        names = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
        signed = "".join(f"{name}\n{told[name]}\n" for name in names if name in told)
        signature = base64.b64encode(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        return told | {
            "Signature": signature,
            "SignatureVersion": "2",
            "SigningCertURL": f"https://{HOST}{self.path}",
        }

    def bounce(self) -> dict[str, str]:
        returned = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ada@example.com"}]}
        return self.told("Notification", json.dumps({"notificationType": "Bounce", "bounce": returned}))

    def confirmation(self) -> dict[str, str]:
        return self.told("SubscriptionConfirmation", "Welcome", SubscribeURL=f"https://{HOST}/confirm", Token="t")


@pytest.fixture
def amazon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Amazon]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(NOW - timedelta(days=1)).not_valid_after(NOW + timedelta(days=1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    certificate = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (tmp_path / "amazon.pem").write_bytes(certificate)
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (tmp_path / "key.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "amazon.pem", tmp_path / "key.pem")
    made, real = Amazon(key, certificate), socket.getaddrinfo
    with HTTPServer(ssl_context=context) as server:
        server.expect_request("/confirm").respond_with_handler(made.answer)
        server.expect_request(made.path).respond_with_handler(made.answer)

        def found(host: str, port: Any, *more: Any, **options: Any) -> Any:
            return (
                real("127.0.0.1", server.port, *more, **options) if host == HOST else real(host, port, *more, **options)
            )

        monkeypatch.setattr(socket, "getaddrinfo", found)
        yield made


@pytest.fixture
def here(amazon: Amazon, tmp_path: Path, database_url: str) -> Iterator[Parts]:
    settings = Settings(
        var_dir=tmp_path,
        database_url=database_url,
        redis_url="redis://127.0.0.1:1/0",
        demo=False,
        allow_private_hosts=True,
        ca_bundle=str(tmp_path / "amazon.pem"),
    )
    parts = assemble(settings.completed())
    yield parts
    parts.counting.end()
    parts.sightings.end()
    parts.keys.end()
    parts.database.dispose()


@pytest.fixture
def door(shop: Any) -> str:
    with shop.here.database.write() as db:
        stored = shops.by_id(db, shop.here.vault, shop.id)
        assert stored is not None
        secrets = Secrets(bounces={"provider": "ses", "key": TOPIC})
        choices.save_secrets(db, shop.here.vault, shop=stored, secrets=secrets, now=NOW)
    return f"/webhooks/mail/ses/{shop.key}"


class TestAmazon:
    def test_tells_of_a_bounce(self, stranger: Any, shop: Any, door: str, amazon: Amazon) -> None:
        assert stranger.post(door, json=amazon.bounce()).status_code == 200
        assert [one.address for one in rows(shop.here.database, suppressions.suppressions)] == ["ada@example.com"]
        assert stranger.post(door, json=amazon.bounce() | {"Message": "forged"}).status_code == 401
        assert amazon.asked == [amazon.path]

    @pytest.mark.parametrize("status", [403, 500, 503])
    def test_that_fails_is_asked_for_its_certificate_again(
        self, stranger: Any, shop: Any, door: str, amazon: Amazon, status: int
    ) -> None:
        amazon.statuses.append(status)
        assert stranger.post(door, json=amazon.bounce()).status_code == 503
        assert stranger.post(door, json=amazon.bounce()).status_code == 200
        assert len(rows(shop.here.database, suppressions.suppressions)) == 1

    def test_confirms_a_subscription(self, stranger: Any, door: str, amazon: Amazon) -> None:
        assert stranger.post(door, json=amazon.confirmation()).status_code == 200
        assert amazon.asked == [amazon.path, "/confirm"]

    def test_that_does_not_take_the_confirmation_tells_it_again(self, stranger: Any, door: str, amazon: Amazon) -> None:
        amazon.statuses += [200, 500]
        assert stranger.post(door, json=amazon.confirmation()).status_code == 503
        assert stranger.post(door, json=amazon.confirmation()).status_code == 200
