"""What runs again is isolated as well as is demanded today, whatever was enough before."""

import pytest

from clearinghouse.sandbox import Tier
from clearinghouse.server.evidence import vault
from clearinghouse.server.participants.models import Participant
from clearinghouse.server.validations import apart, queries, services
from clearinghouse.server.validations.models import Recipe, Remedy, State
from clearinghouse.server.validations.sealed import open_recipe
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import asked, pretend

pytestmark = pytest.mark.django_db


@pytest.fixture
def finder():
    return a_sender()


@pytest.fixture
def former(finder):
    made = asked(finder, send(finder, [a_result()]))
    pretend(made)
    return made


def taken_apart(former):
    recipe = Recipe.objects.get(pk=former.recipe_id)
    loaded = open_recipe(recipe, vault.sealer(recipe.envelope_id))
    return apart._least(Remedy.objects.get(recipe=recipe), loaded)


def test_what_the_installation_demands_now_holds(finder, former, validating):
    assert taken_apart(former) == Tier.T1
    validating(least="T2", tier="T2")
    made, _ = services.again(finder, former.reference)
    assert (made.state, made.least) == (State.QUEUED, "T2")
    assert queries.validation(finder, made.reference).made.because == ("this installation runs nothing with less",)
    assert taken_apart(former) == Tier.T2


def test_what_it_has_not_is_refused(finder, former, validating):
    validating(least="T2")
    made, _ = services.again(finder, former.reference)
    assert (made.state, made.least) == (State.REFUSED, "T2")


def test_who_gave_it_in_is_what_counts_and_not_who_asks(finder, former, validating):
    validating(member="T2", tier="T2")
    coordinator = a_coordinator()
    made, _ = services.again(coordinator, former.reference)
    assert made.least == "T2"
    services.cancel(coordinator, made.reference)
    trusted = Participant.objects.get(pk=finder.participant).reference
    validating(trust=(trusted,))
    assert services.again(finder, former.reference)[0].least == "T1"


def test_what_was_needed_once_is_needed_still(finder, validating):
    validating(least="T2", tier="T2")
    former = asked(finder, send(finder, [a_result()]))
    because = queries.validation(finder, former.reference).made.because
    pretend(former)
    validating(least="T1")
    made, _ = services.again(finder, former.reference)
    assert (made.least, queries.validation(finder, made.reference).made.because) == ("T2", because)
    assert taken_apart(former) == Tier.T2
