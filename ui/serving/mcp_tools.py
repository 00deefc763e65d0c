"""The same answers as tools of the Model Context Protocol: `ask`, `search`, `read_article`.

Takes the desk; gives a server that speaks over standard input and output, or routes under /mcp. Every result holds
its notice, citations, disclaimer and authorship, as JSON and as plain text with the notice first. Imported where it
is used: the SDK is the extra `mcp`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field
from starlette.routing import BaseRoute

from sci_assistant import __version__
from sci_assistant.errors import AssistantError, Busy
from sci_assistant.render import notice_text, to_json, to_text
from sci_assistant.report import search_to_text
from sci_assistant.types import Turn

from .desk import Desk
from .forms import MOST_CHARS, MOST_TURNS
from .results import article_json, article_text, error_json, search_json

NAME = "sci-assistant"
INSTRUCTIONS = (
    "Answers about living with spinal cord injury, only from curated articles. Pass on what the person wrote, "
    "unchanged, with their earlier questions. Show a notice before anything else, word for word. Give the answer's own "
    "sentences with their citations, and show the disclaimer with every answer. Add no medical advice of your own."
)
READ_ONLY = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
Question = Annotated[str, Field(description="What the person typed, unchanged.", max_length=MOST_CHARS)]
History = Annotated[
    tuple[Annotated[str, Field(max_length=MOST_CHARS)], ...],
    Field(description="The person's earlier questions, oldest first.", max_length=MOST_TURNS),
]
Anything = Context[Any, Any]


def create_server(desk: Desk) -> MCPServer:
    """The three tools."""
    server = MCPServer(NAME, title="SCI Assistant", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING")
    for tool in (_ask(desk), _search(desk), _read_article(desk)):
        server.add_tool(tool, annotations=READ_ONLY, structured_output=False)
    return server


def mounted(desk: Desk) -> tuple[list[BaseRoute], Callable[[], AbstractAsyncContextManager[None]]]:
    """Routes under /mcp, and what has to run while they are served. No session is kept: any process may answer."""
    server = create_server(desk)
    # Host and Origin are looked at for every door in security.py.
    anyone = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = server.streamable_http_app(json_response=True, stateless_http=True, transport_security=anyone)

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    return list(app.routes), running


def _ask(desk: Desk) -> Callable[..., Awaitable[CallToolResult]]:
    async def ask(
        question: Question,
        context: Anything,
        history: History = (),
        answers: Literal["quoted", "written"] | None = None,
    ) -> CallToolResult:
        """Answer a question about living with spinal cord injury, with a source for every sentence."""
        turn = Turn(question, history)
        answer = await desk.ask(turn, client=_client(context), door="mcp", answers=answers)
        return _result(to_text(answer), to_json(answer), failed=answer.status == "unavailable")

    return ask


def _search(desk: Desk) -> Callable[..., Awaitable[CallToolResult]]:
    async def search(
        question: Question,
        context: Anything,
        history: History = (),
        k: Annotated[int, Field(ge=1, le=50)] = 5,
        by: Literal["passage", "article"] = "passage",
    ) -> CallToolResult:
        """Find the passages of the articles that are nearest to a question."""
        turn = Turn(question[: desk.settings.max_question_chars], history)
        notice = await desk.notice(turn)
        stated = _stated(desk)
        above = [notice_text(notice)] if notice else []
        try:
            found = await desk.search(turn, client=_client(context), k=k, by_article=by == "article")
        except AssistantError as error:
            word = str(error) if isinstance(error, Busy) else "The articles cannot be searched at the moment."
            failure = {"notice": search_json(turn, (), notice, **stated)["notice"]}
            failure |= error_json(error.code, word, desk.settings.disclaimer)
            return _result("\n\n".join([*above, word, *stated.values()]), failure, failed=True)
        text = "\n\n".join([*above, search_to_text(found.passages), *stated.values()])
        return _result(text, search_json(turn, found.passages, notice, **stated))

    return search


def _read_article(desk: Desk) -> Callable[..., Awaitable[CallToolResult]]:
    async def read_article(
        article: Annotated[str, Field(description="Its id, as citations name it.", max_length=200)],
    ) -> CallToolResult:
        """Read a whole article."""
        stated = _stated(desk)
        found = desk.assistant.article(article)
        if found is None:
            word = "There is no article of this name."
            failure = error_json("no_article", word, stated["disclaimer"])
            return _result(f"{word}\n\n{stated['disclaimer']}", failure, failed=True)
        return _result(article_text(found, **stated), article_json(found, **stated))

    return read_article


def _stated(desk: Desk) -> dict[str, str]:
    return {"disclaimer": desk.settings.disclaimer, "authorship": desk.assistant.authorship}


def _client(context: Anything) -> str:
    """The address of who asks; empty over standard input."""
    request = context.request_context.request
    return request.client.host if request is not None and request.client else ""


def _result(text: str, form: dict[str, Any], *, failed: bool = False) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=form, is_error=failed)
