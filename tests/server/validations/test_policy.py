"""The tier below which nothing is run: a table as data, and laws that it keeps."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.sandbox import Tier
from clearinghouse.server.configuration import Validation as Settings
from clearinghouse.server.validations.policy import Claim, Trust, least, table

TITLES = {
    "Use after free in the Linux kernel": Tier.T2,
    "Out-of-bounds write in virtio-net of QEMU": Tier.T2,
    "Guest-to-host escape": Tier.T2,
    "Race in an ioctl of the camera driver": Tier.T2,
    "A crafted image allows a container escape": Tier.T2,
    "Spectre gadget in the parser": Tier.T3,
    "HTML escape is missing in the template": Tier.T1,
    "SQL injection through the JDBC driver": Tier.T1,
    "Denial of service of the Jupyter kernel": Tier.T1,
    "Kernel density estimation divides by zero": Tier.T1,
    "Deadlock": Tier.T1,
}


@pytest.mark.parametrize("title", TITLES)
def test_titles(title):
    assert least(Trust.MEMBER, Claim(texts=(title,)), Settings()).tier == TITLES[title]


@pytest.mark.parametrize(
    ("claim", "tier"),
    [
        (Claim(targets=("pkg:deb/debian/linux@6.1",)), Tier.T2),
        (Claim(targets=("pkg:golang/github.com/opencontainers/runc@1.1.0",)), Tier.T2),
        (Claim(targets=("qemu-kvm 8.0",)), Tier.T2),
        (Claim(targets=("pkg:pypi/pillow@10.0.0", "pkg:pypi/linux-utils@1")), Tier.T1),
        (Claim(weaknesses=("CWE-79", "CWE-782")), Tier.T2),
        (Claim(weaknesses=("CWE-1421",)), Tier.T3),
        (Claim(asks=Tier.T3), Tier.T3),
        (Claim(), Tier.T1),
    ],
)
def test_targets_weaknesses_and_what_a_recipe_asks_for(claim, tier):
    found = least(Trust.MEMBER, claim, Settings())
    assert found.tier == tier
    assert found.because
    assert found.edition == table().edition


def test_the_installation_says_who_needs_what():
    settings = Settings(member="T3", trusted="T2", coordinator="T1")
    tiers = {trust: least(trust, Claim(), settings).tier for trust in Trust}
    assert tiers == {Trust.MEMBER: Tier.T3, Trust.TRUSTED: Tier.T2, Trust.COORDINATOR: Tier.T1}
    assert least(Trust.COORDINATOR, Claim(), Settings(least="T2")).tier == Tier.T2


words = st.sampled_from([*TITLES, "kernel", "jdbc", "driver", "", "of"])
claims = st.builds(
    Claim,
    texts=st.lists(words, max_size=3).map(tuple),
    targets=st.lists(st.sampled_from(["pkg:generic/xen@1", "xen", "thing", "pkg:"]), max_size=2).map(tuple),
    weaknesses=st.lists(st.sampled_from(["CWE-79", "CWE-653", "CWE-1420"]), max_size=2).map(tuple),
    asks=st.sampled_from([Tier.T1, Tier.T2, Tier.T3]),
)
settings_ = st.builds(Settings, least=st.sampled_from(["T1", "T2"]), member=st.sampled_from(["T1", "T2", "T3"]))


@given(claims, claims, settings_, st.sampled_from(Trust))
def test_more_never_lowers_it(one, other, settings, trust):
    both = msgspec.structs.replace(
        one,
        texts=one.texts + other.texts,
        targets=one.targets + other.targets,
        weaknesses=one.weaknesses + other.weaknesses,
    )
    alone = least(trust, one, settings).tier
    assert least(trust, both, settings).tier >= alone
    assert alone >= max(one.asks, Tier(settings.least), Tier(getattr(settings, trust)))
    assert alone > Tier.T0
