import kit

DRIVE = """
import card


def fill(text):
    return card.card(text, card.User("Ada", "Hull"), card.Order(7, 12.5))


def refused(text):
    try:
        return fill(text)
    except ValueError:
        return "refused"
"""
WORKS = [
    ("fill", ["Dear {user.name} of {user.city}"], "Dear Ada of Hull"),
    ("fill", ["{order.number:03d}: {order.total:>8.2f}|"], "007:    12.50|"),
    ("fill", ["no fields"], "no fields"),
    ("fill", [""], ""),
    ("fill", ["{{user.name}} {user.name}"], "{user.name} Ada"),
    ("fill", ["}}{{"], "}{"),
    ("refused", ["{user.name"], "refused"),
    ("refused", ["user}"], "refused"),
]
REPAIRED = [
    ("refused", ["{user.token}"], "refused"),
    ("refused", ["{order.margin}"], "refused"),
    ("refused", ["{user.__init__.__globals__}"], "refused"),
    ("refused", ["{user}"], "refused"),
    ("refused", ["{user.name.upper}"], "refused"),
    ("refused", ["{user.name[0]}"], "refused"),
    ("refused", ["{user.total}"], "refused"),
    ("refused", ["{0}"], "refused"),
    ("refused", ["{}"], "refused"),
    ("refused", ["{user.name!r}"], "refused"),
    ("refused", ["{order.total:{user.token}}"], "refused"),
    ("refused", ["{order.total:{order.number}}"], "refused"),
    ("refused", ["{user.city:{user.__class__}}"], "refused"),
]

kit.patched({"card.py": kit.answer("card.py")}, DRIVE, WORKS, REPAIRED)
