"""Each order in examples, from low to high."""

import pytest

from clearinghouse.packages.versions import order_of

# A bar ends a chain. A word is a group of equals, joined with "="; "?" begins what is not valid.
CHAINS = {
    "semver": """
        1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1
        1=1.0=v1.0.0=1.0.0+b=01.0.0 1.0.1-0 1.9.0 1.10.0 1.100.0 ?1.0.0.0 ?1.0.0_1 ?x
        | 1.0.0-1 1.0.0-A 1.0.0-a.0 1.0.0-a..b 1.0.0
        """,
    "npm": "1.2.3-alpha=1.2.3alpha 1.2.3 1.2.4-0 ?1.2.3.4 ?1.2.34.5 ?1.2alpha ?latest ?^1.0.0",
    "go": """
        v0.0.0-20191109021931-daa7c04131f5 v0.0.0-20200102030405-abcdef123456 v0.0.0 v0.0.1=0.0.1
        v2.0.0=v2.0.0+incompatible v2.0.1-0.20200101000000-abcdef123456 v2.0.1
        | go1.20=go1.20.0 go1.20.3 go1.21rc2=1.21rc2=1.21.0-rc.2 go1.21.0=1.21.0 go1.21.3=go1.21.3-fips 1.22.0-0
        go1.22beta1 ?(devel) ?go ?master
        """,
    "pub": "1.0.0-pre 1.0.0-pre+b 1.0.0 1.0.0+1 1.0.0+1.1 1.0.0+2 1.0.0+a 1.0.1 ?1.0.0.0",
    "bitnami": """
        2.6.0-alpha.2 2.6.0-rc1 2.6.0-rc2 2.6.0=2.6.0-0=2.6.0-r0 2.6.0-1=2.6.0-r1 2.6.0-2 2.6.0-10 2.6.0-debian-12-r2
        2.6.1 ?nightly.2026-03-10.0
        """,
    "nuget": """
        1.0.0--5 1.0.0-0 1.0.0-5 1.0.0-2147483647 1.0.0-10000000000 1.0.0-2147483648 1.0.0-ALPHA=1.0.0-alpha
        1.0.0-alpha.1 1.0.0-rc 1=1.0=1.0.0.0=1.0.0+meta 1.0.0.1-a 1.0.0.1 ?1.0.0.0.0
        """,
    "pep440": """
        0.1-bulbasaur 0.1-charmander 0.9-doduo 2004d=2004D 0.dev0 0 ?>=1.0 ?${version} ?* ?a/b
        | 1.dev0 1.0a1.dev1 1a1=1.0-ALPHA.1 1.0b1 1c1=1rc1=1.0preview1 1.0=1=v1.0.0 1.0+l 1.0+l.1 1.0+1
        1.0.post0.dev1 1.0-0=1.0.post=1.0r0 1.1a_=1.1a0 1.1 2 1!0.1
        """,
    "maven": """
        1-alpha-1=1a1=1.ALPHA1 1-beta 1-m1=1-milestone-1 1-cr=1-rc 1-SNAPSHOT 1=1.0=1-ga=1.0.Final=1-0.0=1.RELEASE
        1-sp 1-xyz 1-1 1.0.1 ?[1,2) ?${project.version} ?LATEST ?release
        | 4.2 4.2.0.Final-redhat-1=4.2-redhat-1 4.2.0.1 4.2.1.Final
        | 1.0.0.RC1 1.0.0-RC2 1.0.0.RELEASE=1.0.0
        | 1-alpha 1.0.beta.1 1 1.foo.1 1-1 2
        """,
    "gem": """
        1.0.a=1.a 1.0.a1=1.0.a.1 1.0.b 1.0-x 1=1.0=1.0.0 1.0.0.1 1.0.1.rc1 1.0.1 ?x ?1..2
        | 1.a.b 1.a.0.b 1.a 1.a.0.0.1 1.a.0.1 1.a.1 1
        """,
    "composer": """
        dev-a dev-main dev-master=master 0.1
        | 1.0.0-dev=1.0-dev 1.0.0-alpha1=1.0a1 1.0-beta=1.0b 1.0RC1=1.0-rc.1
        1=1.0=v1.0.0=1.0.0.0=1.0+b=1.0-stable=1.0@dev 1.0pl1=1.0.0-patch1
        1.9.99 1.x-dev 2.0.0-dev 2.0.0 2.x-dev=2.*-dev ?foo
        | 1.2.3=1.2.3.# 1.2.3.4.5 8.x-1.2 8.1
        | 2010-01-02 2010-01-03
        """,
    "cran": "0.9 0.75 1.0=1-0=01.0 1.0.0 1.0-1 ?1.0a ?1.",
    "hackage": "0 0.11.3 1.0 1.0.0 1.0.1 1.1 ?1-0",
    "opam": "1.0~beta 1.0=01.00 1.0-1 1.0a 1.0+1 1.0.1 1.0_1 v0.9 ?1:0",
    "dpkg": """
        1.0~~ 1.0~rc1 1.0=1.0-0=0:1.0-00 1.0-0ubuntu1 1.0-1~deb7u1 1.0-1 1.0a 1.0+b1 1.0.1 2 1:0
        ?1:2-3:4 ?a:1 ?1_2 ?1-
        """,
    "rpm": "1.0~rc1 1.0 1.0-1~a 1.0-1 1.0-1.el9 1.0^git1 1.0a 1.0.1=1_0_1 1.1 1:0 2:0=02:0",
    "apk": """
        1.2_alpha 1.2_alpha2 1.2_beta 1.2_pre 1.2_rc1 1.2_blah 1.2 1.2-r0=1.2-r 1.2-r1 1.2~ab-r0 1.2_cvs
        1.2_git20200101 1.2_p1 1.2a 1.2.0 1.2.01 1.2.1 1.10 ?v1 ?a
        | 1.01 1.011 1.1 1.2 1.10 01.11=1.11
        """,
}


@pytest.mark.parametrize("name", CHAINS)
def test_examples(name: str) -> None:
    order = order_of(name)
    assert order is not None
    for chain in CHAINS[name].split("|"):
        last = b""
        for group in chain.split():
            valid = not group.startswith("?")
            texts = group.split("=") if valid else [group.removeprefix("?")]
            assert len({order.key(text) for text in texts}) == 1, texts
            assert all(order.is_valid(text) is valid for text in texts), texts
            if valid:
                assert order.key(texts[0]) > last, group
                last = order.key(texts[0])


@pytest.mark.parametrize(
    ("name", "version", "major"),
    [
        ("npm", "1.2.3", "1"),
        ("npm", "0.2.3", "0.2"),
        ("npm", "v0", "0.0"),
        ("npm", "x", None),
        ("npm", "20230101.0.0", None),
        ("crates.io", "0.2.3-rc.1", "0.2"),
        ("semver", "01.0.0", "1"),
        ("Go", "v2.0.0+incompatible", "2"),
        ("Go", "go1.21rc2", "1"),
        ("Go", "v0.0.0-20191109021931-daa7c04131f5", "0.0"),
        ("Bitnami", "1.25.3-2", "1"),
        ("NuGet", "12.0.3", "12"),
        ("PyPI", "1!2.3", "1!2"),
        ("PyPI", "0.9", "0"),
        ("PyPI", "2022.12.7", None),
        ("PyPI", "0.1-bulbasaur", None),
        ("Maven", "31.1-jre", "31"),
        ("Maven", "v1-rev20210529-1.31.0", None),
        ("Maven", "20040616", None),
        ("RubyGems", "7.0.4", "7"),
        ("Packagist", "v2.4.8-p4", "2"),
        ("Packagist", "dev-main", None),
        ("Hackage", "1.24.3", "1.24"),
        ("Hackage", "2", "2.0"),
        ("CRAN", "1-0", "1"),
        ("CRAN", "2023-1", None),
        ("Debian", "1:2.36.1-8", "1:2"),
        ("Debian", "0:2.36.1-8", "2"),
        ("Debian", "20210119", None),
        ("Debian", "a1", None),
        ("Red Hat", "2:8.2.4621-1.fc36", "2:8"),
        ("Red Hat", "el9", None),
        ("Alpine", "3.2.0-r18", "3"),
        ("opam", "1.0~b", "1"),
    ],
)
def test_majors(name: str, version: str, major: str | None) -> None:
    order = order_of(name)
    assert order is not None
    assert order.major(version) == major


def test_same_major() -> None:
    npm = order_of("npm")
    assert npm is not None
    assert npm.same_major("1.2.3", "1.9.0") is True
    assert npm.same_major("0.2.3", "0.3.0") is False
    assert npm.same_major("1.2.3", "latest") is None
