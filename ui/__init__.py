"""The browser chat: a Gradio application that calls ask and render, and decides nothing about a question."""
