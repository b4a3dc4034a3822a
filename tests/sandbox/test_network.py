"""Several hosts on private networks: who sees whom, what stays, and that nothing else is there."""

import secrets
from collections.abc import Iterator

import pytest

from boxed import marked, needs_boxes, runner
from clearinghouse.sandbox import BoxError, Command, End, File, Limits
from clearinghouse.sandbox.client import Client
from clearinghouse.sandbox.contract import MIB, Host, UnavailableError
from clearinghouse.sandbox.inside import sound
from clearinghouse.sandbox.network import OWN, links_of

needs_boxes()

LIMITS = Limits(seconds=20, cpu=10, memory=128 * MIB, processes=32, disk=16 * MIB, files=500)
SERVER = b"""
import http.server, pathlib
class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        count = pathlib.Path("/work/count")
        number = int(count.read_text()) + 1 if count.exists() else 1
        count.write_text(str(number))
        self.send_response(200); self.end_headers()
        self.wfile.write(f"{self.client_address[0]} {number}".encode())
http.server.HTTPServer(("", 8000), Answers).serve_forever()
"""
ASK = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], timeout=2).read().decode())"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with runner() as client:
        yield client


@pytest.fixture
def boxes(client: Client) -> Iterator[tuple[str, str, str]]:
    made = tuple(client.prepare({"server.py": File(SERVER)}, LIMITS) for _ in range(3))
    yield made
    for box in made:
        client.destroy(box)


def host(name: str, box: str, *links: str, argv: tuple[str, ...] = ("python3", "-I", "/work/server.py")) -> Host:
    return Host(name=name, box=box, command=Command(argv=argv, limits=LIMITS), port=8000, links=links or (OWN,))


def said(client: Client, box: str, hosts: tuple[Host, ...], *argv: str) -> str:
    outcome = client.run(box, Command(argv=argv, limits=LIMITS, hosts=hosts))
    assert outcome.end is End.EXITED, outcome
    return (outcome.stdout + outcome.stderr).decode()


def test_a_host_is_found_by_its_name_and_goes_on_from_where_it_was(client: Client, boxes: tuple[str, str, str]) -> None:
    own, web, _ = boxes
    hosts = (host("web", web),)
    assert said(client, own, hosts, "python3", "-c", ASK, "http://web:8000/") == "10.77.0.1 1\n"
    assert said(client, own, hosts, "python3", "-c", ASK, "http://web:8000/") == "10.77.0.1 2\n"


def test_nothing_else_is_on_the_network(client: Client, boxes: tuple[str, str, str]) -> None:
    own, web, store = boxes
    hosts = (host("web", web), host("store", store, "web"))
    told = said(
        client, own, hosts, "sh", "-c", "cat /proc/net/dev /proc/net/route /etc/hosts; grep Cap /proc/self/status"
    )
    assert "net0" in told
    assert "net1" not in told
    assert "store" not in told
    assert "CapEff:\t0000000000000000" in told
    words = "import socket,sys\ns=socket.socket(); s.settimeout(0.5)\nprint(s.connect_ex((sys.argv[1], 8000)))"
    for address in ("10.77.1.2", "10.77.1.1", "1.1.1.1", "127.0.0.1"):
        assert said(client, own, hosts, "python3", "-c", words, address) != "0\n", address


def test_a_host_behind_another_is_reached_through_it_only(client: Client, boxes: tuple[str, str, str]) -> None:
    own, web, store = boxes
    passing = (
        "import http.server as h, urllib.request as r\n"
        "class A(h.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        body = r.urlopen('http://store:8000/').read()\n"
        "        self.send_response(200); self.end_headers(); self.wfile.write(body)\n"
        "h.HTTPServer(('', 8000), A).serve_forever()"
    )
    hosts = (host("store", store, "web"), host("web", web, OWN, argv=("python3", "-c", passing)))
    assert said(client, own, hosts, "python3", "-c", ASK, "http://web:8000/") == "10.77.0.1 1\n"


def test_what_a_host_shows_on_another_link_is_not_reached_by_binding_to_an_interface(
    client: Client, boxes: tuple[str, str, str]
) -> None:
    own, web, store = boxes
    inner = (
        "import http.server as h, threading\n"
        "class A(h.BaseHTTPRequestHandler):\n"
        "    def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b'x')\n"
        "serve = lambda at: h.HTTPServer(at, A).serve_forever()\n"
        "threading.Thread(target=serve, args=(('10.77.1.1', 9999),), daemon=True).start()\n"
        "serve(('10.77.0.2', 8000))"
    )
    hosts = (host("web", web, argv=("python3", "-c", inner)), host("store", store, "web"))
    words = (
        "import socket\ns = socket.socket(); s.settimeout(0.5)\ns.setsockopt(socket.SOL_SOCKET, 25, b'net0')\n"
        "try: s.connect(('{}', {})); print('reached')\nexcept OSError: print('not reached')"
    )
    assert said(client, own, hosts, "python3", "-c", words.format("10.77.0.2", 8000)) == "reached\n"
    assert said(client, own, hosts, "python3", "-c", words.format("10.77.1.1", 9999)) == "not reached\n"
    assert said(client, own, hosts, "cat", "/proc/net/if_inet6") in {
        "",
        "00000000000000000000000000000001 01 80 10 80       lo\n",
    }


def test_hosts_end_with_the_command_and_nothing_of_them_stays(client: Client, boxes: tuple[str, str, str]) -> None:
    own, web, _ = boxes
    mark = secrets.token_hex(8)
    serving = host("web", web, argv=("sh", "-c", f"(sleep 300; : {mark}) & exec python3 -I /work/server.py {mark}"))
    assert said(client, own, (serving,), "true") == ""
    assert not marked(mark)


def test_a_host_that_does_not_listen_is_told(client: Client, boxes: tuple[str, str, str]) -> None:
    own, web, _ = boxes
    outcome = client.run(own, Command(argv=("true",), limits=LIMITS, hosts=(host("web", web, argv=("true",)),)))
    assert (outcome.end, outcome.words) == (End.NOT_STARTED, "the host web does not listen on port 8000")


def test_where_no_group_holds_their_limits_there_are_no_hosts() -> None:
    with runner("sampling") as client:
        box = client.prepare({}, LIMITS)
        with pytest.raises(UnavailableError, match="need control groups"):
            client.run(box, Command(argv=("true",), limits=LIMITS, hosts=(host("web", box),)))


def test_a_host_is_held_to_its_limits(client: Client, boxes: tuple[str, str, str]) -> None:
    own, web, _ = boxes
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: break\n"
    serving = host("web", web, argv=("sh", "-c", f"python3 -c '{bomb}' & exec python3 -I /work/server.py"))
    assert said(client, own, (serving,), "echo", "still") == "still\n"


def test_a_provider_without_networks_refuses_hosts() -> None:
    with pytest.raises(BoxError, match="no networks between boxes"):
        sound(Command(argv=("true",), hosts=(host("web", "b"),)))


@pytest.mark.parametrize(
    "hosts",
    [
        (host("web", "b"), host("web", "c")),
        (host("Web!", "b"),),
        (host("localhost", "b"),),
        (host("web", "b", "web"),),
        (host("web", "b", "nowhere"),),
        (host("web", "b", "store"), host("store", "c", "web")),
        tuple(host(f"h{at}", "b") for at in range(9)),
    ],
)
def test_what_is_no_range(hosts: tuple[Host, ...]) -> None:
    with pytest.raises(BoxError, match="make no range"):
        links_of(hosts)
