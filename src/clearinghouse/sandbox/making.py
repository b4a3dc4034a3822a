"""Which provider a runner uses, by configuration."""

from pathlib import Path

import msgspec

from clearinghouse.sandbox import launch
from clearinghouse.sandbox.bubblewrap import Bubblewrap
from clearinghouse.sandbox.contract import Provider, UnavailableError


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a runner runs things.

    Attributes:
        provider: ``bubblewrap``. toolchains: folders outside of ``/usr`` that every box has, read-only.
        machine: whether each box has a virtual machine of its own.
    """

    provider: str = "bubblewrap"
    toolchains: tuple[str, ...] = ()
    machine: bool = False

    @classmethod
    def read(cls, text: str) -> "Setting":
        """Return the setting that a text of JSON holds.

        Raises:
            UnavailableError: it is none.
        """
        try:
            return msgspec.json.decode(text, type=cls)
        except msgspec.DecodeError as error:
            raise UnavailableError(f"the setting of the runner is none: {error}", "write it as JSON") from None

    def text(self) -> str:
        """Return it as JSON."""
        return msgspec.json.encode(self).decode()


def make(setting: Setting) -> Provider:
    """Return the provider that a setting names.

    Raises:
        UnavailableError: there is no such provider, or this machine cannot run it.
    """
    if setting.provider != "bubblewrap":
        raise UnavailableError(f"{setting.provider[:40]!r} is no provider", "take bubblewrap")
    return Bubblewrap(launch.base(), toolchains=[Path(each) for each in setting.toolchains])
