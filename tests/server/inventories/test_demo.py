"""The three deployers of the demonstration are told by the server what the command line tells them."""

import msgspec
import pytest

from clearinghouse.cli.demo.description import description
from clearinghouse.cli.plan_output import action_rows
from clearinghouse.server.inventories.queries import worklist as asked
from clearinghouse.server.inventories.services import Sent, receive_inventory, set_terms
from clearinghouse.server.inventories.shelving import put, take
from clearinghouse.server.participants.models import Role
from clearinghouse.sheet import sections
from clearinghouse.triage.deployer import look_up
from clearinghouse.triage.told import made_from, unknown
from clearinghouse.triage.worklist import FIRST_FOUND, Terms, worklist
from server.inventories.having import DAY, work
from server_people import a_participant, a_person, reader_for

_ASSUMED = "assumed: the day of this list, because no other is known"
pytestmark = pytest.mark.django_db


def by_command(flood, deployer):
    """What the command line works out, and its inputs."""
    found = look_up(
        [flood.folder / deployer.folder],
        advisories=[flood.published, flood.ssvc],
        kev=[flood.kev],
        epss=[flood.epss],
        ssvc=[flood.ssvc],
        as_of=DAY,
    )
    return found, worklist(found, found.signals, Terms(as_of=DAY, exposed=deployer.exposed))


def rows(plan):
    """The actions as the command line writes them."""
    return msgspec.json.decode(msgspec.json.encode(list(action_rows(plan))))


@pytest.mark.parametrize("deployer", description().deployer, ids=lambda each: each.folder)
def test_the_same_actions_as_the_command_line(world, deployer):
    reader = reader_for(a_person(a_participant(Role.DEPLOYER, name=deployer.name)))
    set_terms(reader, exposed=deployer.exposed)
    for path in sorted((world.folder / deployer.folder).iterdir()):
        sent = Sent(site=deployer.name, filename=path.name)
        assert receive_inventory(reader, [path.read_bytes()], sent).new
    work()
    view = asked(reader)
    found, made = by_command(world, deployer)
    assert made.actions
    assert rows(view.plan) == rows(made)
    assert view.plan.deferrals == made.deferrals
    assert view.plan.meetings == made.meetings
    assert list(view.made_from) == list(made_from(found))
    assert list(view.unknown) == unknown(found)
    page = "".join(map(str, sections(made, list(made_from(found)), DAY, unknown(found))))
    assert "".join(map(str, view.sections())) == page.replace(_ASSUMED, FIRST_FOUND)
    assert take(put(made)) == made
    assert len(view.words) == len(set(view.words)) == len(made.actions)
