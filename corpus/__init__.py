"""The bundled articles, as package data. Nothing but a place: articles are the *.md files beside this one."""
