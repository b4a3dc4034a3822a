"""Lists of the packages that an operating system has installed: what dpkg, apt, rpm, dnf and apk keep and print."""

from clearinghouse.formats.contract import Format
from clearinghouse.formats.os_packages.reader import NAME, detect, read

FORMAT = Format(
    name=NAME, title="list of OS packages (dpkg, apt, rpm, dnf or apk)", detect=detect, read=read, inventory=True
)
