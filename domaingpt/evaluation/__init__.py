"""Questions and measures: how a user finds out how well a domain searches and answers.

    questions ─▶ judgements (what is relevant)  ─┐
        └─▶ retrieved (what was found) ─▶ run ───┴─▶ measures ─▶ systems (means, intervals, comparisons)

`runs` reads and writes the files of trec_eval, `answers` grades answers, `sweep` and `plot` help to set the
dense weight and k, `facts` and `drafts` draft questions from the documents.
"""

from domaingpt.evaluation.measures import Measure, Qrels, Run, Scores, document_scores, mean, parse_measure
from domaingpt.evaluation.questions import Question, parse_questions, read_questions
from domaingpt.evaluation.runs import read_qrels, read_run, write_qrels, write_run

__all__ = [
    "Measure",
    "Qrels",
    "Question",
    "Run",
    "Scores",
    "document_scores",
    "mean",
    "parse_measure",
    "parse_questions",
    "read_qrels",
    "read_questions",
    "read_run",
    "write_qrels",
    "write_run",
]
