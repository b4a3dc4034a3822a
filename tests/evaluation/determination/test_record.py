"""A record: what it takes from the assessment, what it must have, and that nothing in it can be changed."""

import datetime as dt

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.evaluation.determination.demands import faults, require, same_person
from clearinghouse.evaluation.determination.draft import draft_of, look
from clearinghouse.evaluation.determination.errors import (
    DemandError,
    DeterminationError,
    DraftError,
    NoDeterminationError,
    RolesError,
)
from clearinghouse.evaluation.determination.making import number_text, opened
from clearinghouse.evaluation.determination.record import (
    MOST_DAYS,
    Audience,
    Change,
    Conclusion,
    Consulted,
    Determination,
    Interest,
    Outcome,
    Reconsidered,
    Review,
    Roles,
)
from clearinghouse.evaluation.determination.signing import PREDICATE_TYPE, read_signed, record_of, signed, statement_of
from clearinghouse.evaluation.determination.words import VOLUNTARY
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.records import ClearinghouseError
from clearinghouse.trust.envelope import Envelope, UnknownKeyError
from clearinghouse.trust.statement import Statement
from invented_assessment import invented
from invented_determination import DECIDED, KEYS, OFFICER, OPINION, SECOND, SECRET, STRANGER, draft, keyid, made

replace = msgspec.structs.replace


@pytest.mark.parametrize("verdict", Verdict)
def test_a_record_takes_over_what_was_assessed_and_can_be_read_again(verdict):
    record = made(verdict).record
    about = invented(verdict)
    assert record.plan == about.plan
    assert (record.model.identity, record.model.tokens) == (about.model.identity, about.design.budget.tokens)
    assert record.finding.verdict is verdict
    assert record.voluntary == VOLUNTARY
    assert record.days_to_ask == 14
    read = read_signed(signed(record, [OFFICER]).to_bytes(), KEYS)
    assert read.record == record
    assert read.keyids == (keyid(OFFICER),)


def test_another_signature_leaves_the_digest_as_it_is():
    record = made().record
    one, two = (read_signed(signed(record, keys).to_bytes(), KEYS) for keys in ([OFFICER], [OFFICER, SECOND]))
    assert one.sha256 == two.sha256
    assert len(two.keyids) == 2


def test_withheld_words_stand_nowhere_in_the_signed_bytes_and_can_be_shown_to_whom_the_record_names():
    about = made()
    payload = statement_of(about.record).to_bytes()
    assert SECRET.encode() not in payload
    assert OPINION.encode() not in payload
    assert sorted(opened(about.record, about.openings, Audience.COURT).values()) == sorted([SECRET, OPINION])
    assert opened(about.record, about.openings, Audience.PUBLIC) == {}


def test_an_opening_with_other_words_or_of_another_record_is_refused():
    about = made()
    first, *others = about.openings
    for wrong in (replace(first, words=first.words + "."), replace(first, commitment="00" * 32)):
        with pytest.raises(DemandError, match="does not belong"):
            opened(about.record, [wrong, *others], Audience.COURT)


def test_a_threshold_under_a_commitment_stays_out_of_the_record():
    about = invented()
    first, *others = about.design.domains
    covered = replace(first, threshold=replace(first.threshold, commitment="ab" * 32))
    record = made(assessment=replace(about, design=replace(about.design, domains=(covered, *others)))).record
    assert (record.thresholds[0].covered, record.thresholds[0].commitment) == ("", "ab" * 32)
    assert record.thresholds[1].covered == "0.5"


@pytest.mark.parametrize(
    "roles",
    [
        Roles(requester="olga  OFFICER", operator="b", analyst="c", custodians=("d",)),
        Roles(requester="a", operator="A", analyst="c", custodians=("d",)),
        Roles(requester="a", operator="b", analyst="c", custodians=("d", "b")),
        Roles(requester="a", operator="b", analyst="c", custodians=("d", "D")),
        Roles(requester="a", operator="b", analyst="Ｏlga Officer", custodians=("d",)),
    ],
)
def test_one_person_in_two_roles_is_refused(roles):
    with pytest.raises(RolesError, match="must be different people"):
        made(roles=roles)


def test_an_officer_may_find_less_and_may_find_otherwise_with_reasons():
    less = made(Verdict.COVERED, conclusion=Conclusion.INDETERMINATE).record
    assert less.differs
    assert "The registered rule found otherwise: covered" in less.sentence
    with pytest.raises(DemandError, match="does not say why"):
        made(Verdict.INDETERMINATE, conclusion=Conclusion.COVERED)
    other = made(Verdict.INDETERMINATE, conclusion=Conclusion.COVERED, differing="The panel saw three ranges.").record
    assert other.differs
    with pytest.raises(DemandError, match="and does not"):
        made(Verdict.COVERED, differing="It does not differ.")


def test_a_development_pool_supports_no_conclusion():
    about = invented(Verdict.COVERED, development=True)
    with pytest.raises(DemandError, match="cannot support a determination"):
        made(assessment=about)
    assert made(assessment=about, conclusion=Conclusion.INDETERMINATE).record.assessment.development


def test_it_lapses_after_at_most_183_days():
    assert made().record.expires == "2027-05-26T12:00:00Z"
    assert made(expires=DECIDED + dt.timedelta(days=MOST_DAYS)).record
    with pytest.raises(DemandError, match="more than 183 days"):
        made(expires=DECIDED + dt.timedelta(days=MOST_DAYS, seconds=1))
    with pytest.raises(DemandError, match="before it is decided"):
        made(expires=DECIDED)
    with pytest.raises(DemandError, match="no time zone"):
        made(expires=DECIDED.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda it: replace(it, number=" "), "number"),
        (lambda it: replace(it, voluntary=""), "voluntary"),
        (lambda it: replace(it, schema="other"), "schema"),
        (lambda it: replace(it, evidence=()), "piece of evidence"),
        (lambda it: replace(it, reasons=()), "reason"),
        (lambda it: replace(it, reasons=("",)), "empty"),
        (lambda it: replace(it, thresholds=()), "threshold"),
        (lambda it: replace(it, interests=it.interests[:1]), "declared no interests"),
        (lambda it: replace(it, interests=it.interests[1:]), "declared no interests"),
        (lambda it: replace(it, triggers=it.triggers[1:]), "identity"),
        (lambda it: replace(it, triggers=tuple(t for t in it.triggers if t.change is not Change.WATCH)), "watch"),
        (lambda it: replace(it, decided="24 November"), "no moment"),
        (
            lambda it: replace(it, decided="2026-11-01T00:00:00Z", expires="2026-12-01T00:00:00Z"),
            "before the assessment",
        ),
        (lambda it: replace(it, days_to_ask=0), "no day"),
        (lambda it: replace(it, consulted=(replace(it.consulted[0], at="2026-12-01T00:00:00Z"),)), "after"),
        (
            lambda it: replace(
                it, consulted=(Consulted(name="OLGA officer", role="x", at=it.decided, opinion="y"), *it.consulted)
            ),
            "the officer",
        ),
        (
            lambda it: replace(
                it,
                reconsiders=Reconsidered(
                    number=it.number, sha256="00" * 32, review=Review.ARITHMETIC, outcome=Outcome.UPHELD
                ),
            ),
            "itself",
        ),
        (
            lambda it: replace(
                it,
                reconsiders=Reconsidered(
                    number="other", sha256="00" * 32, review=Review.ARITHMETIC, outcome=Outcome.INDETERMINATE
                ),
            ),
            "outcome",
        ),
    ],
)
def test_what_every_record_has_is_asked_when_written_and_when_read(change, says):
    wrong = change(made().record)
    with pytest.raises(DemandError, match=says):
        statement_of(wrong)
    right = statement_of(made().record)
    with pytest.raises((DemandError, NoDeterminationError), match=says):
        record_of(replace(right, predicate=msgspec.to_builtins(wrong)))


def test_a_field_that_is_not_known_makes_it_another_version():
    statement = statement_of(made().record)
    with pytest.raises(NoDeterminationError, match="unknown field"):
        record_of(replace(statement, predicate={**statement.predicate, "held": True}))


def test_it_is_about_what_its_subjects_say():
    statement = statement_of(made().record)
    for wrong in (
        Statement.of([("assessment", "00" * 32)], PREDICATE_TYPE, statement.predicate),
        replace(statement, subject=statement.subject[:-1]),
        replace(statement, predicate_type="urn:example:other"),
    ):
        with pytest.raises(NoDeterminationError):
            record_of(wrong)


def test_who_signs_is_the_officer():
    record = made().record
    with pytest.raises(NoDeterminationError, match="officer's key"):
        signed(record, [SECOND])
    with pytest.raises(UnknownKeyError):
        read_signed(signed(made(signer=STRANGER).record, [STRANGER]).to_bytes(), KEYS)
    by_both = signed(record, [OFFICER, SECOND])
    without = Envelope(by_both.payload, by_both.payload_type, by_both.signatures[1:])
    with pytest.raises(NoDeterminationError, match="not signed by the key of its officer"):
        read_signed(without.to_bytes(), KEYS)


@given(st.data())
def test_no_byte_of_the_statement_can_be_changed(data):
    envelope = SIGNED
    at = data.draw(st.integers(0, len(envelope.payload) - 1))
    changed = bytearray(envelope.payload)
    changed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ClearinghouseError):
        read_signed(Envelope(bytes(changed), envelope.payload_type, envelope.signatures).to_bytes(), KEYS)


SIGNED = signed(made().record, [OFFICER])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_as_text_read_back_as_themselves(value):
    assert float(number_text(value)) == value


@given(st.text(max_size=20))
def test_a_name_is_one_whatever_its_case_and_spaces(name):
    assert same_person(name, f"  {name}  ")


DRAFT = """
number = "FD-1"
conclusion = "covered"
decided = 2026-11-24T12:00:00Z
[officer]
name = "Olga Officer"
office = "Director"
[roles]
requester = "a"
operator = "b"
analyst = "c"
custodians = ["d"]
[[reason]]
says = "Because."
[[interest]]
name = "Olga Officer"
says = "None."
"""


def test_a_draft_is_toml():
    read = draft_of(DRAFT.encode(), "determination.toml")
    assert (read.number, read.conclusion, read.decided) == ("FD-1", Conclusion.COVERED, DECIDED)
    assert read.interest == (Interest(name="Olga Officer", says="None."),)


@pytest.mark.parametrize(
    ("data", "says", "try_this"),
    [
        (DRAFT.replace("office =", "ofice ="), "ofice", "write office"),
        (DRAFT.replace("covered", "denied"), "conclusion", "write covered, not_covered, indeterminate"),
        (DRAFT.replace("[[reason]]", "[[reason"), "no TOML", "example"),
        (DRAFT + "x = " + "[" * 5_000, "determination.toml", "example"),
        (DRAFT + "#" * (1 << 20), "more than 1 MiB", "write less"),
    ],
)
def test_a_draft_that_cannot_be_read_is_told_in_a_sentence(data, says, try_this):
    with pytest.raises(DraftError, match=says) as told:
        draft_of(data.encode(), "determination.toml")
    assert try_this in told.value.remedy


def test_everything_that_is_wrong_is_told_with_its_place():
    wrong = replace(made().record, evidence=(), days_to_ask=0, interests=(), number="")
    told = [(each.where, each.says) for each in faults(wrong)]
    assert [where for where, _ in told] == ["number", "evidence", "interest", "interest", ""]
    assert list(faults(made().record)) == []
    _, found = look(DRAFT.replace("office =", "ofice =").replace("[[reason]]", "[[raison]]").encode())
    assert {each.where for each in found} == {"officer.ofice", "raison", "reason"}


def test_a_draft_that_lacks_the_conclusion_alone_can_be_looked_at():
    draft_read, found = look(DRAFT.replace('"covered"', '""').encode())
    assert [each.where for each in found] == ["conclusion"]
    assert draft_read is not None
    assert draft_read.conclusion is Conclusion.INDETERMINATE


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "2026-02-30T00:00:00Z"])
def test_a_moment_beyond_all_calendars_is_refused_before_days_are_added(text):
    with pytest.raises(DemandError, match="no moment"):
        require(replace(made().record, decided=text))


def test_a_model_has_an_identity_and_a_scripted_agent_needs_none():
    about = invented()
    nameless = replace(about.model, identity="")
    assert made(assessment=replace(about, model=nameless, scripted=True)).record.assessment.scripted
    with pytest.raises(DemandError, match=r"model\.identity"):
        made(assessment=replace(about, model=nameless))


def test_a_record_is_what_every_part_of_it_demands():
    assert isinstance(require(made().record), Determination)
    assert issubclass(RolesError, DeterminationError)
    assert draft().consulted[0].withheld
