"""What the demonstration's people send over HTTP, as their programs would: with their keys, to the server's address."""

import json
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

from clearinghouse.cli.demo.made import Made
from clearinghouse.records import ClearinghouseError

_PATIENCE = 60
_REMEDY = "please report it"


class Sender(NamedTuple):
    """One key and where it is good: the address of the server."""

    address: str
    key: str


def send_report(sender: Sender, made: Made) -> str:
    """Send a report; return its receipt."""
    return str(_send(sender, "/v1/reports", made)["receipt"])


def send_inventory(sender: Sender, made: Made) -> None:
    """Send an inventory that the coordinator may see."""
    site = quote(_name(made).partition(".")[0].capitalize())
    _send(sender, f"/v1/inventories?site={site}&shared=true", made)


def send_recipe(sender: Sender, receipt: str, made: Made) -> str:
    """Ask that a recipe is run which belongs to a report; return the reference of the validation."""
    return str(_send(sender, f"/v1/reports/{receipt}/validations", made)["reference"])


def _name(made: Made) -> str:
    return made.path.rpartition("/")[2]


def _send(sender: Sender, path: str, made: Made) -> dict[str, Any]:
    """Send a file.

    Raises:
        ClearinghouseError: it was not taken.
    """
    request = urllib.request.Request(  # noqa: S310 - loopback
        sender.address + path,
        data=made.content,
        headers={
            "Authorization": f"Bearer {sender.key}",
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(_name(made))}",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 - loopback
            status, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        detail = json.loads(error.read() or b"{}").get("detail", "")
        raise ClearinghouseError(f"{made.path} was answered {error.code}: {detail}", _REMEDY) from error
    if status not in {HTTPStatus.ACCEPTED, HTTPStatus.OK}:
        raise ClearinghouseError(f"{made.path} was answered {status}", _REMEDY)
    return dict(json.loads(body))
