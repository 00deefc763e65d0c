"""One frozen Settings, read from SCI_ASSISTANT_* variables by `load_settings`. It builds nothing."""

from __future__ import annotations

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, StringConstraints, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from sci_assistant.errors import SettingsError

DISCLAIMER = (
    "SCI.help articles are information, not medical advice. Practice varies by injury level, provider, and "
    "institution — always confirm specifics with your own care team."
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Settings(BaseSettings):
    """Everything an operator can set. Each field is the variable SCI_ASSISTANT_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="SCI_ASSISTANT_", frozen=True, extra="ignore")

    store: Path = Field(
        default_factory=lambda: user_data_path("sci-assistant", appauthor=False) / "store",
        description="folder of the index",
    )
    corpus: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description=f"article folders or files, separated by {os.pathsep!r}; empty: those that the store "
        "remembers, else the bundled corpus",
    )
    embedding_model: str | None = Field(
        default=None, description="folder or hub id of a sentence-transformers model; empty: the bundled weights"
    )
    answers: Literal["quoted", "written"] = Field(default="quoted", description="how answers are made")
    answers_switch: bool = Field(default=False, description="whether a person may switch written answers on or off")
    model: str | None = Field(
        default=None, description="chat model for written answers: openai:, ollama:, anthropic: NAME or gguf:PATH"
    )
    model_base_url: str | None = Field(default=None, description="address of the chat model's server")
    model_silence_s: float = Field(default=60, gt=0, description="longest wait for the model's next words, in seconds")
    model_total_s: float = Field(default=180, gt=0, description="longest time for one written answer, in seconds")
    model_retries: int = Field(default=2, ge=0, le=5, description="further tries when the server fails at the start")
    model_max_tokens: int = Field(default=320, ge=32, description="longest written answer, in tokens")
    model_parallel: int = Field(default=1, ge=1, le=64, description="answers that are written at the same time")
    model_threads: int = Field(default=0, ge=0, description="threads of a gguf: model; 0: one for each core, at most 8")
    judge: str | None = Field(
        default=None, description="folder or hub id of an entailment model that may remove written sentences, too"
    )
    chroma_url: str | None = Field(default=None, description="address of a Chroma server; empty: embedded Chroma")
    chroma_token: SecretStr | None = Field(
        default=None, description="token of Chroma Cloud, or of the proxy before a Chroma server", min_length=12
    )
    chroma_tenant: str | None = Field(default=None, description="tenant on the Chroma server; empty: its default")
    chroma_database: str | None = Field(default=None, description="database of that tenant; empty: its default")
    disclaimer: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)] = Field(
        default=DISCLAIMER, description="the publisher's required wording"
    )
    feedback_file: Path | None = Field(
        default=None, description="JSON Lines file for thumbs up or down; empty: the buttons are absent"
    )
    gaps_file: Path | None = Field(
        default=None,
        description="JSON Lines file for questions that found no answer, scrubbed; empty: none is kept",
    )
    maintainer_token: SecretStr | None = Field(
        default=None, description="password of the maintainers' page; empty: there is no such page", min_length=12
    )
    max_question_chars: int = Field(default=4000, ge=100, description="longest question accepted, in characters")
    max_history_turns: int = Field(default=20, ge=0, description="earlier questions that are read, in turns")
    review_max_age_days: int = Field(default=730, ge=1, description="age after which a review is called old, in days")
    second_voice: bool = Field(default=True, description="whether a fitted model may add notices to those of the rules")
    parallel_answers: int = Field(default=4, ge=1, le=64, description="questions that are answered at the same time")
    most_waiting: int = Field(default=200, ge=0, description="questions in line; more are turned away with a word")
    longest_wait_s: float = Field(default=120, gt=0, description="longest wait in line, in seconds")
    rate_limit: str = Field(
        default="120/minute", description="questions that one client address may ask, as 120/minute; empty: no limit"
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="addresses or networks of proxies whose X-Forwarded-* headers are believed, with commas"
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="host names that are served, with commas; empty: those of this machine on loopback, else any",
    )
    root_path: str = Field(default="", description="path that a proxy puts before ours, such as /sci")
    metrics_from: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("127.0.0.0/8", "::1"), description="addresses or networks that may read /metrics, with commas"
    )
    api: bool = Field(default=True, description="whether other programs may ask under /api/v1")
    mcp: bool = Field(default=True, description="whether MCP tools are served under /mcp, where `mcp` is installed")
    drain_s: float = Field(default=30, ge=0, description="time that answers under way get when stopped, in seconds")
    log_format: Literal["plain", "json"] = Field(default="plain", description="form of the log's lines")
    passages: int = Field(default=10, ge=1, le=50, description="passages that an answer is chosen from")

    @field_validator("corpus", mode="before")
    @classmethod
    def _split_paths(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(Path(part) for part in value.split(os.pathsep) if part)
        return value

    @field_validator("trusted_proxies", "allowed_hosts", "metrics_from", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("trusted_proxies", "metrics_from", mode="after")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            ip_network(part, strict=False)
        return value

    @field_validator("chroma_token", mode="after")
    @classmethod
    def _is_not_sent_in_the_open(cls, value: SecretStr | None, told: ValidationInfo) -> SecretStr | None:
        address = urlsplit(told.data.get("chroma_url") or "")
        if value is not None and address.scheme != "https" and address.hostname not in LOOPBACK:
            raise ValueError("would be sent unencrypted: give SCI_ASSISTANT_CHROMA_URL as https://")
        return value

    @field_validator("root_path", mode="after")
    @classmethod
    def _plain_path(cls, value: str) -> str:
        if value and not re.fullmatch(r"(/[\w.~-]+)+/?", value):
            raise ValueError("write it as /name")
        return value.rstrip("/")

    @field_validator("store", "corpus", "feedback_file", "gaps_file", mode="after")
    @classmethod
    def _expand_home(cls, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(path.expanduser() for path in value)
        return value.expanduser() if isinstance(value, Path) else value


def load_settings(**overrides: object) -> Settings:
    """Settings from the environment, with overrides that are not None.

    Raises:
        SettingsError: names the variable, its value and what it takes.
    """
    given: dict[str, Any] = {key: value for key, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = "SCI_ASSISTANT_" + str(first["loc"][0]).upper()
        if name.endswith("_TOKEN"):  # never shown
            why = (
                str(first["ctx"]["error"])
                if first["type"] == "value_error"
                else "is too short: use 12 or more characters"
            )
            raise SettingsError(f"{name} {why}.") from None
        raise SettingsError(f"{name} cannot be {first['input']!r}: {first['msg']}.") from error
