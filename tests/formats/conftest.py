"""What the tests of formats share: values within documents as JSON holds them, and others put in their place."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import strategies as st

from outline import Outline

Place = tuple[Any, ...]


def _places(value: Any, place: Place = ()) -> Iterator[Place]:
    yield place
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from _places(value[key], (*place, key))


def _put(value: Any, place: Place, new: Any) -> Any:
    if not place:
        return new
    copy = value.copy()
    copy[place[0]] = _put(value[place[0]], place[1:], new)
    return copy


@st.composite
def _disturbed(draw: st.DrawFn, document: Any, odd: st.SearchStrategy[Any]) -> Any:
    for _ in range(draw(st.integers(1, 3))):
        document = _put(document, draw(st.sampled_from(list(_places(document)))), draw(odd))
    return document


@pytest.fixture(scope="session")
def places() -> Callable[[Any], Iterator[Place]]:
    """Yields every place in a value, its root first."""
    return _places


@pytest.fixture(scope="session")
def put() -> Callable[[Any, Place, Any], Any]:
    """Returns a copy of a value with another one in one place."""
    return _put


@pytest.fixture(scope="session")
def disturbed() -> Callable[..., st.SearchStrategy[Any]]:
    """Makes a strategy of a document and odd values: the document with one to three of them somewhere in it."""
    return _disturbed


@pytest.fixture(scope="session")
def outline() -> Callable[[str], Outline]:
    return Outline
