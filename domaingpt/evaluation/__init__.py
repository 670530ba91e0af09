"""Questions and, later, measures: how a user finds out how well a domain answers."""

from domaingpt.evaluation.questions import Question, parse_questions, read_questions

__all__ = ["Question", "parse_questions", "read_questions"]
