"""A subject that was made ready once, over which a recipe is run many times with some of its files changed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from clearinghouse.validation import subjects
from clearinghouse.validation.errors import ValidationError
from clearinghouse.validation.recipe import Loaded, Subject, Use
from clearinghouse.validation.running import Seen, limits_of, run_once
from clearinghouse.validation.shows import exit_code
from clearinghouse.validation.validate import Session

Instead = Mapping[str, bytes]
"""Contents that files of the recipe have this time."""


class Trial:
    """What a recipe shows over one box, in which its subject is installed."""

    def __init__(self, loaded: Loaded, session: Session, box: str) -> None:
        self._loaded = loaded
        self._session = session
        self._box = box
        self._limits = limits_of(loaded.recipe.limits, session.policy.run)

    def runs(self, instead: Instead | None = None) -> Iterator[Seen]:
        """Yield what the reproducer shows, as often as the recipe wants it run; none is run before it is asked for."""
        for _ in range(self._loaded.recipe.runs):
            yield self._run(self._loaded.recipe.reproducer, instead)

    def shows(self, instead: Instead | None = None) -> bool | None:
        """Whether the flaw shows in some run; None where a run before that could not tell."""
        for seen in self.runs(instead):
            if seen.sight.shown is not False:
                return seen.sight.shown
        return False

    def doubt(self, instead: Instead | None = None) -> str:
        """Return what the control has against it: that it shows the flaw, or does not end as it should.

        Empty where it has nothing against it, or there is none.
        """
        control = self._loaded.recipe.control
        if control is None:
            return ""
        outcome, sight = self._run(control, instead)
        if sight.shown:
            return "the benign control shows the flaw too"
        ended = exit_code(outcome)
        if sight.shown is None or ended != control.exit:
            how = f"with exit code {ended}" if ended is not None else f"at its limit of {outcome.end}"
            return f"the control ended {how}, not with exit code {control.exit}"
        return ""

    def _run(self, use: Use, instead: Instead | None) -> Seen:
        return run_once(self._loaded, use, self._session.provider, self._box, self._limits, instead=instead)


@contextmanager
def trial(loaded: Loaded, subject: Subject, session: Session) -> Iterator[Trial]:
    """Make a subject ready, and destroy it afterwards.

    Raises:
        NotToBeHadError: what it needs cannot be fetched now. ValidationError: it cannot be made ready.
    """
    ready = subjects.make_ready(
        loaded, subject, session.provider, session.registry, session.policy.build, session.python
    )
    if not ready.box:
        raise ValidationError(f"the subject could not be prepared: {ready.why}", "validate the recipe first")
    try:
        yield Trial(loaded, session, ready.box)
    finally:
        session.provider.destroy(ready.box)
