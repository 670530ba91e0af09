"""`domaingpt eval`: measures on the user's own questions; drafts of such questions."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from domaingpt.cli import failures
from domaingpt.cli.eval_limits import SHARES, read_limit, under
from domaingpt.cli.options import arm_option, complete_names, count, json_option, listed, open_workspace, ready_domain
from domaingpt.cli.output import json_line, notice
from domaingpt.cli.progress import ProgressBars
from domaingpt.errors import BadConfig, DomainError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domaingpt.domain import Domain
    from domaingpt.evaluation.evaluate import Evaluation
    from domaingpt.evaluation.judgements import Judgements, Split
    from domaingpt.evaluation.measures import Measure
    from domaingpt.evaluation.questions import Question
    from domaingpt.evaluation.systems import System
    from domaingpt.index import Arm

MEASURES = ("R@1", "R@5", "RR@10", "nDCG@10", "page@5")
DEPTH = 100  # domaingpt.evaluation.retrieved.DEPTH, which --help does not import
input_file = click.Path(exists=True, dir_okay=False, path_type=Path)
output_file = click.Path(dir_okay=False, path_type=Path)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the command line asks for; see the options."""

    arm: Arm
    k: int
    split: Split
    measures: list[Measure]
    limits: dict[str, float]
    questions: Path | None
    qrels: Path | None
    runs: tuple[Path, ...]
    run_out: Path | None
    qrels_out: Path | None
    plot: Path | None
    answers: bool
    compare: bool
    sweep: bool

    @property
    def computed(self) -> list[Measure]:
        """What is shown, and what has a limit."""
        from domaingpt.evaluation.measures import parse_measure

        limited = [parse_measure(name) for name in self.limits if name not in SHARES]
        return list(dict.fromkeys([*self.measures, *limited]))


@click.command("eval")
@click.argument("names", nargs=-1, shell_complete=complete_names)
@click.option("--all", "everything", is_flag=True, help="All domains of the workspace that have questions.")
@click.option(
    "--questions",
    "--queries",
    type=input_file,
    metavar="FILE",
    help="JSONL with questions; else the domain's questions.jsonl.",
)
@click.option("--qrels", type=input_file, metavar="FILE", help="What is relevant, in TREC's or BEIR's form.")
@arm_option
@click.option(
    "-m", "--measure", "measures", multiple=True, metavar="NAME", help="What to measure, e.g. nDCG@20; often."
)
@click.option("-k", type=click.IntRange(1, 1000), default=DEPTH, show_default=True, help="How many passages to rank.")
@click.option(
    "--split",
    type=click.Choice(["all", "even", "odd"]),
    default="all",
    show_default=True,
    help="Only the questions whose id has an even or odd SHA-1.",
)
@click.option("--answers", is_flag=True, help="Also ask every question, and grade the answers.")
@click.option(
    "--compare", is_flag=True, help="Each arm with its 95 % interval, and the gain over the better other one."
)
@click.option("--sweep", is_flag=True, help="By dense weight, and by how many passages are looked at.")
@click.option("--plot", type=output_file, metavar="FILE", help="Draw the sweep, as SVG.")
@click.option("--misses", type=click.IntRange(0), default=10, show_default=True, help="How many failures to show.")
@click.option(
    "--fail-under", "limits", multiple=True, metavar="NAME=X", help="End with 1 where e.g. R@5=0.9 is missed."
)
@click.option(
    "--run",
    "runs",
    type=input_file,
    multiple=True,
    metavar="FILE",
    help="Measure a TREC run instead of searching; often.",
)
@click.option("--run-out", type=output_file, metavar="FILE", help="Write what was found as a TREC run.")
@click.option("--qrels-out", type=output_file, metavar="FILE", help="Write what is relevant as TREC qrels.")
@click.option("--write-questions", type=output_file, metavar="FILE", help="Draft questions from the documents.")
@click.option("-n", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many to draft.")
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed drafts other questions.")
@click.option("--force", is_flag=True, help="Let --write-questions replace a file.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    *,
    everything: bool,
    misses: int,
    write_questions: Path | None,
    n: int,
    seed: int,
    force: bool,
    as_json: bool,
    **given: Any,
) -> int:
    """Measure how well each domain NAME searches, and with --answers how well it answers.

    The questions are those of domains/NAME/questions.jsonl, with the documents and pages that answer
    them. To get some to begin with: --write-questions FILE. docs/evaluate.md says what each number means.
    """
    from domaingpt.cli.eval_drafts import write_drafts

    if bool(names) == everything:
        raise click.UsageError("Name one domain or more, or use --all.")
    chosen = list(dict.fromkeys(names)) or _with_questions(ctx)
    files = ("questions", "qrels", "runs", "run_out", "qrels_out")
    if (write_questions or any(given[name] for name in files)) and len(chosen) > 1:
        raise click.UsageError("A file goes with one domain: name a single one.")
    if write_questions:
        return write_drafts(ctx, chosen[0], write_questions, n=n, seed=seed, force=force, as_json=as_json)
    settings = _settings(**given)
    done: list[Evaluation] = []

    def measure(name: str) -> int:
        done.append(_evaluated(ctx, name, settings))
        return failures.OK

    code = failures.for_each(chosen, measure)
    _write_files(done, settings)
    _report(done, settings, n_misses=misses, as_json=as_json)
    missed = [line for evaluation in done for line in under(evaluation, settings.limits)]
    for line in missed:
        notice(line)
    return failures.ERROR if missed else code


def _settings(*, measures: tuple[str, ...], limits: tuple[str, ...], **given: Any) -> Settings:
    """Return the options in the library's terms."""
    from domaingpt.evaluation import parse_measure

    if given["runs"] and (given["answers"] or given["sweep"] or given["compare"]):
        raise click.UsageError("--run takes the place of searching; --answers, --sweep and --compare need it.")
    if given["plot"] and not given["sweep"]:
        raise click.UsageError("--plot draws what --sweep measures: give both.")
    return Settings(
        measures=list(dict.fromkeys(parse_measure(name) for name in measures or MEASURES)),
        limits=dict(read_limit(text, answers=given["answers"]) for text in limits),
        **given,
    )


def _with_questions(ctx: click.Context) -> list[str]:
    """Return the domains that have questions; the others are told."""
    from domaingpt.evaluation.questions import QUESTIONS

    workspace = open_workspace(ctx)
    folders = {name: workspace.path / "domains" / name for name in workspace.names()}
    found = [name for name, folder in folders.items() if (folder / QUESTIONS).is_file()]
    if not found:
        raise DomainError(
            f"No domain of {workspace.path} has a {QUESTIONS}.", "Run: domaingpt eval NAME --write-questions FILE"
        )
    if left_out := [name for name in folders if name not in found]:
        notice(f"Left out, without {QUESTIONS}: {listed(left_out)}.")
    return found


def _evaluated(ctx: click.Context, name: str, settings: Settings) -> Evaluation:
    """Return a domain measured as asked; what is wrong with the files is told before anything is ingested."""
    from domaingpt.evaluation import read_qrels
    from domaingpt.evaluation.evaluate import Evaluation, evaluate
    from domaingpt.evaluation.judgements import judgements, split

    questions = split(_questions(open_workspace(ctx).domain(name), settings), settings.split)
    qrels = read_qrels(settings.qrels) if settings.qrels else None
    judged = judgements(questions, (), qrels)
    _check(name, questions, judged, settings)
    if settings.runs:
        return Evaluation(name, questions, judged, _systems_of_runs(judged, settings))
    domain = ready_domain(ctx, name)
    judged = judgements(questions, domain.index.corpus.by_path, qrels)
    if unknown := judged.names.unknown(judged.documents):
        are = "relevant document is" if len(unknown) == 1 else "relevant documents are"
        notice(f"{name}: {len(unknown):,} {are} not in the index: {listed(unknown)}")
    with ProgressBars(domain.config.title) as progress:
        return evaluate(
            domain,
            questions,
            judged,
            settings.computed,
            arm=settings.arm,
            k=settings.k,
            with_others=settings.compare,
            with_sweep=settings.sweep,
            with_answers=settings.answers,
            progress=progress,
        )


def _questions(domain: Domain, settings: Settings) -> list[Question]:
    from domaingpt.evaluation.questions import QUESTIONS, read_questions

    path = settings.questions or domain.folder / QUESTIONS
    if not path.exists():
        raise DomainError(
            f"The domain '{domain.name}' has no {QUESTIONS}.",
            f"To begin with drafts, run: domaingpt eval {domain.name} --write-questions {path}",
        )
    questions = list(read_questions(path))
    if drafts := sum(question.draft for question in questions):
        notice(
            f"{domain.name}: {drafts:,} of {count(len(questions), 'question')} drafted by a program, not yet checked."
        )
    return questions


def _check(name: str, questions: Sequence[Question], judged: Judgements, settings: Settings) -> None:
    """Refuse to measure nothing; say what is left out."""
    if not questions:
        raise BadConfig(f"There are no questions for '{name}'.", "docs/evaluate.md says how to write some.")
    if not judged.documents and not settings.answers:
        raise BadConfig(
            f"None of the {count(len(questions), 'question')} for '{name}' names the documents that answer it.",
            'Add "documents": ["path/of/file.pdf"] to them, or measure answers alone with --answers.',
        )
    unnamed = sum(question.answerable and not question.documents for question in questions)
    if unnamed and not settings.qrels:
        notice(f'{name}: {count(unnamed, "question")} without "documents", on which search is not measured.')


def _systems_of_runs(judged: Judgements, settings: Settings) -> list[System]:
    from domaingpt.evaluation import read_run
    from domaingpt.evaluation.systems import from_run

    systems = []
    names = [path.name for path in settings.runs]
    for path in settings.runs:
        run = read_run(path)
        if not judged.documents.keys() & run.keys():
            raise BadConfig(
                f"None of the queries of {path} ({len(run):,}) is among the judged questions.",
                "The ids must be the same.",
            )
        name = path.name if names.count(path.name) == 1 else str(path)
        systems.append(from_run(name, run, judged, settings.computed))
    return systems


def _write_files(done: Sequence[Evaluation], settings: Settings) -> None:
    from domaingpt import durable
    from domaingpt.cli.eval_report import panels
    from domaingpt.evaluation import write_qrels, write_run
    from domaingpt.evaluation.plot import svg

    for evaluation in done:
        if settings.run_out and evaluation.systems:
            write_run(settings.run_out, evaluation.systems[0].run, f"domaingpt-{settings.arm}")
        if settings.qrels_out:
            write_qrels(settings.qrels_out, evaluation.judged.documents)
    drawn = [panel for evaluation in done if evaluation.rows for panel in panels(evaluation, settings.measures)]
    if settings.plot and drawn:
        durable.write_atomic(settings.plot, svg(drawn).encode())


def _report(done: Sequence[Evaluation], settings: Settings, *, n_misses: int, as_json: bool) -> None:
    from domaingpt.cli import eval_json, eval_report

    if not as_json:
        eval_report.write(done, settings.measures, n_misses=n_misses)
        return
    for evaluation in done:
        for record in eval_json.records(evaluation, settings.computed):
            json_line(record)
