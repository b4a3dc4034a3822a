"""Signed verdicts: verified on every read, second ones of others, and what they come to together."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from django.utils import timezone

from clearinghouse.server.access.models import BreakGlass, ObjectKind
from clearinghouse.server.audit.models import Entry
from clearinghouse.server.evidence import blobs, vault
from clearinghouse.server.evidence.errors import SealBrokenError
from clearinghouse.server.evidence.storage import blob_storage
from clearinghouse.server.participants.models import Role
from clearinghouse.server.validations import evidence, opinions, queries, second, services, signing
from clearinghouse.server.validations.agreement import Standing as Agreed
from clearinghouse.server.validations.checklist import Answer, Point
from clearinghouse.server.validations.errors import AskedWrongError, NotForThemError, ValidationNotFoundError
from clearinghouse.server.validations.models import Attestation, SigningKey, Validation
from clearinghouse.server.validations.opinions import Belief
from clearinghouse.server.validations.running import Newest, is_trial, newest_of
from clearinghouse.server.vulnerabilities.models import Vulnerability
from clearinghouse.trust.envelope import Envelope
from clearinghouse.trust.keys import load_private, make_key_pair
from clearinghouse.validation.verdict import Verdict
from server_people import a_participant, a_person, reader_for
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import a_recipe, a_second, asked, pretend, zipped

database = pytest.mark.django_db
PURPOSE = "to see what the runs wrote"


@pytest.fixture
def finder():
    return a_sender()


@pytest.fixture
def validation(finder):
    found = asked(finder, send(finder, [a_result()]))
    pretend(found)
    return found


def view_of(reader, validation):
    return queries.validation(reader, validation.reference)


def flipped(data, place=-1):
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


# --- Verified on every read


@database
def test_a_byte_that_is_flipped_in_storage_is_told(finder, validation):
    assert view_of(finder, validation).read.standing == Belief.VERIFIED
    row = Attestation.objects.get()
    for place in (0, len(row.sealed) // 2, -1):
        Attestation.objects.update(sealed=flipped(row.sealed, place))
        view = view_of(finder, validation)
        assert (view.read.standing, view.verdict, view.tampered) == (Belief.TAMPERED, None, True)
        together = queries.of_flaw(a_coordinator(), Vulnerability.objects.get().pk)
        assert together.agreed.standing == Agreed.NONE
        assert "changed" in next(each.why for each in together.items if each.point is Point.REPRODUCER_RUNS)
    Attestation.objects.update(sealed=row.sealed)
    assert view_of(finder, validation).verdict == Verdict.FIXED


@database
def test_who_has_the_master_key_and_not_the_signing_key_is_told_too(finder, validation):
    """Seals hold; what was signed was changed below them."""
    row = Attestation.objects.select_related("recipe").get()
    sealer = vault.sealer(row.recipe.envelope_id)
    envelope = Envelope.from_bytes(sealer.open(bytes(row.sealed), opinions.context(row.recipe_id)))
    forged = msgspec.structs.replace(envelope, payload=envelope.payload.replace(b'"fixed"', b'"flaky"'))
    assert forged.payload != envelope.payload
    Attestation.objects.update(sealed=sealer.seal(forged.to_bytes(), opinions.context(row.recipe_id)))
    view = view_of(finder, validation)
    assert view.read.standing == Belief.TAMPERED
    assert "signature" in view.read.why


@database
@pytest.mark.parametrize("column", ["verdict", "participant", "key", "recipe"])
def test_columns_beside_a_verdict_cannot_change_what_it_says(finder, validation, column, tmp_path):
    row = Attestation.objects.get()
    if column == "verdict":
        Attestation.objects.update(verdict="not_reproduced")
    elif column == "participant":
        Attestation.objects.update(participant=finder.participant, validation=None)
    elif column == "key":
        make_key_pair(tmp_path / "other")
        signer = load_private(tmp_path / "other")
        Attestation.objects.update(key=signing.own_key(signer))
    else:
        other = asked(finder, send(finder, [a_result(2)]), title="Another")
        Attestation.objects.update(recipe=other.recipe_id)
    read = opinions.read(Attestation.objects.select_related("recipe__report", "key").filter(pk=row.pk))
    assert [each.standing for each in read] == [Belief.TAMPERED]


@database
def test_a_key_cannot_be_exchanged_in_the_database(finder, validation, tmp_path):
    make_key_pair(tmp_path / "mine")
    other = signing.own_key(load_private(tmp_path / "mine"))
    SigningKey.objects.exclude(pk=other.pk).update(sealed=other.sealed)
    assert view_of(finder, validation).read.standing == Belief.TAMPERED


@database
def test_evidence_that_was_changed_is_not_handed_out(finder, validation):
    view = view_of(finder, validation)
    piece = next(each for each in evidence.pieces(finder, view.row, view.about, view.made) if not each.given)
    validation.refresh_from_db()
    path = Path(blob_storage().path(validation.blob))
    whole = path.read_bytes()
    path.write_bytes(flipped(whole, len(whole) // 2))
    assert not blobs.verify(validation.blob)
    with pytest.raises(SealBrokenError):
        evidence.download(finder, validation.reference, piece.number, PURPOSE)
    assert not Entry.objects.filter(act="evidence.downloaded").exists()


@database
@pytest.mark.parametrize("column", ["meta", "verdict_gone"])
def test_what_is_kept_beside_the_verdict_is_told_when_it_was_changed(finder, validation, column):
    if column == "meta":
        Validation.objects.update(meta=flipped(validation.meta))
    else:
        Attestation.objects.all().delete()
    assert view_of(finder, validation).tampered


# --- Second verdicts


@database
def test_a_second_verdict_of_another_participant_counts(finder, validation, signs):
    flaw = Vulnerability.objects.get().pk
    vendor = a_second(flaw=flaw)
    made, new = second.submit(vendor, validation.reference, [envelope := signs(vendor, validation)])
    assert new
    assert second.submit(vendor, validation.reference, [envelope]) == (made, False)
    for reader in (vendor, finder, a_coordinator()):
        together = queries.of_report(reader, validation.recipe.report)
        assert [(each.row.participant_id, each.standing) for each in together.verdicts] == [
            (None, Belief.VERIFIED),
            (vendor.participant, Belief.VERIFIED),
        ]
        assert (together.agreed.standing, together.agreed.confirm) == (Agreed.QUORUM, 2)
        assert together.items[-1].answer == Answer.YES
    signing.revoke(vendor, SigningKey.objects.get(participant=vendor.participant).reference)
    together = queries.of_report(finder, validation.recipe.report)
    assert [each.standing for each in together.verdicts] == [Belief.VERIFIED, Belief.REVOKED]
    assert together.agreed.standing == Agreed.ONE


@database
def test_what_is_signed_does_not_hold_the_reproducer(finder, validation):
    """Whoever may see the verdict reads it; the reproducer is for who may see files."""
    predicate = Envelope.from_bytes(queries.envelope(finder, validation.reference)).payload
    assert b"/subject/source/app.py" not in predicate
    assert view_of(finder, validation).about.digest.encode() in predicate


@database
def test_disagreement_is_visible(finder, validation, signs):
    vendor = a_second(flaw=Vulnerability.objects.get().pk)
    second.submit(vendor, validation.reference, [signs(vendor, validation, Verdict.NOT_REPRODUCED)])
    together = queries.of_flaw(vendor, Vulnerability.objects.get().pk)
    assert together.agreed.standing == Agreed.DISAGREEMENT
    assert together.items[-1].answer == Answer.PARTLY


@database
def test_the_finders_own_verdict_is_told_and_is_not_independent(finder, validation, signs):
    steward = reader_for(a_person(validation.recipe.participant, steward=True))
    second.submit(finder, validation.reference, [signs(steward, validation)])
    together = queries.of_report(finder, validation.recipe.report)
    assert (together.agreed.confirm, together.agreed.finder) == (1, Verdict.REPRODUCED)


@database
def test_what_is_not_taken(finder, validation, signs):
    flaw = Vulnerability.objects.get().pk
    vendor, other = a_second(flaw=flaw), a_second(flaw=flaw)
    with pytest.raises(NotForThemError):
        second.submit(vendor, validation.reference, [b"{}"])
    envelope = signs(vendor, validation)
    signs(other, validation)
    with pytest.raises(AskedWrongError):  # signed by somebody else's key
        second.submit(other, validation.reference, [envelope])
    digits = b'{"payload":"e30=","payloadType":"x","signatures":[],"z":' + b"1" * 5000 + b"}"
    for wrong in (b"", b"{}", flipped(envelope, 40), envelope[:-1], digits):
        with pytest.raises(AskedWrongError):
            second.submit(vendor, validation.reference, [wrong])
    another = asked(finder, send(finder, [a_result(2)]), title="Another")
    with pytest.raises(AskedWrongError, match="another recipe"):
        second.submit(a_coordinator_with(signs, another, vendor), another.reference, [envelope])
    with pytest.raises(ValidationNotFoundError):
        second.submit(a_second(), validation.reference, [envelope])
    deployer = a_sender(Role.DEPLOYER)
    with pytest.raises(NotForThemError):
        second.submit(deployer, validation.reference, [envelope])
    assert Attestation.objects.filter(participant__isnull=False).count() == 0


def a_coordinator_with(signs, validation, vendor):
    """The vendor with a coordinator's eyes."""
    return msgspec.structs.replace(vendor, roles=vendor.roles | {Role.COORDINATOR})


def test_statements_of_nothing_but_brackets_are_refused():
    with pytest.raises(AskedWrongError, match="more than 20,000 values"):
        second._require_small(b'{"a":[' + b"[]," * 20_000 + b"1]}")
    second._require_small(b'{"a":[' + b"1," * 10_000 + b"1]}")


# --- Who sees what


@database
def test_evidence_is_for_who_may_see_the_finding_and_files_for_who_may_see_files(finder, validation):
    flaw = Vulnerability.objects.get().pk
    told, given, stranger = a_second(flaw=flaw), a_second(flaw=flaw, files=True), a_second()
    for reader, names in (
        (told, {"affected-1.stdout"}),
        (given, {"affected-1.stdout", *(f"recipe/{name}" for name in a_recipe())}),
    ):
        view = view_of(reader, validation)
        assert view.verdict == Verdict.FIXED
        assert {each.name for each in evidence.pieces(reader, view.row, view.about, view.made)} == names
        assert view.asked == ""
    with pytest.raises(ValidationNotFoundError):
        evidence.download(told, validation.reference, 0, PURPOSE)
    with pytest.raises(ValidationNotFoundError):
        view_of(stranger, validation)
    assert queries.validations(stranger).views == []
    assert queries.of_flaw(stranger, flaw).views == []


@database
def test_breaking_the_glass_over_a_flaw_hands_out_no_recipe(finder, validation):
    """As with files that came with reports; the glass over the report does."""
    reader, second_one = (reader_for(a_person(administrator=True)) for _ in range(2))
    facts = {"requested_by_id": reader.person, "reason": "a test", "hours": 1, "approved_by_id": second_one.person}
    times = {"approved_at": timezone.now(), "ends_at": timezone.now() + dt.timedelta(hours=1)}
    flaw, report = Vulnerability.objects.get(), validation.recipe.report
    made, _ = services.request_for_flaw(a_coordinator(), flaw.reference, [zipped(a_recipe("Given to the flaw"))])
    pretend(made)
    for kind, number, files in (
        (ObjectKind.VULNERABILITY, flaw.pk, False),
        (ObjectKind.REPORT, report.pk, True),
    ):
        BreakGlass.objects.create(kind=kind, object_id=number, **facts, **times)
        view = view_of(reader, made)
        pieces = evidence.pieces(reader, view.row, view.about, view.made)
        assert any(each.given for each in pieces) == files
        assert any(not each.given for each in pieces)


@database
def test_lists_page_by_reference(finder):
    report = send(finder, [a_result()])
    made = [asked(finder, report, title=f"Number {number}").reference for number in range(5)]
    first = queries.validations(finder, size=3)
    assert [each.row.reference for each in first.views] == made[:1:-1]
    rest = queries.validations(finder, size=3, before=first.before)
    assert [each.row.reference for each in rest.views] == made[1::-1]
    assert rest.before == ""
    assert queries.validations(finder, state="done").views == []


# --- The newest release


def test_the_newest_release_is_no_trial():
    assert newest_of("pypi", ["1.9", "1.10", "2.0rc1", "nonsense"]) == "1.10"
    assert newest_of("npm", ["1.9.0", "1.10.0", "2.0.0-beta.1"]) == "1.10.0"
    assert newest_of("cargo", []) == newest_of("golang", ["1"]) == ""
    assert is_trial("pypi", "1.0.dev1")


@database
@pytest.mark.parametrize(
    ("newest", "answer"),
    [
        (Newest(tested="1.0", version="1.0"), Answer.YES),
        (Newest(tested="1.0", version="1.1", verdict=Verdict.REPRODUCED, why="all show it"), Answer.YES),
        (Newest(tested="1.0", version="1.1", verdict=Verdict.NOT_REPRODUCED, why="none shows it"), Answer.NO),
        (Newest(tested="1.0", version="1.1", verdict=Verdict.INCONCLUSIVE, why="no wheel"), Answer.UNKNOWN),
        (Newest(tested="1.0", why="the registry is away"), Answer.UNKNOWN),
        (Newest(tested="1.0", why="the registry is away", again=True), Answer.UNKNOWN),
        (None, Answer.UNKNOWN),
    ],
)
def test_what_the_newest_release_shows_is_signed_and_in_the_checklist(finder, newest, answer):
    report = send(finder, [a_result()])
    pretend(asked(finder, report), newest=newest)
    items = {each.point: each for each in queries.of_report(finder, report).items}
    assert items[Point.NOT_FIXED_IN_NEWEST].answer == answer
    assert len(items) == len(Point)


@database
def test_a_recipe_by_browser_or_program_that_cannot_be_used(finder):
    from clearinghouse.validation.errors import RecipeError  # noqa: PLC0415

    report = send(finder, [a_result()])
    for wrong in (b"", b"PK\3\4 damaged", zipped({"a": b"b"}), b"format = 2", zipped({"recipe.toml": b"\xff"})):
        with pytest.raises((AskedWrongError, RecipeError)):
            services.request_for_report(finder, report.receipt, [wrong])
    with pytest.raises(NotForThemError):
        services.request_for_report(a_second(Role.DEPLOYER), report.receipt, [zipped(a_recipe())])
    assert not Validation.objects.exists()
    assert a_participant() is not None
