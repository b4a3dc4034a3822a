"""Advice that a document divides into a sentence and the entries of a list."""

from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.formats.csaf.advice import lists_joined
from clearinghouse.formats.csaf.schema import Remediation


def advice(details: str, category: str = "mitigation", url: str | None = None, *products: str) -> Remediation:
    return Remediation(category=category, details=details, url=url, product_ids=list(products))


def joined(*remediations: Remediation) -> list[str | None]:
    return [each.details for each in lists_joined(remediations)]


def test_a_list_is_joined_with_what_announces_it() -> None:
    found = joined(advice("Take these measures:"), advice("Close the port."), advice("Use a wall."))
    assert found == ["Take these measures:\n- Close the port.\n- Use a wall."]


def test_a_list_ends_where_the_advice_is_another() -> None:
    start = advice("Take these measures:")
    assert joined(start, advice("Update.", "vendor_fix")) == ["Take these measures:", "Update."]
    assert joined(start, advice("See there.", "mitigation", "https://example.org")) == [start.details, "See there."]
    assert joined(start, advice("Close it.", "mitigation", None, "P1")) == [start.details, "Close it."]
    assert joined(start, advice("And these:"), advice("Close it.")) == [start.details, "And these:\n- Close it."]
    assert joined(start, advice(" ")) == [start.details, " "]
    assert joined(start) == [start.details]


def test_what_announces_nothing_stays_as_it_is() -> None:
    given_ = [advice("Close the port."), advice("Use a wall.")]
    assert list(lists_joined(given_)) == given_
    linked = advice("See:", "mitigation", "https://example.org")
    assert joined(linked, advice("Close it.")) == ["See:", "Close it."]


ADVICE = st.builds(
    Remediation,
    category=st.sampled_from(["mitigation", "vendor_fix", None]),
    details=st.sampled_from(["Do:", "Do this:\n", "Close it.", "a b", "", None, " c "]),
    url=st.sampled_from([None, None, "https://example.org"]),
    product_ids=st.sampled_from([None, ["P1"]]),
)


@given(st.lists(ADVICE, max_size=60))
def test_no_word_is_lost(remediations: list[Remediation]) -> None:
    """The law: every word of what comes in goes out, in order; without a sentence that announces, all as it was."""

    def words(each: list[Remediation]) -> list[str]:
        return [word for one in each for word in (one.details or "").split() if word != "-"]

    found = list(lists_joined(remediations))
    assert words(found) == words(remediations)
    assert len(found) <= len(remediations)
    if not any((each.details or "").rstrip().endswith(":") for each in remediations):
        assert found == remediations
