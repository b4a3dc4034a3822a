"""What the page says, to whom, and in which words."""

import datetime as dt
import re
from itertools import pairwise

import msgspec
import pytest

from clearinghouse.priority import Clock, policies
from clearinghouse.priority.plan import Do, Place, Plan
from clearinghouse.priority.plan.deferrals import REVIEW_POLICY
from clearinghouse.records import Asset, AssetKind, MatchClass
from clearinghouse.sheet import POLICY, counts, render_page, sections
from clearinghouse.sheet.method import _CLOCKS, _POLICIES, _REVIEWS

SITES = ("hospital", "bank", "water", "empty")


@pytest.fixture
def empty(hospital):
    return msgspec.structs.replace(hospital, plan=Plan(as_of=hospital.as_of))


@pytest.fixture(params=SITES)
def site(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def page(outline):
    def rendered(site, **more):
        return outline(render_page(site.plan, **site.arguments(), **more))

    return rendered


def one(build, *flaws, **facts):
    """A site whose plan is about one component."""
    places = facts.pop("places", build.on("imaging-server", "Radiology"))
    subject = build.component(facts.pop("name", "Pillow"), facts.pop("version", "9.5.0"), places, *flaws, **facts)
    return build.Site(plan=build.planned([subject]), site="St. Brigid", made_from=("inventory.csv",))


class TestDocument:
    def test_it_is_complete_in_itself(self, site):
        page = render_page(site.plan, **site.arguments())
        assert page.startswith("<!DOCTYPE html>\n")
        assert f'<meta http-equiv="Content-Security-Policy" content="{POLICY.replace(chr(39), "&#x27;")}">' in page
        assert not re.search(r"<(?:script|link|img|iframe|object|embed|form|base|audio|video|svg)\b", page)
        assert not re.search(r"\b(?:src|srcset|action|background|style|on[a-z]+)=", page)
        assert page.encode("utf-8").decode("utf-8") == page

    def test_landmarks_and_headings(self, page, site):
        seen = page(site)
        tags = [tag for tag, _ in seen.skeleton]
        for landmark in ("header", "main", "footer", "h1"):
            assert tags.count(landmark) == 1
        levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
        assert levels[0] == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
        names = [attributes["id"] for _, attributes, _ in seen.elements if "id" in attributes]
        assert len(set(names)) == len(names)
        targets = [str(attributes["href"]) for tag, attributes, _ in seen.elements if tag == "a"]
        assert {target[1:] for target in targets if target.startswith("#")} <= set(names)
        labels = [attributes["aria-labelledby"] for tag, attributes, _ in seen.elements if tag == "section"]
        assert set(labels) <= set(names)

    def test_links_lead_to_the_page_itself_and_to_two_known_places(self, page, site):
        for tag, attributes, _ in page(site).elements:
            if tag == "a":
                target = str(attributes["href"])
                known = target.startswith(("#", "https://www.cve.org/CVERecord?id=CVE-"))
                assert known or target == "https://www.cisa.gov/report"

    def test_tables_are_real(self, page, hospital):
        seen = page(hospital)
        tags = [tag for tag, _ in seen.skeleton]
        assert tags.count("table") == tags.count("caption") > 0
        scopes = {attributes.get("scope") for tag, attributes, _ in seen.elements if tag == "th"}
        assert scopes == {"col", "row"}

    def test_the_site_and_the_date_are_the_heading(self, page, hospital):
        seen = page(hospital)
        assert seen.all("h1") == ["What to do at St. Brigid Rural Hospital Monday 9 November 2026"]
        assert seen.all("title") == ["St. Brigid Rural Hospital: what to do, Monday 9 November 2026"]
        assert page(msgspec.structs.replace(hospital, site=" ")).all("h1") == ["What to do Monday 9 November 2026"]

    def test_every_count_is_a_link_to_what_it_counts(self, page, hospital):
        seen = page(hospital)
        assert seen.all("nav") == ["3 to do first 3 after these 3 questions 5 flaws may wait 2 not judged"]
        assert seen.all("a", href="#after") == ["3 after these"]


class TestActions:
    def test_the_sentence(self, build, page):
        day = dt.date(2026, 3, 9)
        flaw = build.flaw(
            "CVE-2026-99200", "x", exposed="yes", automatable="yes", found="2026-03-09", fixed="10.2.0", as_of=day
        )
        subject = build.component("Pillow", "9.5.0", build.on("imaging-server", "Radiology"), flaw)
        plan = build.planned([subject], as_of=day)
        seen = page(build.Site(plan=plan, site="x", made_from=(), as_of=day))
        assert seen.all("h3")[0] == (
            "Update Pillow to 10.2.0 on imaging-server (Radiology) by Thursday 12 March 2026 (in 3 days)."
        )
        assert seen.all("h2")[0] == "Do this first"

    def test_three_first_then_the_others(self, page, hospital):
        seen = page(hospital)
        assert seen.all("h2")[:4] == [
            "Do these three things first",
            "What to find out",
            "How to get help",
            "After these: 3 more",
        ]
        firm = [action for action in hospital.plan.actions if action.do is not Do.FIND_OUT]
        assert [name for name in ("action-1", "action-2", "action-3", "action-4") if seen.all("*", id=name)] == [
            "action-1",
            "action-2",
            "action-3",
        ]
        (table,) = [each for each in seen.all("table") if each.startswith("What to do next")]
        assert all(action.subject.name in table for action in firm[3:])

    def test_why_and_what_it_clears(self, page, hospital):
        first, second, _ = page(hospital).all("li", class_="action soon")
        assert "Known to be used in attacks, listed since 8 November 2026." in first
        assert "An attack can be automated and gives full control or all data." in first
        assert "First look for traces of an intruder" in first
        assert "Clears 2 known flaws CVE-2026-99001 and CVE-2026-99002" in first
        assert "Northwind IT Services answers for it" in first
        assert "Not known to be used in attacks. An attack can be automated" in second
        assert "This is a major step" in second

    def test_no_fact_is_made_of_what_a_policy_assumed(self, build, page):
        flaw = build.flaw("CVE-2026-99201", "x", automatable=None, fixed="2", policy="fedramp_assume_automatable")
        seen = page(one(build, flaw))
        assert "An attack gives full control or all data." in seen.text
        assert "An attack can be automated" not in seen.text
        assert "yes, assumed" in seen.text

    def test_without_a_date_it_says_what_is_missing(self, build, page):
        seen = page(one(build, build.flaw("CVE-2026-99202", "x", exposed="yes", automatable=None, fixed="10")))
        assert "(no date follows yet)" in seen.all("h3")[0]
        assert (
            "No date follows yet, because it is not known whether an attack can be automated; "
            "still possible: 3 days or 14 days." in seen.text
        )
        assert "adopted date" not in seen.text

    def test_what_is_missing_is_one_list(self, build, page):
        flaw = build.flaw("CVE-2026-99203", "x", exposed="yes", automatable=None, impact=None, fixed="10")
        assert (
            "because it is not known whether an attack can be automated and what an attack gives; still possible: "
            in page(one(build, flaw)).text
        )

    def test_an_upgrade_that_is_planned_is_no_date(self, build, page):
        flaw = build.flaw("CVE-2026-99204", "x", exposed="no", impact="partial", fixed="10")
        seen = page(one(build, flaw))
        assert seen.all("p", class_="due") == ["● The next planned upgrade"]

    def test_a_day_that_nobody_gave_is_called_assumed(self, build, page):
        flaw = build.flaw("CVE-2026-99205", "x", exposed="yes", fixed="10")
        made = msgspec.structs.replace(flaw.deadline, identified_source="assumed: --identified was not given")
        flaw = msgspec.structs.replace(flaw, deadline=made)
        text = page(one(build, flaw)).text
        assert "assumed: the day of this list, because no other is known" in text
        assert "--identified" not in text
        assert "1 flaw, with all its names:" in text

    def test_a_flaw_without_a_date_is_not_hidden_behind_one_with_a_date(self, build, page):
        dated = build.flaw("CVE-2026-99208", "x", exposed="yes", fixed="10")
        attacked = build.flaw("CVE-2026-99209", "x", exposed="yes", kev="2026-11-08", automatable=None, fixed="10")
        seen = page(one(build, dated, attacked))
        assert "Known to be used in attacks, listed since 8 November 2026." in seen.text
        assert (
            "No exact date follows yet for 1 of these flaws, because it is not known whether an attack can be "
            "automated; still possible: 3 days, so at the latest 10 November 2026." in seen.text
        )

    def test_whether_it_is_used_in_attacks_is_said_as_far_as_it_is_known(self, build, page):
        flaw = build.flaw("CVE-2026-99210", "x", exposed="yes", fixed="10")
        unknown = msgspec.structs.replace(flaw.deadline.inputs["kev"], value="unknown", source="")
        made = msgspec.structs.replace(flaw.deadline, inputs={**flaw.deadline.inputs, "kev": unknown})
        assert "Not known to be used in attacks." in page(one(build, flaw)).text
        seen = page(one(build, msgspec.structs.replace(flaw, deadline=made)))
        assert "Whether it is used in attacks is not known." in seen.text

    def test_both_dates_where_the_exposure_is_not_known(self, page, hospital):
        title = page(hospital).all("h3")[1]
        assert title == (
            "Update Pillow to 10.2.0 on imaging-server (Radiology) by Tuesday 10 November 2026 (tomorrow) if it can be "
            "reached from the internet, otherwise by Wednesday 6 January 2027 (in 58 days)."
        )

    def test_forensics_for_one_reading_only(self, build, page):
        flaw = build.flaw("CVE-2026-99203", "x", kev="2026-11-08", automatable="no", fixed="10")
        seen = page(one(build, flaw))
        assert "If it can be reached from the internet, first look for traces of an intruder" in seen.text

    def test_overdue_by_how_much(self, page, water):
        first = page(water).all("li", class_="action overdue")[0]
        assert first.startswith("■ Overdue by 66 days, adopted date Keep Billing web site on billing (Town hall) apart")
        assert "now (it was due by Friday 4 September 2026, 66 days ago)." in first

    @pytest.mark.parametrize(
        ("places", "said"),
        [
            ((), "Update Pillow to 10 by"),
            ((Place(inventory="image.json"),), "Update Pillow to 10 in image.json by"),
            ((Place(asset=Asset(name="a")), Place(asset=Asset(name="b"))), "to 10 on a and b by"),
            ((Place(asset=Asset(name="pump", count=24)),), "to 10 on 24 × pump by"),
            (tuple(Place(asset=Asset(name=each, count=2)) for each in "abc"), "to 10 on 6 systems by"),
            ((Place(asset=Asset(name="x" * 40)), Place(asset=Asset(name="y" * 40))), "to 10 on 2 systems by"),
        ],
    )
    def test_places_in_the_headline(self, build, page, places, said):
        flaw = build.flaw("CVE-2026-99204", "x", exposed="yes", fixed="10")
        assert said in page(one(build, flaw, places=places)).all("h3")[0]

    def test_what_has_no_fixed_version(self, build, page):
        advised = build.flaw("CVE-2026-99205", "x", exposed="yes", advice=("Turn the service off.",))
        bare = build.flaw("CVE-2026-99206", "x", exposed="yes")
        seen = page(one(build, advised, bare))
        assert seen.all("h3")[0].startswith("Protect Pillow on imaging-server (Radiology) as its advisory says by")
        assert seen.all("h3")[1].startswith("Keep Pillow on imaging-server (Radiology) apart from other networks, or")
        assert seen.all("blockquote") == ["Turn the service off."]
        assert "The advisory on CVE-2026-99205 says, in its own words:" in seen.text


class TestDevices:
    @pytest.fixture
    def device(self, build):
        def made(kind=AssetKind.MEDICAL, fixed="14", advice=("Install 14 at once.",), **asset):
            flaw = build.flaw("CVE-2026-99300", "x", exposed="no", kev="2026-11-08", fixed=fixed, advice=advice)
            places = build.on("Pump", "Ward 3", kind=kind, **asset)
            return one(build, flaw, name="Pump OS", version="13.4", places=places, kind=kind)

        return made

    @pytest.mark.parametrize(
        ("kind", "asset", "who"),
        [
            (AssetKind.MEDICAL, {}, "the device's vendor"),
            (AssetKind.OPERATIONAL, {}, "the system's vendor"),
            (AssetKind.MEDICAL, {"owner": "Clinical Engineering"}, "Clinical Engineering"),
        ],
    )
    def test_a_decision_with_whom_never_an_update(self, page, device, kind, asset, who):
        seen = page(device(kind=kind, **asset))
        assert seen.all("h3")[0].startswith(
            f"Decide with {who}: how to protect Pump OS on Pump (Ward 3) by Saturday 21"
        )
        own = re.sub(r"Install 14 at once\.", "", seen.text)
        assert not re.search(r"\b(?:update|install|patch)\b", own, re.IGNORECASE)
        assert "Ask its vendor about version 14, which by the advisories does not have the flaw." in own

    def test_the_advice_is_a_quotation(self, page, device):
        seen = page(device())
        assert seen.all("blockquote") == ["Install 14 at once."]
        assert len(re.findall("Install 14", seen.text)) == 1

    def test_without_advice_the_vendor_is_asked(self, page, device):
        seen = page(device(fixed="", advice=()))
        assert "The advisories give no advice for it: ask its vendor." in seen.text
        assert not seen.all("blockquote")

    def test_long_advice_is_cut_on_the_first_sheet_and_whole_further_down(self, page, hospital):
        seen = page(hospital)
        short, whole = seen.all("blockquote")
        assert short.endswith("…")
        assert whole.endswith("Pumps that are used in intensive care are changed one at a time, with a spare at hand.")
        assert "The advice of the advisories, in their words" in seen.all("h2")
        assert seen.all("a", href="#advice") == ["all of it further down"]

    def test_what_is_possibly_a_device_is_not_called_one(self, build, page):
        flaw = build.flaw("CVE-2026-99300", "x", exposed="no", fixed="10")
        facts = {"kind": AssetKind.OPERATIONAL, "kind_by": "ICSA-26-001-01", "kind_sure": False}
        text = page(one(build, flaw, **facts)).text
        assert "It may be operational technology: nothing is changed before" in text
        assert "ICSA-26-001-01 may speak of it" in text


class TestQuestions:
    def test_what_to_find_out_and_what_hangs_on_it(self, page, hospital):
        reach, exchange, ssh = page(hospital).all("ul", class_="questions")[0].split(" Find out ")
        assert reach == (
            "Find out whether imaging-server (Radiology) can be reached from the internet. 1 date on this page hangs "
            "on the answer."
        )
        assert exchange.startswith("about Exchange Server on mail-1 (Server room): Which version of Exchange Server is")
        assert ssh == (
            "which version of OpenSSH runs on lab-gateway (Laboratory). 1 known flaw hangs on the answer; if it is "
            "there, the earliest date is 21 November 2026 (in 12 days) (CVE-2026-99012)."
        )

    @pytest.mark.parametrize(
        ("place", "ecosystem", "asked"),
        [
            (Place(inventory="shop@4.2.0"), "PyPI", "whether shop@4.2.0 can"),
            (Place(inventory="list.csv", document=True), "PyPI", "whether what uses Pillow can"),
            (Place(inventory="list.csv", document=True), "", "whether Pillow can"),
            (Place(inventory="list.csv", document=True, asset=Asset(name="web")), "", "whether web can"),
        ],
    )
    def test_a_list_cannot_be_reached_from_the_internet(self, build, page, place, ecosystem, asked):
        flaw = build.flaw("CVE-2026-99300", "x", exposed="unknown", fixed="10")
        site = one(build, flaw, places=(place,), ecosystem=ecosystem)
        assert f"Find out {asked} be reached from the internet." in page(site).text

    @pytest.mark.parametrize(
        ("question", "asked"),
        [
            ("Is Pillow 9.5.0 what the advisory calls Pillows?", "Is it what the advisory calls Pillows?"),
            ("Does this hold for Pillow 9.5.0: with SSH?", "Does this hold for it: with SSH?"),
            ("Which model or release of Pillow 9.5.0 is it?", "Which model or release of Pillow 9.5.0 is it?"),
            ("Is 9.5.0 of Pillow affected?", "Is 9.5.0 of Pillow affected?"),
        ],
    )
    def test_a_question_names_the_component_once(self, build, page, question, asked):
        flaw = build.flaw("CVE-2026-99300", "x", exposed="no", match=MatchClass.POSSIBLE, question=question)
        text = page(one(build, flaw)).text
        assert f"Find out about Pillow on imaging-server (Radiology): {asked}" in text

    def test_beside_a_question_stands_the_date_of_what_hangs_on_it(self, build, page):
        calm = {"exposed": "yes", "match": MatchClass.POSSIBLE, "question": "Is it one of those?"}
        other = {"exposed": "yes", "match": MatchClass.POSSIBLE, "question": "Which of the two is it?"}
        flaws = [build.flaw(f"CVE-2024-{number}", "x", **calm) for number in (6576, 5806)]
        text = page(one(build, *flaws, build.flaw("CVE-2023-34362", "x", kev="2026-10-30", **other))).text
        assert (
            "Which of the two is it? 1 of 3 known flaws hangs on the answer; if it is there, the earliest date is "
            "2 November 2026 (7 days ago) (CVE-2023-34362). Then: Is it one of those? (2 flaws)." in text
        )

    def test_what_is_overdue_in_any_case_is_said_and_named_first(self, build, page):
        open_ = {"exposed": "yes", "match": MatchClass.POSSIBLE, "question": "Is it one of those?"}
        calm = build.flaw("CVE-2023-6548", "x", **open_)
        attacked = build.flaw("CVE-2023-4966", "x", kev="2026-10-18", automatable=None, impact=None, **open_)
        text = page(one(build, calm, attacked)).text
        assert (
            "2 known flaws hang on the answer; if they are there, the first is overdue whatever the missing answers "
            "are: at the latest 1 November 2026 (8 days ago) (CVE-2023-4966 and CVE-2023-6548)." in text
        )
        alone = page(one(build, build.flaw("CVE-2023-4966", "x", kev="2026-11-08", impact=None, **open_))).text
        assert (
            "if it is there, it is due whatever the missing answers are: at the latest 21 November 2026 (in 12 days) "
            "(CVE-2023-4966)." in alone
        )

    def test_three_on_the_first_sheet_the_others_further_down(self, build, page):
        subjects = [
            build.component(
                f"part {number}",
                None,
                build.on("srv"),
                build.flaw(f"CVE-2026-9940{number}", "x", match=MatchClass.NAME_ONLY, question="Which version is it?"),
            )
            for number in range(5)
        ]
        seen = page(build.Site(plan=build.planned(subjects), site="x", made_from=("inventory.csv",)))
        assert [each.count("Find out which") for each in seen.all("ul", class_="questions")] == [3, 2]
        assert seen.all("a", href="#more-questions") == ["2 more questions"]
        assert seen.all("h2")[:2] == ["Nothing is known to be wrong", "What to find out"]
        assert "There is nothing to do today" not in seen.text


class TestWaiting:
    def test_until_when_and_who_answers(self, page, hospital):
        (table,) = [each for each in page(hospital).all("table") if each.startswith("Flaws that the rule lets wait")]
        assert "LibreOffice 7.5.1 CVE-2026-99010 Office computers (All wards) J. Ortiz, IT The next planned" in table
        assert (
            "DICOM viewer 4.1 CVE-2026-99011 pacs-1 (Radiology) nobody yet 6 January 2027 (in 58 days) row 13" in table
        )
        assert table.endswith("9 December 2026")

    def test_what_differs_in_the_flaw_only_stands_in_one_row(self, page, hospital):
        seen = page(hospital)
        assert "Windows Server 2019 10.0.17763 CVE-2026-99008 and CVE-2026-99009" in seen.text

    @pytest.mark.parametrize(
        ("owners", "said"),
        [
            ((), "Nobody answers for any of these yet."),
            (("CVE-2026-99030",), "1 of 2 has nobody yet."),
            (("CVE-2026-99030", "CVE-2026-99031"), "on which it is looked at again. Flaws"),
        ],
    )
    def test_for_how_many_nobody_answers(self, build, page, owners, said):
        flaws = [build.flaw(f"CVE-2026-9903{number}", "x", exposed="no", fixed="10") for number in (0, 1)]
        subject = build.component("Pillow", "9.5.0", build.on("srv"), *flaws)
        plan = build.planned([subject], dict.fromkeys(owners, "J. Ortiz"))
        assert said in page(build.Site(plan, "x", ("inventory.csv",))).text

    def test_where_two_of_them_meet(self, page, hospital):
        seen = page(hospital)
        assert "Where waiting flaws meet" in seen.all("h3")
        assert "print-1 (Reception): CVE-2026-99008 and CVE-2026-99009" in seen.all("li")


class TestMethod:
    def test_inputs_rule_and_what_was_assumed(self, page, hospital):
        method = page(hospital).all("section", aria_labelledby="method")
        text = page(hospital).text.rpartition("How this list was made")[2]
        assert not method
        for said in (
            *hospital.made_from,
            "Monday 9 November 2026, with clearinghouse ",
            "Edition 1.0.0 of its table (cisa:DT_BOD2604:1.0.0), in force since 10 June 2026.",
            _POLICIES["fail_closed"],
            _CLOCKS[Clock.LITERAL],
            _REVIEWS[REVIEW_POLICY],
            "both dates are shown",
        ):
            assert said in text

    def test_what_could_not_be_judged(self, page, hospital):
        seen = page(hospital)
        assert "What could not be judged" in seen.all("h2")
        assert all(each in seen.all("li") for each in hospital.unknown)

    def test_every_policy_and_clock_has_plain_words(self):
        assert set(_POLICIES) == set(policies())
        assert set(_CLOCKS) == set(Clock)

    def test_the_why_table_answers_each_input(self, page, hospital):
        seen = page(hospital)
        table = next(each for each in seen.all("table") if each.startswith("Why this date: CVE-2026-99003 decides"))
        for said in (
            "Can it be reached from the internet? not known",
            "Is it known to be used in attacks? no Known Exploited Vulnerabilities (KEV 2026.11.08, CVE-2026-99003)",
            "Can an attack be automated? yes cve.json (CISA Coordinator), CVE-2026-99003 6 November 2026",
            "If it can be reached from the internet, what follows? row 5: 3 days, from the day it was found here",
            "If it cannot, what follows? row 13: 60 days",
        ):
            assert said in table


class TestEmpty:
    def test_it_is_calm_and_says_what_it_does_not_mean(self, page, empty):
        seen = page(empty)
        assert seen.all("h2")[:2] == ["Nothing is known to be wrong", "How to get help"]
        assert all(each in seen.text for each in empty.made_from)
        assert "What this does not mean It does not mean that nothing is wrong." in seen.text
        assert "Some of it could not be judged." in seen.text
        assert "by its date" not in seen.text

    def test_without_any_input_nothing_is_claimed(self, page, build):
        seen = page(build.Site(plan=Plan(as_of=build.TODAY), site="x", made_from=()))
        assert seen.all("h2")[0] == "Nothing was looked at"
        assert "known to be wrong" not in seen.text

    def test_where_nothing_could_be_judged_it_is_not_calm(self, page, empty):
        seen = page(empty, judged=False)
        assert seen.all("h2")[0] == "Nothing could be judged"
        assert "Something may be wrong with it; this page cannot say." in seen.text
        assert all(each in seen.text for each in (*empty.made_from, *empty.unknown))
        assert "known to be wrong" not in seen.text
        assert "nothing to do" not in seen.text


class TestWords:
    def test_adopted_and_never_owed(self, page, site):
        text = page(site).text
        assert re.search(r"\badopted\b", text)
        assert not re.search(r"\bow(?:e|es|ed|ing)\b|\bmust\b|\brequired\b", text, re.IGNORECASE)

    def test_owed_where_the_directive_binds(self, page, hospital):
        text = page(hospital, bound=True).text
        assert "The dates are owed under Binding Operational Directive 26-04" in text
        assert "Tomorrow, owed date" in text
        assert not re.search(r"\badopt", text)

    def test_calm_and_plain(self, page, site):
        text = page(site).text
        assert "!" not in text
        assert not re.search(
            r"\b(?:licen[cs]e|permit|clearance|please|simply|critical|severe|urgent)\b", text, re.IGNORECASE
        )
        assert not re.search(r"\bNone\b|\bTrue\b|\bFalse\b|<[a-z]+\.|\bnull\b", text)
        assert ".." not in text

    def test_no_acronym_without_its_words(self, build, page):
        flaws = [
            build.flaw("CVE-2026-99501", "title", kev="2026-11-07", automatable="yes", fixed="10"),
            build.flaw("CVE-2026-99502", "title", fixed="10", impact="partial"),
            build.flaw("CVE-2026-99503", "title", exposed="no", advice=("advice",)),
        ]
        told = page(one(build, *flaws, name="viewer")).text
        told = told.replace("CISA Coordinator", "").replace("KEV 2026.11.08", "(KEV)")  # names that sources give
        assert self.unexplained(told) == []
        assert self.unexplained(page(build.Site(Plan(as_of=build.TODAY), "x", ("x",))).text) == []

    @staticmethod
    def unexplained(text):
        """Capital letters before, or without, the words that they stand for."""
        text = re.sub(r"CVE-[0-9]+-[0-9]+", "", text)
        seen = dict.fromkeys(re.findall(r"\b[A-Z]{2,}\b", text))
        return [each for each in seen if not text.partition(each)[0].endswith("(")]


class TestLimits:
    def test_a_large_plan_is_a_page_of_bounded_size(self, build):
        flaws = [build.flaw(f"CVE-2026-{99600 + number}", "x" * 500, exposed="no", fixed="10") for number in range(40)]
        subjects = [
            build.component(f"part {number} {'x' * 500}", "9.5.0", build.on(f"srv {number}"), *flaws)
            for number in range(800)
        ]
        unknown = [f"thing {number}" for number in range(5000)]
        plan = build.planned(subjects)
        page = render_page(plan, site="x" * 1000, made_from=unknown, as_of=build.TODAY, unknown=unknown)
        assert "197 more actions, which clearinghouse plan --format json lists." in page
        assert "500 more rows, which clearinghouse plan --format json lists." in page
        assert "4,900 more items, which clearinghouse plan --format json lists." in page
        assert len(page) < 1_500_000

    def test_of_many_actions_the_last_are_one_line_each(self, build, page):
        flaws = [build.flaw(f"CVE-2026-{99600 + number}", "x", exposed="no", fixed="10") for number in range(200)]
        subjects = [
            build.component(f"part-{number:03}", "9.5.0", build.on(f"srv {number}"), flaw)
            for number, flaw in enumerate(flaws)
        ]
        text = page(build.Site(plan=build.planned(subjects), site="x", made_from=("x",))).text
        assert "And then, in brief: 137" in text
        assert [number for number in range(200) if f"part-{number:03}" not in text] == []
        assert "Update part-199 to 10 on srv 199 (1 flaw)" in text

    def test_a_small_plan_is_a_small_page(self, hospital):
        assert len(render_page(hospital.plan, **hospital.arguments()).encode()) < 100_000


class TestSections:
    def test_they_are_the_main_part_of_the_page(self, site):
        arguments = site.arguments()
        page = render_page(site.plan, **arguments)
        made = sections(site.plan, arguments["made_from"], arguments["as_of"], arguments["unknown"])
        assert f'<main id="main">{"".join(each.html for each in made)}</main>' in page
        assert all(each.html.startswith(("<section", '<div class="sheet')) for each in made)

    def test_that_nothing_was_judged_is_said_in_them_too(self, empty):
        arguments = empty.arguments()
        inside = "".join(each.html for each in sections(empty.plan, arguments["made_from"], empty.as_of, judged=False))
        assert "Nothing could be judged" in inside
        assert inside in render_page(empty.plan, **arguments | {"unknown": ()}, judged=False)

    def test_counts_are_those_of_the_page(self, site):
        arguments = site.arguments()
        page = render_page(site.plan, **arguments)
        for each in counts(site.plan, arguments["as_of"], arguments["unknown"]):
            assert each.html in page
