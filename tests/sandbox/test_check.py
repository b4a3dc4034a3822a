"""The self-check passes for what is safe, and notices everything that is not."""

import subprocess

import msgspec
import pytest

from boxed import needs_boxes, needs_ordinary, odd
from clearinghouse.sandbox import Command, Held, Limits, Tier, UnsafeError
from clearinghouse.sandbox.check.points import GROUPS
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.launch import environment
from odd_runner import WEAKNESSES

needs_boxes()


def held(**how: object) -> dict[str, Held]:
    done = subprocess.run(odd(**how), env=environment(), capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return {each.name: each for each in msgspec.json.decode(done.stdout, type=list[Held])}


@pytest.mark.parametrize("way", ["as this user", "sampling", "ordinary"])
def test_bubblewrap_passes(way: str) -> None:
    if way == "ordinary":
        needs_ordinary()
    with Client(odd(ordinary=way == "ordinary", sampling=way == "sampling")) as client:
        isolation = client.isolation()
        assert isolation.failed == ()
        assert len(isolation.held) > 25
        assert isolation.tier is Tier.T1
        assert isolation.shared
        assert set(isolation.limits) == {"memory", "processes", "disk", "output", "time", "cpu"}
        if way == "sampling":
            assert isolation.limits["memory"] == "sampling"
        box = client.prepare({}, Limits())
        assert client.run(box, Command(argv=("true",))).code == 0


@pytest.mark.parametrize("name", WEAKNESSES)
def test_a_weakness_is_noticed_by_the_point_that_is_for_it(name: str) -> None:
    group, point = WEAKNESSES[name][1:]
    found = held(points=[group], weak=name)
    assert not found[point].holds, found[point]
    assert found[point].how != "the program inside came to nothing"


@pytest.mark.parametrize("name", ["tmp of the host", "etc of the host", "name spaces", "processes", "capabilities"])
def test_a_weakness_is_noticed_where_the_user_is_an_ordinary_one(name: str) -> None:
    needs_ordinary()
    group, point = WEAKNESSES[name][1:]
    found = held(ordinary=True, points=[group], weak=name)[point]
    assert not found.holds
    assert found.how != "the program inside came to nothing"


def test_without_a_weakness_the_same_points_hold() -> None:
    groups = {group for _, group, _ in WEAKNESSES.values()} - {"_time", "_memory"}
    found = held(points=sorted(groups))
    assert {point for _, group, point in WEAKNESSES.values() if group in groups} <= set(found)
    assert [each for each in found.values() if not each.holds] == []


def test_a_runner_with_a_weak_provider_refuses_everything() -> None:
    with Client(odd(weak="links")) as client:
        for _ in range(2):
            with pytest.raises(UnsafeError, match="links are not followed"):
                client.prepare({}, Limits())
        with pytest.raises(UnsafeError, match="self-check"):
            client.run("box", Command(argv=("true",)))
        with pytest.raises(UnsafeError):
            client.collect("box", ["/work/a"], 1)
        isolation = client.isolation()
        assert isolation.tier is Tier.T0
        assert [each.name for each in isolation.failed] == ["links are not followed"]


def test_what_comes_to_nothing_proves_nothing() -> None:
    found = held(points=[group.__name__ for group in GROUPS], weak="nothing inside")
    assert [each.name for each in found.values() if each.holds] == []
