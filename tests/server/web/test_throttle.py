import pytest
from django.test import RequestFactory

from clearinghouse.server.access.reader import NOBODY, Reader
from clearinghouse.server.web.throttle import Throttle, client_address, network_of, who_asks


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_minute_may_come_at_once_and_then_as_many_a_minute(clock):
    throttle = Throttle(clock=clock)
    assert [throttle.wait("a", 6) for _ in range(8)] == [0] * 6 + [10, 10]
    clock.now += 9.5
    assert throttle.wait("a", 6) == 1
    clock.now += 0.5
    assert [throttle.wait("a", 6) for _ in range(2)] == [0, 10]
    clock.now += 60
    assert [throttle.wait("a", 6) for _ in range(7)] == [0] * 6 + [10]


def test_waiting_as_long_as_was_said_is_enough(clock):
    throttle = Throttle(clock=clock)
    for limit in (1, 7, 300, 1200):
        who = str(limit)
        for _ in range(3 * limit):
            if wait := throttle.wait(who, limit):
                clock.now += wait
                assert throttle.wait(who, limit) == 0


def test_one_does_not_pay_for_another(clock):
    throttle = Throttle(clock=clock)
    assert throttle.wait("a", 1) == 0
    assert throttle.wait("a", 1) == 60
    assert throttle.wait("b", 1) == 0


def test_many_addresses_do_not_fill_memory(clock):
    throttle = Throttle(most=100, clock=clock)
    for number in range(10_000):
        throttle.wait(str(number), 5)
    assert len(throttle) == 100
    clock.now += 61
    throttle.wait("one", 5)
    throttle.wait("two", 5)
    assert len(throttle) <= 2


def asked(address="203.0.113.9", forwarded=None):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "203.0.113.9"),
        (0, "198.51.100.1", "203.0.113.9"),
        (1, None, "203.0.113.9"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "10.0.0.1, 198.51.100.1", "198.51.100.1"),
        (2, "10.0.0.1, 198.51.100.1, 192.0.2.7", "198.51.100.1"),
        (2, "198.51.100.1", "203.0.113.9"),
        (1, "nonsense", "203.0.113.9"),
        (1, "198.51.100.1:4711", "198.51.100.1"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_what_trusted_proxies_wrote_counts(proxies, forwarded, expected):
    assert client_address(asked(forwarded=forwarded), proxies) == expected


def test_networks():
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::9") == "2001:db8:1:2::"
    assert network_of("::ffff:192.0.2.1") == "192.0.2.1"
    assert network_of("") == "unknown"


def test_who_asks():
    assert who_asks(asked(), Reader(participant=1, service=3), 0) == "service 3"
    assert who_asks(asked(), Reader(participant=1, person=3), 0) == "person 3"
    assert who_asks(asked(), NOBODY, 0) == "address 203.0.113.9"
