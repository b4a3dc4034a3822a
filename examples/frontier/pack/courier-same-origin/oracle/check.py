import kit

DRIVE = '''
import courier


def trip(url, answers, headers=None, method="GET"):
    """Every request as method, URL and names of headers, and what came of it."""
    seen = []

    def send(method, url, headers):
        seen.append([method, url, sorted(headers)])
        status, location = answers[min(len(seen), len(answers)) - 1]
        return status, {"location": location} if location else {}, "body"

    try:
        came = list(courier.fetch(send, url, headers or {"Authorization": "a", "Cookie": "b", "Accept": "c"}, method))
    except ValueError:
        came = "refused"
    return [seen, came]
'''
WORKS = [
    (
        "trip",
        ["http://a.example/x", [[200, None]]],
        [[["GET", "http://a.example/x", ["accept", "authorization", "cookie"]]], [200, "body"]],
    ),
    (
        "trip",
        ["http://a.example/x", [[302, "/y"], [200, None]]],
        [
            [
                ["GET", "http://a.example/x", ["accept", "authorization", "cookie"]],
                ["GET", "http://a.example/y", ["accept", "authorization", "cookie"]],
            ],
            [200, "body"],
        ],
    ),
    (
        "trip",
        ["http://a.example/x", [[303, "y"], [404, None]], {"Content-Type": "t", "X": "y"}, "POST"],
        [[["POST", "http://a.example/x", ["content-type", "x"]], ["GET", "http://a.example/y", ["x"]]], [404, "body"]],
    ),
    (
        "trip",
        ["http://a.example/x", [[302, "/x"]]],
        [[["GET", "http://a.example/x", ["accept", "authorization", "cookie"]]] * 6, "refused"],
    ),
    ("trip", ["ftp://a.example/x", [[200, None]]], [[], "refused"]),
    (
        "trip",
        ["http://a.example/x", [[304, None]]],
        [[["GET", "http://a.example/x", ["accept", "authorization", "cookie"]]], [304, "body"]],
    ),
]
REPAIRED = [
    (
        "trip",
        ["http://a.example/x", [[302, "http://b.example/"], [200, None]]],
        [
            [
                ["GET", "http://a.example/x", ["accept", "authorization", "cookie"]],
                ["GET", "http://b.example/", ["accept"]],
            ],
            [200, "body"],
        ],
    ),
    (
        "trip",
        ["http://a.example/x", [[302, "http://b.example/"], [302, "http://a.example/x"], [200, None]]],
        [
            [
                ["GET", "http://a.example/x", ["accept", "authorization", "cookie"]],
                ["GET", "http://b.example/", ["accept"]],
                ["GET", "http://a.example/x", ["accept"]],
            ],
            [200, "body"],
        ],
    ),
    (
        "trip",
        ["http://a.example/x", [[302, "http://A.EXAMPLE:80/y"], [200, None]]],
        [
            [
                ["GET", "http://a.example/x", ["accept", "authorization", "cookie"]],
                ["GET", "http://A.EXAMPLE:80/y", ["accept", "authorization", "cookie"]],
            ],
            [200, "body"],
        ],
    ),
    (
        "trip",
        ["http://a.example/x", [[302, "http://a.example:8080/y"], [200, None]]],
        [
            [
                ["GET", "http://a.example/x", ["accept", "authorization", "cookie"]],
                ["GET", "http://a.example:8080/y", ["accept"]],
            ],
            [200, "body"],
        ],
    ),
    (
        "trip",
        ["https://a.example/x", [[302, "https://a.example:443/y"], [200, None]]],
        [
            [
                ["GET", "https://a.example/x", ["accept", "authorization", "cookie"]],
                ["GET", "https://a.example:443/y", ["accept", "authorization", "cookie"]],
            ],
            [200, "body"],
        ],
    ),
    (
        "trip",
        ["https://a.example/x", [[302, "http://a.example/y"], [200, None]]],
        [[["GET", "https://a.example/x", ["accept", "authorization", "cookie"]]], "refused"],
    ),
    (
        "trip",
        ["http://a.example/x", [[302, "https://a.example/y"], [200, None]]],
        [
            [
                ["GET", "http://a.example/x", ["accept", "authorization", "cookie"]],
                ["GET", "https://a.example/y", ["accept"]],
            ],
            [200, "body"],
        ],
    ),
    (
        "trip",
        ["http://a.example/x", [[302, "//b.example/y"], [200, None]]],
        [
            [
                ["GET", "http://a.example/x", ["accept", "authorization", "cookie"]],
                ["GET", "http://b.example/y", ["accept"]],
            ],
            [200, "body"],
        ],
    ),
    (
        "trip",
        ["http://a.example/x", [[302, "http://u:p@a.example/y"], [200, None]]],
        [[["GET", "http://a.example/x", ["accept", "authorization", "cookie"]]], "refused"],
    ),
    (
        "trip",
        ["http://a.example/x", [[302, "http://a.example.b.example/"], [200, None]]],
        [
            [
                ["GET", "http://a.example/x", ["accept", "authorization", "cookie"]],
                ["GET", "http://a.example.b.example/", ["accept"]],
            ],
            [200, "body"],
        ],
    ),
]

kit.patched({"courier.py": kit.answer("courier.py")}, DRIVE, WORKS, REPAIRED)
