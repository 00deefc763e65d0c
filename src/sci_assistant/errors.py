"""Every error that this package raises on purpose.

    AssistantError
    ├── SettingsError        a setting has a value that cannot be used
    ├── CorpusError          an article or file cannot be read
    │   └── ArticleError     ... with the line, field and what to write instead
    ├── StoreError           the store cannot be read or written
    │   ├── StoreEmpty       nothing is indexed yet
    │   ├── StoreMismatch    the store was made with another model, chunking or format
    │   ├── StoreBusy        another process is indexing
    │   └── RemovalsRefused  indexing would remove more than a tenth of the articles
    ├── ModelError           an embedding or chat model cannot be loaded or called
    │   └── ChatModelError   ... with the kind of failure, for the reader's plain word
    ├── QuestionError        a question is empty or too long
    │   └── NotOffered       a way of answering is asked for that is not offered here
    ├── Busy                 more people ask than can be answered
    │   ├── TooMany          one client asks too often
    │   └── Closing          the server is about to stop
    └── EvaluationError      a file of questions, messages or claims, a baseline, gates or judged data cannot be used

Messages give the offending value and the next step. Vendors' errors are mapped where the vendor is called.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


class AssistantError(Exception):
    """Root of all errors raised on purpose. `code` is stable and appears in an answer's JSON."""

    code = "error"


class SettingsError(AssistantError):
    code = "settings"


class CorpusError(AssistantError):
    code = "corpus"


class ArticleError(CorpusError):
    """An article that cannot be accepted: where, which field, what is wrong and how the line should read."""

    def __init__(
        self, problem: str, *, path: Path | str, line: int | None = None, field: str | None = None, fix: str = ""
    ) -> None:
        self.problem, self.path, self.line, self.field, self.fix = problem, str(path), line, field, fix
        where = f"{path}:{line}" if line else str(path)
        named = f"{field}: " if field else ""
        self.others: tuple[ArticleError, ...] = ()
        super().__init__(f"{where}: {named}{problem}" + (f" {fix}" if fix else ""))

    def with_others(self, others: Iterable[ArticleError]) -> ArticleError:
        """This error, knowing the further faults of the same article."""
        self.others = tuple(others)
        return self


class StoreError(AssistantError):
    code = "store"


class StoreEmpty(StoreError):
    code = "store_empty"


class StoreMismatch(StoreError):
    code = "store_mismatch"


class StoreBusy(StoreError):
    code = "store_busy"


class RemovalsRefused(StoreError):
    code = "removals_refused"


class ModelError(AssistantError):
    code = "model"


class ChatModelError(ModelError):
    """A chat model that did not answer to the end. `reason` is a key of `prompts.FALLBACKS`."""

    code = "chat_model"

    def __init__(self, message: str, *, reason: str) -> None:
        self.reason = reason
        super().__init__(message)


class QuestionError(AssistantError):
    code = "question"


class NotOffered(QuestionError):
    code = "not_offered"


class Busy(AssistantError):
    """A question that cannot be taken now. Its message is read by the person who asked."""

    code = "busy"
    words = "Very many people are asking at this moment. Please try again in a minute."

    def __init__(self) -> None:
        super().__init__(self.words)


class TooMany(Busy):
    code = "too_many"
    words = "Too many questions came from your network address in a short time. Please try again in a minute."


class Closing(Busy):
    code = "closing"
    words = "The assistant is being restarted. Please try again in a minute."


class EvaluationError(AssistantError):
    code = "evaluation"
