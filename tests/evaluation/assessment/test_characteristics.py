"""Operating characteristics: simulated once for a design, kept, and made again where anything is another."""

import msgspec
import pytest

from clearinghouse.evaluation.assessment import characteristics as room
from clearinghouse.evaluation.assessment import computed
from clearinghouse.evaluation.assessment.characteristics import characteristics
from clearinghouse.evaluation.assessment.gathered import gather
from clearinghouse.evaluation.plan import analysis
from clearinghouse.evaluation.rule.design import Threshold
from clearinghouse.evaluation.rule.operating import operating_characteristics
from drawn_families import design, domain_design
from invented_folder import LATER

DESIGN = design(domain_design(families=5, most=8))


def files_in(folder):
    return sorted(each for each in folder.rglob("*") if each.is_file())


def test_what_is_kept_is_what_is_simulated_and_is_taken_instead(tmp_path):
    first = characteristics(tmp_path, DESIGN, repetitions=50)
    assert first == operating_characteristics(DESIGN, repetitions=50, seed=0)
    (path,) = files_in(tmp_path)
    other = msgspec.structs.replace(first[0], truth=0.123)
    kept = msgspec.json.decode(path.read_bytes(), type=room.Kept)
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(kept, points=(other,))))
    assert characteristics(tmp_path, DESIGN, repetitions=50) == (other,)
    assert characteristics(None, DESIGN, repetitions=50) == first


@pytest.mark.parametrize("spoilt", [b"", b"{}", b'{"schema":"clearinghouse frontier characteristics 1"', b"[1]"])
def test_what_cannot_be_read_is_made_again(tmp_path, spoilt):
    first = characteristics(tmp_path, DESIGN, repetitions=20)
    (path,) = files_in(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(spoilt)
    assert characteristics(tmp_path, DESIGN, repetitions=20) == first
    assert path.read_bytes() == whole


def test_another_design_seed_number_or_code_is_simulated_apart(tmp_path, monkeypatch):
    for changed in (DESIGN, msgspec.structs.replace(DESIGN, spread=0.2)):
        characteristics(tmp_path, changed, repetitions=20)
    characteristics(tmp_path, DESIGN, repetitions=20, seed=1)
    characteristics(tmp_path, DESIGN, repetitions=21)
    here = analysis.present()
    monkeypatch.setattr(room, "present", lambda: msgspec.structs.replace(here, sha256="0" * 64))
    characteristics(tmp_path, DESIGN, repetitions=20)
    assert len(files_in(tmp_path)) == 5


def test_of_a_threshold_under_a_commitment_nothing_is_kept(tmp_path):
    secret = Threshold(identifier="x", covered=0.5, commitment="0" * 64)
    hidden = msgspec.structs.replace(DESIGN.domains[0], threshold=secret)
    assert characteristics(tmp_path, design(hidden), repetitions=20)
    closed = msgspec.structs.replace(hidden, threshold=msgspec.structs.replace(secret, covered=None))
    assert characteristics(tmp_path, design(closed), repetitions=20) == ()
    assert files_in(tmp_path) == []


def test_an_assessment_is_computed_from_what_is_kept_only_where_it_is_asked_to(copied):
    made = copied()
    found = gather(made.folder, made.ring)
    told = computed.compute(found, now=LATER, repetitions=20, keep=True)
    (path,) = files_in(made.folder / "characteristics")
    kept = msgspec.json.decode(path.read_bytes(), type=room.Kept)
    assert kept.points == told.operating == computed.compute(found, now=LATER, repetitions=20).operating
    path.write_bytes(msgspec.json.encode(msgspec.structs.replace(kept, points=())))
    assert computed.compute(found, now=LATER, repetitions=20, keep=True).operating == ()
    assert computed.compute(found, now=LATER, repetitions=20) == told


def test_computing_asks_not_whether_the_plan_names_this_code_and_demanding_does(copied):
    """Whoever verifies a package has other code than whoever made it, and computes all the same."""
    made = copied()
    found = gather(made.folder, made.ring)
    other = msgspec.structs.replace(found.plan, analysis="0" * 64)
    signed = msgspec.structs.replace(found.signed, plan=other)
    again = computed.compute(msgspec.structs.replace(found, signed=signed), now=LATER, repetitions=20)
    assert again == computed.compute(found, now=LATER, repetitions=20)
    with pytest.raises(analysis.AnalysisError):
        analysis.demand(other)
