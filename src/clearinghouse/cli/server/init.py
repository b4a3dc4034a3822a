"""``clearinghouse init``: a new installation, ready to be served."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from clearinghouse.cli.layout import say
from clearinghouse.cli.options import OptionError
from clearinghouse.cli.server.loading import choose_home, importing, start

_ORIGIN = "http://127.0.0.1:8470"


def command(
    home: Annotated[
        Path | None, typer.Argument(metavar="HOME", help="Its folder; else CLEARINGHOUSE_HOME, else XDG_DATA_HOME.")
    ] = None,
    *,
    origin: Annotated[str, typer.Option(metavar="URL", help="The address under which people reach it.")] = _ORIGIN,
    database_url: Annotated[
        str, typer.Option(metavar="URL", help="postgres://user@host/name; without it, SQLite in the folder.")
    ] = "",
    organisation: Annotated[
        str | None, typer.Option(metavar="NAME", help="The organisation that runs it: the first participant.")
    ] = None,
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="What sort of organisation: company, government, academia, ...")
    ] = "government",
    jurisdiction: Annotated[
        str, typer.Option(metavar="CODE", help="The country whose law it falls under: two letters of ISO 3166-1.")
    ] = "US",
    email: Annotated[str | None, typer.Option(metavar="ADDRESS", help="What its first person signs in with.")] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What its first person is called.")] = None,
) -> None:
    """Set up a server: its folder, settings, keys and database, the organisation that runs it and its first person.

    What is asked for at a terminal can be given as options. Run again, it changes nothing that is there.

    Exit codes: 0 done; 2 bad usage, or something cannot be made.
    """
    folder = choose_home(home)
    with importing():
        from clearinghouse.server.configuration import origin_of, require_database_url
        from clearinghouse.server.operate import home as homes
        from clearinghouse.server.operate import setup
    answers = {"organisation": organisation, "email": email, "name": name}
    if not homes.is_installed(folder):
        origin_of(origin)
        require_database_url(database_url)
        answers = _asked(answers)
        _require_usable(answers, kind, jurisdiction)
    made = setup.make_home(folder, origin=origin, name="Clearinghouse", database_url=database_url)
    configuration = start()
    _require_same(configuration, origin=origin, database_url=database_url)
    homes.require_installed(folder)
    homes.require_private_keys(configuration)
    made += setup.make_keys(configuration) + setup.make_tables()
    for each in made:
        say(f"made    {each.path}  {each.what}")
    link = _first(answers, kind, jurisdiction)
    _next(configuration, made, link)


def _require_same(configuration: Any, *, origin: str, database_url: str) -> None:
    """See that what was asked for is what the installation has: settings that are there are never changed here."""
    from clearinghouse.server.configuration import CONFIG, origin_of

    wrong = "--database-url" if database_url not in {"", configuration.database_url} else ""
    if origin != _ORIGIN and origin_of(origin) != configuration.origin:
        wrong = "--origin"
    if wrong:
        remedy = f"edit {configuration.home / CONFIG}, and run `clearinghouse init` without {wrong}"
        raise OptionError(wrong, "differs from what this installation has", remedy)


def _asked(answers: dict[str, str | None]) -> dict[str, str | None]:
    """Ask at a terminal for what was not given; elsewhere say which options it is."""
    missing = [name for name, answer in answers.items() if not answer]
    if not missing:
        return answers
    if not (sys.stdin and sys.stdin.isatty()):
        options = " ".join(f"--{name} ..." for name in missing)
        raise OptionError(f"--{missing[0]}", "is not given, and there is no terminal to ask at", f"add {options}")
    words = {
        "organisation": "The organisation that runs this clearinghouse",
        "email": "Your e-mail address, with which you sign in",
        "name": "Your name",
    }
    return answers | {name: typer.prompt(words[name], err=True) for name in missing}


def _require_usable(answers: dict[str, str | None], kind: str, jurisdiction: str) -> None:
    """See that the first organisation and person can be made, before anything is."""
    from clearinghouse.server.membership.lines import LONGEST_NAME, address, country, kind_of, line

    for name in ("organisation", "name"):
        line(name, answers[name] or "", LONGEST_NAME)
    address(answers["email"] or "")
    kind_of(kind)
    country(jurisdiction)


def _first(answers: dict[str, str | None], kind: str, jurisdiction: str) -> str | None:
    """Make the first organisation and person, and return the link for them; None if there are some."""
    from django.db import transaction

    from clearinghouse.server.membership import services
    from clearinghouse.server.operate import database
    from clearinghouse.server.participants.models import Person, Role
    from clearinghouse.server.web.sign_in.links import invitation_link

    with database.reaching():
        database.require_migrated()
        if Person.objects.exists():
            return None
        answers = _asked(answers)
        with transaction.atomic():
            participant = services.create_participant(
                None, answers["organisation"] or "", kind, jurisdiction, [Role.COORDINATOR]
            )
            rights = {"steward": True, "administrator": True}
            person, token = services.invite(None, participant, answers["email"] or "", answers["name"] or "", **rights)
            link = invitation_link(person, token)
        say(f"made    {participant.name}, the coordinator (participant {participant.reference})")
        say(f"made    {person.name}, its administrator, who signs in as {person.email}")
        return link


def _next(configuration: Any, made: list[Any], link: str | None) -> None:
    if not made and link is None:
        say(f"The installation in {configuration.home} is there; nothing was changed.")
        say("Next: clearinghouse serve --with-worker")
        return
    keys = [each.path for each in made if each.path.parent == configuration.keys]
    if keys:
        say()
        say("Keep copies of these elsewhere, apart from backups. Without the first nobody, you included, reads what is")
        say("stored; without the second nobody opens a backup:")
        for path in keys:
            say(f"    {path}")
    if link:
        say()
        say("Set your password with this link; it works once, and for seven days:")
        print(f"    {link}")  # in one piece, however long
    say()
    home = "" if _is_default(configuration.home) else f" --home {configuration.home}"
    say(f"Next: clearinghouse serve --with-worker{home}")
    say("      then open the link. docs/operate.md says how to run it as a service.")


def _is_default(home: Path) -> bool:
    from clearinghouse.server.configuration import home_of

    return bool(home == home_of({}))
