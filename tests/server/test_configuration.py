import pytest

from clearinghouse.server.configuration import ConfigurationError, load


@pytest.fixture
def home(tmp_path):
    return tmp_path


def loaded(home, text="", **environ):
    if text:
        (home / "config.toml").write_text(text, encoding="utf-8")
    return load({"CLEARINGHOUSE_HOME": str(home)} | environ)


def test_the_environment_stands_over_the_file_and_the_file_over_the_defaults(home):
    text = 'name = "Ours"\norigin = "https://one.example"\nemail_tls = "tls"\nrequire_mfa = false\n'
    found = loaded(home, text, CLEARINGHOUSE_ORIGIN="https://two.example", CLEARINGHOUSE_LIMIT_ANONYMOUS_A_MINUTE="7")
    assert (found.name, found.origin, found.email_tls, found.require_mfa) == (
        "Ours",
        "https://two.example",
        "tls",
        False,
    )
    assert (found.limits.anonymous_a_minute, found.trusted_proxies, found.oidc_issuer) == (7, 0, "")


@pytest.mark.parametrize("name", ["key", "oidc_client_secret", "email_password"])
def test_secrets_are_not_written_into_the_file(home, name):
    with pytest.raises(ConfigurationError, match=f"{name} .it is secret"):
        loaded(home, f'{name} = "x"\n')
    assert getattr(loaded_from_environment(home, name), name) == "x"


def loaded_from_environment(home, name):
    (home / "config.toml").unlink()
    return loaded(home, **{f"CLEARINGHOUSE_{name.upper()}": "x"})


@pytest.mark.parametrize("text", ['nonsense = "x"\n', 'email_tls = "perhaps"\n', "email_port = true\n", "= 1\n"])
def test_what_is_wrong_is_said(home, text):
    with pytest.raises(ConfigurationError):
        loaded(home, text)
