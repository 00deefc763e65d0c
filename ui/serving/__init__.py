"""What stands around the chat when many people and other programs use it: a line, limits, an API, MCP, metrics."""
