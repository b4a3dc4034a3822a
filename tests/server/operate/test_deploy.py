"""What is handed out for deployment fits the software; and the table of settings is that of the software."""

import re
from pathlib import Path

import msgspec
import pytest
import yaml

from clearinghouse.server.configuration import SECRET, Configuration, Limits, Validation, load
from clearinghouse.server.evidence.master import is_private

ROOT = Path(__file__).resolve().parents[3]
OPERATE = (ROOT / "docs/operate.md").read_text()
ROW = re.compile(r"^\| `([a-z_]+)` \| (?:`([^`]*)`)? ?\| ", re.MULTILINE)


def table(after: str) -> dict[str, str]:
    part = OPERATE[OPERATE.index(after) :]
    return dict(ROW.findall(part[: re.search(r"\n\n[^|]", part[len(after) :]).end() + len(after)]))  # type: ignore[union-attr]


def shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value in {"", ()} else str(value)


def test_every_setting_is_in_the_table_with_its_default() -> None:
    defaults = Configuration(home=Path())
    wanted = {name: shown(getattr(defaults, name)) for name in Configuration.__struct_fields__}
    del wanted["home"], wanted["limits"], wanted["validation"]
    assert table("| setting | default | means |\n|---|---|---|\n") == wanted


def test_every_limit_is_in_the_table_with_its_default() -> None:
    wanted = {name: str(getattr(Limits(), name)) for name in Limits.__struct_fields__}
    assert table("| limit | default | means |\n|---|---|---|\n") == wanted


def test_every_setting_of_validations_is_in_the_table_with_its_default() -> None:
    wanted = {name: shown(getattr(Validation(), name)) for name in Validation.__struct_fields__}
    assert table("| setting of `[validation]` | default | means |\n|---|---|---|\n") == wanted


def test_what_is_secret_is_called_so() -> None:
    for name in SECRET:
        assert re.search(rf"^\| `{name}` \|.*secret, from the environment only", OPERATE, re.MULTILINE)


def test_settings_of_the_compose_file_are_known(tmp_path: Path) -> None:
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())
    for name in ("server", "worker"):
        service = compose["services"][name]
        given = {key: str(value) for key, value in service["environment"].items()}
        assert given.pop("CLEARINGHOUSE_ORIGIN").startswith("${CLEARINGHOUSE_ORIGIN:?")
        known = {f"CLEARINGHOUSE_{field.upper()}" for field in Configuration.__struct_fields__} | {"DATABASE_URL"}
        assert given.keys() <= known
        found = load({**given, "CLEARINGHOUSE_HOME": str(tmp_path)})
        assert found.trusted_proxies == 1
        assert found.database.startswith("postgres://")
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service
        assert set(service["secrets"]) <= compose["secrets"].keys()
    assert compose["services"]["worker"]["deploy"]["replicas"] == 2


@pytest.mark.parametrize("name", ["clearinghouse.service", "clearinghouse-worker@.service"])
def test_units(name: str) -> None:
    text = (ROOT / "deploy" / name).read_text()
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "MemoryDenyWriteExecute=yes"):
        assert line in text.splitlines()
    assert "LoadCredential=master.key:/etc/clearinghouse/master.key" in text
    assert re.search(r"^ExecStart=/opt/clearinghouse/bin/clearinghouse (serve|worker)", text, re.MULTILINE)


def test_a_credential_of_systemd_may_show_the_rights_of_a_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_private(tmp_path / "master.key", 0o100440)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert is_private(tmp_path / "master.key", 0o100440)
    assert not is_private(tmp_path / "master.key", 0o100444)
    assert not is_private(tmp_path / "other" / "master.key", 0o100440)


def test_secrets_are_not_shown() -> None:
    secrets = dict.fromkeys(SECRET, "verysecretword")
    url = "postgres://user:verysecretword@host:5432/name?password=verysecretword&sslmode=require"
    found = Configuration(home=Path(), database_url=url, **secrets)  # type: ignore[arg-type]
    assert "verysecretword" not in repr(found)
    assert "verysecretword" not in repr([found])
    assert "postgres://user@host:5432/name?sslmode=require" in repr(found)
    assert "verysecretword" not in repr(
        msgspec.structs.replace(found, database_url="postgres://[broken:verysecretword")
    )


def test_recipients_from_the_environment(tmp_path: Path) -> None:
    found = load({"CLEARINGHOUSE_HOME": str(tmp_path), "CLEARINGHOUSE_BACKUP_RECIPIENTS": "age1a, age1b age1c"})
    assert found.backup_recipients == ("age1a", "age1b", "age1c")
    (tmp_path / "config.toml").write_text('backup_recipients = ["age1a"]\n')
    assert load({"CLEARINGHOUSE_HOME": str(tmp_path)}).backup_recipients == ("age1a",)
