"""Stub for the moment."""
from sci_assistant.types import Notice, Turn
class Triage:
    def read(self, turn: Turn) -> Notice | None:
        return None
