"""Answers about living with spinal cord injury, quoted from a curated corpus with a source for every sentence."""

__version__ = "0.1.0"
