"""Mail servers that do as they are told: refuse at any command, say nothing, hang up, want TLS and a password."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from commerce.settings import Settings

HANG_UP, SILENCE = "hang up", "silence"
COMMANDS = ("EHLO", "MAIL", "RCPT", "DATA", "TEXT")


@dataclass
class Manners:
    """What a server answers, by command, each time or the first time only; and what it saw."""

    answers: dict[str, str] = field(default_factory=dict)
    once: dict[str, str] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    mails: list[Envelope] = field(default_factory=list)
    peers: set[Any] = field(default_factory=set)

    def answer(self, command: str) -> str | None:
        return self.once.pop(command, None) or self.answers.get(command)


class Server(SMTP):
    """aiosmtpd with manners."""

    manners: Manners

    async def _told(self, command: str, usual: Callable[[], Any]) -> Any:
        self.manners.seen.append(command)
        self.manners.peers.add(self.session.peer)
        answer = self.manners.answer(command)
        if answer is None:
            return await usual()
        if answer == HANG_UP:
            self.transport.abort()
        elif answer != SILENCE:
            await self.push(answer)
            if answer.startswith("421"):
                self.transport.close()
        return None

    async def smtp_EHLO(self, hostname: str) -> None:
        await self._told("EHLO", lambda: super(Server, self).smtp_EHLO(hostname))

    async def smtp_HELO(self, hostname: str) -> None:
        await self._told("EHLO", lambda: super(Server, self).smtp_HELO(hostname))

    async def smtp_MAIL(self, arg: str | None) -> None:
        await self._told("MAIL", lambda: super(Server, self).smtp_MAIL(arg))

    async def smtp_RCPT(self, arg: str | None) -> None:
        await self._told("RCPT", lambda: super(Server, self).smtp_RCPT(arg))

    async def smtp_RSET(self, arg: str | None) -> None:
        await self._told("RSET", lambda: super(Server, self).smtp_RSET(arg))

    async def smtp_DATA(self, arg: str | None) -> None:
        await self._told("DATA", lambda: super(Server, self).smtp_DATA(arg))


class Handler:
    def __init__(self, manners: Manners) -> None:
        self.manners = manners

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
        self.manners.seen.append("TEXT")
        answer = self.manners.answer("TEXT")
        if answer == HANG_UP:
            server.transport.abort()
            return "250 nobody hears this"
        if answer == SILENCE:
            await server.loop.create_future()
        if answer is None:
            self.manners.mails.append(envelope)
        return answer or "250 2.0.0 taken as 4711"


class At(Controller):
    """A server on a port of its own."""

    def __init__(self, manners: Manners, **options: Any) -> None:
        self._manners = manners
        super().__init__(Handler(manners), hostname="127.0.0.1", port=0, **options)

    def factory(self) -> Server:
        made = Server(self.handler, **self.SMTP_kwargs)
        made.manners = self._manners
        return made

    def _trigger_server(self) -> None:
        """Which port it is, only the server knows; the parent class asks at the one that was wished for."""
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def serving(manners: Manners | None = None, **options: Any) -> Iterator[tuple[Manners, int]]:
    """A running server; what it does, and its port."""
    manners = manners or Manners()
    controller = At(manners, **options)
    controller.start()
    try:
        yield manners, controller.port
    finally:
        controller.stop()


def password(user: str, secret: str) -> Callable[..., AuthResult]:
    def check(_server: Any, _session: Any, _envelope: Any, mechanism: str, told: LoginPassword) -> AuthResult:
        is_right = (told.login, told.password) == (user.encode(), secret.encode())
        return AuthResult(success=is_right, handled=False)

    return check


def settings(var_dir: Path, url: str, **more: Any) -> Settings:
    return replace(Settings(var_dir=var_dir, smtp_url=url, **more).completed())


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate that nobody signed, for 127.0.0.1 and localhost: its file, and the server's context."""
    import ipaddress  # noqa: PLC0415 - only here

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    places = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(places, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "server.pem", folder / "server.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    kind, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, kind, none))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return file, context
