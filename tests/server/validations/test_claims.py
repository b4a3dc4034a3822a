"""What a recipe is about: what it says of itself, and the findings of its own report."""

import pytest

from clearinghouse.sandbox import Tier
from clearinghouse.server.access.marking import Label
from clearinghouse.server.validations import queries, services
from clearinghouse.server.vulnerabilities.models import Vulnerability
from server_reports import a_coordinator, a_result, a_sender, send
from server_validations import a_recipe, a_second, asked, joined, zipped

pytestmark = pytest.mark.django_db
KERNEL = "A race in the kernel ioctl of handler2"


def test_the_reasons_for_a_tier_tell_of_no_other_report():
    """Who sees one report of a flaw reads the reasons: another one, marked for named people, is not among them."""
    finder, other = a_sender(), a_sender()
    report = send(finder, [a_result(1)])
    hidden = send(other, [a_result(2, text=KERNEL)], tlp=Label.RED)
    flaw = joined()
    asks = (a_second(flaw=flaw.pk), a_coordinator())
    for number, reader in enumerate(asks):
        files = zipped(a_recipe(f"Number {number}"))
        made, _ = services.request_for_flaw(reader, flaw.reference, [files])
        assert made.recipe.report == report
        for who in (finder, *asks):
            view = queries.validation(who, made.reference)
            assert (view.row.least, "kernel" in " ".join(view.made.because)) == (Tier.T1.value, False)
    assert asked(other, hidden).least == Tier.T2.value
    assert Vulnerability.objects.filter(merged_into__isnull=True).count() == 1


def test_what_its_own_report_says_counts():
    finder = a_sender()
    send(finder, [a_result(text=KERNEL)])
    flaw = Vulnerability.objects.get()
    made, _ = services.request_for_flaw(a_second(flaw=flaw.pk), flaw.reference, [zipped(a_recipe())])
    assert made.least == Tier.T2.value
