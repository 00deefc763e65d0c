from pathlib import Path

import pytest

from sci_assistant.errors import SettingsError
from sci_assistant.settings import DISCLAIMER, load_settings


def test_defaults_keep_everything_on_this_machine():
    settings = load_settings()
    assert (settings.answers, settings.model, settings.chroma_url, settings.feedback_file) == (
        "quoted",
        None,
        None,
        None,
    )
    assert settings.disclaimer == DISCLAIMER


def test_environment_sets_a_field(monkeypatch):
    monkeypatch.setenv("SCI_ASSISTANT_STORE", "~/somewhere")
    monkeypatch.setenv("SCI_ASSISTANT_CORPUS", "/a:/b")
    settings = load_settings()
    assert settings.store == Path("~/somewhere").expanduser()
    assert settings.corpus == (Path("/a"), Path("/b"))


def test_an_option_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("SCI_ASSISTANT_STORE", "/from-environment")
    assert load_settings(store=Path("/from-option")).store == Path("/from-option")


def test_a_bad_value_names_the_variable_and_what_it_takes(monkeypatch):
    monkeypatch.setenv("SCI_ASSISTANT_ANSWERS", "sung")
    with pytest.raises(SettingsError, match=r"SCI_ASSISTANT_ANSWERS cannot be 'sung'.*quoted.*written"):
        load_settings()


def test_the_disclaimer_can_be_replaced_but_not_removed(monkeypatch):
    monkeypatch.setenv("SCI_ASSISTANT_DISCLAIMER", "")
    with pytest.raises(SettingsError, match="SCI_ASSISTANT_DISCLAIMER"):
        load_settings()


def test_settings_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load_settings().answers = "written"


def test_the_token_of_a_chroma_server_is_not_sent_in_the_open_and_never_shown(monkeypatch):
    monkeypatch.setenv("SCI_ASSISTANT_CHROMA_TOKEN", "a-secret-token")
    with pytest.raises(SettingsError, match="would be sent unencrypted") as refused:
        load_settings(chroma_url="http://10.0.0.2:8000")
    assert "secret" not in str(refused.value)
    for safe in ("https://chroma.example.org", "http://127.0.0.1:8000"):
        assert "secret" not in repr(load_settings(chroma_url=safe))
    monkeypatch.setenv("SCI_ASSISTANT_CHROMA_TOKEN", "short")
    with pytest.raises(SettingsError, match="too short"):
        load_settings(chroma_url="https://chroma.example.org")
