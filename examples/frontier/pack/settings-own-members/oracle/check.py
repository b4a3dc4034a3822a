import kit

DRIVE = """
import json
import settings


def save(*texts):
    mine = settings.Settings()
    for each in texts:
        settings.save(mine, json.dumps(each))
    return [mine.theme, mine.page.size, mine.page.language]


def attack(given):
    mine, other = settings.Settings(), settings.Settings()
    try:
        settings.save(mine, json.dumps(given))
        said = "saved"
    except Exception:
        said = "refused"
    fresh = settings.Settings()
    clean = not fresh.is_admin and not other.is_admin and not mine.is_admin and not hasattr(fresh.page, "extra")
    names = {"Settings", "Page", "merge", "save", "secret", "json", "sys"} <= set(vars(settings))
    return [said, bool(clean and names and callable(settings.secret)), sorted(vars(mine)), sorted(vars(mine.page))]
"""
WORKS = [
    ("save", [{}], ["plain", 20, "en"]),
    ("save", [{"theme": "dark"}], ["dark", 20, "en"]),
    ("save", [{"page": {"size": 50, "language": "fr"}}], ["plain", 50, "fr"]),
    (
        "save",
        [{"theme": {"a": {"b": 1}}}, {"theme": {"a": {"c": 2}, "__class__": 3}}],
        [{"a": {"b": 1, "c": 2}, "__class__": 3}, 20, "en"],
    ),
    ("save", [{"is_admin": True}], kit.RAISES),
    ("save", [{"theme": None, "page": {}}], [None, 20, "en"]),
]
REPAIRED = [
    ("attack", [{"__class__": {"is_admin": True}}], ["refused", True, ["page", "theme"], ["language", "size"]]),
    ("attack", [{"page": {"__class__": {"extra": True}}}], ["refused", True, ["page", "theme"], ["language", "size"]]),
    (
        "attack",
        [{"__init__": {"__globals__": {"secret": 1}}}],
        ["refused", True, ["page", "theme"], ["language", "size"]],
    ),
    ("attack", [{"__dict__": {"is_admin": True}}], ["refused", True, ["page", "theme"], ["language", "size"]]),
    ("attack", [{"page": {"is_admin": True}}], ["refused", True, ["page", "theme"], ["language", "size"]]),
    ("attack", [{"other": 1}], ["refused", True, ["page", "theme"], ["language", "size"]]),
    ("attack", [{"page": 3}], ["refused", True, ["page", "theme"], ["language", "size"]]),
]

kit.patched({"settings.py": kit.answer("settings.py")}, DRIVE, WORKS, REPAIRED)
