"""The demonstration's world on a server: who takes part, how each signs in, and what they send.

Everything is invented. Passwords are shown, so the server of the demonstration listens on loopback only.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clearinghouse.cli.demo.description import description
from clearinghouse.cli.demo.flood import inventories, published, reports, signals
from clearinghouse.cli.demo.made import Made
from clearinghouse.cli.demo.shifted import shifted

if TYPE_CHECKING:
    from clearinghouse.server.access.reader import Reader

PASSWORD = "paper-boats-in-the-harbour"  # noqa: S105 - of invented people, and shown
MAINTAINER = "Harbour Software"
"""Who makes quayweb."""
_KEY_DAYS = 7


class Member(NamedTuple):
    """One organisation, with one person of it.

    Attributes:
        folder: of the flood's files, those that it sends; empty if it sends none.
    """

    name: str
    kind: str
    roles: tuple[str, ...]
    person: str
    email: str
    sees: str
    folder: str = ""
    administrator: bool = False


MEMBERS = (
    Member(
        "Harbourlight Coordination Centre",
        "government",
        ("coordinator",),
        "Mara Okafor",
        "coordinator@example.org",
        "the whole river: queue, reasons, everything that came in",
    ),
    Member("Aurora Lab", "ai_lab", ("finder",), "Ines Aurel", "aurora@example.org", "its own reports", "aurora"),
    Member("Basalt Research", "ai_lab", ("finder",), "Tom Basalt", "basalt@example.org", "its own reports", "basalt"),
    Member("Cinder Scanning", "company", ("finder",), "Ada Cinder", "cinder@example.org", "its own reports", "cinder"),
    Member(
        "Open Advisory Watch",
        "academia",
        ("researcher",),
        "Jun Wada",
        "watch@example.org",
        "its own reports",
        "advisories",
    ),
    Member(
        "Tide Project",
        "open_source",
        ("vendor",),
        "Lena Tide",
        "vendor@example.org",
        "the flaws that the coordinator shared with it",
    ),
    Member(
        MAINTAINER,
        "company",
        ("vendor",),
        "Noor Haven",
        "maintainer@example.org",
        "the flaws of quayweb that were shared with it, and what their reproducers showed",
    ),
    Member(
        "Office of Oversight",
        "government",
        ("observer",),
        "Sam Reyes",
        "observer@example.org",
        "numbers of the whole, and nothing else",
    ),
    Member(
        "Harbourlight Operations",
        "government",
        ("observer",),
        "Pat Keys",
        "admin@example.org",
        "participants, keys, jobs; no report",
        administrator=True,
    ),
)


def deployers() -> tuple[Member, ...]:
    """Return the three who run what is affected."""
    return tuple(
        Member(
            each.name,
            "critical_infrastructure",
            ("deployer",),
            f"IT at {each.name}",
            f"{each.folder}@example.org",
            "what to do by when about what it has",
            each.folder,
        )
        for each in description().deployer
    )


def everybody() -> tuple[Member, ...]:
    """Return all who take part."""
    return (*MEMBERS, *deployers())


def sent_by(member: Member, day: dt.date) -> Iterator[Made]:
    """Yield what a member sends, dated as if the demonstration took place on ``day``."""
    days = (day - description().date).days
    for made in inventories() if "deployer" in member.roles else reports():
        first, _, rest = made.path.partition("/")
        who = rest.partition("/")[0] if first == "fuzzing" else first
        if who == member.folder:
            yield shifted(made, days)


def write_outside(home: Path, day: dt.date) -> None:
    """Write what is known from outside into the folders of an installation: signals and advisories."""
    days = (day - description().date).days
    for folder, documents in (("signals", signals()), ("advisories", published()), ("advisories", _records())):
        for made in documents:
            path = home / folder / made.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(shifted(made, days).content)


def _records() -> Iterator[Made]:
    """CVE records say which products are affected, beside what they say of urgency."""
    return (made for made in signals() if made.path.startswith("cve/"))


def populate() -> Mapping[str, str]:
    """Make everybody in an installation that has its tables; return a key for each who sends, by e-mail.

    Django is set up already.
    """
    from django.utils import timezone  # noqa: PLC0415 - only with the server's packages

    from clearinghouse.server.membership.keys import create_key  # noqa: PLC0415
    from clearinghouse.server.membership.services import create_participant, invite  # noqa: PLC0415
    from clearinghouse.server.membership.values import POSSIBLE  # noqa: PLC0415
    from clearinghouse.server.participants.models import Role  # noqa: PLC0415

    keys = {}
    for member in everybody():
        participant = create_participant(None, member.name, member.kind, "US", member.roles)
        person, _ = invite(
            None, participant, member.email, member.person, steward=True, administrator=member.administrator
        )
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
        if member.folder:
            scopes = sorted({str(scope) for role in member.roles for scope in POSSIBLE[Role(role)]})
            until = timezone.now() + dt.timedelta(days=_KEY_DAYS)
            _, keys[member.email] = create_key(None, participant, "demonstration", scopes, until)
    return keys


def reader_of(email: str) -> "Reader":
    """Return somebody as who asks, as if they were signed in. Django is set up already."""
    from clearinghouse.server.access.reader import Reader  # noqa: PLC0415
    from clearinghouse.server.participants.models import Person, Role  # noqa: PLC0415

    person = Person.objects.get(email=email)
    roles = frozenset(Role(each.role) for each in person.participant.roles.all())
    return Reader(participant=person.participant_id, roles=roles, person=person.pk, steward=person.steward)
