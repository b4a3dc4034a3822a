"""Trivy's JSON (``trivy ... --format json``): schema 2, the array of before, and both forms of Kubernetes report.

Source: https://trivy.dev/latest/docs/configuration/reporting/#json and https://github.com/aquasecurity/trivy,
``pkg/types/report.go``, ``pkg/k8s/report/report.go``.
"""

from clearinghouse.formats.contract import Format
from clearinghouse.formats.trivy.reader import detect, read

FORMAT = Format(name="trivy", title="Trivy JSON", detect=detect, read=read)
