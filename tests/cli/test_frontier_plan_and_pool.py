"""Plans, pools and draws on the command line: one whole course, and what is refused."""

import datetime as dt
import json
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from clearinghouse.cli.frontier import draw_work
from clearinghouse.cli.main import invoke
from clearinghouse.evaluation.pools.beacon import quicknet
from clearinghouse.evaluation.tasks import folder as folders
from invented_plan import HOLDERS, key_pair
from invented_pool import DOMAIN, identity, invented_tasks
from real_rounds import QUICKNET

NAMES = ("ada", "grace", "edsger")


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal as wide as the tables."""
    monkeypatch.setenv("COLUMNS", "140")


class Course:
    """A folder with keys, tasks and a pool, and the command line in it."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.pool = home / "pool"
        self.plan = home / "assessment"
        self._capsys = capsys
        (home / "public").mkdir()
        for name in HOLDERS:
            key_pair(home / name, name)
        for name in ("assessor", "developer"):
            (home / "public" / f"{name}.pub").write_bytes((home / f"{name}.pub").read_bytes())
        for name in (*NAMES, "opener"):
            file = home / f"{name}.age"
            file.write_text(f"# {name}\n{identity(name)}\n")
            file.chmod(0o600)
            (home / f"{name}.age.pub").write_text(f"{identity(name).to_public()}\n")
        (home / "tasks").mkdir()
        for task in invented_tasks(12):
            folders.write(home / "tasks" / task.id, task.files)

    def run(self, line: str, code: int = 0) -> str:
        words = ["frontier", *(each.replace("~", str(self.home)) for each in line.split())]
        found = invoke(words)
        out = self._capsys.readouterr()
        assert found == code, out
        return out.out + out.err

    def json(self, line: str, code: int = 0) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.run(f"{line} --format json", code))
        return found

    def make(self, into: str = "~/pool") -> None:
        holders = " ".join(f"--custodian {each}=~/{each}.age.pub" for each in NAMES)
        self.run(f"pool make ~/tasks --name pool-a --domain {DOMAIN} {holders} --into {into} --who Ada")

    def new_plan(self) -> None:
        holders = " ".join(f"--{role} {name.title()}=~/{name}.pub" for name, (role, _) in HOLDERS.items())
        self.run(f"plan new --into ~/assessment --pool ~/pool {holders}")

    def shares(self, *names: str) -> str:
        return " ".join(f"--share ~/pool/shares/{each}.age --identity ~/{each}.age" for each in names)


@pytest.fixture
def course(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Course:
    made = Course(tmp_path, capsys)
    made.make()
    return made


def test_from_a_pool_over_a_plan_to_a_draw_that_anybody_repeats(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.new_plan()
    course.run("plan check ~/assessment")
    course.run("plan commit ~/assessment --key ~/assessor --who Ada")
    assert "1 version" in course.run("plan verify ~/assessment --key ~/public")
    assert course.json("pool verify ~/pool --plan ~/assessment")["checks"]
    nonce = course.json("pool draw nonce ~/nonce")["digest"]
    assert stat.S_IMODE((course.home / "nonce").stat().st_mode) == 0o600
    start = quicknet(123).time - dt.timedelta(hours=1)
    monkeypatch.setattr(draw_work, "_now", lambda: start)
    agree = f"pool draw agree --pool ~/pool --plan ~/assessment --nonce {nonce} --key ~/assessor --into ~/assessment"
    agree += " --round 123"
    assert "as that of the assessor" in course.run(f"{agree} --who Ada".replace("~/assessor ", "~/developer "), 2)
    course.run(f"{agree} --who Ada")
    course.run(f"{agree} --who Ada")  # as after a kill: it goes on with what is there
    of_it = f"~/assessment --domain {DOMAIN}"
    by = f"pool draw make {of_it} --pool ~/pool --nonce ~/nonce --key ~/assessor --who Ada"
    make = f"{by} --signature {QUICKNET[123]}"
    assert "before the round" in course.run(make, 2)
    course.run("pool draw nonce ~/other")
    sign = f"pool draw sign {of_it} --key ~/developer"
    assert "another nonce" in course.run(f"{sign} --nonce ~/other", 2)
    monkeypatch.setattr(draw_work, "_now", lambda: start + dt.timedelta(hours=2))
    assert "was out at" in course.run(sign, 2)
    assert "not signed by both" in course.run(make, 2)
    monkeypatch.setattr(draw_work, "_now", lambda: start)
    assert "as that of the developer" in course.run(f"{sign} --nonce ~/nonce".replace("~/developer", "~/operator"), 2)
    course.run(f"{sign} --nonce ~/nonce")
    monkeypatch.setattr(draw_work, "_now", lambda: start + dt.timedelta(hours=2))
    for given, says in {
        "": "is needed",
        f"--signature {QUICKNET[123]} --beacon {'07' * 32}": "is needed",
        f"--beacon {'07' * 32}": "without its signature",
        "--signature zz": "hexadecimal",
        f"--signature {QUICKNET[657_413]}": "did not sign",
        f"--signature {QUICKNET[123]} --previous 00": "sign none before",
        f"--beacon {'07' * 32} --previous 00": "stands alone",
        "--round-file ~/nonce": "no round as",
        "--round-file ~/pool": "Is a directory",
    }.items():
        assert says in course.run(f"{by} {given}", 2)
    assert "is verified" in course.run(make)
    (course.home / "round.json").write_text(json.dumps({"round": 123, "signature": QUICKNET[123]}))
    course.run(f"{by} --round-file ~/round.json")
    verify = f"pool draw verify {of_it} --pool ~/pool"
    found = course.json(f"{verify} --key ~/public")
    draw = found["draw"]
    assert found["holds"]
    assert found["verified"]
    assert "under the key of the network" in course.run(f"{verify} --key ~/public")
    assert "does not hold" in course.run(f"{verify} --key ~/assessor.pub", 1)
    course.run(f"{verify} --key ~/nowhere", 2)
    course.run(f"{verify} --key ~/public --stage 2", 2)
    course.run(f"pool draw verify {of_it} --pool ~/nowhere --key ~/public", 2)
    log = (course.plan / "log.jsonl").read_text()
    assert [log.count(each) for each in ("plan committed", "draw agreed", "draw made")] == [1, 1, 1]
    drawn = f"--draw ~/assessment/draw-{DOMAIN}-1.json --first 2 --plan ~/assessment"
    out = course.json(
        f"pool open ~/pool {course.shares('ada', 'grace')} --into ~/open --who Ada --purpose a-run {drawn}"
    )
    assert len(out["tasks"]) == 4
    opening = f"pool open ~/pool {course.shares('ada', 'grace')} --into ~/more --who Ada --purpose a-run"
    assert "in reserve" in course.run(f"{opening} {drawn.replace('--first 2', '--first 9')}", 2)
    assert "unknown" not in course.run(f"{opening} {drawn.replace('--first 2', '')}")
    assert "is needed" in course.run(opening.replace("more", "all"), 2)
    of_this = f"{opening.replace('more', 'these')} --assessment ~/assessment"
    assert "--key is missing" in course.run(of_this, 2)
    course.run(f"{of_this} --key ~/public --first 3")
    shown = course.plan / f"revealed/{DOMAIN}-1.revealed.json"
    before = shown.read_bytes()
    again = opening.replace("more", "fewer")
    assert "was opened before" in course.run(f"{again} --assessment ~/assessment --key ~/public --first 2", 2)
    assert shown.read_bytes() == before
    course.run("pool verify ~/pool --revealed ~/open/revealed.json")
    assert draw["order"][0] in (course.home / "open/revealed.json").read_text()
    changed = course.plan / f"draw-{DOMAIN}-1.json"
    changed.write_bytes(changed.read_bytes().replace(QUICKNET[123].encode(), QUICKNET[657_413].encode()))
    assert not course.json(f"{verify} --key ~/public", 1)["holds"]
    forged = f"{opening.replace('more', 'forged')} --assessment ~/assessment --key ~/public"
    course.run(forged, 2)
    assert not (course.home / "forged").exists()


def test_a_fresh_draw_follows_on_the_first(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    course.new_plan()
    course.run("plan commit ~/assessment --key ~/assessor --who Ada")
    of_it = f"~/assessment --domain {DOMAIN}"
    for stage, number, more in ((1, 123, ""), (2, 657_413, "--stage 2 --drawn 3")):
        out = quicknet(number).time
        monkeypatch.setattr(draw_work, "_now", lambda out=out: out - dt.timedelta(hours=1))
        nonce = course.json(f"pool draw nonce ~/nonce{stage}")["digest"]
        course.run(
            f"pool draw agree --pool ~/pool --plan ~/assessment --nonce {nonce} --key ~/assessor --into ~/assessment "
            f"--who Ada --round {number} {more}"
        )
        course.run(f"pool draw sign {of_it} --key ~/developer --stage {stage}")
        monkeypatch.setattr(draw_work, "_now", lambda out=out: out)
        course.run(
            f"pool draw make {of_it} --pool ~/pool --signature {QUICKNET[number]} --nonce ~/nonce{stage} "
            f"--key ~/assessor --who Ada --stage {stage}"
        )
    fresh = course.json(f"pool draw verify {of_it} --pool ~/pool --key ~/public --stage 2")["draw"]
    first = course.json(f"pool draw verify {of_it} --pool ~/pool --key ~/public")["draw"]
    assert sorted([*fresh["order"], *first["order"][:3]]) == sorted(first["order"])
    with (course.plan / "plan.toml").open("a") as file:
        file.write("# changed\n")
    course.run(f"pool draw verify {of_it} --pool ~/pool --key ~/public --stage 2", 1)


def test_a_rehearsal_is_drawn_without_a_network_and_says_so(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    course.run("plan new --into ~/assessment --pool ~/pool")
    plan = course.plan / "plan.toml"
    plan.write_text(plan.read_text().replace('beacon = "quicknet"', 'beacon = "rehearsal"'))
    assert "drawing.beacon" in course.run("plan check ~/assessment", 2)
    plan.write_text(plan.read_text().replace('access = ""', 'access = "scripted/skill-60"'))
    course.run("plan commit ~/assessment --key ~/assessor --who Ada")
    nonce = course.json("pool draw nonce ~/nonce")["digest"]
    now = dt.datetime(2026, 11, 24, 8, 30, tzinfo=dt.UTC)
    monkeypatch.setattr(draw_work, "_now", lambda: now)
    agree = f"pool draw agree --pool ~/pool --plan ~/assessment --nonce {nonce} --key ~/assessor --into ~/assessment"
    of_it = f"~/assessment --domain {DOMAIN}"
    assert "nobody can verify" in course.run(f"{agree} --who Ada")
    assert "nobody can verify" in course.run(f"pool draw sign {of_it} --key ~/developer")
    monkeypatch.setattr(draw_work, "_now", lambda: now + dt.timedelta(hours=2))
    make = f"pool draw make {of_it} --pool ~/pool --nonce ~/nonce --key ~/assessor --who Ada"
    assert "no signature" in course.run(f"{make} --signature {QUICKNET[123]}", 2)
    assert "nobody can verify" in course.run(f"{make} --beacon {'07' * 32}")
    found = course.json(f"pool draw verify {of_it} --pool ~/pool --key ~/public", 1)
    assert found["holds"]
    assert not found["verified"]


def test_shares_are_passed_on_and_too_few_do_not_open(course: Course) -> None:
    opening = "--into ~/open --who Ada --purpose a-run"
    assert "1 of the 2 custodians" in course.run(f"pool open ~/pool {course.shares('ada')} {opening} --all", 2)
    for name in ("ada", "edsger"):
        course.run(
            f"pool share ~/pool --share ~/pool/shares/{name}.age --identity ~/{name}.age --to ~/opener.age.pub "
            f"--into ~/{name}.passed"
        )
    passed = "--share ~/ada.passed --share ~/edsger.passed --identity ~/opener.age"
    course.run(f"pool open ~/pool {passed} {opening} --development")
    assert "for 3 models" not in course.run("pool status ~/pool")
    assert "opened" in course.run("pool status ~/pool").lower()


def test_canaries_are_found_from_the_manifest_alone(course: Course) -> None:
    opening = "--into ~/open --who Ada --purpose a-run"
    course.run(f"pool open ~/pool {course.shares('ada', 'grace')} {opening} --all")
    assert "48 canaries" in course.run("pool canary ~/pool ~/open", 1)
    assert "0 canaries" in course.run("pool canary ~/pool ~/tasks")
    pytest.importorskip("zipfile_zstd")
    text = next((course.home / "open").glob("*/prompt.md")).read_bytes()
    with zipfile.ZipFile(course.home / "a.eval", "w", 93) as out:  # Zstandard, as inspect_ai packs its logs
        out.writestr("samples/a_epoch_1.json", text)
    assert text[-40:-5] not in (course.home / "a.eval").read_bytes()
    line = ["frontier", "pool", "canary", str(course.pool), str(course.home / "a.eval")]
    script = f"import sys; from clearinghouse.cli.main import invoke; sys.exit(invoke({line!r}))"
    # in a process of its own: in this one zipfile has just been taught Zstandard
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    found = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "a.eval!samples/a_epoch_1.json: the canary of the pool" in found
    assert "2 canaries of this pool in 1 file" in found


def test_a_worn_task_is_left_out_of_the_next_version(course: Course) -> None:
    leaf = json.loads((course.pool / "pool.json").read_text())["leaves"][0]
    assert course.run(f"pool retire ~/pool {leaf[:12]} --reason a-talk --who Ada").startswith(leaf[:16])
    assert course.json("pool status ~/pool", 1)["wear"][0]["retired"] == "a-talk"
    holders = " ".join(f"--custodian {each}=~/{each}.age.pub" for each in NAMES)
    made = course.json(
        f"pool rotate ~/pool {course.shares('ada', 'grace')} {holders} --threshold 3 --into ~/pool-2 --who Ada"
    )
    assert made["header"]["version"] == 2
    assert made["header"]["tasks"] == 23
    course.run("pool verify ~/pool-2")
    status = course.json("pool status ~/pool", 1)
    assert [each["facts"]["root"] for each in status["following"]] == [made["root"]]
    assert status["following"][0]["facts"]["retired"] == "1"
    assert "Followed by version 2" in course.run("pool status ~/pool", 1)
    opening = f"pool open ~/pool {course.shares('ada', 'grace')} --into ~/old --who Ada --purpose court --all"
    course.run(opening)  # what was drawn of it can still be verified, and it is written down
    assert "court" in course.run("pool status ~/pool", 1)


def test_a_pool_that_was_changed_is_told(course: Course) -> None:
    whole = (course.pool / "pool.age").read_bytes()
    (course.pool / "pool.age").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    checks = course.json("pool verify ~/pool", 1)["checks"]
    assert [each["name"] for each in checks if not each["holds"]] == ["sealed tasks and shares"]
    course.run(f"pool verify ~/pool --root {'0' * 64}", 1)
    course.run("pool verify ~/absent", 2)


def test_what_is_wrong_with_a_plan_is_told_with_its_place(course: Course) -> None:
    course.new_plan()
    course.run("plan new --into ~/assessment --pool ~/pool", 2)
    path = course.plan / "plan.toml"
    text = path.read_text()
    path.write_text(text.replace("alpha =", "alhpa =").replace("watch = 0.35", "watch = 0.7"))
    faults = course.json("plan check ~/assessment", 2)["faults"]
    assert [each["where"] for each in faults] == ["design.alhpa", "design.domains, item 1.threshold.watch", "design"]
    path.write_text(text.replace(f'analysis = "{text.partition("analysis = ")[2][1:65]}"', f'analysis = "{"0" * 64}"'))
    assert "another one" in course.run("plan check ~/assessment", 1)
    course.run("plan commit ~/assessment --key ~/assessor --who Ada", 2)


def test_a_threshold_is_committed_to_and_opened(course: Course) -> None:
    course.new_plan()
    made = course.json("plan threshold commit --identifier t-1 --covered 0.55 --watch 0.4 --into ~/opening.json")
    assert stat.S_IMODE((course.home / "opening.json").stat().st_mode) == 0o600
    path = course.plan / "plan.toml"
    text = path.read_text().replace("example-threshold-1", "t-1")
    path.write_text(text.replace("covered = 0.5\nwatch = 0.35", f'commitment = "{made["commitment"]}"'))
    shown = course.json("plan threshold open ~/assessment --opening ~/opening.json")
    assert shown["thresholds"][0]["threshold"]["covered"] == 0.55
    assert "not opened" in course.run("plan characteristics ~/assessment --repetitions 100", 2)
    points = course.json(
        "plan characteristics ~/assessment --opening ~/opening.json --repetitions 100 --truth 0.9 --truth 0.1"
    )["points"]
    assert [each["repetitions"] for each in points] == [100, 100]


def test_the_code_that_computes_is_told(course: Course) -> None:
    assert set(course.json("plan analysis")["versions"]) == {"python", "numpy", "scipy", "inspect_ai"}
    assert "sources" in course.run("plan analysis")


def test_a_log_is_held_to_a_head_that_was_given_away(course: Course) -> None:
    course.run("plan log ~/pool --sign ~/assessor --into ~/head.json")
    leaf = course.run(f"pool open ~/pool {course.shares('ada', 'grace')} --into ~/open --who Ada --purpose a-run --all")
    assert leaf
    assert "begins with the 1 entry" in course.run("plan log ~/pool --head ~/head.json --key ~/public")
    shown = course.json("plan log ~/pool")
    assert [each["what"] for each in shown["entries"]] == ["pool made", "pool opened"]
    course.make("~/other")
    course.run("plan log ~/other --head ~/head.json --key ~/public", 2)
    course.run("plan log ~/pool --head ~/head.json", 2)
    course.run("plan log ~/pool --sign ~/assessor", 2)
    course.run("plan log ~/public", 2)
