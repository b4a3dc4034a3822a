"""What is wrong with a recipe is said as its writer wrote it, with a remedy that is one."""

import tomllib
from typing import get_args

import msgspec
import pytest

from clearinghouse.validation.errors import RecipeError
from clearinghouse.validation.fields import Recipe
from clearinghouse.validation.recipe import parse
from clearinghouse.validation.shows import Shows
from clearinghouse.validation.wrong_fields import EXAMPLES

LEAST = """format = 1
title = "a title"
[affected]
archive = "a.tar.gz"
[reproducer]
command = ["x"]
[shows]
by = "hang"
"""


def told(text):
    with pytest.raises(RecipeError) as caught:
        parse(text.encode(), "recipe.toml")
    return f"{caught.value.what} / {caught.value.remedy}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            LEAST.replace("title", 'runs = "3"\ntitle', 1),
            'recipe.toml: runs: a whole number was expected; the text "3" stands there / write it like runs = 3',
        ),
        (
            LEAST.replace('["x"]', '"python3 reproduce.py"'),
            'recipe.toml: [reproducer] command: a list was expected; the text "python3 reproduce.py" stands there'
            ' / write it like command = ["python3", "reproduce.py"]',
        ),
        (
            LEAST.replace('"hang"', '"exit"'),
            "recipe.toml: [shows] code is missing / add a line code = 3",
        ),
        (
            LEAST.replace('"hang"', '"exit"\nexit = 3'),
            "recipe.toml: [shows] exit: there is no field of this name / take it out; in [shows] there may be by, code",
        ),
        (
            LEAST.replace('"hang"', '"output"\ncontians = "x"'),
            "recipe.toml: [shows] contians: there is no field of this name / call it contains, or take it out",
        ),
        (
            'command = ["x"]\n' + LEAST,
            "recipe.toml: command: there is no field of this name"
            " / put it below the line [reproducer] or [control], where it belongs",
        ),
        (
            LEAST.replace("[shows]\nby", "[limits]\nseconds = []\n[shows]\nby"),
            "recipe.toml: [limits] seconds: a number was expected; a list of 0 items stands there"
            " / write it like seconds = 30",
        ),
        (
            LEAST + '[isolation]\ntier = "T9"',
            'recipe.toml: [isolation] tier: "T1", "T2" or "T3" was expected; the text "T9" stands there'
            ' / write it as tier = "T1", "T2" or "T3"',
        ),
        (
            "install = 3\n" + LEAST,
            "recipe.toml: [install]: a table was expected; the number 3 stands there"
            " / write it as a table: a line [install], and its fields below it",
        ),
        (
            LEAST.replace('archive = "a.tar.gz"', 'archive = "a.tar.gz"\nsha256 = "abc"'),
            'recipe.toml: [affected] sha256: a text of another form was expected; the text "abc" stands there'
            " / write the 64 digits that sha256sum prints, in lower case",
        ),
        (
            LEAST.replace('"a title"', "a title"),
            "recipe.toml: line 2, column 9: no TOML: Invalid value"
            ' / put texts in double quotes, and write lists as ["one", "two"]; the line is: title = a title',
        ),
        (
            LEAST + "seconds 3",
            "recipe.toml: line 9, column 9: no TOML: Expected '=' after a key in a key/value pair"
            " / write name = value, and tables as [name]; the line is: seconds 3",
        ),
        (
            "title = [1, 2",
            "recipe.toml: no TOML: Unclosed array, at its end / close the bracket",
        ),
    ],
)
def test_a_mistake_is_said_with_its_field_what_belongs_there_what_stands_there_and_a_remedy(text, says):
    assert told(text) == says


def fields(kind):
    return {each.encode_name for each in msgspec.structs.fields(kind)}


def test_every_field_has_an_example():
    known = {"": fields(Recipe) - EXAMPLES.keys()}
    tables = {each.encode_name: each.type for each in msgspec.structs.fields(Recipe) if each.encode_name in EXAMPLES}
    for name, kind in tables.items():
        kinds = [
            each for each in (kind, *get_args(kind)) if isinstance(each, type) and issubclass(each, msgspec.Struct)
        ]
        known[name] = set().union(*map(fields, kinds)) | ({"by"} if name == "shows" else set())
    assert {name: set(values) for name, values in EXAMPLES.items()} == known


NEEDED = {
    "output": 'contains = "x"',
    "exit": "code = 3",
    "file": 'path = "x"',
    "growth": "sizes = [1, 9, 99]\nexponent = 2",
    "limit": 'of = "memory"',
}


@pytest.mark.parametrize("table", EXAMPLES)
def test_every_example_may_stand_where_it_is_named(table):
    tables = tomllib.loads(LEAST)
    for name, values in EXAMPLES[table].items():
        for value in values:
            field = tomllib.loads(f"{name} = {value}")
            if table == "shows":
                some = [{**tomllib.loads(NEEDED.get(sort, "")), "by": sort, **field} for sort in SORTS]
                assert any(_fits({**tables, "shows": each}) for each in some), (name, value)
            else:
                changed = {**tables, **field} if not table else {**tables, table: {**tables.get(table, {}), **field}}
                if table == "control":
                    changed["control"].setdefault("command", ["x"])
                msgspec.convert(changed, Recipe)


SORTS = [each.__struct_config__.tag for each in get_args(Shows)]


def _fits(tables):
    try:
        msgspec.convert(tables, Recipe)
    except msgspec.ValidationError:
        return False
    return True
