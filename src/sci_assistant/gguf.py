"""The one adapter to xllamacpp: a GGUF file -> a chat server of the OpenAI protocol in this process.

It listens on 127.0.0.1 alone, behind a key that is made anew each time, without the web page, slot listing and tools
that llama.cpp's server offers. A prompt's beginning that it has read before is not read again.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sci_assistant.errors import ModelError

CONTEXT_TOKENS = 4096  # for each answer that is written at the same time
_MAGIC = b"GGUF"
_QUIET = -1  # llama.cpp writes nothing to the terminal


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A running server: its address, its key, and the object that keeps it running."""

    base_url: str
    key: str = field(repr=False)
    server: Any = field(repr=False, compare=False)


def check_gguf(path: Path) -> None:
    """Refuse a file that is no GGUF model before llama.cpp reads it.

    Raises:
        ModelError: says what the file is instead.
    """
    if not path.is_file():
        raise ModelError(f"There is no model file {path}. Set SCI_ASSISTANT_MODEL=gguf:PATH to a .gguf file.")
    with path.open("rb") as stream:
        start = stream.read(4)
    if start != _MAGIC:
        raise ModelError(f"{path} is no GGUF model: it begins with {start!r}. Set SCI_ASSISTANT_MODEL to another file.")


def serve_gguf(path: Path, *, parallel: int, threads: int) -> LocalServer:
    """Load a model and serve it. Takes seconds; the memory is that of the file and 1 GB at most.

    Raises:
        ModelError: xllamacpp is missing, or the file cannot be loaded.
    """
    check_gguf(path)
    try:
        import xllamacpp
    except ImportError as error:
        raise ModelError("gguf: models need xllamacpp. Run: pip install 'sci-assistant[llm]'") from error
    params: Any = xllamacpp.CommonParams()
    key = secrets.token_urlsafe(32)
    params.model.path = str(path)
    params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [key]
    params.ui = params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
    params.offline, params.verbosity = True, _QUIET
    params.n_ctx, params.n_parallel = CONTEXT_TOKENS * parallel, parallel
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib = 512
    try:
        server: Any = xllamacpp.Server(params)
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelError(f"{path} cannot be loaded: {error}. Set SCI_ASSISTANT_MODEL to another file.") from error
    return LocalServer(f"{server.listening_address.rstrip('/')}/v1", key, server)
