"""No lockfile format claims a document of another kind."""

from collections import defaultdict

import pytest

from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.lockfiles import FORMATS
from clearinghouse.formats.sample import SAMPLE_SIZE, Sample

PER_KIND = 40
"""Documents of one folder and ending that are looked at."""


@pytest.mark.data
def test_no_document_of_another_kind_is_claimed(data):
    kinds = defaultdict(list)
    for file in sorted(data.rglob("*")):
        if file.is_file():
            kinds[file.parent, file.suffix].append(file)
    chosen = [file for files in kinds.values() for file in files[:: max(1, len(files) // PER_KIND)]]
    assert chosen
    claimed = []
    for file in chosen:
        with file.open("rb") as stream:
            head = stream.read(SAMPLE_SIZE + 1)
        sample = Sample(head[:SAMPLE_SIZE], complete=len(head) <= SAMPLE_SIZE)
        claimed += [(file.name, known.name) for known in FORMATS if known.detect(sample).score >= RECOGNISED]
    assert claimed == []
