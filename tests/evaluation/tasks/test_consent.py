"""Who may have a task that is made from a finding which is not public."""

import datetime as dt
from collections.abc import Callable

import pytest

from clearinghouse.evaluation.tasks.custody import demand, sound
from clearinghouse.evaluation.tasks.errors import WithheldError
from clearinghouse.evaluation.tasks.fields import Custody
from clearinghouse.evaluation.tasks.recipes.consent import ROLES, Consent, Given, custody_of, kept, statement_of
from clearinghouse.evaluation.tasks.task import Task, from_files
from clearinghouse.records.marking import Tlp
from clearinghouse.sandbox import File
from clearinghouse.trust.envelope import EnvelopeError, sign
from clearinghouse.trust.keys import KeyRing, PublicKey, load_private, make_key_pair

RECIPE = "ab" * 32
TODAY = dt.date(2026, 5, 1)
PARTIES = {"finder": "Ada Lab", "vendor": "Quay Ltd", "operator": "Model House"}


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Given]:
    folder = tmp_path_factory.mktemp("keys")
    for role in ROLES:
        make_key_pair(folder / role)

    def make(role: str, by: str = "", **other: object) -> Given:
        given = {"role": role, "party": PARTIES[role], "operator": "Model House", "until": dt.date(2026, 6, 1)}
        consent = Consent(**{**given, "recipe": RECIPE, **other})
        by = by or role
        public = PublicKey.load(folder / f"{by}.pub")
        return Given(sign(statement_of(consent), [load_private(folder / by)]), KeyRing([public]))

    return make


def test_public_needs_nobody() -> None:
    assert custody_of(RECIPE, Tlp.CLEAR, {}, TODAY) == Custody()


@pytest.mark.parametrize("marking", [None, Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED])
def test_everything_else_needs_all_three(marking: Tlp | None, signed: Callable[..., Given]) -> None:
    given = {role: signed(role) for role in ROLES}
    agreed = custody_of(RECIPE, marking, given, TODAY)
    until = dt.date(2026, 6, 1)
    assert agreed == Custody(marking=marking or Tlp.RED, operators=("Model House",), until=until, consents="consents")
    for role in ROLES:
        left = {name: each for name, each in given.items() if name != role}
        with pytest.raises(WithheldError, match=f"no consent of the {role}"):
            custody_of(RECIPE, marking, left, TODAY)


def test_the_shortest_time_holds(signed: Callable[..., Given]) -> None:
    given = {role: signed(role) for role in ROLES} | {"vendor": signed("vendor", until=dt.date(2026, 5, 1))}
    assert custody_of(RECIPE, Tlp.RED, given, TODAY).until == TODAY


@pytest.mark.parametrize(
    ("role", "other", "said"),
    [
        ("finder", {"recipe": "cd" * 32}, "another recipe"),
        ("vendor", {"until": dt.date(2026, 4, 30)}, "it ended on 2026-04-30"),
        ("vendor", {"operator": "Somebody Else"}, "different operators"),
        ("operator", {"party": "Somebody Else"}, "and names Model House"),
        ("finder", {"by": "vendor"}, "signed by one key"),
    ],
)
def test_consents_that_do_not_count(role: str, other: dict, said: str, signed: Callable[..., Given]) -> None:
    given = {each: signed(each) for each in ROLES} | {role: signed(role, **other)}
    with pytest.raises(WithheldError, match=said):
        custody_of(RECIPE, Tlp.AMBER, given, TODAY)


def test_one_consent_does_not_stand_for_another(signed: Callable[..., Given]) -> None:
    given = {each: signed(each) for each in ROLES} | {"vendor": signed("finder")}
    with pytest.raises(WithheldError, match="that of a finder"):
        custody_of(RECIPE, Tlp.AMBER, given, TODAY)


def test_strangers_and_changes_are_noticed(signed: Callable[..., Given]) -> None:
    given = {each: signed(each) for each in ROLES}
    stranger = given | {"vendor": Given(given["vendor"].envelope, given["finder"].keys)}
    with pytest.raises(EnvelopeError):
        custody_of(RECIPE, Tlp.AMBER, stranger, TODAY)
    envelope = given["vendor"].envelope
    forged = type(envelope)(
        envelope.payload.replace(b"2026-06-01", b"2029-06-01"), envelope.payload_type, envelope.signatures
    )
    with pytest.raises(EnvelopeError):
        custody_of(RECIPE, Tlp.AMBER, given | {"vendor": Given(forged, given["vendor"].keys)}, TODAY)


_CUSTODY = """[custody]
marking = "TLP:AMBER"
operators = ["Model House"]
until = 2026-06-01
consents = "consents"
[origin]
recipe = "{recipe}"
[human]"""


def embargoed(files: dict[str, File], consents: dict[str, File], custody: str = _CUSTODY, recipe: str = RECIPE) -> Task:
    text = files["task.toml"].data.decode().replace("[human]", custody.format(recipe=recipe))
    return from_files({**files, **consents, "task.toml": File(text.encode())}, "here")


def test_a_task_is_run_only_where_it_was_agreed(files: dict[str, File], signed: Callable[..., Given]) -> None:
    open_task = from_files(files, "here")
    task = embargoed(files, kept({role: signed(role) for role in ROLES}))
    demand(open_task, "Anybody", TODAY)
    demand(task, "Model House", dt.date(2026, 6, 1))
    demand(task, "", TODAY)
    demand(Task.from_bytes(task.to_bytes()), "Model House", TODAY)
    with pytest.raises(WithheldError, match="not among those"):
        demand(task, "Anybody", TODAY)
    with pytest.raises(WithheldError, match="ended on"):
        demand(task, "Model House", dt.date(2026, 6, 2))


def test_consents_go_with_the_task_or_it_is_not_run(files: dict[str, File], signed: Callable[..., Given]) -> None:
    given = {role: signed(role) for role in ROLES}
    whole = kept(given)
    assert sorted(whole) == sorted(f"consents/{role}.{kind}" for role in ROLES for kind in ("json", "pub"))
    for role in ROLES:
        left = {name: file for name, file in whole.items() if not name.startswith(f"consents/{role}")}
        with pytest.raises(WithheldError, match=f"no consent of the {role}"):
            demand(embargoed(files, left), "", TODAY)
        of_another = kept(given | {role: signed(role, recipe="cd" * 32)})
        with pytest.raises(WithheldError, match="about another recipe"):
            sound(embargoed(files, of_another))
        forged = {**whole, f"consents/{role}.pub": whole[f"consents/{'vendor' if role != 'vendor' else 'finder'}.pub"]}
        with pytest.raises(EnvelopeError):
            sound(embargoed(files, forged))
        with pytest.raises(WithheldError, match=f"the key of the {role} is none"):
            sound(embargoed(files, {**whole, f"consents/{role}.pub": File(b"a key")}))
    with pytest.raises(WithheldError, match="no signed consent is with it"):
        sound(embargoed(files, {}, _CUSTODY.replace('consents = "consents"', "")))


@pytest.mark.parametrize(
    ("found", "instead"), [("2026-06-01", "2027-06-01"), ('["Model House"]', '["Model House", "Somebody Else"]')]
)
def test_a_task_says_of_custody_what_the_consents_say(
    found: str, instead: str, files: dict[str, File], signed: Callable[..., Given]
) -> None:
    task = embargoed(files, kept({role: signed(role) for role in ROLES}), _CUSTODY.replace(found, instead))
    with pytest.raises(WithheldError, match="something else of its custody"):
        demand(task, "Model House", TODAY)


def test_a_secret_that_is_the_authors_own_needs_nobody_elses_consent(files: dict[str, File]) -> None:
    own = '[custody]\nmarking = "TLP:AMBER"\noperators = ["Model House"]\n[human]'
    sound(embargoed(files, {}, own))
    with pytest.raises(WithheldError, match="not among those"):
        demand(embargoed(files, {}, own), "Anybody", TODAY)
