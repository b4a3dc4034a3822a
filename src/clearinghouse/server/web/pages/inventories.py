"""Inventories: what a deployer has, sent as it is kept; replaced, shared, removed."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from clearinghouse.records import ClearinghouseError
from clearinghouse.server.access.reader import Reader
from clearinghouse.server.inventories import queries, services
from clearinghouse.server.web.middleware import reader_of
from clearinghouse.server.web.pages.frame import act, coordinates, deploys, page, sentence


def _looks(reader: Reader) -> bool:
    return deploys(reader) or coordinates(reader)


class Sending(forms.Form):
    """What a person sends by browser."""

    site = forms.CharField(
        label="What it is an inventory of", max_length=120, help_text="As you call it: Main building, Online banking."
    )
    file = forms.FileField(label="Inventory", max_length=255)
    shared = forms.BooleanField(label="Let the coordinator see it and what follows from it", required=False)


@page(_looks)
def listed(request: HttpRequest) -> HttpResponse:
    """Draw the inventories that one may see."""
    reader = reader_of(request)
    before = request.GET.get("before", "")[:16]
    rows = queries.inventories(reader, before=before)
    context = {
        "rows": rows,
        "mine": deploys(reader),
        "all": coordinates(reader),
        "older_url": f"{reverse('inventories')}?before={rows[-1].reference}" if len(rows) == 50 else "",
        "newer_url": reverse("inventories") if before else "",
    }
    return render(request, "web/pages/inventories.html", context)


@page(deploys, "GET", "HEAD", "POST")
def send(request: HttpRequest) -> HttpResponse:
    """Draw the form, or take an inventory in."""
    form = Sending(request.POST or None, request.FILES or None)
    form.fields["file"].help_text = (
        "A spreadsheet (CSV, XLSX), an SBOM (CycloneDX, SPDX), a lockfile or a server's package list. "
        f"At most {settings.CONFIGURATION.limits.inventory >> 20} MiB."
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        sent = services.Sent(
            site=given["site"],
            media_type=given["file"].content_type or "",
            filename=given["file"].name,
            shared=given["shared"],
        )
        try:
            found = services.receive_inventory(reader_of(request), given["file"].chunks(), sent)
        except ClearinghouseError as error:
            form.add_error("file", f"{sentence(error.what)} {sentence(error.remedy)}")
        else:
            return redirect("inventory", found.inventory.reference)
    return render(request, "web/pages/send_inventory.html", {"form": form}, status=400 if form.errors else 200)


@page(_looks)
def one(request: HttpRequest, reference: str) -> HttpResponse:
    """Draw one inventory with what is wrong with it."""
    start = request.GET.get("start", "")
    found = queries.inventory(reader_of(request), reference, start=int(start) if start.isdecimal() else 0, limit=50)
    following = found.start + len(found.violations)
    here = reverse("inventory", args=[reference])
    context = {
        "found": found,
        "view": found.view,
        "next_url": f"{here}?start={following}" if following < found.total else "",
        "first_url": here if found.start else "",
    }
    return render(request, "web/pages/inventory.html", context)


@act(deploys)
def replace(request: HttpRequest, reference: str) -> str:
    """Take a newer version in."""
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, "No file was chosen. Choose one, then send the form again.")
        return reverse("inventory", args=[reference])
    sent = services.Sent(filename=file.name or "", media_type=file.content_type or "")
    found = services.replace(reader_of(request), reference, file.chunks(), sent)
    messages.success(request, "It is read now." if found.new else "You sent this before.")
    return reverse("inventory", args=[reference])


@act(deploys)
def set_shared(request: HttpRequest, reference: str) -> str:
    """Let the coordinator see it, or no longer."""
    services.set_shared(reader_of(request), reference, request.POST.get("shared") == "1")
    messages.success(request, "That is changed.")
    return reverse("inventory", args=[reference])


@act(deploys)
def remove(request: HttpRequest, reference: str) -> str:
    """Destroy what is known of it."""
    services.remove(reader_of(request), reference)
    messages.success(request, "What it listed is destroyed. That it existed stays on record.")
    return reverse("inventories")
