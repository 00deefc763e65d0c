"""`provider:name` -> which chat model is asked, on which machine, with which key. Asks it nothing.

openai:NAME      OpenAI, or with a base URL any server of that protocol (llama.cpp, vLLM, LM Studio)
ollama:NAME      Ollama, on this machine unless a base URL is set
anthropic:NAME   Anthropic
gguf:PATH        a file, served in this process (gguf.py)
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sci_assistant.errors import ModelError, SettingsError

if TYPE_CHECKING:
    from sci_assistant.settings import Settings

PROVIDERS = ("openai", "ollama", "anthropic", "gguf")
HOMES = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}
LIST_TIMEOUT_S = 5.0
_OLLAMA = "http://127.0.0.1:11434"
_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}
_BASES = {"openai": ("OPENAI_BASE_URL", "OPENAI_API_BASE"), "ollama": ("OLLAMA_HOST",)}
_BASES["anthropic"] = ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL")


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A chat model as it was set: what it is called, and where it is asked."""

    provider: str
    name: str  # a file's name for gguf, never its folder
    path: Path | None
    base_url: str | None  # None for gguf, which is served by this process

    @property
    def host(self) -> str | None:
        """The machine that questions are sent to; None where they stay on this one."""
        host = urlsplit(self.base_url).hostname if self.base_url else None
        return None if host is None or _is_loopback(host) else host

    @property
    def label(self) -> str:
        """As shown to a reader and in JSON."""
        return f"{self.provider}:{self.name}"


def _is_loopback(host: str) -> bool:
    """Whether a host is this machine: by its address, never by how its name begins."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_choice(settings: Settings) -> ModelChoice | None:
    """The model that was set, None where none is. Contacts nothing.

    Raises:
        SettingsError: it is no provider:name, or the address is none.
    """
    if settings.model is None:
        return None
    provider, _, name = settings.model.partition(":")
    if provider not in PROVIDERS or not name.strip():
        raise SettingsError(
            f"SCI_ASSISTANT_MODEL cannot be {settings.model!r}: write provider:name with one of the providers "
            f"{', '.join(PROVIDERS)}, for example ollama:qwen3:4b or gguf:/models/qwen.gguf."
        )
    if provider == "gguf":
        path = Path(name).expanduser()
        return ModelChoice(provider, path.name, path, None)
    return ModelChoice(provider, name.strip(), None, _address(provider, settings.model_base_url))


def _address(provider: str, given: str | None) -> str:
    """Where a provider is asked: the setting, else the provider's own variable, else its home."""
    found = given or next((value for name in _BASES[provider] if (value := os.environ.get(name))), None)
    if found is None:
        return HOMES.get(provider, _OLLAMA)
    url = found if "://" in found else f"http://{found}"  # OLLAMA_HOST is often a host alone
    try:
        usable = urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        usable = False
    if not usable:
        raise SettingsError(f"SCI_ASSISTANT_MODEL_BASE_URL cannot be {found!r}: write http://host:port/v1.")
    return url.replace("://0.0.0.0", "://127.0.0.1")


def key_of(choice: ModelChoice) -> str:
    """The key from the provider's own variable; a server of one's own may need none.

    Raises:
        ModelError: the provider's home needs one and there is none.
    """
    variable = _KEYS.get(choice.provider, "")
    key = os.environ.get(variable)
    if key is None and choice.base_url in HOMES.values():
        raise ModelError(f"{choice.label} needs a key. Set {variable}.")
    return key or "none"


def list_models(choice: ModelChoice) -> tuple[str, ...]:
    """The names that a choice's server offers. No question is sent.

    Raises:
        ModelError: the server cannot be reached, or refuses the key.
    """
    import httpx

    key = key_of(choice)
    paths = {"ollama": "/api/tags", "anthropic": "/v1/models"}
    headers = {"Authorization": f"Bearer {key}"}
    if choice.provider == "anthropic":
        headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
    address = f"{(choice.base_url or '').rstrip('/')}{paths.get(choice.provider, '/models')}"
    try:
        with httpx.Client(trust_env=choice.host is not None, timeout=LIST_TIMEOUT_S) as client:
            response = client.get(address, headers=headers)
            response.raise_for_status()
            found = response.json()
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        hint = f" Set {_KEYS[choice.provider]}." if status in (401, 403) and choice.provider in _KEYS else ""
        raise ModelError(f"{address} answered with status {status}.{hint}") from error
    except (httpx.HTTPError, ValueError) as error:
        raise ModelError(
            f"{address} does not answer ({type(error).__name__}). Start the server, or set "
            "SCI_ASSISTANT_MODEL_BASE_URL to its address."
        ) from error
    rows = found.get("models" if choice.provider == "ollama" else "data", []) if isinstance(found, dict) else []
    return tuple(str(row.get("id") or row.get("name")) for row in rows if isinstance(row, dict))
