"""Endpoints of outgoing webhooks and dispatches in the API."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field

from commerce.mirror.outgoing import SWITCHES
from commerce.rules.outgoing.health import STATES
from commerce.rules.outgoing.names import FILTERS
from commerce.tables.outgoing import dispatches
from integrations.receivers import LONGEST_URL, wrong_url
from webapp.api.models import WHOLE, Asked, Given, Page, Paged, Sent, Time, TimeGiven, words
from webapp.parts import parts

LONGEST_DESCRIPTION = 200
LONGEST_OVERLAP = 168  # hours


class Address(str):
    """The address of an endpoint that was looked up, which must be done before a transaction begins; `wrong` says what
    is wrong with it, "" where nothing is."""

    wrong: str

    @classmethod
    def looked_up(cls, url: str) -> Self:
        """The address as it was sent."""
        told = cls(url)
        told.wrong = wrong_url(url, allow_private_hosts=parts().settings.allow_private_hosts)
        return told


Url = Annotated[
    str, words(LONGEST_URL, shortest=1, examples=["https://erp.example.com/hooks"]), AfterValidator(Address.looked_up)
]
_SAID = f"Events that it is told: names, `order.*` and the like, or `*`. There are {', '.join(FILTERS)}."
Events = Annotated[
    list[Annotated[str, words(60, shortest=1)]],
    Field(min_length=1, max_length=len(FILTERS), description=_SAID, examples=[["order.*", "inventory.changed"]]),
]
Description = Annotated[str, words(LONGEST_DESCRIPTION, examples=["Bookkeeping"])]
_STATES_SAID = (
    "`active`; `paused`: what is for it is kept; `off`: Backroom switched it off since it failed for too long, and "
    "keeps what is for it; `disabled`: it is told nothing, and nothing is kept."
)


class NewEndpoint(Sent):
    """An address that is told of events."""

    url: Url
    events: Events
    description: Description = ""


class EndpointChange(Sent):
    """What is to be different of an endpoint; what is left out stays."""

    url: Url | None = None
    events: Events | None = None
    description: Description | None = None
    state: Literal[SWITCHES] | None = None  # type: ignore[valid-type]


class Endpoint(Given):
    """An address that is told of events, and how that goes. `failures` in a row; it is left alone until `rests_until`,
    but for one try at a time."""

    id: str
    url: str
    description: str
    events: list[str]
    state: Annotated[Literal[STATES], Field(description=_STATES_SAID)]  # type: ignore[valid-type]
    why: str
    failures: int
    failing_since: TimeGiven | None
    rests_until: TimeGiven | None
    succeeded_at: TimeGiven | None
    failed_at: TimeGiven | None
    previous_secret_until: TimeGiven | None
    created_at: TimeGiven
    updated_at: TimeGiven


class EndpointList(Given):
    """The shop's endpoints; there are 20 at most."""

    data: list[Endpoint]


class EndpointWithSecret(Endpoint):
    """An endpoint with what its webhooks are signed with. It is shown in this answer and never again."""

    secret: Annotated[str, Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])]


class Rotation(Sent):
    """How long the secret before goes on signing as well."""

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP), WHOLE] = 24


class WhichDispatches(Paged):
    """What a list of dispatches is narrowed to."""

    endpoint_id: Annotated[str, Field(max_length=19, pattern=r"^[0-9]*$")] = ""
    state: Literal[(*dispatches.STATES, "")] = ""  # type: ignore[valid-type]
    event: Annotated[str, words(60)] = ""
    object_id: Annotated[str, words(200)] = ""
    since: Time | None = None


class Dispatch(Given):
    """An event on its way to an endpoint. `message_id` is its `webhook-id`, the same with every try."""

    id: str
    endpoint_id: str
    event: str
    message_id: str
    object_kind: str | None
    object_id: str | None
    event_id: Annotated[str | None, Field(description="The delivery that it came from, under `/events`.")]
    state: Literal[dispatches.STATES]  # type: ignore[valid-type]
    attempts: int
    status: int | None
    error: str | None
    due_at: TimeGiven | None
    created_at: TimeGiven
    finished_at: TimeGiven | None


class Try(Given):
    """One time that it was sent. `answer` is the beginning of what was answered."""

    at: TimeGiven
    url: str
    milliseconds: int
    status: int | None
    error: str | None
    request_headers: dict[str, str]
    response_headers: dict[str, str]
    answer: str
    answer_is_cut: bool


class DispatchInFull(Dispatch):
    """A dispatch with what is sent and its newest tries."""

    body: dict[str, Any]
    tries: list[Try]


Dispatches = Page[Dispatch]


class WhatToReplay(Asked):
    """Which dispatches of an endpoint are meant: those that failed or were dropped, or all that came to an end."""

    choice: Literal["failed", "all"] = "failed"
    since: Time | None = None


class ReplayCount(Given):
    """How many they are at that moment: send both back to have exactly these sent again."""

    count: int
    asked_at: TimeGiven


class NewReplay(Sent):
    """Dispatches that are to be sent again."""

    choice: Literal["failed", "all"] = "failed"
    since: Time | None = None
    asked_at: Annotated[Time | None, Field(description="What came to its end later is left alone.")] = None
    count: Annotated[
        Annotated[int, Field(ge=0, le=2**53), WHOLE] | None,
        Field(description="Where there are more or fewer by then, nothing is done: 409."),
    ] = None


class Replay(Given):
    """What is sent again; `id` is null where it is done already."""

    id: str | None
    total: int
    done: int
    state: Literal["running", "done", "cancelled"]


class Replays(Given):
    """The newest replays of an endpoint that a job does."""

    data: list[Replay]
