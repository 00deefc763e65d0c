"""The question-answer test set: questions, metrics, runner and report."""
