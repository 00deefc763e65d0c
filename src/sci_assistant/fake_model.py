"""A chat model for tests: says what was queued, in pieces, and nothing else. It ships with the package.

    FakeChatModel(outputs=["One sentence [1]. Another [2]."])

Each call takes the next output; an exception in the queue is raised. After the last one it says the last again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import ConfigDict, Field


class FakeChatModel(BaseChatModel):
    """A LangChain chat model with queued outputs. `asked` keeps the messages of each call."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    outputs: list[str | Exception]
    pause_s: float = 0.0  # before each piece
    finish: str | None = "stop"  # None: breaks off without a word
    asked: list[list[BaseMessage]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _next(self, messages: list[BaseMessage]) -> str:
        self.asked.append(messages)
        output = self.outputs[min(len(self.asked), len(self.outputs)) - 1]
        if isinstance(output, Exception):
            raise output
        return output

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002 - LangChain passes it
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **_: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=self._next(messages)))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,  # noqa: ARG002
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **_: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in re.findall(r"\s*\S+", self._next(messages)):
            time.sleep(self.pause_s)
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))
        if self.finish:
            yield ChatGenerationChunk(
                message=AIMessageChunk(content="", response_metadata={"finish_reason": self.finish})
            )
