"""The `models` command: which language model is set, whether it is there, and how one try goes.

    sci-assistant models                 what is set, what its server offers, one try with a fixed sentence
    sci-assistant models gguf:PATH       the same for a model that is not set
    sci-assistant models --no-try        without asking it anything

Exit status: 0 it answered (or none is set), 1 it did not, 2 the setting cannot be read.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from sci_assistant.chat_models import ChatModel
    from sci_assistant.model_choice import ModelChoice

HOW = """No language model is set: none is contacted, and answers are quoted. To let one write, set SCI_ASSISTANT_MODEL:
  gguf:/models/NAME.gguf     a file, run by this program (pip install 'sci-assistant[llm]')
  ollama:NAME                Ollama on this machine
  openai:NAME                with SCI_ASSISTANT_MODEL_BASE_URL any server of that protocol; without, OpenAI
  anthropic:NAME             Anthropic
Then try it: sci-assistant models"""
TRY = (("system", "You answer in one short sentence."), ("human", "Which colour has the sky on a clear day?"))


class Named(Protocol):
    """A model's name, and the machine that it is asked on."""

    @property
    def label(self) -> str: ...
    @property
    def host(self) -> str | None: ...


def models_line(model: Named) -> str:
    """The model and whether questions leave this machine, in one line."""
    where = f"questions are sent to {model.host}" if model.host else "questions stay on this machine"
    return f"{model.label}; {where}"


@click.command()
@click.argument("model", required=False)
@click.option("--base-url", help="Address of the model's server, instead of SCI_ASSISTANT_MODEL_BASE_URL.")
@click.option("--try/--no-try", "ask", default=True, help="Ask the model for one sentence.")
def models(model: str | None, base_url: str | None, ask: bool) -> None:
    """Say which language model is set (or MODEL, as provider:name), what is reachable, and try it."""
    from sci_assistant.chat_models import ChatModel
    from sci_assistant.model_choice import read_choice
    from sci_assistant.settings import load_settings
    from sci_assistant.wire import silence_telemetry

    silence_telemetry()
    settings = load_settings(model=model, model_base_url=base_url)
    choice, chat = read_choice(settings), ChatModel.from_settings(settings)
    if choice is None or chat is None:
        click.echo(HOW)
        return
    click.echo(f"Model: {models_line(choice)}")
    click.echo(f"Answers: {settings.answers}; a person may switch: {'yes' if settings.answers_switch else 'no'}")
    for line in _reachable(choice):
        click.echo(line)
    if not ask:
        return
    try:
        sys.exit(0 if _try(chat) else 1)
    finally:
        chat.close()


def _reachable(choice: ModelChoice) -> list[str]:
    """What stands behind the name: a file, or a server and the models that it offers."""
    from sci_assistant.errors import ModelError
    from sci_assistant.gguf import check_gguf
    from sci_assistant.model_choice import list_models

    try:
        if choice.path is not None:
            check_gguf(choice.path)
            return [f"File: {choice.path} ({choice.path.stat().st_size / 1e6:,.0f} MB)"]
        offered = list_models(choice)
    except ModelError as error:
        return [f"Not reachable: {error}"]
    return [f"Server: {choice.base_url} is reachable", *(f"  offers {name}" for name in offered)]


def _try(chat: ChatModel) -> bool:
    from sci_assistant.errors import ChatModelError

    began, said = time.monotonic(), ""
    first: float | None = None
    try:
        chat.open()
        opened = time.monotonic() - began
        for piece in chat.stream(TRY):
            first = first if first is not None or not piece else time.monotonic() - began - opened
            said += piece
            if len(said) > 500:
                break
    except ChatModelError as error:
        click.echo(f"Tried: {error}", err=True)
        return False
    total = time.monotonic() - began
    click.echo(f"Tried: {' '.join(said.split())!r}")
    click.echo(f"Ready after {opened:.1f} s, first words {first or 0:.1f} s later, {total:.1f} s in all.")
    return bool(said.strip())
