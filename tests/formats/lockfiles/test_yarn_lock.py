import pytest

BERRY = "__metadata:\n  version: 8\n\n"


def entry(resolution, version="1.0.0", key="a@npm:^1"):
    return f'{BERRY}"{key}":\n  version: {version}\n  resolution: "{resolution}"\n'.encode()


@pytest.mark.parametrize(
    ("resolution", "version", "repository"),
    [
        ("a@npm:1.0.0", "1.0.0", None),
        ("a@npm:1.0.0::__archiveUrl=https%3A%2F%2Fnpm.example%2Fa.tgz", "1.0.0", None),
        ("a@https://files.example/a.tgz", "1.0.0", "https://files.example/a.tgz"),
        ("a@https://git.example/a.git#commit=aaaa", None, "https://git.example/a.git#commit=aaaa"),
        ("a@portal:../a::locator=x", None, "portal:../a"),
        ("a@link:./a::locator=x", None, "link:./a"),
        ("a@file:../a.tgz#../a.tgz::hash=1", "1.0.0", "file:../a.tgz"),
        ("a@patch:a@patch%3Aa@npm%253A1.0.0%23./b.patch#./c.patch::version=1.0.0", "1.0.0", None),
        ("a@patch:a@1.0.0#./c.patch::version=1.0.0", "1.0.0", None),
        ("a@exec:./make.js", "1.0.0", "exec:./make.js"),
    ],
)
def test_protocols(read, resolution, version, repository):
    found = read(entry(resolution))
    assert [(i.component.version, i.component.repository) for i in found.items] == [(version, repository)]
    assert not found.problems


def test_a_project_without_a_name_is_no_subject(read):
    assert (
        read(entry("root-workspace-0b6124@workspace:.", key="root-workspace-0b6124@workspace:.")).inventory.subject
        == ""
    )


def test_a_bad_entry_is_told_in_its_line(read):
    found = read(f"{BERRY}a@npm:1:\n  version: 1.0.0\nb@npm:1:\n  resolution: b@npm:1.0.0\n  version: [1]\n".encode())
    assert not found.items
    assert [problem.line for problem in found.problems] == [4, 6]


def test_a_key_that_the_fast_reader_leaves_is_read(read):
    key = "a@npm:^1, " * 100
    text = f'{BERRY}? "{key}a@npm:~1"\n:\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n'
    found = read(text.encode())
    assert found.versions == {"a": "1.0.0"}
    assert found.items[0].line is None
    assert not found.problems


def test_broken_yaml_is_one_problem(read):
    found = read(f"{BERRY}a: [\n".encode())
    assert found.codes == ["malformed_yaml"]
    assert not found.items


def test_version_1_without_its_header_and_with_quotes(read):
    found = read(b'"a@^1.0.0":\n  "resolved" "https://r.example/a/-/a-1.0.0.tgz"\n  "version" "1.0.0"\n')
    assert found.versions == {"a": "1.0.0"}
    assert not found.problems


def test_version_1_links_and_scopes(read):
    entries = b'"@s/a@link:./a":\n  version "0.0.0"\n  uid ""\n\n"@s/b@npm:@s/c@^1":\n  version "1.0.0"\n'
    found = read(b"# yarn lockfile v1\n\n" + entries)
    assert [(i.component.name, i.component.version) for i in found.items] == [("@s/a", None), ("@s/c", "1.0.0")]
    assert not found.problems


def test_version_1_tells_what_it_does_not_understand(read):
    entries = b'  version "1.0.0"\na@1:\n  resolved x\n<<<<<<< HEAD\nb@1:\n  version "1.0.0"\n'
    found = read(b"# yarn lockfile v1\n\n" + entries)
    assert found.versions == {"b": "1.0.0"}
    places = [(problem.code, problem.line) for problem in found.problems]
    assert places == [("bad_line", 3), ("bad_line", 6), ("missing_field", 4)]
