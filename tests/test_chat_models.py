"""Which model is set, where it is asked, and the command that tries it."""

import pytest
from click.testing import CliRunner

from sci_assistant.chat_models import ChatModel, Limits
from sci_assistant.cli import main
from sci_assistant.errors import SettingsError
from sci_assistant.fake_model import FakeChatModel
from sci_assistant.model_choice import read_choice
from sci_assistant.settings import load_settings
from tests.ask.bad_server import serve


@pytest.mark.parametrize(
    ("model", "base_url", "label", "host"),
    [
        ("ollama:qwen3:4b", None, "ollama:qwen3:4b", None),
        ("openai:gpt-x", None, "openai:gpt-x", "api.openai.com"),
        ("openai:any", "http://127.0.0.1:8080/v1", "openai:any", None),
        ("openai:any", "https://llm.example/v1", "openai:any", "llm.example"),
        ("ollama:m", "http://192.0.2.7:11434", "ollama:m", "192.0.2.7"),
        ("anthropic:claude-x", None, "anthropic:claude-x", "api.anthropic.com"),
        ("gguf:/models/secret-folder/qwen.gguf", None, "gguf:qwen.gguf", None),
        ("openai:any", "http://[::1]:8080/v1", "openai:any", None),
        ("openai:any", "http://127.0.0.1.evil.example/v1", "openai:any", "127.0.0.1.evil.example"),
    ],
)
def test_a_model_is_named_with_the_machine_that_questions_are_sent_to(model, base_url, label, host):
    choice = read_choice(load_settings(model=model, model_base_url=base_url))
    assert (choice.label, choice.host) == (label, host)


@pytest.mark.parametrize("model", ["qwen", "openai:", "mystery:x", ":x"])
def test_a_name_that_is_none_is_refused_with_the_forms_that_are(model):
    with pytest.raises(SettingsError, match=r"provider:name.*gguf"):
        read_choice(load_settings(model=model))


def test_an_address_that_is_none_is_refused():
    with pytest.raises(SettingsError, match="http://host:port"):
        read_choice(load_settings(model="openai:x", model_base_url="ftp://x"))


def test_no_model_is_made_unless_one_is_set():
    assert ChatModel.from_settings(load_settings()) is None


def test_the_fake_model_says_what_was_queued_and_raises_what_was_queued():
    fake = FakeChatModel(outputs=["One two.", "Three.", RuntimeError("no")])
    model = ChatModel("fake:model", host=None, limits=Limits(retries=0), chat=fake)
    said = ["".join(model.stream([("human", "x")])) for _ in range(2)]
    assert said == ["One two.", "Three."]
    with pytest.raises(Exception, match="server"):
        list(model.stream([("human", "x")]))
    model.close()


def run(*arguments):
    return CliRunner().invoke(main, ["models", *arguments])


def test_models_says_how_to_set_one_where_none_is_set():
    done = run()
    assert done.exit_code == 0
    assert "SCI_ASSISTANT_MODEL" in done.output


def test_models_lists_what_a_server_offers_and_tries_it():
    with serve("The sky is blue.") as server:
        done = run("openai:good", "--base-url", server.base_url)
    assert done.exit_code == 0, done.output
    for words in ("questions stay on this machine", "is reachable", "offers good", "The sky is blue.", "s in all"):
        assert words in done.output


def test_models_says_what_is_not_there(free_port, tmp_path):
    done = run("openai:x", "--base-url", f"http://127.0.0.1:{free_port}/v1")
    assert done.exit_code == 1
    assert "Start the server" in done.output
    assert "unreachable" in done.output
    (tmp_path / "not.gguf").write_text("hello")
    assert "no GGUF model" in run(f"gguf:{tmp_path / 'not.gguf'}").output
    assert "There is no model file" in run(f"gguf:{tmp_path / 'none.gguf'}").output


def test_a_provider_without_its_key_is_named(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    done = run("openai:gpt-x", "--no-try")
    assert "questions are sent to api.openai.com" in done.output
