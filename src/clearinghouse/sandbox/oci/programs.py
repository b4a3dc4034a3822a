"""Programs of this machine that make containers: where they are looked for."""

import shutil

from clearinghouse.sandbox.contract import UnavailableError

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def find(name: str, package: str = "") -> str:
    """Return where a program is.

    Args:
        package: which brings it, where that has another name.

    Raises:
        UnavailableError: it is not installed.
    """
    found = shutil.which(name, path=PATH)
    if found is None:
        raise UnavailableError(f"{name} is not installed on this machine", f"apt-get install {package or name}")
    return found
