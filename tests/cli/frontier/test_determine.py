"""``clearinghouse frontier determine``: from a draft to a signed record and what becomes of it, and what is refused."""

import datetime as dt
import hashlib
import json
import re
from pathlib import Path

import msgspec
import pytest

pytest.importorskip("securesystemslib")

from clearinghouse.cli import main
from clearinghouse.evaluation.assessment.document import to_bytes
from clearinghouse.evaluation.assessment.facts import PlanRef
from clearinghouse.evaluation.determination.acting import sign_in
from clearinghouse.evaluation.determination.errors import DemandError
from clearinghouse.evaluation.determination.folder import ASSESSED
from clearinghouse.evaluation.ledger.chain import Chain
from clearinghouse.evaluation.plan.example import example
from clearinghouse.evaluation.plan.fields import PoolRef
from clearinghouse.evaluation.rule.finding import Verdict
from clearinghouse.trust.keys import load_private
from invented_assessment import invented
from invented_plan import holders, key_pair

replace = msgspec.structs.replace
NOW = dt.datetime.now(dt.UTC)
MADE = "2020-01-02T03:04:05Z"
LABORATORY = "Example Laboratory"
DEVELOPER = ("--who", "Dave", "--office", "Policy", "--organisation", LABORATORY)
SECRET = "the third range holds a flaw that nobody else knows of"
DRAFT = f"""
number = "FD-1"
conclusion = "covered"
evidence = ["runs/first.json"]
[officer]
name = "Olga Officer"
office = "Director"
organisation = "Example Office"
[roles]
requester = "Rita Requester"
operator = "Otto Operator"
analyst = "Ana Analyst"
custodians = ["Kim", "Lee"]
[[reason]]
says = "Two domains are above their thresholds."
[[reason]]
says = "{SECRET}"
withheld = "it would give away a task"
[[interest]]
name = "Olga Officer"
says = "None."
"""
SECOND = DRAFT.replace("FD-1", "FD-1-R").replace("Olga Officer", "Nora Next").replace("Director", "Deputy")


class Office:
    """A folder with an assessment and a draft, keys, and the verbs."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder, self.keys = home, home / "assessment", home / "public"
        (self.folder / "runs").mkdir(parents=True)
        (self.folder / "plans").mkdir()
        self.keys.mkdir()
        for each in ("officer", "second", "developer", "stranger"):
            key_pair(home / each, each)
        for each in ("officer", "second", "developer"):
            (self.keys / f"{each}.pub").write_bytes((home / f"{each}.pub").read_bytes())
        (self.folder / "runs" / "first.json").write_text("{}")
        self.assess()
        self.draft()

    def assess(self, verdict: Verdict = Verdict.COVERED, stage: int = 1, expires: int = 183, **changes: object) -> None:
        pool = PoolRef(domain="vulnerability_discovery", name="x", version=1, root="ab" * 32, tasks=120, families=30)
        text = (
            example("cd" * 32, (pool,), holders()).replace("expires_days = 183", f"expires_days = {expires}").encode()
        )
        sha256 = hashlib.sha256(text).hexdigest()
        (self.folder / "plans" / f"0001-{sha256[:16]}.toml").write_bytes(text)
        facts = invented(verdict, made=MADE, plan=PlanRef(name="example", version=1, sha256=sha256, signed=MADE))
        days = replace(facts.design.reconsideration, days=3)
        facts = replace(facts, design=replace(facts.design, reconsideration=days))
        data = to_bytes(replace(facts, finding=replace(facts.finding, stage=stage), **changes))
        (self.folder / "assessment.json").write_bytes(data)
        Chain(self.folder / "log.jsonl").append(ASSESSED, hashlib.sha256(data).hexdigest(), who="Ana", now=NOW)

    def draft(self, text: str = DRAFT, name: str = "determination.toml") -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def run(self, verb: str, *words: object) -> int:
        return main.invoke(["frontier", "determine", *verb.split(), str(self.folder), *map(str, words)])

    def sign(self, key: str = "officer", *words: object) -> int:
        return self.run("sign", "--key", self.home / key, *words)

    def status(self, *words: object) -> int:
        return self.run("status", "--key", self.keys, *words)

    def act(self, verb: str, key: str, *words: object) -> int:
        with_keys = ("--key", self.home / key, "--keys", self.keys, "--says", "It happened.")
        return self.run(verb, *with_keys, *words)

    def event(self, kind: str, *words: object, key: str = "officer") -> int:
        return self.act("event", key, "--kind", kind, *words)

    def ask(self, kind: str = "arithmetic", who: tuple[str, ...] = DEVELOPER, key: str = "developer") -> int:
        return self.act("reconsider ask", key, "--kind", kind, "--number", "FD-1", *who)

    def assign(self, name: str = "Nora Next", key: str = "second") -> int:
        takes = ("--officer", name, "--officer-office", "Deputy", "--officer-key", self.home / f"{key}.pub")
        return self.act("reconsider assign", "officer", "--number", "FD-1", *takes)

    def decide(self, text: str = SECOND, key: str = "second") -> int:
        return self.act("reconsider decide", key, "--number", "FD-1", "--draft", self.draft(text, "second.toml"))


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


@pytest.fixture
def signed(office, capfd):
    assert office.sign() == 0
    capfd.readouterr()
    return office


def stands(office, capfd, *words):
    code = office.status("--number", "FD-1", "--format", "json", *words)
    return code, json.loads(capfd.readouterr().out)


def after(days):
    return ("--as-of", f"{NOW + dt.timedelta(days=days):%Y-%m-%d}")


def refused(capfd):
    told = capfd.readouterr()
    assert len(told.err.splitlines()) == 2, told.err
    assert "try: " in told.err
    return told.err


# Drafts


def test_a_new_draft_says_what_was_found_and_lacks_what_only_a_person_can_write(office, capfd):
    (office.folder / "determination.toml").unlink()
    assert office.run("new") == 0
    text = (office.folder / "determination.toml").read_text()
    assert "finding     covered" in text
    assert 'conclusion = ""' in text
    assert '"assessment.json"' in text
    capfd.readouterr()
    assert office.run("check", "--format", "json") == 2
    places = [each["where"] for each in json.loads(capfd.readouterr().out)["faults"]]
    assert {"conclusion", "officer.name", "officer.office", "roles.analyst", "roles.custodians"} <= set(places)
    assert 'operator = "Otto Operator"' in text, "as the plan has it by the key"
    assert "roles.operator" not in places
    assert office.run("new") == 2  # nothing is overwritten
    assert "is there already" in refused(capfd)


def test_a_new_draft_does_not_tell_a_threshold_that_is_under_a_commitment(office):
    (office.folder / "determination.toml").unlink()
    facts = invented()
    first, *others = facts.design.domains
    closed = replace(first, threshold=replace(first.threshold, covered=0.4321, commitment="ab" * 32))
    office.assess(design=replace(facts.design, domains=(closed, *others)))
    assert office.run("new") == 0
    text = (office.folder / "determination.toml").read_text()
    assert "0.4321" not in text
    assert "under a commitment" in text


def test_everything_wrong_with_a_draft_is_told_at_once_and_nothing_is_written(office, capfd):
    text = DRAFT.replace('"Ana Analyst"', '"otto  operator"').replace('name = "Olga Officer"\nsays', 'name = "X"\nsays')
    office.draft(text.replace('conclusion = "covered"', 'conclusion = "not_covered"'))
    for verb in (("check",), ("sign", "--key", office.home / "officer")):
        assert office.run(*verb) == 2
        told = capfd.readouterr().out
        assert "must be different" in " ".join(told.split())
        assert "has declared no interests" in " ".join(told.split())
        assert "does not say why" in " ".join(told.split())
        assert "3 things to put right." in told
    assert not (office.folder / "determinations").exists()


@pytest.mark.parametrize(
    ("found", "instead", "said"),
    [
        ('office = "Director"', 'ofice = "Director"', "write office"),
        ('conclusion = "covered"', 'conclusion = "banana"', "write covered"),
        ("[[reason]]", "[[reason", "no TOML"),
        ('number = "FD-1"', 'number = "../FD-1"', "letters, digits"),
        ('number = "FD-1"', 'number = "FD-1"\ndecided = 2020-02-03T00:00:00', "time zone"),
        ('number = "FD-1"', 'number = "FD-1"\ndecided = 0001-01-01T00:00:00+14:00', "year 1"),
        ('number = "FD-1"', 'number = "FD-1"\ndecided = 2020-02-03T00:00:00Z', "days count"),
        ('number = "FD-1"', 'number = "FD-1"\ndecided = 8999-02-03T00:00:00Z', "not that late yet"),
        ('number = "FD-1"', 'number = "FD-1"\nexpires = 8999-02-03T00:00:00Z', "later than the plan"),
        ('"runs/first.json"', '"../public/officer.pub"', "no name of a file below"),
        ('"runs/first.json"', '"/etc/hostname"', "no name of a file below"),
        ('"runs/first.json"', '"runs/second.json"', "cannot be read"),
        ('"runs/first.json"', '"runs/first.json", "runs/first.json"', "cited twice"),
        ("[[interest]]", '[[dissent]]\nname = "D"\n[[interest]]', "dissent, item 1.says"),
    ],
)
def test_what_is_wrong_with_a_draft_has_its_place(office, capfd, found, instead, said):
    office.draft(DRAFT.replace(found, instead, 1))
    assert office.run("check") == 2
    told = capfd.readouterr()
    assert said in " ".join(told.out.split())
    assert not told.err


def test_a_record_expires_as_its_plan_has_it(office, capfd):
    office.assess(expires=30)
    assert office.sign() == 0
    assert [office.status(*after(each)) for each in (29, 31)] == [0, 1]


# Signing


def test_the_whole_course_from_a_draft_to_a_lapsed_record(office, capfd):
    assert office.run("check") == 0
    assert office.sign() == 0
    told = capfd.readouterr().out
    assert "This agrees with the finding" in told
    assert "voluntary" in told
    code, found = stands(office, capfd)
    assert (code, found["standing"]["status"]) == (0, "in_force")
    assert [each["name"] for each in found["record"]["evidence"]] == ["runs/first.json", "assessment.json"]
    code, found = stands(office, capfd, *after(190))
    assert (code, found["standing"]["status"]) == (1, "lapsed")
    assert office.status("--as-of", "2020-02-03") == 2
    assert "was decided on" in refused(capfd)
    assert office.status() == 0
    assert "in force" in capfd.readouterr().out


def test_withheld_words_stand_in_a_file_of_its_own_and_nowhere_else(signed):
    places = [each for each in signed.folder.rglob("*") if each.is_file() and SECRET in each.read_text()]
    names = sorted(each.name for each in places)
    assert names == ["FD-1.openings.json", "determination.toml"]
    openings = signed.folder / "determinations" / "FD-1.openings.json"
    assert openings.stat().st_mode & 0o777 == 0o600


def test_a_number_is_used_once(signed, capfd):
    before = (signed.folder / "determinations" / "FD-1.dsse.json").read_bytes()
    assert signed.sign() == 2
    assert "there is a determination FD-1" in refused(capfd)
    assert (signed.folder / "determinations" / "FD-1.dsse.json").read_bytes() == before


def test_who_was_killed_before_the_log_had_it_signs_again(office, capfd):
    log, head = (office.folder / each for each in ("log.jsonl", "log.head.json"))
    before = log.read_bytes(), head.read_bytes()
    assert office.sign() == 0
    log.write_bytes(before[0])
    head.write_bytes(before[1])
    assert office.status() == 2
    assert "does not begin with" in refused(capfd), "the officer signed a head of the log, which goes further"
    (office.folder / "log.heads.jsonl").unlink()
    assert office.status() == 2
    assert "the log does not say" in refused(capfd)
    assert office.sign() == 0
    assert office.status() == 0


def test_a_development_pool_supports_no_conclusion(office, capfd):
    office.assess(development=True)
    assert office.sign() == 2
    assert "cannot support a determination" in " ".join(capfd.readouterr().out.split())
    office.draft(DRAFT.replace('"covered"', '"indeterminate"'))
    assert office.sign() == 0
    assert "cannot support a determination" in " ".join(capfd.readouterr().out.split())


def test_an_assessment_that_was_changed_by_hand_is_not_determined(office, capfd):
    path = office.folder / "assessment.json"
    path.write_bytes(path.read_bytes().replace(b'"0.1.0"', b'"0.2.0"'))
    for verb in (("check",), ("sign", "--key", office.home / "officer")):
        assert office.run(*verb) == 2
        assert "is not the assessment that the log says" in refused(capfd)


def test_evidence_that_is_not_as_it_was_is_told(signed, capfd):
    (signed.folder / "runs" / "first.json").write_text('{"other": 1}')
    code, found = stands(signed, capfd)
    assert (code, found["standing"]["status"], found["changed"]) == (1, "in_force", ["runs/first.json"])
    assert signed.status() == 1
    assert "which is not there as it was" in capfd.readouterr().out


@pytest.mark.parametrize("what", ["missing", "no key", "stranger", "folder", "record", "renamed"])
def test_what_cannot_be_believed_is_told_in_two_lines(signed, capfd, what):
    record = signed.folder / "determinations" / "FD-1.dsse.json"
    keys, number = signed.keys, "FD-1"
    if what == "missing":
        record.unlink()
    elif what == "no key":
        keys = signed.home / "nowhere"
    elif what == "stranger":
        keys = signed.home / "stranger.pub"
    elif what == "folder":
        number = "../FD-1"
    elif what == "record":
        record.write_bytes(record.read_bytes().replace(b"payload", b"paylaod", 1))
    else:
        record.rename(record.with_name("FD-2.dsse.json"))
        number = "FD-2"
    assert signed.run("status", "--key", keys, "--number", number) == 2
    refused(capfd)


def test_files_that_are_not_there_are_told_in_two_lines(office, capfd):
    (office.folder / "determination.toml").unlink()
    assert office.sign() == 2
    refused(capfd)
    office.draft()
    assert office.sign("nobody") == 2
    refused(capfd)
    (office.folder / "assessment.json").unlink()
    assert office.run("check") == 2
    refused(capfd)
    assert office.status() == 2
    assert "there is no determination" in refused(capfd)


# What becomes of it


def test_a_change_makes_it_lapse_and_the_office_can_take_it_back(signed, capfd):
    assert signed.event("change", "--change", "watch") == 0
    code, found = stands(signed, capfd) if not capfd.readouterr().err else (2, {})
    assert (code, found["standing"]["status"], found["standing"]["retests"]) == (0, "in_force", ["It happened."])
    assert signed.event("change", "--change", "safeguards", "--cites", "runs/first.json") == 0
    capfd.readouterr()
    assert stands(signed, capfd)[1]["standing"]["status"] == "lapsed"
    assert signed.event("withdrawn") == 0
    capfd.readouterr()
    assert stands(signed, capfd)[1]["standing"]["status"] == "withdrawn"
    assert signed.event("sent") == 2
    assert "nothing follows" in refused(capfd)


def test_a_later_determination_takes_its_place(signed, capfd):
    signed.draft(DRAFT.replace('"FD-1"', '"FD-2"'))
    assert signed.sign() == 0
    assert signed.event("superseded", "--number", "FD-1", "--other", "FD-2") == 2
    assert "supersedes another" in refused(capfd)
    signed.draft(DRAFT.replace('"FD-1"', '"FD-3"\nsupersedes = "FD-1"'))
    assert signed.sign() == 0
    assert signed.status() == 2
    assert "there are 3 determinations" in refused(capfd)
    assert signed.event("superseded", "--number", "FD-1", "--other", "FD-3") == 0
    capfd.readouterr()
    code, found = stands(signed, capfd)
    assert (code, found["standing"]["status"]) == (1, "superseded")
    assert found["events"][0]["other_sha256"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sent", "--change", "watch"], "--change goes with"),
        (["change"], "--change goes with"),
        (["superseded"], "--other goes with"),
        (["poem"], "--kind is"),
        (["change", "--change", "weather"], "--change is"),
        (["noted", "--cites", "../public/officer.pub"], "no name of a file below"),
    ],
)
def test_an_event_that_is_not_told_rightly_is_refused(signed, capfd, words, said):
    assert signed.event(*words) == 2
    assert said in refused(capfd)


def test_the_developer_and_strangers_do_not_act_for_the_office(signed, capfd):
    assert signed.event("withdrawn", *DEVELOPER, key="developer") == 2
    assert "is of the developer" in refused(capfd)
    assert signed.event("withdrawn", key="second") == 2
    assert "--who is missing" in refused(capfd)
    assert signed.event("noted", "--who", "Sam", key="stranger") == 2
    assert "none of those that are believed" in refused(capfd)
    assert stands(signed, capfd)[1]["events"] == []


def test_an_event_that_is_taken_away_is_noticed(signed, capfd):
    assert signed.event("sent") == 0
    assert signed.event("change", "--change", "identity") == 0
    path = signed.folder / "determinations" / "FD-1.events.jsonl"
    whole = path.read_bytes()
    for less in (b"", whole.splitlines(keepends=True)[0], whole[:-1]):
        path.write_bytes(less)
        capfd.readouterr()
        assert signed.status() == 2
        refused(capfd)


def test_an_event_that_the_log_lacks_is_told_and_is_put_there_with_the_next(signed, capfd):
    paths = [signed.folder / each for each in ("log.jsonl", "log.head.json", "log.heads.jsonl")]
    before = [each.read_bytes() for each in paths]
    assert signed.event("sent") == 0
    for path, data in zip(paths, before, strict=True):
        path.write_bytes(data)
    capfd.readouterr()
    code, found = stands(signed, capfd)
    assert (code, found["unlogged"]) == (1, 1)
    assert signed.event("noted") == 0
    capfd.readouterr()
    code, found = stands(signed, capfd)
    assert (code, found["unlogged"], len(found["events"])) == (0, 0, 2)


# Reconsideration


def test_reconsidered_and_upheld_it_is_reaffirmed(signed, capfd):
    assert signed.event("sent") == 0
    assert signed.ask() == 0
    assert "under reconsideration" in capfd.readouterr().out
    code, found = stands(signed, capfd)
    assert (code, found["standing"]["advisory"]) == (1, True)
    assert signed.assign() == 0
    assert signed.decide() == 0
    capfd.readouterr()
    code, found = stands(signed, capfd)
    assert (code, found["standing"]["status"]) == (0, "reaffirmed")
    assert found["events"][-1]["other"] == "FD-1-R"
    assert signed.status("--number", "FD-1-R") == 0


def test_a_fresh_draw_rests_on_the_pooled_finding_and_can_replace_it(signed, capfd):
    first = hashlib.sha256((signed.folder / "assessment.json").read_bytes()).hexdigest()
    assert signed.ask("fresh_draw") == 0
    assert signed.assign() == 0
    capfd.readouterr()
    assert signed.decide() == 2
    assert "second stage" in refused(capfd)
    assert not (signed.folder / "determinations" / "FD-1-R.dsse.json").exists()
    signed.assess(Verdict.INDETERMINATE, stage=2)
    later = hashlib.sha256((signed.folder / "assessment.json").read_bytes()).hexdigest()
    assert signed.decide(SECOND.replace('"covered"', '"indeterminate"')) == 0
    capfd.readouterr()
    code, found = stands(signed, capfd)
    assert (code, found["standing"]["status"], found["changed"]) == (1, "replaced", [])
    assert found["record"]["assessment"]["sha256"] == first
    assert signed.status("--number", "FD-1-R", "--format", "json") == 0
    second = json.loads(capfd.readouterr().out)["record"]
    assert second["assessment"]["sha256"] == later
    assert second["finding"]["stage"] == 2
    assert second["reconsiders"]["outcome"] == "indeterminate"


def test_the_officer_who_decided_does_not_reconsider(signed, capfd):
    assert signed.ask() == 0
    for name, key in (("Olga Officer", "second"), ("Nora Next", "officer"), ("ana analyst", "second")):
        capfd.readouterr()
        assert signed.assign(name, key) == 2
        assert "had a part in FD-1" in refused(capfd)
    assert signed.assign() == 0
    capfd.readouterr()
    assert signed.decide(SECOND.replace("Nora Next", "Olga Officer"), key="officer") == 2
    assert "had a part in FD-1" in refused(capfd)
    assert signed.decide(key="officer") == 2
    assert "the plan has that key as one of Olga Officer" in refused(capfd)


def test_only_the_developer_asks_and_within_the_days(office, capfd):
    decided = NOW - dt.timedelta(days=5)
    office.draft(DRAFT.replace('"FD-1"', f'"FD-1"\ndecided = {decided:%Y-%m-%dT%H:%M:%SZ}'))
    assert office.sign() == 0
    capfd.readouterr()
    assert office.ask() == 2
    assert re.search("the 3 days to ask ended", refused(capfd))
    assert office.event("sent") == 0  # the days begin when the developer was told
    capfd.readouterr()
    assert office.ask(who=("--who", "Eve", "--organisation", "Elsewhere")) == 2
    assert "is not the developer" in refused(capfd)
    assert office.ask() == 0


def test_nothing_is_answered_that_nobody_asked(signed, capfd):
    assert signed.assign() == 2
    assert "nobody asked" in refused(capfd)
    assert signed.decide() == 2
    assert "nobody asked" in refused(capfd)


def test_an_answer_of_somebody_else_than_took_it_leaves_nothing_behind(signed, capfd):
    assert signed.ask() == 0
    assert signed.assign("Quentin Quiet") == 2
    assert "the plan has that key as one of Nora Next" in refused(capfd)
    assert signed.decide() == 2
    assert "no officer has a reconsideration to answer" in refused(capfd)
    assert [each.name for each in (signed.folder / "determinations").glob("*.dsse.json")] == ["FD-1.dsse.json"]


def test_a_faulty_draft_is_not_signed_by_the_library_either(office):
    path = office.draft(DRAFT.replace('"FD-1"', '"FD-1"\ndecided = 2020-02-03T00:00:00Z'))
    with pytest.raises(DemandError, match="days count"):
        sign_in(office.folder, path, load_private(office.home / "officer"), NOW)
    assert not (office.folder / "determinations").exists()
