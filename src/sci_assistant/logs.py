"""Log records -> lines, plain or JSON. A line never holds a question: of an error that is not ours only its type and
where it was raised are written, since its message may quote what a person typed.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal

LogFormat = Literal["plain", "json"]
QUIET = ("bm25s", "chromadb", "sentence_transformers", "transformers", "httpx", "mcp")


def set_up(form: LogFormat = "plain", *, verbose: bool = False) -> None:
    """Send all records to standard error. Answers are counted line by line in JSON, or when `verbose`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else PlainLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("sci_assistant").setLevel(logging.INFO if verbose or form == "json" else logging.WARNING)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def _places(error: BaseException, trace: TracebackType | None) -> list[str]:
    """The type of an error, what caused it, and the lines it came through; never its words."""
    frames = traceback.extract_tb(trace)
    lines = [type(error).__name__, *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)]
    cause = error.__cause__ or error.__context__
    return lines if cause is None else [*lines, "caused by", *_places(cause, cause.__traceback__)]


def _trace(record: logging.LogRecord) -> list[str]:
    if not record.exc_info or record.exc_info[1] is None:
        return []
    return _places(record.exc_info[1], record.exc_info[2])


class PlainLines(logging.Formatter):
    """`LEVEL name: message`, further facts as name=value, then where an error was raised."""

    def format(self, record: logging.LogRecord) -> str:
        facts = "".join(f" {name}={value}" for name, value in getattr(record, "fields", {}).items())
        head = f"{record.levelname} {record.name}: {record.getMessage()}{facts}"
        return "\n  ".join([head, *_trace(record)])


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, further facts, and where an error was raised."""

    def format(self, record: logging.LogRecord) -> str:
        form = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        trace = _trace(record)
        return json.dumps(form | ({"trace": trace} if trace else {}), ensure_ascii=False)
