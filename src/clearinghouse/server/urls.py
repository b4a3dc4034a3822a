"""Every address of the server. The access matrix (``tests/server/test_access_matrix.py``) has a row for each."""

from django.urls import URLPattern, URLResolver, include, path

from clearinghouse.server.web import health
from clearinghouse.server.web.api import api
from clearinghouse.server.web.pages import (
    account,
    audit,
    glass,
    inventories,
    jobs,
    organisation,
    overview,
    participants,
    people,
    queue,
    reports,
    vulnerability,
    worklist,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", overview.show, name="overview"),
    path("queue/", queue.show, name="queue"),
    path("vulnerabilities/<str:reference>/", vulnerability.show, name="vulnerability"),
    path("vulnerabilities/<str:reference>/join/", vulnerability.join_other, name="join_other"),
    path("vulnerabilities/<str:reference>/links/<int:link>/divide/", vulnerability.divide, name="divide"),
    path("vulnerabilities/<str:reference>/links/<int:link>/join/", vulnerability.join, name="join"),
    path("vulnerabilities/<str:reference>/links/<int:link>/reject/", vulnerability.reject, name="reject"),
    path("vulnerabilities/<str:reference>/apart/<int:division>/withdraw/", vulnerability.withdraw, name="withdraw"),
    path("vulnerabilities/<str:reference>/shares/", vulnerability.share, name="share"),
    path("vulnerabilities/<str:reference>/shares/<int:grant>/revoke/", vulnerability.revoke, name="revoke"),
    path("reports/", reports.listed, name="reports"),
    path("reports/new/", reports.send, name="send"),
    path("reports/<str:receipt>/", reports.one, name="report"),
    path("reports/<str:receipt>/attachments/", reports.attach, name="attach"),
    path("reports/<str:receipt>/download/", reports.download, name="download_report"),
    path("reports/<str:receipt>/purge/", reports.destroy, name="purge"),
    path("attachments/<str:reference>/download/", reports.download_attachment, name="download_attachment"),
    path("worklist/", worklist.mine, name="worklist"),
    path("worklist/terms/", worklist.set_terms, name="set_terms"),
    path("worklist/actions/<str:word>/", worklist.acknowledge, name="acknowledge"),
    path("worklist/actions/<str:word>/take-back/", worklist.take_back, name="take_back"),
    path("worklists/", worklist.listed, name="worklists"),
    path("worklists/<str:owner>/", worklist.shared, name="shared_worklist"),
    path("inventories/", inventories.listed, name="inventories"),
    path("inventories/new/", inventories.send, name="send_inventory"),
    path("inventories/<str:reference>/", inventories.one, name="inventory"),
    path("inventories/<str:reference>/replace/", inventories.replace, name="replace_inventory"),
    path("inventories/<str:reference>/share/", inventories.set_shared, name="share_inventory"),
    path("inventories/<str:reference>/remove/", inventories.remove, name="remove_inventory"),
    path("participants/", participants.listed, name="participants"),
    path("participants/new/", participants.new, name="participant_new"),
    path("participants/<str:reference>/", participants.one, name="participant"),
    path("participants/<str:reference>/close/", participants.close, name="participant_close"),
    path("participants/<str:reference>/people/new/", people.invite, name="invite"),
    path("people/<str:reference>/", people.one, name="person"),
    path("organisation/", organisation.show, name="organisation"),
    path("organisation/keys/new/", organisation.new_key, name="key_new"),
    path("organisation/keys/<str:key>/revoke/", organisation.revoke_key, name="key_revoke"),
    path("jobs/", jobs.show, name="jobs"),
    path("jobs/<int:job>/retry/", jobs.retry, name="job_retry"),
    path("jobs/<int:job>/cancel/", jobs.cancel, name="job_cancel"),
    path("audit/", audit.show, name="audit"),
    path("audit/<int:seq>/proof/", audit.proof, name="audit_proof"),
    path("glass/", glass.show, name="glass"),
    path("glass/new/", glass.ask, name="glass_request"),
    path("glass/<int:asked>/approve/", glass.approve, name="glass_approve"),
    path("glass/<int:asked>/end/", glass.end, name="glass_end"),
    path("account/", account.show, name="account"),
    path("account/theme/", account.theme, name="theme"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.numbers, name="metrics"),
    path("v1/", api.urls),
    path("accounts/", include("clearinghouse.server.web.sign_in.urls")),
]

handler400 = "clearinghouse.server.web.answers.bad_request"
handler403 = "clearinghouse.server.web.answers.forbidden"
handler404 = "clearinghouse.server.web.answers.not_found"
handler429 = "clearinghouse.server.web.answers.too_many"
handler500 = "clearinghouse.server.web.answers.server_error"
