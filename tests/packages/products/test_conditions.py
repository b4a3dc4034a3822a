"""Whether words state a condition on the installation, and which words do not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.packages.products.builders import entry, item, matched, record, span

from clearinghouse.packages.products.conditions import condition_in, required_in


@pytest.mark.parametrize(
    "text",
    [
        "A user gets in if IPsec is configured with hmac-sha-384.",
        "This allows users in when the remote console is enabled.",
        "Users get in when configured to use SSO.",
        "Users get in if the product is installed in a folder other than the default one.",
        "Instances using the billing plugin are vulnerable.",
        "Interfaces with PPPoE configured may fail.",
        "A host that was previously configured to use a directory lets users in.",
        "This issue only affects EdgeGuard in a cluster.",
        "The module is not enabled by default.",
        "The web console, which is disabled by default, lets users in.",
        "To be affected, the server must be configured with two domains.",
        "In certain configurations, users get in.",
        "In a multi-tenant environment, users see what others wrote.",
        "What happens depends on the configuration.",
        "Devices running in transparent mode restart.",
        "This does not affect any released versions.",
        "A flaw in the Network Access Manager module of Palisade Client lets users in.",
        "The service running on XR-300-T4 restarts.",
        "This concerns users who have enabled the archive.",
        "The issue is exploitable if the option to sign in by mail is on.",
        "This only affects interfaces that carry IPv6.",
        "This only affects API endpoints that are exposed by the billing add-on.",
        "Users get in even when logged out, if the console is enabled.",
        "The console is opt-in.",
    ],
)
def test_a_condition_on_the_installation(text: str) -> None:
    assert condition_in("A flaw", f"EdgeGuard 5.1 has a flaw. {text} Somebody found it.", ["EdgeGuard"]) == text[:-1]


@pytest.mark.parametrize(
    "text",
    [
        "Code runs when a user opens a crafted file.",
        "The service restarts if a malformed packet is received.",
        "An attacker who is logged in may read files when the victim's session is active.",
        "If you cannot update, make sure that the firewall is enabled.",
        "Users should check if the console is enabled.",
        "This works even if the console is disabled.",
        "Users get in regardless of whether the console is enabled.",
        "The console is enabled by default.",
        "This is the default configuration.",
        "Validation of certificates is not enabled by default.",
        "Only authenticated users can exploit this.",
        "This only affects versions before 5.2.",
        "It is fixed in 5.2 when the update is installed.",
        "Unauthenticated attackers with network access get in.",
        "A flaw in the kernel module lets users in.",
        "This only affects a subset of REST API endpoints and does not affect the web-based management interface.",
        "This issue affects only the command-line interface.",
        "Scripts run even when the filter capability of the platform is disallowed (for example in multisite setup).",
        "Scripts run even if unfiltered markup is taken out, such as in multi-site configurations.",
        "It runs code without an opt-in step.",
        "This lets users in, who run code if another vulnerable plugin is installed.",
    ],
)
def test_no_condition_on_the_installation(text: str) -> None:
    assert condition_in("A flaw in EdgeGuard", f"EdgeGuard 5.1 has a flaw. {text}", ["EdgeGuard"]) == ""


@pytest.mark.parametrize(
    ("title", "products", "expected"),
    [
        ("Users get in by the ledger-sync plugin", ["EdgeGuard"], True),
        ("Users get in by the ledger-sync plugin", ["ledger-sync"], False),
        ("Users get in by the Ledger plugin for WordPress", ["EdgeGuard"], False),
        ("Users get in by a plugin", ["EdgeGuard"], False),
        ("EdgeGuard <= 1.4 - Unauthenticated Plugin Settings Update", ["EdgeGuard"], False),
        ("EdgeGuard <= 1.4 - Arbitrary Plugin Installation", ["EdgeGuard"], False),
        ("EdgeGuard <= 1.4 - Related Posts Plugin lets users in", ["EdgeGuard"], False),
        ("EdgeGuard lets users overwrite plugin entrypoint", ["EdgeGuard"], False),
        ("Arbitrary plugin settings by the ledger-sync plugin", ["EdgeGuard"], True),
        ("Users get in by the ledger-sync plugin", ["Ledger Sync"], False),
        ("EdgeGuard Opt-In Builder lets users in", ["EdgeGuard Opt-In Builder"], False),
        ("EdgeGuard lets users in by its opt-in console", ["EdgeGuard"], True),
        ("EdgeGuard 3.0.13 with Palisade Daeja View lets users in", ["EdgeGuard"], True),
        ("EdgeGuard 3.0.13 on Windows lets users in", ["EdgeGuard"], False),
        ("EdgeGuard with Lua scripting lets users in", ["EdgeGuard"], False),
        ("EdgeGuard® View on PanelBoard restarts", ["EdgeGuard View"], True),
    ],
)
def test_what_is_had_apart(title: str, products: list[str], expected: bool) -> None:
    assert bool(condition_in(title, "", products)) is expected


def test_a_product_that_is_a_plugin_itself_needs_no_other() -> None:
    title = "EdgeGuard <= 1.4 - Sync Plugin Settings Update"
    assert condition_in(title, "EdgeGuard lets users in.", ["EdgeGuard"]) == title
    assert condition_in(title, "The EdgeGuard plugin for WordPress lets users in.", ["EdgeGuard"]) == ""


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (("An interface must have an address.",), "An interface must have an address."),
        (("No specific configuration is required.", "The gateway is on."), "The gateway is on."),
        (("N/A",), ""),
        (("",), ""),
        (("All configurations are affected.",), ""),
        (("This is so in the default configuration.",), ""),
        (("The default configuration is vulnerable.",), ""),
        (("In all known configurations",), ""),
        (("The console is enabled by default in EdgeGuard.",), ""),
        (("The attacker needs to reach the console. Thus, an attacker needs an account.",), ""),
        (("- Attacker requires an account.\n- Victim must log in.",), ""),
        (("For this issue to be exploitable there is no minimal configuration required. Others may matter.",), ""),
        ((), ""),
    ],
)
def test_what_the_field_of_configurations_requires(texts: tuple[str, ...], expected: str) -> None:
    assert required_in(texts) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The console must be on for an external attacker to misuse this",
        'The console must be enabled with FLAGS="-DCONSOLE". The default configuration of EdgeGuard is not vulnerable',
        "The console must be enabled; this is not the default configuration",
        "Admin must enable the API (API is disabled by default).\n- Attacker requires the token",
        "Only sites with a Controller 7000 are affected. To exploit this an attacker would need access to the cabling",
        "This affects systems with the express path enabled. Note: a path is enabled by default from 5.0 on",
        "The problem is only exploitable on Windows. The attacker needs an account",
        "An attacker needs the console to be enabled",
        "No configuration other than the default is affected",
        "No specific configuration is required if the console is on",
        "No specific configuration is required for the console. For the API, SNMP must be enabled",
        "The console is on. No additional configuration is required",
        "The default configuration is vulnerable only with SNMP",
        "The console is not enabled by default",
        "All installations with SNMP are affected",
        "The console answers to all",
    ],
)
def test_a_requirement_stays_one_beside_other_words(text: str) -> None:
    assert required_in((text,)) == " ".join(text.split())


@pytest.mark.parametrize(
    ("words", "expected"),
    [("Users get in if the console is enabled.", "possible"), ("Users get in if they open a file.", "range")],
)
def test_a_condition_makes_a_question(words: str, expected: str) -> None:
    (exposure,), _ = matched(
        item("Palisade Networks", "EdgeGuard", "1.2"),
        record(entry("EdgeGuard", ranges=(span(fixed="2.0"),)), description=words),
    )
    assert exposure.match == expected
    assert ("console is enabled" in (exposure.question or "")) is (expected == "possible")


_VOCABULARY = (
    *("if", "when", "where", "only", "the", "a", "EdgeGuard", "instances", "devices", "using", "with", "is", "are"),
    *("not", "enabled", "configured", "by default", "mode", "in", "on", "plugin", "module", "affected", "vulnerable"),
    *("must", "be", "3.0", ".", ",", ";", "option", "running", "XR-300-T4", "users", "who", "have", "certain"),
    *("configurations", "attacker", "should", "even"),
)
WORDS = st.lists(
    st.sampled_from(_VOCABULARY),
    max_size=60,
).map(" ".join)


@given(st.text(max_size=60) | WORDS, st.text(max_size=400) | WORDS, st.lists(st.text(max_size=12), max_size=4))
def test_what_is_found_stands_in_the_text(title: str, description: str, products: list[str]) -> None:
    """The law: a condition is words of the record, on one line, and never longer than a few sentences."""
    found = condition_in(title, description, products)
    assert len(found) <= 400
    plain = title + description
    for sign, instead in (("®", ""), ("™", ""), ("e.g.,", "for example"), ("e.g.", "for example"), ("i.e.", "")):
        plain = plain.replace(sign, instead)
    assert set(found) <= {*plain, *" …", *"for example"}


@given(WORDS)
def test_advice_before_a_clause_is_no_condition(words: str) -> None:
    """The law: behind "we recommend" nothing in the same sentence is a condition, but for what is said of the whole."""
    plain = words.replace(".", "").replace(";", "")
    clause = f"We recommend to update if {plain} is enabled"
    plainly_said = (
        "only",
        "default",
        "affected",
        "vulnerable",
        "running XR-300-T4",
        "module",
        "mode",
        "configurations",
    )
    if not any(each in plain for each in plainly_said):
        assert condition_in("A flaw", clause) == ""


@pytest.mark.parametrize(
    "piece",
    [
        "if the ",
        "when a b ",
        "instances using a ",
        "only devices x ",
        "with the a ",
        "EdgeGuard 3.0 and ",
        "in the A B ",
        "even when a b ",
        "only affects web api rest ",
        "EdgeGuard 3.0 with A B C ",
        "no specific ",
        "an attacker a ",
        "is enabled by default ",
    ],
)
def test_long_texts_take_no_longer_than_their_length(piece: str) -> None:
    started = time.process_time()
    condition_in("A flaw", piece * 4_000, ["EdgeGuard"])
    condition_in(piece * 4_000, "A flaw", ["EdgeGuard"])
    required_in((piece * 4_000,))
    assert time.process_time() - started < 2
