"""Validation composed: runners, registries and recipes, one after the other or side by side."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Self

from clearinghouse.feeds.registries import Registries
from clearinghouse.feeds.registries.source import RegistrySource
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Isolation, Tier
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.making import Setting
from clearinghouse.validation.recipe import Loaded
from clearinghouse.validation.validate import Policy, Progress, Session, Validated

Finished = tuple[int, Validated | ClearinghouseError]


class Bench:
    """A place to validate at: as many runners as there may be validations at one time.

    Args:
        jobs: validations at one time. policy: of the installation. offline: only what was fetched before is used.
        runner: the command that a runner elsewhere is reached by; None starts one here. declared: what its machine is.

    Raises:
        UnavailableError: no runner can be started. UnsafeError: it fails its self-check.
    """

    def __init__(
        self,
        jobs: int = 1,
        *,
        policy: Policy | None = None,
        offline: bool = False,
        runner: Sequence[str] | None = None,
        setting: Setting | None = None,
        declared: Tier = Tier.T1,
    ) -> None:
        self._policy = policy or Policy()
        self._offline = offline
        self._stack = contextlib.ExitStack()
        self._free: SimpleQueue[tuple[Client, Isolation, Registries]] = SimpleQueue()
        self.jobs = max(1, jobs)
        self._clients: list[Client] = []
        with contextlib.ExitStack() as stack:
            for _ in range(self.jobs):
                client = stack.enter_context(Client(runner, setting=setting, declared=declared))
                self._clients.append(client)
                registries = stack.enter_context(Registries(offline=offline))
                self._free.put((client, client.isolation(), registries))
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def kill(self) -> None:
        """End every runner, and what runs in its boxes, at once."""
        for client in self._clients:
            client.kill()

    @contextlib.contextmanager
    def session(self, policy: Policy | None = None) -> Iterator[Session]:
        """Yield what validates, on a runner of its own meanwhile."""
        place = self._free.get()
        client, isolation, registries = place
        try:
            yield Session(client, isolation, RegistrySource(registries), policy or self._policy)
        finally:
            self._free.put(place)

    def validate(self, recipes: Sequence[Loaded], progress: Callable[[int], Progress]) -> Iterator[Finished]:
        """Yield what each recipe came to, by its place, in the order in which they are done.

        Args:
            progress: returns, for the place of a recipe, what is told what is done next.
        """
        done: SimpleQueue[Finished] = SimpleQueue()

        def one(place: int) -> None:
            try:
                with self.session() as session:
                    done.put((place, session.validate(recipes[place], progress(place))))
            except ClearinghouseError as error:
                done.put((place, error))

        with ThreadPoolExecutor(self.jobs) as pool:
            futures = [pool.submit(one, place) for place in range(len(recipes))]
            try:
                for _ in futures:
                    yield done.get()
                for each in futures:
                    each.result()
            except BaseException:  # who is interrupted does not wait for what is running
                pool.shutdown(wait=False, cancel_futures=True)
                self.kill()
                raise


def folders_of(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the recipes below paths: a ``recipe.toml``, its folder, or a folder of such folders."""
    for path in paths:
        if path.is_dir() and not (path / "recipe.toml").exists():
            yield from sorted(each.parent for each in path.glob("*/recipe.toml"))
        else:
            yield path
