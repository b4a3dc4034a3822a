"""Validation composed: runners, registries and recipes, one after the other or side by side."""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple, Self

from clearinghouse.feeds.registries import Registries
from clearinghouse.feeds.registries.source import RegistrySource
from clearinghouse.records import ClearinghouseError
from clearinghouse.sandbox import Isolation, Tier
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.making import Setting
from clearinghouse.validation.recipe import Loaded
from clearinghouse.validation.validate import Policy, Progress, Session, Validated

Finished = tuple[int, Validated | ClearinghouseError]


class _Place(NamedTuple):
    client: Client
    isolation: Isolation
    registries: Registries


class Bench:
    """A place to validate at: as many runners as there may be validations at one time.

    Where a runner is lost, what it was doing is lost with it; what comes next has another one.

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
        self._free: SimpleQueue[_Place] = SimpleQueue()
        self.jobs = max(1, jobs)
        self._start = partial(Client, runner, setting=setting, declared=declared)
        self._clients: set[Client] = set()
        self._killed = False
        with contextlib.ExitStack() as stack:
            stack.callback(self._close)
            for _ in range(self.jobs):
                client, isolation = self._started()
                self._free.put(_Place(client, isolation, stack.enter_context(Registries(offline=offline))))
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def kill(self) -> None:
        """End every runner, and what runs in its boxes, at once."""
        self._killed = True
        for client in tuple(self._clients):
            client.kill()

    def _close(self) -> None:
        for client in tuple(self._clients):
            client.close()

    def _started(self) -> tuple[Client, Isolation]:
        client = self._start()
        self._clients.add(client)
        return client, client.isolation()

    def _living(self, place: _Place) -> _Place:
        """Return a place with a runner that can be asked: its own, or another one where that one was lost."""
        if place.client.is_alive or self._killed:
            return place
        place.client.close()
        self._clients.discard(place.client)
        client, isolation = self._started()
        return place._replace(client=client, isolation=isolation)

    @contextlib.contextmanager
    def session(self, policy: Policy | None = None) -> Iterator[Session]:
        """Yield what validates, on a runner of its own meanwhile.

        Raises:
            UnavailableError, RunnerLostError: the runner was lost before, and there is no other one.
        """
        place = self._free.get()
        try:
            place = self._living(place)
            source = RegistrySource(place.registries)
            yield Session(place.client, place.isolation, source, policy or self._policy)
        finally:
            self._free.put(place)

    def validate(self, recipes: Sequence[Loaded], progress: Callable[[int], Progress]) -> Iterator[Finished]:
        """Yield what each recipe came to, by its place, in the order in which they are done.

        Args:
            progress: returns, for the place of a recipe, what is told what is done next.

        Raises:
            Exception: whatever went wrong that is no :class:`ClearinghouseError`; what is running then is ended.
        """
        waiting: SimpleQueue[int] = SimpleQueue()
        done: SimpleQueue[tuple[int, Validated | BaseException]] = SimpleQueue()
        stopped = threading.Event()
        for place in range(len(recipes)):
            waiting.put(place)

        def work() -> None:
            with contextlib.suppress(Empty):
                while not stopped.is_set():
                    place = waiting.get_nowait()
                    done.put((place, self._one(recipes[place], progress, place)))

        for _ in range(min(self.jobs, len(recipes))):
            # daemons, since whoever interrupts this does not wait for a registry that is silent
            threading.Thread(target=work, name="validation", daemon=True).start()
        try:
            for _ in recipes:
                place, found = done.get()
                yield place, _told(found)
        except BaseException:  # who is interrupted does not wait for what is running
            stopped.set()
            self.kill()
            raise

    def _one(self, recipe: Loaded, progress: Callable[[int], Progress], place: int) -> Validated | BaseException:
        """Return what a recipe came to, or whatever ended it: an answer that never comes would be waited for."""
        try:
            with self.session() as session:
                return session.validate(recipe, progress(place))
        except BaseException as error:
            return error


def _told(found: Validated | BaseException) -> Validated | ClearinghouseError:
    """Return what is told of a recipe; what is no error of ours is raised again, here where somebody sees it."""
    if isinstance(found, BaseException) and not isinstance(found, ClearinghouseError):
        raise found
    return found


def folders_of(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the recipes below paths: a ``recipe.toml``, its folder, or a folder of such folders."""
    for path in paths:
        if path.is_dir() and not (path / "recipe.toml").exists():
            yield from sorted(each.parent for each in path.glob("*/recipe.toml"))
        else:
            yield path
