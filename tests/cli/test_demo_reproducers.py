"""The demonstration's reproducers: recipes that can be read, and reports that join the flood's flaws."""

import pytest

from clearinghouse.cli.demo import reproducers, validating
from clearinghouse.cli.demo.description import description
from clearinghouse.cli.demo.flood import Flood, expected_flaws, write_flood
from clearinghouse.formats.registry import read_paths
from clearinghouse.identity import Identifier
from clearinghouse.records import Finding
from clearinghouse.sandbox import UnavailableError
from clearinghouse.validation.recipe import from_files


@pytest.mark.parametrize("each", reproducers.reproducers(), ids=lambda each: each.folder)
def test_each_is_a_recipe_that_needs_nothing_of_a_registry(each: reproducers.Reproducer) -> None:
    files = reproducers.files(each)
    loaded = from_files(files, each.folder)
    assert loaded.files == files  # all that lies there is named
    assert loaded.recipe.affected.archive == f"{each.source}.tar.gz"
    assert not any(
        subject.purl or subject.beside for subject in (loaded.recipe.affected, loaded.recipe.fixed) if subject
    )
    assert all(name.startswith("CVE-2099-") for name in loaded.recipe.identifiers)


def test_each_report_has_one_finding_that_is_the_flaw_it_names(tmp_path) -> None:
    flood: Flood = write_flood(tmp_path / "flood")
    own = {}
    for each in reproducers.reproducers():
        made = reproducers.report(each)
        path = flood.reports / made.path
        path.write_bytes(made.content)
        own[f"{path}#0"] = each.flaw
    records = [list(report.records) for report in read_paths([flood.reports])]
    identifier = Identifier()
    for some in records:
        identifier.add([record for record in some if isinstance(record, Finding)])
    names = [record.id for some in records for record in some if isinstance(record, Finding)]
    flaws = expected_flaws(str(flood.reports)) | own
    assert set(names) == flaws.keys()
    groups = [{flaws[names[number]] for number in group} for group in identifier.result().groups]
    assert all(len(group) == 1 for group in groups)
    assert len(groups) == len(set(flaws.values()))
    assert set(own.values()) - {flaw.key for flaw in description().flaw} == {"upload-numbers"}


def test_without_a_sandbox_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def impossible() -> None:
        raise UnavailableError("bubblewrap is not installed on this machine", "apt-get install bubblewrap")

    monkeypatch.setattr(validating, "require_possible", impossible)
    monkeypatch.delenv("CLEARINGHOUSE_VALIDATION_RUNNER", raising=False)
    assert validating.why_not() == "bubblewrap is not installed on this machine; apt-get install bubblewrap"
    monkeypatch.setenv("CLEARINGHOUSE_VALIDATION_RUNNER", "ssh runner.example clearinghouse sandbox serve")
    assert not validating.why_not()
