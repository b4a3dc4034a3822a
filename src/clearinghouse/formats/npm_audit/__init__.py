"""The JSON that the audits of npm, pnpm and Yarn print: one advisory database, asked by many tools.

All of them ask npm's registry and print its answer, each in its own wrapping. What is read:

=====================  =================================================================================================
npm 6                  the registry's full answer: ``actions``, ``advisories``, ``muted``, ``metadata``, and a ``runId``
npm 7 and later        npm's own report: ``auditReportVersion`` 2, ``vulnerabilities``
pnpm                   the full answer; since version 11 ``advisories`` and ``metadata`` of pnpm's own making
Yarn 1                 JSON lines of ``type`` and ``data``, among them ``auditAdvisory``, once for each dependency path
Yarn 2 and 3           the registry's quick answer: the full one with no ``actions``
Yarn 4                 JSON lines of ``value`` (a package) and ``children`` (its advisory under the titles of a table)
Yarn 4.0.0 and Bun     the registry's bulk answer: package names, each with its advisories
=====================  =================================================================================================

Sources: https://docs.npmjs.com/cli/commands/npm-audit, https://github.com/npm/npm-audit-report,
https://pnpm.io/cli/audit, https://classic.yarnpkg.com/en/docs/cli/audit, https://yarnpkg.com/cli/npm/audit,
https://github.com/yarnpkg/berry/issues/5892, https://bun.sh/docs/install/audit.
"""

from clearinghouse.formats.contract import Format
from clearinghouse.formats.npm_audit.detection import detect
from clearinghouse.formats.npm_audit.reader import read

FORMAT = Format(name="npm_audit", title="npm, pnpm or Yarn audit JSON", detect=detect, read=read)
