"""From a question to an Answer: triage, condense, retrieve, quote."""
