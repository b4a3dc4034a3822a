"""The ecosystems' own tools, asked to compare many pairs of versions in one process.

Each function takes pairs and returns, for each, -1, 0, 1 or None where the tool refuses a version. A tool that is not
there skips the test and says which one is missing.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Pair = tuple[str, str]
Answers = list[int | None]
Oracle = Callable[[Sequence[Pair]], Answers]

_TIMEOUT = 300


def _tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed: its order of versions is not compared with ours")
    return path


def _run(command: list[str], pairs: Sequence[Pair], env: dict[str, str] | None = None) -> Answers:
    """Run a command that reads a JSON list of pairs and writes one answer a line, ``x`` where it refuses."""
    done = subprocess.run(
        command,
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
        env={**os.environ, **(env or {})},
    )
    answers = [None if word == "x" else int(word) for word in done.stdout.split()]
    assert len(answers) == len(pairs), done.stderr[-2000:]
    return answers


def dpkg(pairs: Sequence[Pair]) -> Answers:
    """``dpkg --compare-versions``, several processes a pair: for few pairs."""
    script = """
    while read -r a b; do
        if ! dpkg --compare-versions "$a" eq "$a" || ! dpkg --compare-versions "$b" eq "$b"; then echo x
        elif dpkg --compare-versions "$a" lt "$b"; then echo -1
        elif dpkg --compare-versions "$a" eq "$b"; then echo 0
        else echo 1; fi
    done
    """
    _tool("dpkg")
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        input="".join(f"{a} {b}\n" for a, b in pairs),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
    )
    return [None if word == "x" else int(word) for word in done.stdout.split()]


def dpkg_perl(pairs: Sequence[Pair]) -> Answers:
    """``Dpkg::Version`` of libdpkg-perl."""
    perl = _tool("perl")
    program = """
    use Dpkg::Version; use JSON::PP; local $/; my $pairs = decode_json(<STDIN>);
    for my $pair (@$pairs) {
        my ($a, $b) = map { Dpkg::Version->new($_, check => 0) } @$pair;
        my $bad = grep { !version_check($_) } @$pair;
        print $bad ? "x" : version_compare($pair->[0], $pair->[1]), "\\n";
    }
    """
    if subprocess.run([perl, "-MDpkg::Version", "-MJSON::PP", "-e", "1"], capture_output=True, check=False).returncode:
        pytest.skip("libdpkg-perl is not installed: its order of versions is not compared with ours")
    return _run([perl, "-e", program], pairs)


def node_semver(pairs: Sequence[Pair]) -> Answers:
    """node-semver, loose, as npm bundles it."""
    node, npm = _tool("node"), _tool("npm")
    root = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False).stdout.strip()
    module = Path(root, "npm", "node_modules", "semver")
    if not module.is_dir():
        pytest.skip("npm bundles no node-semver here: its order of versions is not compared with ours")
    program = """
    const semver = require(process.argv[1]);
    for (const [a, b] of JSON.parse(require("fs").readFileSync(0, "utf8")))
        console.log(semver.valid(a, true) && semver.valid(b, true) ? semver.compare(a, b, true) : "x");
    """
    return _run([node, "-e", program, str(module)], pairs)


def ruby_gem(pairs: Sequence[Pair]) -> Answers:
    """``Gem::Version``."""
    program = """
    require "json"
    JSON.parse(STDIN.read).each do |a, b|
      ok = [a, b].all? { |text| !text.strip.empty? && Gem::Version.correct?(text) }
      puts(ok ? Gem::Version.new(a) <=> Gem::Version.new(b) : "x")
    end
    """
    return _run([_tool("ruby"), "-e", program], pairs)


def composer(pairs: Sequence[Pair]) -> Answers:
    """composer/semver: both versions made normal, then ``version_compare``. Branches have no order: refused."""
    php = _tool("php")
    loader = Path("/usr/share/php/Composer/Semver/autoload.php")
    if not loader.is_file():
        pytest.skip("php-composer-semver is not installed: its order of versions is not compared with ours")
    program = """
    require $argv[1];
    $parser = new Composer\\Semver\\VersionParser();
    foreach (json_decode(stream_get_contents(STDIN)) as [$a, $b]) {
        try {
            [$a, $b] = [$parser->normalize($a), $parser->normalize($b)];
            $branch = str_starts_with($a, "dev-") || str_starts_with($b, "dev-");
            echo $branch ? "x" : version_compare($a, $b), "\\n";
        } catch (UnexpectedValueException $e) { echo "x\\n"; }
    }
    """
    return _run([php, "-r", program, str(loader)], pairs)


def elixir(pairs: Sequence[Pair]) -> Answers:
    """``Version.compare`` of Elixir, whose package index Hex is."""
    if shutil.which("erl") is None:
        pytest.skip("erl is not installed: Elixir's order of versions is not compared with ours")
    program = """
    unquoted = fn text -> text end
    for line <- IO.stream(:stdio, :line) do
      [a, b] = line |> String.trim_trailing("\\n") |> String.split("\\t") |> Enum.map(unquoted)
      answer = if Version.parse(a) == :error or Version.parse(b) == :error, do: "x", else: Version.compare(a, b)
      IO.puts(%{lt: -1, eq: 0, gt: 1} |> Map.get(answer, "x"))
    end
    """
    done = subprocess.run(
        [_tool("elixir"), "-e", program],
        input="".join(f"{a}\t{b}\n" for a, b in pairs),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    answers = [None if word == "x" else int(word) for word in done.stdout.split()]
    assert len(answers) == len(pairs), done.stderr[-2000:]
    return answers


def go_modules(pairs: Sequence[Pair], folder: Path) -> Answers:
    """``golang.org/x/mod/semver``, which every Go distribution carries inside its ``go`` command."""
    go = _tool("go")
    binary = folder / "compare"
    if not binary.exists():
        root = subprocess.run([go, "env", "GOROOT"], capture_output=True, text=True, check=True).stdout.strip()
        package = Path(root, "src", "cmd", "vendor", "golang.org", "x", "mod", "semver")
        if not package.is_dir():
            pytest.skip("this Go carries no golang.org/x/mod/semver: its order of versions is not compared with ours")
        target = folder / "src" / "golang.org" / "x" / "mod" / "semver"
        shutil.copytree(package, target)
        main = folder / "src" / "compare" / "main.go"
        main.parent.mkdir(parents=True)
        main.write_text(
            """package main
            import ("encoding/json"; "fmt"; "os"; "golang.org/x/mod/semver")
            func main() {
                var pairs [][2]string
                json.NewDecoder(os.Stdin).Decode(&pairs)
                for _, pair := range pairs {
                    a, b := pair[0], pair[1]
                    if !semver.IsValid(a) || !semver.IsValid(b) { fmt.Println("x"); continue }
                    fmt.Println(semver.Compare(a, b))
                }
            }"""
        )
        env = {
            **os.environ,
            "GOPATH": str(folder),
            "GO111MODULE": "off",
            "GOFLAGS": "",
            "GOCACHE": str(folder / "cache"),
        }
        subprocess.run([go, "build", "-o", str(binary), "compare"], check=True, capture_output=True, env=env)
    return _run([str(binary)], pairs)


def r_compare(pairs: Sequence[Pair]) -> Answers:
    """``compareVersion`` of R, whose package index CRAN is; R's integers have 32 bits, beyond them it refuses."""
    program = """
    lines <- strsplit(readLines(file("stdin")), "\\t", fixed = TRUE)
    valid <- "^([0-9]+[.-])*[0-9]{1,9}$"
    one <- function(pair) {
      if (!all(grepl(valid, pair)) || any(grepl("[0-9]{10}", pair))) "x" else compareVersion(pair[1], pair[2])
    }
    cat(vapply(lines, function(pair) as.character(one(pair)), ""), sep = "\\n")
    """
    done = subprocess.run(
        [_tool("Rscript"), "-e", program],
        input="".join(f"{a}\t{b}\n" for a, b in pairs),
        capture_output=True,
        text=True,
        timeout=_TIMEOUT,
        check=False,
    )
    answers = [None if word == "x" else int(word) for word in done.stdout.split()]
    assert len(answers) == len(pairs), done.stderr[-2000:]
    return answers


def rpm(pairs: Sequence[Pair], folder: Path) -> Answers:
    """``rpm.vercmp`` of rpm's Lua, which compares epoch, version and release since rpm 4.16."""
    tool = _tool("rpm")
    path = folder / "pairs"
    path.write_text("".join(f"{a}\t{b}\n" for a, b in pairs))
    program = f"""%{{lua:
        for line in io.lines("{path}") do
            local a, b = line:match("^(.-)\\t(.*)$")
            print(rpm.vercmp(a, b) .. " ")
        end
    }}"""
    done = subprocess.run([tool, "--eval", program], capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    answers: Answers = [int(word) for word in done.stdout.split()]
    assert len(answers) == len(pairs), done.stderr[-2000:]
    return answers


_MAVEN = Path("/usr/share/maven/lib")
_SIGNS = {"<": -1, "==": 0, ">": 1}


def maven(pairs: Sequence[Pair]) -> Answers:
    """``ComparableVersion``, whose main class prints the comparison of each version with the next."""
    java = _tool("java")
    jars = [_MAVEN / "maven-artifact-3.x.jar", _MAVEN / "commons-lang3.jar"]
    if not all(jar.is_file() for jar in jars):
        pytest.skip("Maven 3 is not installed: its order of versions is not compared with ours")
    command = [java, "-cp", ":".join(map(str, jars)), "org.apache.maven.artifact.versioning.ComparableVersion"]
    answers: Answers = []
    for begin in range(0, len(pairs), 4000):
        words = [word for pair in pairs[begin : begin + 4000] for word in pair]
        done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=_TIMEOUT, check=True)
        signs = re.findall(r"^   \S* (<|==|>) \S*$", done.stdout, re.MULTILINE)
        assert len(signs) == len(words) - 1
        answers += [_SIGNS[sign] for sign in signs[::2]]
    return answers
