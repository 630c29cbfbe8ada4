"""The ways in which an outside party fails: for a while, for good, or because it is asked too often."""


class OutsideError(Exception):
    """An outside party did not do what it was asked; the message says who, what and what to do."""


class Transient(OutsideError):
    """A later try may succeed: time-outs, refused connections, 5xx."""


class Unanswered(Transient):
    """The request was under way when the connection was lost: the other side may have done what it asks."""


class Permanent(OutsideError):
    """Trying again changes nothing: refused credentials, invalid input."""


class Refused(Permanent):
    """The shop does not let us in any more: its key or token was taken back, or never worked."""


class Denied(Permanent):
    """The shop lets us in, but does not show us this kind of object."""


class RateLimited(OutsideError):
    """Asked too often; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after
