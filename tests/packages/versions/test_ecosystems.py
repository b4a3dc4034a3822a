"""Which order an ecosystem has, and that an unknown one is said to be unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.packages.versions import compare, order_of


@pytest.mark.parametrize(
    ("names", "order"),
    [
        ("crates.io|Crates.IO|cargo|Hex|hex|SwiftURL|swift|Julia|GHC|VSCode|semver|SEMVER", "semver"),
        ("npm|NPM", "npm"),
        ("Go|go|golang", "go"),
        ("Pub|pub", "pub"),
        ("Bitnami|bitnami", "bitnami"),
        ("NuGet|nuget", "nuget"),
        ("PyPI|pypi|pep440|Echo:PyPI|TuxCare:PyPI", "pep440"),
        ("Maven|maven|Maven:https://repo.example/|Echo:Maven", "maven"),
        ("RubyGems|gem|rubygems", "gem"),
        ("Packagist|composer|Packagist:https://packages.drupal.org/8", "composer"),
        ("CRAN|cran|Bioconductor|Bioconductor:3.18", "cran"),
        ("Hackage|hackage", "hackage"),
        ("opam", "opam"),
        ("Debian|Debian:12|debian|Ubuntu|Ubuntu:22.04:LTS|Ubuntu:Pro:18.04:LTS|deb|dpkg|Echo", "dpkg"),
        ("Docker Hardened Images:Debian:trixie|TuxCare:Debian:12", "dpkg"),
        (
            "Red Hat|Red Hat:enterprise_linux:9::baseos|Rocky Linux:9|AlmaLinux:8|SUSE:Linux Enterprise Server 15 SP5",
            "rpm",
        ),
        ("openSUSE:Leap 15.5|Mageia:9|openEuler:22.03-LTS|Azure Linux:3|Photon OS:5.0|rpm|TuxCare:Red Hat", "rpm"),
        ("Alpine|Alpine:v3.17|Wolfi|Chainguard|Alpaquita:stream|MinimOS|CleanStart|apk|alpine", "apk"),
        ("BellSoft Hardened Containers:stream|Docker Hardened Images:Alpine:3.23", "apk"),
    ],
)
def test_known(names: str, order: str) -> None:
    for name in names.split("|"):
        found = order_of(name)
        assert found is not None, name
        assert found.name == order, name


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            ":",
            "GIT",
            "OSS-Fuzz",
            "Android",
            "Linux",
            "Kubernetes",
            "GitHub Actions",
            "ConanCenter",
            "Root",
            "Root:Alpine:3.18",
        ),
        *(
            "Echo:npm",
            "TuxCare",
            "TuxCare:",
            "TuxCare:TuxCare:npm",
            "TuxCare:Linux",
            "Docker Hardened Images",
            "generic",
        ),
        *("github", "oci", "docker", "conan", "alpm", "Debian12", "npm ", "java"),
    ],
)
def test_unknown(name: str) -> None:
    assert order_of(name) is None
    assert compare(name, "1", "2") is None


@given(st.text(max_size=30))
def test_no_name_raises(name: str) -> None:
    order_of(name)
    order_of(f"TuxCare:{name}")
    order_of(f"Echo:{name}")


def test_compare() -> None:
    assert compare("Debian:12", "1:2.36.1-8", "2.40") == 1
    assert compare("PyPI", "1.0", "1.0.0") == 0
    assert compare("npm", "1.0.0-rc.1", "1.0.0") == -1
