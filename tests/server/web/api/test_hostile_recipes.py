"""Recipes over HTTP that would cost who reads them too much: a problem each time, and nothing of it stored."""

import io
import os
import zipfile

import pytest

from clearinghouse.server.intake import reading as reports
from clearinghouse.server.validations import reading
from clearinghouse.server.validations.models import Recipe, Validation
from server_reports import a_result, sarif
from server_validations import a_recipe, zipped

pytestmark = pytest.mark.django_db
GOOD = zipped(a_recipe())


def packed(files, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def with_bomb(data, method):
    text = a_recipe()["recipe.toml"]
    return packed({"recipe.toml": text, "app-1.tar.gz": data, "app-2.tar.gz": b""}, method)


HOSTILE = {
    "nothing": (lambda: b"", "there is nothing in it"),
    "no recipe": (lambda: packed({"a": b""}), "there is no recipe.toml"),
    "deflated": (lambda: with_bomb(bytes(1 << 28), zipfile.ZIP_DEFLATED), "more than 16 MiB"),
    "bzip2": (lambda: with_bomb(bytes(1 << 28), zipfile.ZIP_BZIP2), "more than 16 MiB"),
    "lzma": (lambda: with_bomb(bytes(1 << 28), zipfile.ZIP_LZMA), "more than 16 MiB"),
    "arrays": (lambda: b"a=" + b"[" * 60_000, "too deeply nested"),
    "dotted": (lambda: b"a" + b".a" * 30_000 + b"=1", "too deeply nested"),
    "no text": (lambda: os.urandom(1 << 16), "UTF-8"),
    "a large text": (lambda: b"#" * (64 << 20), "at most 64 KiB"),
    "a name above": (lambda: packed({"recipe.toml": b"", "../x": b""}), "leads out"),
}


@pytest.fixture
def sender(client_for):
    client = client_for()
    answer = client.generic("POST", "/v1/reports", sarif([a_result()]), content_type="application/json")
    client.address = f"/v1/reports/{answer.json()['receipt']}/validations"
    return client


def post(client, body):
    return client.generic("POST", client.address, body, content_type="application/octet-stream")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_bomb_is_a_problem_and_is_not_read_here(sender, name, monkeypatch):
    make, words = HOSTILE[name]
    body = make()

    def never(*_, **__):
        pytest.fail("what strangers sent is read in this process")

    monkeypatch.setattr("tomllib.loads", never)
    monkeypatch.setattr("zipfile.ZipFile.__init__", never)
    answer = post(sender, body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    assert (Recipe.objects.count(), Validation.objects.count()) == (0, 0)
    assert post(sender, GOOD).status_code == 202
    assert Recipe.objects.get().size >= sum(map(len, a_recipe().values()))


def test_many_at_one_time_wait_and_are_told(sender, monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE", 0.01)
    for _ in range(reading.AT_ONCE):
        assert reading._turns.acquire(blocking=False)
    try:
        answer = post(sender, GOOD)
    finally:
        for _ in range(reading.AT_ONCE):
            reading._turns.release()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert Recipe.objects.count() == 0
    assert post(sender, GOOD).status_code == 202


def test_one_whose_reader_is_killed_is_told_and_the_next_is_read(sender):
    assert post(sender, GOOD).status_code == 202
    process = reports.readers()._process
    process.kill()
    process.wait()
    assert post(sender, GOOD).status_code == 200


def test_where_no_process_can_be_started_it_is_said_that_it_can_be_sent_again(sender, monkeypatch):
    def none(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("clearinghouse.formats.apart.readers.Readers._ready", none)
    answer = post(sender, GOOD)
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert Recipe.objects.count() == 0
