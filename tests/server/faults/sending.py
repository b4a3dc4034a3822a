"""Reports that are sent as a careful client does: the same key again until there is a receipt."""

import http.client
import json
import random
import threading
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from server.faults.places import FINDERS, Place
from server_reports import a_result, sarif

PLACES = 150
"""Different flaws that all reports together speak of."""


class Act(msgspec.Struct):
    """One report that is to be sent.

    Attributes:
        finder: who sends it. key: its ``Idempotency-Key``. body: its bytes. due: when, in seconds from the beginning.
        receipts: what was answered, every time. unanswered: how often nothing was.
    """

    finder: str
    key: str
    body: bytes
    due: float
    receipts: list[str] = msgspec.field(default_factory=list)
    unanswered: int = 0


def acts(chance: random.Random, count: int, seconds: float) -> list[Act]:
    """Reports of different sizes that speak of the same places; some are sent by two, some twice by one."""
    made: list[Act] = []
    for number in range(count):
        finder = chance.choice(FINDERS)
        if made and chance.random() < 0.15:
            body = chance.choice(made).body  # what somebody, perhaps the same, sends too
        else:
            size = chance.randint(40, 120) if chance.random() < 0.12 else chance.randint(1, 4)
            places = chance.sample(range(PLACES), size)
            body = sarif([a_result(place, line=chance.randint(1, 900)) for place in places], tool=finder)
        made.append(Act(finder, f"{number:04}-{chance.getrandbits(32):08x}", body, chance.uniform(0, seconds)))
    return sorted(made, key=lambda act: act.due)


class Client(threading.Thread):
    """Sends some of the acts, each until it has a receipt, and some of them again after that.

    Attributes:
        wrong: what was answered that should not have been.
    """

    def __init__(self, place: Place, mine: Sequence[Act], seed: int, most: float) -> None:
        super().__init__(daemon=True)
        self.wrong: list[str] = []
        self._place = place
        self._mine = mine
        self._chance = random.Random(seed)
        self._most = most

    def run(self) -> None:
        """Send."""
        begun = time.monotonic()
        for act in self._mine:
            time.sleep(max(0.0, begun + act.due - time.monotonic()))
            while not self._sent(act):
                if time.monotonic() - begun > self._most:
                    self.wrong.append(f"{act.key} had no receipt in time")
                    return
                time.sleep(self._chance.uniform(0.05, 0.5))
            if self._chance.random() < 0.1:
                self._sent(act)

    def _sent(self, act: Act) -> bool:
        before = len(act.receipts)
        try:
            status, body = self._post(act)
        except (OSError, http.client.HTTPException):
            act.unanswered += 1
            return False
        if status in {200, 202}:
            act.receipts.append(json.loads(body)["receipt"])
            if status == 202 and before:
                self.wrong.append(f"{act.key} was new again")
            return True
        if status not in {429, 500, 502, 503, 507}:
            self.wrong.append(f"{act.key} was answered {status}: {body[:300]!r}")
            return True
        act.unanswered += 1
        return False

    def _post(self, act: Act) -> tuple[int, bytes]:
        """Send it, on a connection of its own; sometimes the answer is not waited for."""
        connection = http.client.HTTPConnection("127.0.0.1", self._place.port, timeout=30)
        headers = {"Authorization": f"Bearer {self._place.keys[act.finder]}", "Idempotency-Key": act.key}
        try:
            connection.request("POST", "/v1/reports", act.body, headers)
            if self._chance.random() < 0.05:
                raise ConnectionError("the client goes away")
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def send_all(place: Place, all_acts: Sequence[Act], seed: int, most: float, clients: int = 4) -> list[Client]:
    """Begin to send; return the clients, which end by themselves."""
    made = [Client(place, all_acts[number::clients], seed + number, most) for number in range(clients)]
    for client in made:
        client.start()
    return made


def finish(clients: Sequence[Client], most: float) -> None:
    """Wait until everything is sent, and see that nothing was answered that should not have been."""
    for client in clients:
        client.join(most)
        assert not client.is_alive(), "it was not sent in time"
    assert [each for client in clients for each in client.wrong] == []


def waiting(place: Place) -> int:
    """How many reports are not done, as their senders see it; 1 if the server does not answer."""
    found = 0
    for key in place.keys.values():
        before = ""
        while True:
            try:
                answer = place.get(f"/v1/reports?before={before}", Authorization=f"Bearer {key}")
            except (OSError, http.client.HTTPException):
                return 1
            if answer.status != 200:
                return 1
            page: Any = answer.json
            found += sum(each["status"] in {"queued", "processing"} for each in page["reports"])
            before = page["before"] or ""
            if not before:
                break
    return found
