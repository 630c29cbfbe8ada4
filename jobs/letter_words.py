"""What letters to who works with the dashboard say, in its languages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from commerce.rules.roles import OWNER, READ_ONLY, STAFF

ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Texts of letters; what stands in braces is filled in. `roles`: what somebody is invited as."""

    link_subject: str
    link: str
    link_warning: str
    invitation_subject: str
    invitation: str
    invitation_warning: str
    an_owner: str
    roles: Mapping[str, str]


_LANGUAGES: Mapping[str, Words] = {
    ENGLISH: Words(
        link_subject="Sign in to Backroom",
        link="With this link you sign in to Backroom. It works once, within the next hour:",
        link_warning="If you did not ask for it, somebody else typed your address. Without this mail they get nowhere.",
        invitation_subject="You are invited to {shop} at Backroom",
        invitation="{by} invites you to {shop} as {role}. Join with this link, within a week:",
        invitation_warning="If you do not know the shop, leave this mail alone.",
        an_owner="An owner",
        roles={OWNER: "an owner", STAFF: "staff", READ_ONLY: "a reader"},
    ),
    "de": Words(
        link_subject="Anmeldung bei Backroom",
        link="Mit diesem Link melden Sie sich bei Backroom an. Er gilt einmal, innerhalb der nächsten Stunde:",
        link_warning=(
            "Wenn Sie ihn nicht angefordert haben, hat jemand anderes Ihre Adresse eingegeben. Ohne diese E-Mail kommt "
            "niemand weiter."
        ),
        invitation_subject="Sie sind bei Backroom zu {shop} eingeladen",
        invitation="{by} lädt Sie zu {shop} ein ({role}). Treten Sie mit diesem Link bei, innerhalb einer Woche:",
        invitation_warning="Wenn Sie den Shop nicht kennen, lassen Sie diese E-Mail unbeachtet.",
        an_owner="Jemand aus dem Team",
        roles={OWNER: "als Inhaber", STAFF: "zur Mitarbeit", READ_ONLY: "nur zum Lesen"},
    ),
}


def words_of(*languages: str) -> Words:
    """The texts in the first of these languages that is spoken; in English where none is."""
    return _LANGUAGES[next((language for language in languages if language in _LANGUAGES), ENGLISH)]
