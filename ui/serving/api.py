"""The HTTP API: the same answers for other programs, under /api/v1, described by its own OpenAPI.

Takes the desk; gives an application to be mounted. Every error has one form, and an answer that could not be given
has the same `error` among its fields, so that a program looks in one place.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import FastAPI, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sci_assistant import __version__
from sci_assistant.errors import AssistantError, Busy
from sci_assistant.render import to_json
from sci_assistant.types import Turn

from .desk import Desk
from .forms import AnswerForm, ArticleForm, AskForm, ErrorForm, FoundForm, ListForm, SearchForm
from .results import article_entry, article_json, error_json, search_json

DESCRIPTION = (
    "Answers about living with spinal cord injury, only from curated articles, with a source for every sentence. "
    "Show `notice` before anything else, and `disclaimer` and `authorship` with every result."
)
# Statuses of answers that could not be given, by their error's code; all others are 503.
STATUSES = {"question": 422, "not_offered": 422, "too_many": 429, "unexpected": 500, "error": 500}
WORDS = {"not_found": "There is nothing at this address.", "method": "This address takes another method."}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    413: {"model": ErrorForm, "description": "The request is too large"},
    422: {"model": AnswerForm | ErrorForm, "description": "The question or the request cannot be used"},
    429: {
        "model": AnswerForm | ErrorForm,
        "description": "This client asks too often; the notice is given all the same",
    },
    500: {"model": AnswerForm | ErrorForm, "description": "A fault here"},
    503: {"model": AnswerForm | ErrorForm, "description": "Busy, or not ready; the notice is given all the same"},
}
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorForm, "description": text}
    for status, text in (
        (413, "Too large"),
        (422, "The request cannot be used"),
        (429, "Too often"),
        (500, "A fault"),
        (503, "Not ready"),
    )
}
_NO_ARTICLE: dict[int | str, dict[str, Any]] = {
    400: {"description": "No HTTP, such as an address of 64 kB", "content": {"text/plain": {}}},
    404: {"model": ErrorForm, "description": "There is no such article"},
    422: {"model": ErrorForm, "description": "That can be no article's name"},
}
ArticleName = Annotated[str, Path(max_length=200)]


def create_api(desk: Desk) -> FastAPI:
    """The API as an application of its own."""
    app = FastAPI(title="SCI Assistant", version=__version__, description=DESCRIPTION, docs_url=None, redoc_url=None)
    _add_questions(app, desk)
    _add_articles(app, desk)
    _add_errors(app, desk)
    return app


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _add_questions(app: FastAPI, desk: Desk) -> None:
    settings, assistant = desk.settings, desk.assistant

    @app.post("/ask", response_model=AnswerForm, responses=_ANSWERS, summary="Ask a question")
    async def ask(form: AskForm, request: Request) -> JSONResponse:
        turn = Turn(form.question, tuple(form.history), form.id)
        answer = await desk.ask(turn, client=_client(request), door="api", answers=form.answers)
        status = 200 if answer.error is None else STATUSES.get(answer.error.code, 503)
        return JSONResponse(to_json(answer), status, headers=_wait(status))

    @app.post("/search", response_model=FoundForm, responses=_ERRORS, summary="Find passages")
    async def search(form: SearchForm, request: Request) -> JSONResponse:
        turn = Turn(form.question[: settings.max_question_chars], tuple(form.history), form.id)
        by_article = form.by == "article"
        notice = await desk.notice(turn)
        found = await desk.search(turn, client=_client(request), k=form.k, by_article=by_article)
        stated = {"disclaimer": settings.disclaimer, "authorship": assistant.authorship}
        return JSONResponse(search_json(turn, found.passages, notice, **stated))


def _add_articles(app: FastAPI, desk: Desk) -> None:
    assistant, disclaimer = desk.assistant, desk.settings.disclaimer

    @app.get("/articles", response_model=ListForm, summary="List the articles")
    def articles() -> JSONResponse:
        entries = [article_entry(article) for article in assistant.articles()]
        return JSONResponse({"articles": entries, "disclaimer": disclaimer, "authorship": assistant.authorship})

    @app.get("/articles/{article}", response_model=ArticleForm, responses=_NO_ARTICLE, summary="Read an article")
    def article(article: ArticleName) -> JSONResponse:
        found = assistant.article(article)
        if found is None:
            return JSONResponse(error_json("no_article", "There is no article of this name.", disclaimer), 404)
        return JSONResponse(article_json(found, disclaimer=disclaimer, authorship=assistant.authorship))


def _add_errors(app: FastAPI, desk: Desk) -> None:
    disclaimer = desk.settings.disclaimer

    def answered(status: int, code: str, text: str) -> JSONResponse:
        return JSONResponse(error_json(code, text, disclaimer), status, headers=_wait(status))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        """Which field and what is wrong with it; never what was given."""
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"][1:])
        return answered(422, "request", f"{field}: {first['msg']}." if field else f"{first['msg']}.")

    @app.exception_handler(AssistantError)
    async def failed(_: Request, error: AssistantError) -> JSONResponse:
        text = str(error) if isinstance(error, Busy) else "The articles cannot be searched at the moment."
        return answered(STATUSES.get(error.code, 503), error.code, text)

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "method"}.get(error.status_code, "request")
        status = 422 if error.status_code == 400 else error.status_code  # a body that is no JSON
        return answered(status, code, WORDS.get(code, "This request cannot be read."))

    @app.exception_handler(Exception)
    async def broken(_: Request, error: Exception) -> JSONResponse:  # noqa: ARG001 - its words stay here
        return answered(500, "unexpected", "Something went wrong on this side.")


def _wait(status: int) -> dict[str, str]:
    return {"Retry-After": "60"} if status in (429, 503) else {}
