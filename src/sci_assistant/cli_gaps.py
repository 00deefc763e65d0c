"""The `gaps` command: what people asked and found no answer to, as articles to write next."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from sci_assistant.errors import SettingsError


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def gaps(as_json: bool) -> None:
    """List articles to write next: questions that found no answer, counted by meaning.

    They are kept only where SCI_ASSISTANT_GAPS_FILE names a file; the page tells people so.
    """
    from sci_assistant import wire
    from sci_assistant.gaps import cluster_gaps, gaps_to_text, read_gaps
    from sci_assistant.settings import load_settings

    settings = load_settings()
    if settings.gaps_file is None:
        raise SettingsError(
            "No questions are kept. To keep those that find no answer, without numbers, names and addresses, set "
            "SCI_ASSISTANT_GAPS_FILE to a file and restart the chat; its page then says so to everyone."
        )
    clusters = cluster_gaps(read_gaps(settings.gaps_file), wire.make_embeddings(settings).embed)
    if as_json:
        click.echo(json.dumps([asdict(cluster) for cluster in clusters], ensure_ascii=False, indent=1))
    else:
        click.echo(gaps_to_text(clusters))
