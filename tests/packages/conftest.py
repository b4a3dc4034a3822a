"""What the tests of packages share."""

import gzip
import json
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def distinct_purls(data: Path) -> list[str]:
    """The package URLs of 1,079 container images, as several tools wrote them, each once."""
    with gzip.open(data / "sbom/bom_lab_slim.jsonl.gz", "rb") as lines:
        return sorted({purl for line in lines for purl in json.loads(line)["purls"]})
