"""A verdict as a signed statement: what goes in comes out, and nothing else does."""

import base64
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from securesystemslib.signer import CryptoSigner

from clearinghouse.sandbox import Held, Isolation, Tier
from clearinghouse.trust.envelope import TamperedError, UnknownKeyError, sign, verify
from clearinghouse.trust.keys import KeyRing, PublicKey
from clearinghouse.trust.statement import Statement
from clearinghouse.validation.attestation import PREDICATE_TYPE, NotAValidationError, said_by, statement_of
from clearinghouse.validation.result import Evidence, Result, Run, Shelf, Subject
from clearinghouse.validation.verdict import Verdict

ANNA, STRANGER = CryptoSigner.generate_ed25519(), CryptoSigner.generate_ed25519()
KEYS = KeyRing([PublicKey(ANNA.public_key)])
RESULT = Result(
    recipe={"path": "/home/someone/recipe.toml", "title": "a title", "sha256": "ab" * 32},
    verdict=Verdict.FIXED,
    why="all 3 runs of the affected subject show the flaw, and none of 3 of the fixed one",
    isolation=Isolation(tier=Tier.T1, provider="bubblewrap 0.8.0", held=(Held("no network", True, "loopback"),)),
    subjects={"affected": Subject(name="pkg:pypi/x@1", artefacts={"x-1.whl": "cd" * 32})},
    runs=(Run(subject="affected", shown=True, seconds=0.12345, cpu=100.0, points=((1000, 0.5), (2000, 2.0))),),
    rate={"shown": 3, "runs": 3, "low": 0.4385, "high": 1.0},
    signatures=("output 'FLAW'",),
    environment={"kernel": "6"},
    command=("python3", "reproduce.py"),
    evidence=(Evidence("affected-1.stdout", "ef" * 32, 4),),
    problems=("a problem",),
    started="2099-01-01T00:00:00+00:00",
    seconds=2.5,
)


def test_what_is_said_comes_back():
    verified = verify(sign(statement_of(RESULT), [ANNA]), KEYS)
    said = said_by(verified.statement)
    assert (said.verdict, said.why, said.started) == (Verdict.FIXED, RESULT.why, RESULT.started)
    assert said.recipe == {"title": "a title", "sha256": "ab" * 32}
    assert said.rate == {"shown": 3, "runs": 3, "low": "0.4385", "high": "1"}
    assert (said.signatures, said.problems, said.environment) == (["output 'FLAW'"], ["a problem"], {"kernel": "6"})
    assert said.isolation["tier"] == "T1"
    assert said.runs[0]["points"] == [[1000, "0.5"], [2000, "2"]]
    assert said.validator["name"] == "clearinghouse"


def test_the_subjects_are_all_that_the_verdict_rests_on():
    statement = statement_of(RESULT)
    assert [(each.name, each.digest.sha256) for each in statement.subject] == [
        ("recipe:a title", "ab" * 32),
        ("artefact:affected/x-1.whl", "cd" * 32),
        ("evidence:affected-1.stdout", "ef" * 32),
    ]


def test_the_reproducer_is_bound_and_not_told():
    """Readers of a verdict need not be readers of the recipe, whose digest says which it is."""
    statement = statement_of(RESULT)
    assert "command" not in statement.predicate
    assert b"reproduce.py" not in statement.to_bytes()
    assert json.loads(msgspec.json.encode(RESULT))["command"] == ["python3", "reproduce.py"]


def test_where_the_recipe_lies_is_not_told():
    assert b"/home/someone" not in statement_of(RESULT).to_bytes()


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(0, 2**53 - 1))
def test_fractions_can_be_written(value):
    statement = statement_of(replace(RESULT, seconds=value, runs=(Run(subject="affected", shown=None, seconds=value),)))
    found = Statement.from_bytes(statement.to_bytes()).predicate
    assert found["runs"][0]["seconds"] == found["seconds"]
    assert float(found["seconds"]) == pytest.approx(value, abs=5e-5)
    assert not any(isinstance(each, float) for each in found["runs"][0].values())


@given(st.sampled_from(list(Verdict)), st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_every_verdict_and_any_words_come_back(verdict, words):
    said = said_by(Statement.from_bytes(statement_of(replace(RESULT, verdict=verdict, why=words)).to_bytes()))
    assert (said.verdict, said.why) == (verdict, words)


def test_a_verdict_that_was_changed_is_noticed():
    envelope = json.loads(sign(statement_of(RESULT), [ANNA]).to_bytes())
    payload = base64.b64decode(envelope["payload"]).replace(b'"verdict":"fixed"', b'"verdict":"flaky"')
    envelope["payload"] = base64.b64encode(payload).decode()
    with pytest.raises(TamperedError):
        verify(json.dumps(envelope).encode(), KEYS)


def test_a_verdict_of_a_stranger_is_not_believed():
    with pytest.raises(UnknownKeyError):
        verify(sign(statement_of(RESULT), [STRANGER]), KEYS)


def test_a_statement_of_another_type_is_no_verdict():
    with pytest.raises(NotAValidationError, match="which is no validation"):
        said_by(Statement.of([("x", "ab" * 32)], "https://example.org/other/v1", {}))


@pytest.mark.parametrize(
    "change", [{"verdict": "certain"}, {"verdict": None}, {"why": 1}, {"recipe": "x"}, {"started": None}, {"runs": {}}]
)
def test_a_predicate_of_another_shape_is_no_verdict(change):
    statement = statement_of(RESULT)
    with pytest.raises(NotAValidationError, match="this statement is no validation"):
        said_by(replace(statement, predicate={**statement.predicate, **change}))


@pytest.mark.parametrize("recipe", [{"title": "x", "sha256": "00" * 32}, {"title": "x"}, {"sha256": "cd" * 32}])
def test_a_verdict_about_another_recipe_is_noticed(recipe):
    """The digest of an artefact, too, is none of a recipe."""
    statement = statement_of(RESULT)
    with pytest.raises(NotAValidationError, match="about another recipe"):
        said_by(replace(statement, predicate={**statement.predicate, "recipe": recipe}))


def test_fields_of_later_versions_are_passed_over():
    statement = statement_of(RESULT)
    assert said_by(replace(statement, predicate={**statement.predicate, "later": 1})).verdict is Verdict.FIXED
    assert statement.predicate_type == PREDICATE_TYPE


# The shelf


@given(st.lists(st.tuples(st.text(max_size=5), st.binary(max_size=30)), max_size=10))
def test_a_shelf_keeps_each_content_once_by_its_digest(entries):
    shelf = Shelf(largest=20)
    for name, data in entries:
        shelf.add(name, data)
    assert [each.name for each in shelf] == [name for name, _ in entries]
    assert [shelf.blobs[each.sha256] for each in shelf] == [data[:20] for _, data in entries]
    assert len(shelf.blobs) == len({data[:20] for _, data in entries})
    assert all(each.size == len(shelf.blobs[each.sha256]) for each in shelf)


def test_what_is_kept_whole_is_whole():
    shelf = Shelf(largest=2)
    shelf.add("archive", b"12345", whole=True)
    assert list(shelf.blobs.values()) == [b"12345"]
    assert shelf.told() == ""


def test_what_is_cut_is_marked_and_told():
    shelf = Shelf(largest=2)
    shelf.add("whole", b"12")
    shelf.add("shelf", b"123")
    shelf.add("runner", b"1", cut=True)
    assert [each.cut for each in shelf] == [False, True, True]
    assert shelf.told() == "More was written than is kept of shelf (2 bytes), runner (1 bytes)."
    assert [b"cut" in msgspec.json.encode(each) for each in shelf] == [False, True, True]
    for _ in range(9):
        shelf.add("more", b"123")
    assert shelf.told().endswith(" and 5 more.")
