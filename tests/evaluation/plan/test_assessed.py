"""Plans whose model can be run, and is one state of a model."""

import pytest

from clearinghouse.evaluation.plan.assessed import DEVELOPER, NAME
from clearinghouse.evaluation.plan.reading import look
from invented_plan import text_of_plan

ACCESS, IDENTITY = 'access = "example/model"', 'identity = "digest of it"'


def told(*changes: tuple[str, str]) -> dict[str, str]:
    text = text_of_plan()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return {each.where: each.says for each in look(text.encode())[1]}


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("Example Model", NAME, "model.name", "it is the example's"),
        ("Example Developer", DEVELOPER, "model.developer", "it is the example's"),
        (ACCESS, 'access = ""', "model.access", "it is not said what is run"),
        (ACCESS, 'access = "model"', "model.access", "'model' is no model that can be run"),
        (ACCESS, 'access = "openai/"', "model.access", "'openai/' is no model that can be run"),
        (IDENTITY, 'identity = " "', "model.identity", "a determination is about one state of a model"),
        ('no_identity = ""', 'no_identity = "why not"', "model.no_identity", "there is an identity"),
    ],
)
def test_what_could_not_be_run_or_decided_about_is_told_before_a_pool_is_opened(
    old: str, new: str, where: str, says: str
) -> None:
    found = told((old, new))
    assert list(found) == [where]
    assert says in found[where]


def test_what_a_plan_may_do_without() -> None:
    trial = ("development = false", "development = true")
    nothing = ((ACCESS, 'access = ""'), (IDENTITY, 'identity = ""'))
    assert told(*nothing)
    assert not told(*nothing, trial)
    assert not told((ACCESS, 'access = "scripted/expert"'), nothing[1])
    assert not told(nothing[1], ('no_identity = ""', 'no_identity = "its provider gives no fingerprint"'))
