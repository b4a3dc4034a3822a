"""What the tests of single pages share."""

import pytest


@pytest.fixture(autouse=True)
def _no_second_factor(configured):
    configured(require_mfa=False)
