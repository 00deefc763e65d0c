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
