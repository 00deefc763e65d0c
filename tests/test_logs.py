"""Log lines: plain or JSON, and never what an error quotes."""

import json
import logging

from sci_assistant.logs import JsonLines, PlainLines

CANARY = "purple-otter-4711"


def record(**given) -> logging.LogRecord:
    try:
        try:
            raise KeyError(CANARY)
        except KeyError as error:
            raise ValueError(f"cannot read {CANARY}") from error
    except ValueError as error:
        made = logging.LogRecord(
            "a.b", logging.ERROR, __file__, 1, "it failed", (), (ValueError, error, error.__traceback__)
        )
    made.__dict__.update(given)
    return made


def test_json_lines_name_error_types_and_places_but_not_their_words():
    line = JsonLines().format(record(fields={"door": "api", "ms": 3}))
    form = json.loads(line)
    assert (form["level"], form["message"], form["door"], form["ms"]) == ("ERROR", "it failed", "api", 3)
    assert form["trace"][0] == "ValueError"
    assert "KeyError" in form["trace"]
    assert any("test_logs.py" in place for place in form["trace"])
    assert "otter" not in line


def test_plain_lines_do_not_quote_either():
    line = PlainLines().format(record(fields={"door": "api"}))
    assert line.startswith("ERROR a.b: it failed door=api\n  ValueError\n  ")
    assert "otter" not in line
