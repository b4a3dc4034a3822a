import kit

DRIVE = '''
import json
import sys
import cart


def shape(value):
    if isinstance(value, cart.Cart):
        return ["Cart", [shape(each) for each in value.items], shape(value.note)]
    if isinstance(value, cart.Item):
        return ["Item", shape(value.name), shape(value.count)]
    return value


def load(value):
    return shape(cart.load(json.dumps(value)))


def effect(value):
    """Whether something was imported or written by loading."""
    before = set(sys.modules)
    try:
        cart.load(json.dumps(value))
        said = "loaded"
    except Exception:
        said = "refused"
    return [said, "colorsys" in set(sys.modules) - before]
'''
WORKS = [
    ("load", [{"__type__": "cart:Cart"}], ["Cart", [], ""]),
    (
        "load",
        [{"__type__": "cart:Cart", "items": [{"__type__": "cart:Item", "name": "tea"}]}],
        ["Cart", [["Item", "tea", 1]], ""],
    ),
    (
        "load",
        [{"__type__": "cart:Cart", "items": [{"name": "plain"}], "note": "n"}],
        ["Cart", [{"name": "plain"}], "n"],
    ),
    ("load", [{"__type__": "cart:Cart", "note": {"deep": [1, 2]}}], ["Cart", [], {"deep": [1, 2]}]),
    ("load", [{"__type__": "cart:Cart", "note": "two\\nlines"}], ["Cart", [], "two\\nlines"]),
    ("load", [{"__type__": "cart:Item", "name": "tea"}], kit.RAISES),
    ("load", [[1, 2]], kit.RAISES),
]
REPAIRED = [
    ("effect", [{"__type__": "cart:Till", "drawer": "cart.py"}], ["refused", False]),
    ("effect", [{"__type__": "colorsys:rgb_to_hsv", "r": 1, "g": 1, "b": 1}], ["refused", False]),
    (
        "effect",
        [{"__type__": "cart:Cart", "items": [{"__type__": "colorsys:rgb_to_hsv", "r": 1, "g": 1, "b": 1}]}],
        ["refused", False],
    ),
    ("effect", [{"__type__": "cart:Cart", "note": {"a": {"__type__": "builtins:dict"}}}], ["refused", False]),
    ("effect", [{"__type__": "cart:json"}], ["refused", False]),
    ("effect", [{"__type__": "cart:load", "text": "{}"}], ["refused", False]),
    ("effect", [{"__type__": ["cart:Cart"]}], ["refused", False]),
]

kit.patched({"cart.py": kit.answer("cart.py")}, DRIVE, WORKS, REPAIRED)
