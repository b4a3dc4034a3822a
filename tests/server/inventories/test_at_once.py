"""Several ask for the same at one moment."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection, connections

from clearinghouse.server.evidence import blobs
from clearinghouse.server.inventories.models import Inventory, State, Version
from clearinghouse.server.inventories.queries import inventories, worklist
from clearinghouse.server.inventories.services import acknowledge, remove, replace, set_shared
from server.inventories.having import FLAW, MARKER, a_deployer, packages, publish, pypi, send, work

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 4


def at_once(*acts):
    """Do all of them at one moment, each on a connection of its own; return what they return or raise."""
    barrier = Barrier(len(acts))

    def one(act):
        try:
            barrier.wait(60)
            return act()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_the_same_inventory_is_one():
    deployer = a_deployer()
    made = at_once(*[lambda: send(deployer, packages(pypi()))] * MANY)
    assert sorted(each.new for each in made) == [False] * (MANY - 1) + [True]
    assert Inventory.objects.count() == Version.objects.count() == len(list(blobs.names())) == 1


def test_versions_follow_each_other(home):
    publish(home, "harbour", FLAW)
    deployer = a_deployer()
    found, _ = send(deployer, packages(pypi()))
    bodies = [packages(pypi(), pypi(f"lib{number}")) for number in range(MANY)]
    made = at_once(*[lambda body=body: replace(deployer, found.reference, [body]) for body in bodies])
    assert all(each.new for each in made)
    work()
    (live,) = Version.objects.exclude(state=State.REMOVED)
    assert (live.number, live.state) == (MANY + 1, State.READY)
    assert len(list(blobs.names())) == 1


def test_removing_while_it_is_read_and_shared(home):
    publish(home, "harbour", FLAW)
    deployer = a_deployer()
    found, _ = send(deployer, packages(pypi()))
    at_once(work, lambda: remove(deployer, found.reference), lambda: set_shared(deployer, found.reference, True))
    work()
    assert inventories(deployer) == []
    assert worklist(deployer) is None
    assert not list(blobs.names())


def test_nothing_of_it_is_in_clear_on_the_disk(home):
    publish(home, "harbour", FLAW)
    deployer = a_deployer()
    found, _ = send(deployer, packages(pypi(), pypi(MARKER)), site=MARKER, filename=f"{MARKER}.json")
    send(deployer, f"Vendor,Product,Version\n{MARKER},,\n{MARKER},Viewer,\n".encode(), site="South")
    work()
    acknowledge(deployer, worklist(deployer).words[0], "done", MARKER)
    assert MARKER in worklist(deployer).made_from[0]
    remove(deployer, found.reference)
    database = [
        path for path in Path(str(connection.settings_dict["NAME"])).parent.glob("*.sqlite3*") if path.is_file()
    ]
    assert database or connection.vendor != "sqlite"
    for path in [*database, *(each for each in home.rglob("*") if each.is_file())]:
        assert MARKER.encode() not in path.read_bytes(), path
        assert FLAW.encode() not in path.read_bytes() or home in path.parents
