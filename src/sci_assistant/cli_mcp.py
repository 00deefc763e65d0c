"""`sci-assistant mcp`: the tools for another program on this machine, over standard input and output."""

from __future__ import annotations

from pathlib import Path

import click

from sci_assistant.errors import SettingsError


@click.command()
@click.option("--store", type=click.Path(path_type=Path), help="Folder of the index.")
def mcp(store: Path | None) -> None:
    """Serve the tools ask, search and read_article over standard input and output (Model Context Protocol)."""
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        raise SettingsError("The package mcp is missing. Run: pip install 'sci-assistant[mcp]'")
    from sci_assistant_ui.serving.desk import Desk
    from sci_assistant_ui.serving.mcp_tools import create_server

    from sci_assistant import logs, wire
    from sci_assistant.settings import load_settings

    settings = load_settings(store=store, rate_limit="")  # one client, and it started this process
    logs.set_up(settings.log_format)
    assistant = wire.make_assistant(settings)
    create_server(Desk(assistant, settings)).run("stdio")
