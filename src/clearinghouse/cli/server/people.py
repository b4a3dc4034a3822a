"""``clearinghouse user`` and ``clearinghouse participant``: who takes part, from the machine's own command line."""

from typing import Annotated, Any

import typer

from clearinghouse.cli.layout import say, show_table
from clearinghouse.cli.output import OutputFormat, write_json
from clearinghouse.cli.server.loading import Form, Home, Only, opened

users = typer.Typer(
    help="The people of a server. They sign in with their e-mail address; what they may see follows from their "
    "participant's roles.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
participants = typer.Typer(
    help="The organisations of a server, with their roles: finder, vendor, deployer, coordinator, developer, "
    "researcher, agency, observer.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
Of = Annotated[str, typer.Option("--participant", metavar="NAME", help="Name or reference of their organisation.")]
Who = Annotated[str, typer.Argument(metavar="ADDRESS", help="The e-mail address of the person, or their reference.")]


@users.command("add", short_help="Invite a person; prints the link by which they set their password.")
def add_user(
    email: Annotated[str, typer.Argument(metavar="ADDRESS", help="The e-mail address with which they sign in.")],
    *,
    participant: Of,
    name: Annotated[str, typer.Option(metavar="NAME", help="What they are called.")],
    steward: Annotated[
        bool, typer.Option("--steward", help="They may invite others of their organisation, and make its keys.")
    ] = False,
    administrator: Annotated[
        bool, typer.Option("--administrator", help="They run the installation. This shows them no report.")
    ] = False,
    home: Home = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Invite a person, and print the link by which they set their password. It works once, for seven days.

    Exit codes: 0 done; 2 it cannot be done so.
    """
    with opened(home, form):
        from clearinghouse.server.membership import services
        from clearinghouse.server.operate import people
        from clearinghouse.server.web.sign_in.links import invitation_link

        of = people.participant_named(participant)
        person, token = services.invite(None, of, email, name, steward=steward, administrator=administrator)
        _tell_link(person, invitation_link(person, token), form)


@users.command("link", short_help="A new link for somebody who has not set a password yet.")
def link_user(person: Who, *, home: Home = None, form: Form = OutputFormat.TABLE) -> None:
    """Print a new link by which somebody sets their first password; the former one works no more.

    Exit codes: 0 done; 2 it cannot be done so.
    """
    with opened(home, form):
        from clearinghouse.server.membership import services
        from clearinghouse.server.operate import people
        from clearinghouse.server.web.sign_in.links import invitation_link

        found = people.person_named(person)
        _tell_link(found, invitation_link(found, services.invite_again(None, found)), form)


@users.command("deactivate", short_help="End at once that a person may do anything.")
def deactivate_user(person: Who, *, home: Home = None) -> None:
    """End that a person may do anything; wherever they are signed in, it ends at once.

    Exit codes: 0 done; 2 it cannot be done so.
    """
    with opened(home):
        from clearinghouse.server.membership import services
        from clearinghouse.server.operate import people

        found = people.person_named(person)
        services.deactivate(None, found)
        say(f"{found.name} ({found.email}) can do nothing here any more.")


@users.command("list", short_help="Who there is.")
def list_users(
    *,
    participant: Only = None,
    home: Home = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """List the people, by name.

    Exit codes: 0 done; 2 bad usage.
    """
    with opened(home, form, people=[]):
        from clearinghouse.server.operate import people

        of = people.participant_named(participant) if participant else None
        rows = [_person(each, people.standing(each)) for each in people.people(of)]
    if form is OutputFormat.JSON:
        write_json({"people": rows, "problems": []})
        return
    columns = ("person", "address", "organisation", "may", "is")
    show_table("People", columns, [(r["name"], r["email"], r["participant"], _rights(r), r["state"]) for r in rows])


def _person(person: Any, state: str) -> dict[str, Any]:
    return {
        "reference": person.reference,
        "name": person.name,
        "email": person.email,
        "participant": person.participant.name,
        "steward": person.steward,
        "administrator": person.administrator,
        "state": state,
        "created_at": person.created_at,
        "last_login": person.last_login,
    }


def _rights(row: dict[str, Any]) -> str:
    return ", ".join(name for name in ("administrator", "steward") if row[name]) or "-"


def _tell_link(person: Any, link: str, form: OutputFormat) -> None:
    if form is OutputFormat.JSON:
        write_json({"reference": person.reference, "email": person.email, "link": link})
        return
    say(f"{person.name} sets their password with this link; it works once, and for seven days:")
    print(f"    {link}")  # in one piece, however long


@participants.command("add", short_help="Let an organisation join.")
def add_participant(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    *,
    role: Annotated[list[str], typer.Option("--role", metavar="ROLE", help="What it is here for; may be repeated.")],
    kind: Annotated[
        str,
        typer.Option(
            metavar="KIND",
            help="company, ai_lab, open_source, critical_infrastructure, government, academia or person.",
        ),
    ] = "company",
    jurisdiction: Annotated[
        str, typer.Option(metavar="CODE", help="The country whose law it falls under: two letters of ISO 3166-1.")
    ],
    home: Home = None,
    form: Form = OutputFormat.TABLE,
) -> None:
    """Let an organisation join, with the roles that it has.

    Exit codes: 0 done; 2 it cannot be done so.
    """
    with opened(home, form):
        from clearinghouse.server.membership import services

        made = services.create_participant(None, name, kind, jurisdiction, role)
        if form is OutputFormat.JSON:
            write_json({"reference": made.reference, "name": made.name, "roles": sorted(set(role))})
            return
        say(f"{made.name} takes part as {', '.join(sorted(set(role)))}; its reference is {made.reference}.")
        say(f'Next: clearinghouse user add ADDRESS --participant "{made.name}" --name NAME --steward')


@participants.command("close", short_help="End that anybody of an organisation may do anything.")
def close_participant(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name or reference of the organisation.")],
    *,
    home: Home = None,
) -> None:
    """End that anybody of an organisation, or any of its keys, may do anything: at once, and without a way back.

    What it sent stays.

    Exit codes: 0 done; 2 it cannot be done so.
    """
    with opened(home):
        from clearinghouse.server.membership import services
        from clearinghouse.server.operate import people

        found = people.participant_named(name)
        services.close_participant(None, found)
        say(f"{found.name} is closed: its people and its keys can do nothing here any more.")


@participants.command("list", short_help="Which organisations there are.")
def list_participants(*, home: Home = None, form: Form = OutputFormat.TABLE) -> None:
    """List the organisations, by name.

    Exit codes: 0 done; 2 bad usage.
    """
    with opened(home, form, participants=[]):
        from clearinghouse.server.operate import people

        rows = [_participant(each) for each in people.participants()]
    if form is OutputFormat.JSON:
        write_json({"participants": rows, "problems": []})
        return
    columns = ("organisation", "reference", "roles", "kind", "country", "is")
    shown = [(r["name"], r["reference"], ", ".join(r["roles"]), r["kind"], r["jurisdiction"], r["state"]) for r in rows]
    show_table("Participants", columns, shown)


def _participant(participant: Any) -> dict[str, Any]:
    return {
        "reference": participant.reference,
        "name": participant.name,
        "roles": sorted(each.role for each in participant.roles.all()),
        "kind": participant.kind,
        "jurisdiction": participant.jurisdiction,
        "state": "closed" if participant.closed_at else "active",
        "created_at": participant.created_at,
    }
