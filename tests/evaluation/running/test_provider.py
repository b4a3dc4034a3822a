"""Our boxes keep inspect_ai's contract of a sandbox, by its own list of checks and some of ours."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

pytest.importorskip("inspect_ai")
from inspect_ai.util import OutputLimitExceededError, SandboxUnavailableError, SandboxUserUnsupportedError
from inspect_ai.util._sandbox import self_check

from boxed import needs_boxes
from clearinghouse.evaluation.running.bench import Bench
from clearinghouse.evaluation.running.box import Box
from clearinghouse.evaluation.running.errors import RunError
from clearinghouse.evaluation.running.provider import BoxConfig, BoxEnvironment
from clearinghouse.sandbox import Limits, Tier, UnsafeError
from clearinghouse.sandbox.contract import MIB

needs_boxes()

DOES_NOT_APPLY = {
    "test_exec_as_user": "a box has one user, and none can be added: it asks for root, and is told that there is none",
}
LIMITS = Limits(seconds=60, output=10 * MIB)


async def boxed(bench: Bench, do: Callable[[BoxEnvironment], Awaitable[object]]) -> object:
    seat = bench.take()
    box = Box(bench, seat, seat.runner(), LIMITS)
    box.enter()
    try:
        return await do(BoxEnvironment(box))
    finally:
        box.leave()


@pytest.fixture(scope="module")
def checked(bench: Bench) -> dict[str, BaseException | None]:
    """What each check of inspect_ai came to, each in a box of its own, all at one time: some wait for seconds."""

    async def all_of_them() -> dict[str, BaseException | None]:
        names = self_check.__all__
        found = await asyncio.gather(
            *(boxed(bench, getattr(self_check, name)) for name in names), return_exceptions=True
        )
        return dict(zip(names, found, strict=True))

    return asyncio.run(all_of_them())


@pytest.mark.parametrize("name", self_check.__all__)
def test_the_check_of_inspect(name: str, checked: dict[str, BaseException | None]) -> None:
    found = checked[name]
    if name in DOES_NOT_APPLY:
        assert isinstance(found, SandboxUserUnsupportedError), DOES_NOT_APPLY[name]
    elif found is not None:
        raise found


def test_a_link_leads_nowhere_but_into_the_box(bench: Bench) -> None:
    async def linked(box: BoxEnvironment) -> str:
        await box.exec(["ln", "-s", "/etc/passwd", "link"])
        return await box.read_file("link")

    said = asyncio.run(boxed(bench, linked))
    assert "sandbox:x:65534" in said
    assert len(said.splitlines()) == 2, "it is the file of the box, and not the one of this machine"


def test_files_stay_between_commands_and_processes_do_not(bench: Bench) -> None:
    async def left(box: BoxEnvironment) -> tuple[str, str]:
        await box.exec(["bash", "-c", "(setsid sleep 300 &) ; echo here > file"])
        file = await box.exec(["cat", "file"])
        processes = await box.exec(["bash", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"])
        return file.stdout, processes.stdout

    file, processes = asyncio.run(boxed(bench, left))
    assert file == "here\n"
    assert "sleep 300" not in processes


def test_special_files_are_neither_read_nor_written(bench: Bench) -> None:
    async def special(box: BoxEnvironment) -> None:
        await box.exec(["mkfifo", "pipe"])
        with pytest.raises(PermissionError):
            await box.read_file("pipe")
        with pytest.raises(PermissionError):
            await box.write_file("pipe", "x")
        with pytest.raises(PermissionError):
            await box.write_file("/usr/bin/new", "x")
        await box.write_file("-rf", "an option is a name")
        assert await box.read_file("-rf") == "an option is a name"

    asyncio.run(boxed(bench, special))


def test_a_full_disk_and_much_output_are_told(bench: Bench) -> None:
    async def much(box: BoxEnvironment) -> None:
        with pytest.raises(OSError, match="no room"):
            await box.write_file("big", b"0" * (300 * MIB))
        with pytest.raises(OutputLimitExceededError):
            await box.exec(["head", "-c", "11000000", "/dev/zero"])
        found = await box.exec(["ls"], cwd="/nowhere")
        assert not found.success
        assert "/nowhere: no folder to begin in\n" in found.stderr
        assert (await box.exec(["echo", "a\0b"])).returncode == 126
        assert (await box.exec(["nothing-of-that-name"])).returncode == 127

    asyncio.run(boxed(bench, much))


def test_a_runner_that_is_gone_is_unavailable_and_another_one_is_started(bench: Bench) -> None:
    async def lost(box: BoxEnvironment) -> None:
        box.box._seat.kill()
        with pytest.raises(SandboxUnavailableError):
            await box.exec(["true"])

    async def again(box: BoxEnvironment) -> int:
        return (await box.exec(["true"])).returncode

    asyncio.run(boxed(bench, lost))
    assert asyncio.run(boxed(bench, again)) == 0


def test_stopping_ends_a_command_of_a_runner_that_nobody_shares() -> None:
    async def stopped(box: BoxEnvironment) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(box.exec(["sleep", "50"]), 0.5)

    with Bench() as alone:
        seat = alone.take()
        alone.give_back(seat)
        before = seat.runner()
        asyncio.run(boxed(alone, stopped))
        assert not before.is_alive
        assert seat.runner() is not before


def test_the_tier_is_demanded() -> None:
    with pytest.raises(RunError, match="T0"):
        Bench(least=Tier.T0)
    with Bench(least=Tier.T3) as far, pytest.raises(UnsafeError, match="T3"):
        far.isolation()


def test_a_configuration_is_read_back() -> None:
    config = BoxConfig(tier="T2", disk=64)
    assert BoxEnvironment.config_deserialize(config.model_dump()) == config
