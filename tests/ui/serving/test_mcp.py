"""The MCP tools through a real client: over HTTP beside the chat, and as a command over standard input."""

import sys

import pytest
from mcp import Client, StdioServerParameters

from sci_assistant.settings import DISCLAIMER

from .conftest import in_a_loop


def call(server, *calls):
    """The results of tool calls, and the tools' names."""

    async def run():
        async with Client(server) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            return names, [await client.call_tool(name, arguments) for name, arguments in calls]

    return in_a_loop(run())


CALLS = [
    ("ask", {"question": "How is HO diagnosed early?"}),
    ("ask", {"question": "i can't breathe"}),
    ("search", {"question": "early signs and i can't breathe", "k": 2}),
    ("read_article", {"article": "heterotopic-ossification"}),
    ("read_article", {"article": "nothing"}),
    ("ask", {"question": ""}),
]


def check(names, results):
    answered, emergency, found, article, missing, empty = results
    assert names == ["ask", "search", "read_article"]
    for result in results:
        assert DISCLAIMER in result.content[0].text
        assert result.structured_content["disclaimer"] == DISCLAIMER
    assert answered.structured_content["citations"][0]["article"] == "heterotopic-ossification"
    assert answered.structured_content["citations"][0]["quote"] in article.structured_content["text"]
    for result in (emergency, found):
        assert result.structured_content["notice"]["kind"] == "emergency"
        assert result.content[0].text.startswith("EMERGENCY")
    assert len(found.structured_content["passages"]) == 2
    assert [result.is_error for result in results] == [False, False, False, False, True, True]
    assert missing.structured_content["error"]["code"] == "no_article"
    assert empty.structured_content["error"]["code"] == "question"


def test_the_tools_answer_over_http_with_all_that_belongs_to_an_answer(served):
    check(*call(f"{served}mcp", *CALLS))


def test_arguments_that_cannot_be_used_are_an_error_of_the_call(served):
    _, (result,) = call(f"{served}mcp", ("search", {"question": "HO", "k": 500}))
    assert result.is_error


@pytest.mark.slow
def test_the_tools_answer_over_standard_input(ho_store):
    command = ["-m", "sci_assistant.cli", "mcp", "--store", str(ho_store)]
    check(*call(StdioServerParameters(command=sys.executable, args=command), *CALLS))
