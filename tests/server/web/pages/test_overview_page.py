"""The first page: which numbers it tells whom."""

import pytest

from clearinghouse.server.participants.models import Role
from invented_world import signed_in
from server_people import a_participant, a_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("role", "told"), [(Role.FINDER, False), (Role.VENDOR, True), (Role.OBSERVER, True)])
def test_senders_are_not_told_how_many_flaws_there_are(role, told):
    page = signed_in(a_person(a_participant(role))).get("/").content.decode()
    assert ("not told" in page) is not told
    assert ("open flaws" in page) is told
