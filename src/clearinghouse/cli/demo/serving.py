"""``clearinghouse demo --serve``: the demonstration on a server, with everybody in it, until somebody ends it."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from clearinghouse.cli.demo import validating
from clearinghouse.cli.demo.description import description
from clearinghouse.cli.demo.scratch import temporary_folder
from clearinghouse.cli.demo.sending import Sender, send_inventory, send_report
from clearinghouse.cli.demo.world import (
    MAINTAINER,
    PASSWORD,
    everybody,
    populate,
    reader_of,
    sent_by,
    write_outside,
)
from clearinghouse.cli.layout import say
from clearinghouse.cli.server.loading import choose_home, importing, start
from clearinghouse.formats.text import plural
from clearinghouse.records import ClearinghouseError

PORT = 8470
_TRIES = 20
"""Ports that are tried, one after the other."""
_STARTING = 60.0
_WORKING = 180.0
_GRACE = 20.0
_BEFORE = (
    "A clearinghouse with invented people: labs, a scanner and a researcher send the demonstration flood over HTTP, a "
    "coordinator sees each flaw once, vendors what was shared with them, and a hospital, a bank and a water utility "
    "what to do by when. Reproducers that came with reports are run in a sandbox."
)


def serve_demo(keep: Path | None, *, stay: bool = True) -> int:
    """Make the world, serve it, and wait until somebody ends it.

    Args:
        keep: where the installation is made and left; otherwise it is temporary. stay: whether to wait at all.

    Raises:
        ClearinghouseError: it cannot be made, or does not start.
    """
    say(f"{_BEFORE}\n", hanging=False)
    with ExitStack() as stack:
        home = keep or Path(stack.enter_context(temporary_folder())) / "home"
        if home.exists() and any(home.iterdir()):
            raise ClearinghouseError(f"{home} is not empty", "name a new folder: clearinghouse demo --serve --keep DIR")
        port = _free_port()
        address = f"http://127.0.0.1:{port}"
        why_not = validating.why_not()
        senders = _made(home, address, validates=not why_not)
        server = stack.enter_context(_running(home, port))
        _wait_for(server, address)
        given = _send_all(senders)
        share()
        _tell(address, home, kept=keep is not None)
        with _until_interrupted():
            if why_not:
                _tell_waiting(len(given), why_not)
            else:
                validating.follow(given, lambda: server.poll() is None)
            if stay:
                _stay(server)
    return 0


def _made(home: Path, address: str, *, validates: bool) -> Mapping[str, Sender]:
    """Make the installation with everybody in it; return who sends, by their folder.

    Args:
        validates: whether a worker beside the server runs reproducers.
    """
    day = dt.datetime.now(dt.UTC).date()
    os.environ |= {
        "CLEARINGHOUSE_DEMO": "1",
        "CLEARINGHOUSE_REQUIRE_MFA": "0",
        "CLEARINGHOUSE_LOG_LEVEL": "WARNING",
        "CLEARINGHOUSE_VALIDATION_JOBS": str(int(validates)),
        "CLEARINGHOUSE_VALIDATION_OFFLINE": "1",
        "CLEARINGHOUSE_STORE": str(home / "feeds"),
    }
    os.environ.pop("DATABASE_URL", None)
    choose_home(home)
    with importing():
        from clearinghouse.server.operate import setup  # noqa: PLC0415

        setup.make_home(home, origin=address, name="Harbourlight Clearinghouse")
    configuration = start()
    setup.make_keys(configuration)
    setup.make_tables()
    write_outside(home, day)
    keys = populate()
    return {each.folder: Sender(address, keys[each.email]) for each in everybody() if each.folder}


def _free_port() -> int:
    for port in range(PORT, PORT + _TRIES):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ClearinghouseError(
        f"the ports {PORT} to {PORT + _TRIES - 1} of this machine are all taken", "end what listens on one of them"
    )


@contextmanager
def _running(home: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run server and worker until the block ends; what they log stands in a file."""
    command = [sys.executable, "-P", "-m", "clearinghouse", "serve", "--home", str(home)]
    command += ["--bind", f"127.0.0.1:{port}", "--processes", "1", "--with-worker"]
    with open(home / "serve.log", "wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own program
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, process_group=0
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(server: "subprocess.Popen[bytes]", address: str) -> None:
    until = time.monotonic() + _STARTING
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.1)
    raise ClearinghouseError("the server did not start", "clearinghouse demo --serve --keep DIR, and see DIR/serve.log")


def _send_all(senders: Mapping[str, Sender]) -> list[validating.Given]:
    """Have everybody send what they have, wait until the work on it is done, and have reproducers given in."""
    day = dt.datetime.now(dt.UTC).date()
    count = 0
    for member in everybody():
        if member.folder:
            send = send_inventory if "deployer" in member.roles else send_report
            for made in sent_by(member, day):
                send(senders[member.folder], made)
                count += 1
    proven = validating.send_reports(senders, (day - description().date).days)
    count += len(proven)
    say(f"{plural(count, 'document')} sent over HTTP; each has its receipt. Waiting until they are read ...")
    sys.stdout.flush()
    from clearinghouse.server.jobs.models import LIVE, Job  # noqa: PLC0415 - Django is set up by now

    until = time.monotonic() + _WORKING
    while time.monotonic() < until and Job.objects.filter(state__in=LIVE, recurrence__isnull=True).exists():
        time.sleep(0.2)
    return validating.give_in(senders, proven)


def share() -> None:
    """Let each vendor see what is in its code, with the reproducers, as the coordinator would."""
    from clearinghouse.server.participants.models import Participant  # noqa: PLC0415 - Django is set up by now
    from clearinghouse.server.vulnerabilities import acts, queries  # noqa: PLC0415

    reader = reader_of("coordinator@example.org")
    for words, name in (("libtide", "Tide Project"), ("quayweb", MAINTAINER)):
        vendor = Participant.objects.get(name=name)
        for row in queries.queue(reader, queries.Filters(words=words)).rows:
            acts.share(reader, row.reference, vendor.reference, "It is in the vendor's code.", evidence=True)


def _tell(address: str, home: Path, *, kept: bool) -> None:
    say(f"\nOpen {address} and sign in as one of these; the password of all is: {PASSWORD}\n", "bold")
    members = everybody()
    wide = max(len(member.email) for member in members)
    for member in members:
        say(f"{member.email:<{wide}}  {', '.join(member.roles)}: {member.sees}")
    say()
    say("The coordinator's first page has the main job's result: what came in, each flaw once, what is due.")
    say(f"Is it real: {address}/validations/ as the coordinator, and each flaw's page, say what reproducers showed.")
    if kept:
        say(f"The installation stays in {home}; clearinghouse serve --home {home} --with-worker serves it again.")
    else:
        say("It listens on this machine only and is gone when you end it; --keep DIR leaves it.")


def _tell_waiting(count: int, why: str) -> None:
    say(f"\nValidations are off: {why}.")
    say(f"Of {plural(count, 'reproducer')} that came with reports nothing was run, so there is no verdict. They wait.")


def _stay(server: "subprocess.Popen[bytes]") -> None:
    say("\nCtrl-C ends it.")
    sys.stdout.flush()
    server.wait()
    raise ClearinghouseError("the server ended", "clearinghouse demo --serve --keep DIR, and see DIR/serve.log")


@contextmanager
def _until_interrupted() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        say("\nEnding.")
