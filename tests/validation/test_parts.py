"""What the parts of one patch say of two reproducers that it stops."""

from hypothesis import given
from hypothesis import strategies as st

from clearinghouse.validation.hunks import Role, RoleOfHunk
from clearinghouse.validation.parts import Parts, Standing, compared, parts_of

hunks = st.lists(st.integers(0, 5), max_size=4, unique=True).map(tuple)


@st.composite
def parts(draw):
    needed = draw(hunks)
    return Parts(needed=needed, spare=tuple(each for each in draw(hunks) if each not in needed))


def test_what_they_say():
    one, two = Parts(needed=(0,), spare=(1,)), Parts(needed=(1,), spare=(0,))
    assert "hunk 1 only this one shows again, without its hunk 2 only the other" in compared(one, two).explanation
    assert compared(one, one).standing is Standing.SHARED
    assert "lacks its hunk 1: what stops them is one change" in compared(one, one).explanation
    assert compared(one, Parts(needed=(1,))).standing is Standing.UNKNOWN  # of its first hunk nothing could be told
    assert compared(Parts(why="it does not hold"), one).standing is Standing.UNKNOWN


@given(parts(), parts())
def test_the_other_way_round_it_says_the_same(one, two):
    there, back = compared(one, two), compared(two, one)
    assert (there.standing, there.both, there.one, there.other) == (back.standing, back.both, back.other, back.one)
    assert (there.standing is Standing.SHARED) == bool(set(one.needed) & set(two.needed))
    if there.standing is Standing.APART:
        assert set(there.one) <= set(two.spare)
        assert set(there.other) <= set(one.spare)


def test_equal_patches_number_their_hunks_alike():
    pieces = [f"--- a/{name}\n+++ b/{name}\n@@ -1 +1 @@\n-x\n+y\n@@ -9 +9 @@\n-x\n+z\n" for name in "ab"]
    roles = [Role.NEEDED, Role.SPARE, Role.UNKNOWN, Role.SPARE]  # of a1, a2, b1, b2

    def told(order):
        return [RoleOfHunk(number=at, path="", line=1, section="", role=roles[each]) for at, each in enumerate(order)]

    one = parts_of("".join(pieces).encode(), told([0, 1, 2, 3]))
    assert one == Parts(needed=(0,), spare=(1, 3))
    assert parts_of("".join(reversed(pieces)).encode(), told([2, 3, 0, 1])) == one
