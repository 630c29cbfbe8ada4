"""A mail server as SMTP_URL names it, and a session with it that is let in: TLS, then user and password."""

import ipaddress
import smtplib
import ssl
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from commerce.settings import Settings
from integrations.channel_api import Away

CONNECT_SECONDS, ANSWER_SECONDS = 10.0, 30.0
_LONGEST_ANSWER = 300
# What is asked for in ?tls=: encrypted where the server offers it, or never without, or never with.
AUTO, REQUIRED, OFF = "auto", "required", "off"
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over. `greeting` is the name by which we introduce ourselves, `answer_seconds` how long each
    answer may take; that to a mail's text, in which servers look at what they take, twice that."""

    host: str
    port: int
    greeting: str
    is_tls: bool = False
    tls: str = AUTO
    user: str = ""
    password: str = field(default="", repr=False)
    ca_bundle: str = ""
    answer_seconds: float = ANSWER_SECONDS

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine, where nobody listens on the way."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def server_of(settings: Settings) -> MailServer:
    """Read SMTP_URL: smtp://user:password@host:587?tls=required&timeout=30, or smtps://…. Raises Away for another."""
    parts = urlsplit(settings.smtp_url)
    asked = parse_qs(parts.query)
    tls = (asked.get("tls") or [AUTO])[-1]
    if parts.scheme not in _PORTS or not parts.hostname or tls not in (AUTO, REQUIRED, OFF):
        raise Away("SMTP_URL has to be like smtp://user:password@host:587?tls=required or smtps://user:password@host.")
    return MailServer(
        host=parts.hostname,
        port=parts.port or _PORTS[parts.scheme],
        greeting=_greeting(urlsplit(settings.base_url).hostname or ""),
        is_tls=parts.scheme == "smtps",
        tls=tls,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        ca_bundle=settings.ca_bundle,
        answer_seconds=_answer_seconds(asked.get("timeout", [])),
    )


def _answer_seconds(told: list[str]) -> float:
    if not told:
        return ANSWER_SECONDS
    if not told[-1].isdecimal() or not 1 <= int(told[-1]) <= _LONGEST_ANSWER:
        raise Away(f"SMTP_URL: timeout is a number of seconds from 1 to {_LONGEST_ANSWER}.")
    return float(told[-1])


def _greeting(host: str) -> str:
    """Our name as EHLO wants it: an address stands in brackets (RFC 5321, 4.1.3)."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host if host.isascii() and host else "localhost"
    return f"[IPv6:{host}]" if address.version == 6 else f"[{host}]"


def opened(server: MailServer) -> smtplib.SMTP:
    """A session that takes mail. Raises Away: as long as this fails, no mail is at fault, and each stays due."""
    try:
        session = _connected(server)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise _away(server, error) from None
    try:
        _let_in(session, server)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        session.close()
        raise _away(server, error) from None
    except BaseException:
        session.close()
        raise
    session.timeout = server.answer_seconds
    if session.sock is not None:
        session.sock.settimeout(server.answer_seconds)
    return session


def _connected(server: MailServer) -> smtplib.SMTP:
    if server.is_tls:
        return smtplib.SMTP_SSL(
            server.host,
            server.port,
            local_hostname=server.greeting,
            timeout=CONNECT_SECONDS,
            context=_trusting(server, is_checked=True),
        )
    return smtplib.SMTP(server.host, server.port, local_hostname=server.greeting, timeout=CONNECT_SECONDS)


def _let_in(session: smtplib.SMTP, server: MailServer) -> None:
    session.ehlo_or_helo_if_needed()
    is_secret = server.is_tls
    if not server.is_tls and server.tls != OFF and session.has_extn("starttls"):
        is_checked = server.tls == REQUIRED or bool(server.user)
        session.starttls(context=_trusting(server, is_checked=is_checked))
        session.ehlo()
        is_secret = True
    if server.tls == REQUIRED and not is_secret:
        raise Away(f"The mail server {server.host} offers no encryption, which SMTP_URL requires (?tls=required).")
    if not server.user:
        return
    if not is_secret and server.tls != OFF and not server.is_here:
        raise Away(
            f"The mail server {server.host} offers no encryption, so it is not told the password. "
            "With ?tls=off in SMTP_URL it is told in clear."
        )
    session.login(server.user, server.password)


def _trusting(server: MailServer, *, is_checked: bool) -> ssl.SSLContext:
    """Certificates are looked at where a password is told or encryption is asked for; otherwise any is better than
    none."""
    context = ssl.create_default_context(cafile=server.ca_bundle or None)
    if not is_checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _away(server: MailServer, error: Exception) -> Away:
    """Why there is no session, in plain words; what the server answers may show the password, so only its code."""
    where = f"The mail server {server.host}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Away(f"{where} refused the user and password of SMTP_URL ({error.smtp_code}).")
    if isinstance(error, smtplib.SMTPResponseException):
        return Away(f"{where} does not take mail now ({error.smtp_code}).")
    if isinstance(error, smtplib.SMTPNotSupportedError | UnicodeError):
        return Away(f"{where} does not take the user and password of SMTP_URL.")
    if isinstance(error, ssl.SSLCertVerificationError):
        return Away(f"{where} has a certificate that is not accepted: {error.verify_message}.")
    if isinstance(error, ssl.SSLError):
        return Away(f"{where} does not speak TLS at port {server.port}.")
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return Away(f"{where} did not answer in time.")
    return Away(f"{where} cannot be reached at port {server.port} ({type(error).__name__}).")
