"""What each lockfile in ``files`` has, and that its format and no other claims it."""

import pytest

from clearinghouse.formats import registry
from clearinghouse.formats.contract import RECOGNISED
from clearinghouse.formats.document import Document
from clearinghouse.formats.lockfiles import FORMATS

SHA = "0123456789abcdef0123456789abcdef01234567"
ECOSYSTEMS = {
    "package_lock": "npm",
    "yarn_lock": "npm",
    "pnpm_lock": "npm",
    "requirements": "PyPI",
    "poetry_lock": "PyPI",
    "uv_lock": "PyPI",
    "pylock": "PyPI",
    "pipfile_lock": "PyPI",
    "cargo_lock": "crates.io",
    "go_mod": "Go",
    "go_sum": "Go",
    "gemfile_lock": "RubyGems",
    "composer_lock": "Packagist",
    "pom": "Maven",
    "gradle_lock": "Maven",
    "nuget_lock": "NuGet",
    "mix_lock": "Hex",
    "pubspec_lock": "Pub",
    "swift_resolved": "SwiftURL",
}
# name of the file: format, subject, tool, and of each item what was written, name, version, scope, repository
EXPECTED = {
    "package-lock-1.json": (
        "package_lock",
        "shop@2.3.1",
        "",
        [
            ("@demo/parser@1.2.0", "@demo/parser", "1.2.0", "", None),
            ("left-pad@1.3.0", "left-pad", "1.3.0", "", None),
            ("checker@5.0.0", "checker", "5.0.0", "development", None),
            ("watcher@2.0.0", "watcher", "2.0.0", "optional", None),
            ("from-archive@3.1.4", "from-archive", "3.1.4", "", "https://files.example/from-archive-3.1.4.tgz"),
            ("from-registry@1.0.0", "from-registry", "1.0.0", "", None),
            ("from-folder@file:../from-folder", "from-folder", None, "", "file:../from-folder"),
            (
                f"from-git@git+https://git.example/from-git.git#{SHA}",
                "from-git",
                None,
                "",
                f"git+https://git.example/from-git.git#{SHA}",
            ),
            ("left-pad@1.1.3", "left-pad", "1.1.3", "", None),
        ],
    ),
    "package-lock-2.json": (
        "package_lock",
        "shop@2.3.1",
        "",
        [
            ("left-pad@1.3.0", "left-pad", "1.3.0", "", None),
        ],
    ),
    "package-lock-3.json": (
        "package_lock",
        "@demo/shop@2.3.1",
        "",
        [
            ("@demo/parser@1.2.0", "@demo/parser", "1.2.0", "", None),
            ("left-pad@1.3.0", "left-pad", "1.3.0", "", None),
            ("pad@npm:left-pad@1.1.3", "left-pad", "1.1.3", "", None),
            ("checker@5.0.0", "checker", "5.0.0", "development", None),
            ("watcher@2.0.0", "watcher", "2.0.0", "optional", None),
            ("between@0.1.0", "between", "0.1.0", "optional", None),
            ("vendored@vendor/vendored", "vendored", None, "", "vendor/vendored"),
            ("from-folder@../from-folder", "from-folder", None, "", "../from-folder"),
            ("from-archive@3.1.4", "from-archive", "3.1.4", "", "https://files.example/from-archive-3.1.4.tgz"),
            (
                f"from-git@git+ssh://git@git.example/from-git.git#{SHA}",
                "from-git",
                None,
                "",
                f"git+ssh://git@git.example/from-git.git#{SHA}",
            ),
            (
                f"from-forge@https://codeload.github.com/demo/from-forge/tar.gz/{SHA}",
                "from-forge",
                None,
                "",
                f"https://codeload.github.com/demo/from-forge/tar.gz/{SHA}",
            ),
        ],
    ),
    "yarn-1.lock": (
        "yarn_lock",
        "",
        "Yarn",
        [
            ("@demo/parser@1.2.0", "@demo/parser", "1.2.0", "", None),
            ("from-archive@3.1.4", "from-archive", "3.1.4", "", "https://files.example/from-archive-3.1.4.tgz#bbbb"),
            ("from-folder@file:../from-folder", "from-folder", None, "", "file:../from-folder"),
            (
                f"from-git@git+https://git.example/from-git.git#{SHA}",
                "from-git",
                None,
                "",
                f"git+https://git.example/from-git.git#{SHA}",
            ),
            ("left-pad@1.3.0", "left-pad", "1.3.0", "", None),
            ("mirrored@2.0.1", "mirrored", "2.0.1", "", None),
        ],
    ),
    "yarn-4.lock": (
        "yarn_lock",
        "@demo/shop",
        "Yarn",
        [
            ("@demo/parser@1.2.0", "@demo/parser", "1.2.0", "", None),
            ("from-archive@3.1.4", "from-archive", "3.1.4", "", "https://files.example/from-archive-3.1.4.tgz"),
            ("from-folder@file:../from-folder", "from-folder", None, "", "file:../from-folder"),
            (
                f"from-git@https://git.example/from-git.git#commit={SHA}",
                "from-git",
                None,
                "",
                f"https://git.example/from-git.git#commit={SHA}",
            ),
            ("left-pad@1.3.0", "left-pad", "1.3.0", "", None),
            ("pad@npm:left-pad@1.1.3", "left-pad", "1.1.3", "", None),
            ("patched@5.7.1", "patched", "5.7.1", "", None),
            ("watcher@2.3.2", "watcher", "2.3.2", "", None),
        ],
    ),
    "pnpm-5.yaml": (
        "pnpm_lock",
        "",
        "",
        [
            ("@demo/parser@1.2.0", "@demo/parser", "1.2.0", "", None),
            ("checker@5.0.0", "checker", "5.0.0", "development", None),
            ("left-pad@1.3.0", "left-pad", "1.3.0", "", None),
            ("view-dom@18.2.0", "view-dom", "18.2.0", "", None),
            ("watcher@2.0.0", "watcher", "2.0.0", "optional", None),
            ("from-archive@3.1.4", "from-archive", "3.1.4", "", "file:../from-archive.tgz"),
            ("from-folder@../from-folder", "from-folder", None, "", "../from-folder"),
            (
                f"from-git@https://codeload.github.com/demo/from-git/tar.gz/{SHA}",
                "from-git",
                None,
                "",
                f"https://codeload.github.com/demo/from-git/tar.gz/{SHA}",
            ),
            ("elsewhere@2.2.2", "elsewhere", "2.2.2", "", None),
        ],
    ),
    "pnpm-6.yaml": (
        "pnpm_lock",
        "",
        "",
        [
            ("@demo/parser@1.2.0", "@demo/parser", "1.2.0", "", None),
            ("checker@5.0.0", "checker", "5.0.0", "development", None),
            ("left-pad@1.3.0", "left-pad", "1.3.0", "", None),
            ("view@18.2.0", "view", "18.2.0", "", None),
            ("watcher@2.0.0", "watcher", "2.0.0", "optional", None),
        ],
    ),
    "pnpm-9.yaml": (
        "pnpm_lock",
        "",
        "",
        [
            ("@demo/parser@1.2.0", "@demo/parser", "1.2.0", "", None),
            ("checker@5.0.0", "checker", "5.0.0", "development", None),
            ("checker-core@5.1.0", "checker-core", "5.1.0", "development", None),
            (
                f"from-git@https://codeload.github.com/demo/from-git/tar.gz/{SHA}",
                "from-git",
                None,
                "",
                f"https://codeload.github.com/demo/from-git/tar.gz/{SHA}",
            ),
            ("left-pad@1.3.0", "left-pad", "1.3.0", "", None),
            ("only-util@0.4.0", "only-util", "0.4.0", "", None),
            ("view@18.2.0", "view", "18.2.0", "", None),
            ("watcher@2.0.0", "watcher", "2.0.0", "optional", None),
            ("watcher-core@2.0.0", "watcher-core", "2.0.0", "optional", None),
        ],
    ),
    "pnpm-11.yaml": (
        "pnpm_lock",
        "",
        "",
        [
            ("pnpm@11.9.0", "pnpm", "11.9.0", "development", None),
            ("left-pad@1.3.0", "left-pad", "1.3.0", "", None),
        ],
    ),
    "requirements.txt": (
        "requirements",
        "",
        "pip-compile",
        [
            ("requests[socks]==2.19.0", "requests", "2.19.0", "", None),
            ("Jinja2 == 3.1.2", "Jinja2", "3.1.2", "", None),
            ("Flask", "Flask", None, "", None),
            ("click>=8.0,<9", "click", None, "", None),
            ("wild==1.*", "wild", None, "", None),
            ("odd===2004d", "odd", "2004d", "", None),
            (
                "git+https://git.example/demo/from-git.git@0123456#egg=from_git",
                "from_git",
                None,
                "",
                "git+https://git.example/demo/from-git.git@0123456#egg=from_git",
            ),
            (
                "six @ https://files.example/six-1.16.0-py2.py3-none-any.whl",
                "six",
                "1.16.0",
                "",
                "https://files.example/six-1.16.0-py2.py3-none-any.whl",
            ),
            (
                "./wheels/demo_tool-0.4.1-py3-none-any.whl",
                "demo_tool",
                "0.4.1",
                "",
                "./wheels/demo_tool-0.4.1-py3-none-any.whl",
            ),
            (
                "git+https://git.example/demo/nameless.git",
                "git+https://git.example/demo/nameless.git",
                None,
                "",
                "git+https://git.example/demo/nameless.git",
            ),
            ("numpy @ file:///build/numpy/work", "numpy", None, "", "file:///build/numpy/work"),
        ],
    ),
    "poetry-1.1.lock": (
        "poetry_lock",
        "",
        "",
        [
            ("certifi==2022.12.7", "certifi", "2022.12.7", "", None),
            ("from-folder @ ../from-folder", "from-folder", None, "", "../from-folder"),
            (
                f"from-git @ https://git.example/from-git.git@{SHA}",
                "from-git",
                None,
                "",
                f"https://git.example/from-git.git@{SHA}",
            ),
            ("pytest==7.1.0", "pytest", "7.1.0", "development", None),
            ("pyyaml==6.0", "pyyaml", "6.0", "optional", None),
        ],
    ),
    "poetry-2.1.lock": (
        "poetry_lock",
        "",
        "Poetry 2.1.3",
        [
            ("certifi==2022.12.7", "certifi", "2022.12.7", "", None),
            ("from-archive==3.1.4", "from-archive", "3.1.4", "", "https://files.example/from_archive-3.1.4.tar.gz"),
            ("pytest==7.1.0", "pytest", "7.1.0", "development", None),
            ("pyyaml==6.0", "pyyaml", "6.0", "optional", None),
        ],
    ),
    "uv.lock": (
        "uv_lock",
        "shop@1.4.0",
        "uv",
        [
            ("certifi==2022.12.7", "certifi", "2022.12.7", "", None),
            (
                "from-archive==3.1.4",
                "from-archive",
                "3.1.4",
                "",
                "https://files.example/from_archive-3.1.4-py3-none-any.whl",
            ),
            ("from-folder @ ../from-folder", "from-folder", None, "", "../from-folder"),
            (
                f"from-git @ https://git.example/from-git.git?rev=main#{SHA}",
                "from-git",
                None,
                "",
                f"https://git.example/from-git.git?rev=main#{SHA}",
            ),
            ("pluggy==1.4.0", "pluggy", "1.4.0", "development", None),
            ("pluggy==1.5.0", "pluggy", "1.5.0", "development", None),
            ("pysocks==1.7.1", "pysocks", "1.7.1", "", None),
            ("pytest==8.0.0", "pytest", "8.0.0", "development", None),
            ("pyyaml==6.0", "pyyaml", "6.0", "optional", None),
            ("requests==2.19.0", "requests", "2.19.0", "", None),
            ("six==1.16.0", "six", "1.16.0", "", None),
        ],
    ),
    "pylock.toml": (
        "pylock",
        "shop",
        "demo-locker",
        [
            ("certifi==2022.12.7", "certifi", "2022.12.7", "", None),
            ("from-archive==3.1.4", "from-archive", "3.1.4", "", "https://files.example/from_archive-3.1.4.tar.gz"),
            ("from-folder @ ../from-folder", "from-folder", None, "", "../from-folder"),
            (
                f"from-git @ https://git.example/from-git.git@{SHA}",
                "from-git",
                None,
                "",
                f"https://git.example/from-git.git@{SHA}",
            ),
            ("pytest==8.0.0", "pytest", "8.0.0", "development", None),
            ("pyyaml==6.0", "pyyaml", "6.0", "optional", None),
        ],
    ),
    "Pipfile.lock": (
        "pipfile_lock",
        "",
        "",
        [
            ("certifi==2022.12.7", "certifi", "2022.12.7", "", None),
            (
                "from-archive==3.1.4",
                "from-archive",
                "3.1.4",
                "",
                "https://files.example/from_archive-3.1.4-py3-none-any.whl",
            ),
            ("from-folder @ ../from-folder", "from-folder", None, "", "../from-folder"),
            (
                f"from-git @ https://git.example/from-git.git@{SHA}",
                "from-git",
                None,
                "",
                f"https://git.example/from-git.git@{SHA}",
            ),
            ("pytest==8.0.0", "pytest", "8.0.0", "development", None),
            ("mkdocs==1.5.3", "mkdocs", "1.5.3", "development", None),
        ],
    ),
    "Cargo-1.lock": (
        "cargo_lock",
        "shop@0.3.0",
        "",
        [
            ("log@0.4.8", "log", "0.4.8", "", None),
            ("rand@0.7.3", "rand", "0.7.3", "", None),
        ],
    ),
    "Cargo-2.lock": (
        "cargo_lock",
        "shop@0.3.0",
        "Cargo",
        [
            ("log@0.4.8", "log", "0.4.8", "", None),
        ],
    ),
    "Cargo-3.lock": (
        "cargo_lock",
        "shop@0.3.0",
        "Cargo",
        [
            ("log@0.4.8", "log", "0.4.8", "", None),
        ],
    ),
    "Cargo-4.lock": (
        "cargo_lock",
        "shop@0.3.0",
        "Cargo",
        [
            (
                f"from-git@4.5.6 (git+https://git.example/from-git?branch=feature%2Fa#{SHA})",
                "from-git",
                None,
                "",
                f"https://git.example/from-git?branch=feature%2Fa#{SHA}",
            ),
            ("log@0.4.8", "log", "0.4.8", "", None),
            ("log@0.4.20", "log", "0.4.20", "", None),
        ],
    ),
    "go.mod": (
        "go_mod",
        "example.com/shop",
        "",
        [
            ("example.com/quote v1.5.2", "example.com/quote", "v1.5.2", "", None),
            ("example.com/deprecated v1.0.0 => example.com/fork v1.0.1", "example.com/fork", "v1.0.1", "", None),
            (
                "example.com/parser/v3 v3.0.1-0.20240102030405-0123456789ab",
                "example.com/parser/v3",
                "v3.0.1-0.20240102030405-0123456789ab",
                "",
                None,
            ),
            ("example.com/quoted v0.1.0", "example.com/quoted", "v0.1.0", "", None),
            ("example.com/old v2.0.0+incompatible", "example.com/old", "v2.0.0+incompatible", "", None),
            ("example.com/local v0.9.0 => ../local", "example.com/local", None, "", "../local"),
            ("example.com/pinned v1.1.0", "example.com/pinned", "v1.1.0", "", None),
            ("toolchain go1.22.3", "stdlib", "1.22.3", "", None),
        ],
    ),
    "go.sum": (
        "go_sum",
        "",
        "",
        [
            ("example.com/parser/v3 v3.0.1", "example.com/parser/v3", "v3.0.1", "", None),
            ("example.com/quote v1.5.2", "example.com/quote", "v1.5.2", "", None),
        ],
    ),
    "Gemfile.lock": (
        "gemfile_lock",
        "shop@0.3.0",
        "Bundler 2.4.10",
        [
            ("from_git (4.5.6)", "from_git", None, "", f"https://git.example/from_git.git@{SHA}"),
            ("billing (0.1.0)", "billing", None, "", "engines/billing"),
            ("nokogiri (1.15.0-aarch64-linux)", "nokogiri", "1.15.0", "", None),
            ("racc (1.6.2)", "racc", "1.6.2", "", None),
            ("rack (2.2.6.4)", "rack", "2.2.6.4", "", None),
            ("rails (7.1.0.rc1)", "rails", "7.1.0.rc1", "", None),
        ],
    ),
    "composer.lock": (
        "composer_lock",
        "",
        "",
        [
            ("demo/parser@v1.2.3", "demo/parser", "v1.2.3", "", None),
            ("demo/from-branch@dev-main", "demo/from-branch", None, "", "https://git.example/from-branch.git#bbbb"),
            ("demo/from-folder@7.8.9", "demo/from-folder", None, "", "../from-folder#cccc"),
            ("demo/checker@5.0.0", "demo/checker", "5.0.0", "development", None),
        ],
    ),
    "pom.xml": (
        "pom",
        "org.example:shop:9",
        "",
        [
            ("org.example:parser:1.2.3", "org.example:parser", "1.2.3", "", None),
            ("org.example.test:checker:5.4", "org.example.test:checker", "5.4", "development", None),
            ("org.example:shop-core:9", "org.example:shop-core", "9", "", None),
            ("org.example:exact:[2.0.1]", "org.example:exact", "2.0.1", "optional", None),
            ("org.example:ranged:[2.0,3.0)", "org.example:ranged", None, "", None),
            ("org.example:elsewhere:${elsewhere.version}", "org.example:elsewhere", None, "", None),
            ("org.example:managed", "org.example:managed", None, "", None),
            ("org.example:extra:0.5.5", "org.example:extra", "0.5.5", "", None),
        ],
    ),
    "gradle.lockfile": (
        "gradle_lock",
        "",
        "Gradle",
        [
            ("org.example:checker:5.0.0", "org.example:checker", "5.0.0", "development", None),
            ("org.example:device-checker:5.1.0", "org.example:device-checker", "5.1.0", "development", None),
            ("org.example:parser:1.2.3", "org.example:parser", "1.2.3", "", None),
            ("org.example:latest:2.0", "org.example:latest", "2.0", "", None),
        ],
    ),
    "gradle-4.lockfile": (
        "gradle_lock",
        "",
        "Gradle",
        [
            ("org.example:parser:1.2.3", "org.example:parser", "1.2.3", "", None),
            ("org.example:writer:1.2.4", "org.example:writer", "1.2.4", "", None),
        ],
    ),
    "nuget-1.json": (
        "nuget_lock",
        "",
        "",
        [
            ("Demo.Parser@1.2.3", "Demo.Parser", "1.2.3", "", None),
            ("Demo.Core@1.0.0", "Demo.Core", "1.0.0", "", None),
            ("Demo.Native@0.4.0", "Demo.Native", "0.4.0", "", None),
        ],
    ),
    "nuget-2.json": (
        "nuget_lock",
        "",
        "",
        [
            ("Demo.Parser@1.2.3", "Demo.Parser", "1.2.3", "", None),
        ],
    ),
    "mix.lock": (
        "mix_lock",
        "",
        "",
        [
            ("cowboy 2.9.0", "cowboy", "2.9.0", "", None),
            ("from_folder (../from_folder)", "from_folder", None, "", "../from_folder"),
            (
                f"from_git (https://git.example/from_git.git {SHA})",
                "from_git",
                None,
                "",
                f"https://git.example/from_git.git@{SHA}",
            ),
            ("json (jason 1.4.0)", "jason", "1.4.0", "", None),
        ],
    ),
    "mix-1.2.lock": (
        "mix_lock",
        "",
        "",
        [
            ("cowboy 1.0.0", "cowboy", "1.0.0", "", None),
            ("cowlib 1.0.0", "cowlib", "1.0.0", "", None),
        ],
    ),
    "pubspec.lock": (
        "pubspec_lock",
        "",
        "",
        [
            ("args 2.4.2", "args", "2.4.2", "", None),
            ("checker 5.0.0", "checker", "5.0.0", "development", None),
            ("flutter (sdk)", "flutter", None, "", None),
            ("from_folder (../from_folder)", "from_folder", None, "", "../from_folder"),
            (
                f"from_git (https://git.example/from_git.git@{SHA})",
                "from_git",
                None,
                "",
                f"https://git.example/from_git.git@{SHA}",
            ),
        ],
    ),
    "swift-1.json": (
        "swift_resolved",
        "",
        "",
        [
            ("Parser@1.2.3", "https://git.example/demo/parser.git", "1.2.3", "", None),
            ("Branch@main", "https://git.example/demo/branch.git", None, "", "https://git.example/demo/branch.git"),
        ],
    ),
    "swift-2.json": (
        "swift_resolved",
        "",
        "",
        [
            ("parser@1.2.3", "https://git.example/demo/parser.git", "1.2.3", "", None),
        ],
    ),
    "swift-3.json": (
        "swift_resolved",
        "",
        "",
        [
            ("parser@1.2.3", "https://git.example/demo/parser.git", "1.2.3", "", None),
            ("demo.registered@2.0.0", "demo.registered", "2.0.0", "", None),
        ],
    ),
}
NEAR = {
    "bun.lock": ("package_lock", "bun.lock"),
    "package.json": ("package_lock", "package.json"),
    "pyproject.toml": ("poetry_lock", "pyproject.toml"),
    "pdm.lock": ("pylock", "pdm.lock"),
    "Cargo.toml": ("cargo_lock", "Cargo.toml"),
    "composer.json": ("composer_lock", "composer.json"),
    "Gemfile": ("gemfile_lock", "Gemfile"),
    "build.gradle": ("gradle_lock", "build.gradle"),
    "pubspec.yaml": ("pubspec_lock", "pubspec.yaml"),
    "names.txt": ("requirements", "no line of it has a version"),
}


def test_every_file_is_expected(files):
    assert {file.name for file in files.iterdir()} == EXPECTED.keys() | NEAR.keys()
    assert {expected[0] for expected in EXPECTED.values()} == ECOSYSTEMS.keys() == {known.name for known in FORMATS}


@pytest.mark.parametrize("name", EXPECTED)
def test_file(read, name):
    format_, subject, tool, rows = EXPECTED[name]
    lock = read(name)
    assert (lock.format, lock.inventory.subject, lock.inventory.tool) == (format_, subject, tool)
    assert lock.inventory.format == format_
    assert lock.rows == rows
    assert {item.component.ecosystem for item in lock.items} - {""} == {ECOSYSTEMS[format_]}


@pytest.mark.parametrize("name", EXPECTED)
def test_among_all_formats(files, name):
    sample = Document.from_bytes("lock", (files / name).read_bytes()).sample
    found, _ = registry.recognise(sample, registry.INVENTORIES)
    assert found.name == EXPECTED[name][0]
    assert registry.recognise(sample) == (None, [])


@pytest.mark.parametrize("name", EXPECTED)
def test_every_item_has_its_place(read, files, name):
    text = (files / name).read_text(encoding="utf-8")
    lines = text.splitlines()
    for item in read(name).items:
        assert (item.line is None) == text.startswith("{")
        assert (item.pointer is None) != text.startswith("{")
        if item.line and lock_names_it(lines, item):
            continue
        assert item.pointer or item.component.name == "stdlib", item


def lock_names_it(lines, item):
    """Whether the name stands in the line, or in the three below it (the header of a table, an element of XML)."""
    near = " ".join(lines[item.line - 1 : item.line + 3])
    name = item.component.name.rpartition(":")[2]
    return any(word in near for word in (name, item.written.partition("@")[0], item.written.partition(" ")[0]))


@pytest.mark.parametrize("name", EXPECTED)
def test_windows_line_ends_and_a_byte_order_mark_change_nothing(read, files, name):
    data = (files / name).read_bytes()
    windows = b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")
    assert read(windows).items == read(data).items


@pytest.mark.parametrize("name", NEAR)
def test_near_misses_name_what_to_give(files, name):
    format_, words = NEAR[name]
    matches = {
        known.name: known.detect(Document.from_bytes("d", (files / name).read_bytes()).sample) for known in FORMATS
    }
    assert 0 < matches[format_].score < RECOGNISED
    assert words in matches[format_].note
    assert not [other for other, match in matches.items() if match.score and other != format_]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n",
        b"A text of several words.\nAnd one more line.\n",
        b"name,version\nleft-pad,1.0.0\n",
        b"name: demo\nversion: 1.0\n",
        b"KEY=value\nOTHER=1\n",
        b"[section]\nkey = value\n",
        b"https://example.com/a.zip\nhttps://example.com/b.zip\n",
        b"1.0 < 1.1\n1.1 < 2.0\n",
        b"- one\n- two\n",
        b"-a  all\n-r  recursive\n",
        b"{}",
        b"[]",
        b'{"dependencies": {}, "version": "1.0"}',
        b'{"packages": [], "version": 2}',
        b"<project><target/></project>",
        b'<?xml version="1.0"?>\n<project name="ant" default="all"></project>',
        b"module Demo\n  def self.run\n  end\nend\n",
        b"import os\n\nprint(os.name == 'nt')\n",
    ],
)
def test_what_is_no_lockfile_is_claimed_by_none(text):
    sample = Document.from_bytes("d", text).sample
    assert not [known.name for known in FORMATS if known.detect(sample).score >= RECOGNISED]
