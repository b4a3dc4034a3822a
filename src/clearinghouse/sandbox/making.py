"""Which provider a runner uses, by configuration."""

import atexit
import shutil
import tempfile
from pathlib import Path

import msgspec

from clearinghouse.sandbox import launch
from clearinghouse.sandbox.bubblewrap import Bubblewrap
from clearinghouse.sandbox.contract import Provider, UnavailableError
from clearinghouse.sandbox.oci.engine import Container
from clearinghouse.sandbox.oci.runtime import Runtime


class Setting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a runner runs things.

    Attributes:
        provider: ``bubblewrap``, ``oci`` (a runtime by itself), ``podman`` or ``docker``.
        toolchains: folders outside of ``/usr`` that every box has, read-only; not with docker.
        machine: whether each box has a virtual machine of its own.
        runtime: for ``oci`` ``crun`` (where none is named), ``runc`` or ``runsc``; for an engine one that it knows
            (``kata``). image: name of an image that the engine has already; docker needs one.
        rootfs: the unpacked root folder of an image, for ``oci`` and ``podman``; without one they take ``/usr`` of the
            machine.
    """

    provider: str = "bubblewrap"
    toolchains: tuple[str, ...] = ()
    machine: bool = False
    runtime: str = ""
    image: str = ""
    rootfs: str = ""

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
    toolchains = [Path(each) for each in setting.toolchains]
    runtime, image = setting.runtime, setting.image
    folder = Path(setting.rootfs) if setting.rootfs else None
    match setting.provider:
        case "bubblewrap":
            return Bubblewrap(launch.base(), toolchains=toolchains)
        case "oci":
            return Runtime(launch.base(), runtime or "crun", image=folder, toolchains=toolchains)
        case "podman":
            return Container(launch.base(), "podman", image, runtime=runtime, folder=folder, toolchains=toolchains)
        case "docker":
            return Container(_scratch(), "docker", image, runtime=runtime, folder=folder)
    raise UnavailableError(
        f"{setting.provider[:40]!r} is no provider", "take bubblewrap; others are oci, podman and docker"
    )


def _scratch() -> Path:
    """Return a folder for few small files, of a runner that mounts nothing."""
    folder = Path(tempfile.mkdtemp(prefix="clearinghouse-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
