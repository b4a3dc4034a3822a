"""Which versions call themselves pre-releases."""

import pytest

from clearinghouse.packages.versions.prerelease import is_prerelease


@pytest.mark.parametrize(
    ("ecosystem", "version", "expected"),
    [
        ("PyPI", "24.7.0rc1", True),
        ("PyPI", "1.0a1", True),
        ("PyPI", "1.0.dev3", True),
        ("PyPI", "1.0.post1", False),
        ("npm", "2.0.0-next.3", True),
        ("npm", "2.0.0", False),
        ("npm", "3.3.0-canary.7", True),
        ("Maven", "4.0.0-M1", True),
        ("Maven", "1.0-SNAPSHOT", True),
        ("Maven", "31.1-jre", False),
        ("Maven", "2.0.0.Final", False),
        ("Go", "0.0.0-20220314234659-1baeb1ce4c0b", False),
        ("Go", "1.2.0-rc.1", True),
        ("RubyGems", "7.0.0.beta1", True),
        ("Packagist", "5.0.0-RC2", True),
        ("Bitnami", "1.0.2a", False),
        ("Debian:12", "2.0~rc1-1", False),
        ("Alpine:v3.17", "1.0_rc1-r0", False),
        ("", "10.2 beta 3", True),
        ("", "7.2.4", False),
    ],
)
def test_words(ecosystem: str, version: str, expected: bool) -> None:
    assert is_prerelease(ecosystem, version) is expected
