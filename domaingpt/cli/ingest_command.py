"""`domaingpt ingest`: build or update indexes, and print the ledger."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from domaingpt.cli import failures
from domaingpt.cli.options import complete_names, count, json_option, open_workspace
from domaingpt.cli.output import escaped, json_line, notice
from domaingpt.cli.progress import ProgressBars
from domaingpt.errors import DomainGPTError

if TYPE_CHECKING:
    from domaingpt.domain import Domain
    from domaingpt.ingest import IngestReport
    from domaingpt.ledger import Ledger

SHOWN_OF_A_KIND = 10  # files of the same status and reason, such as all pictures of a folder
WATCH_INTERVAL_S = 2.0  # a poll of signatures costs about 10 ms per 1,000 files


@click.command("ingest")
@click.argument("names", nargs=-1, shell_complete=complete_names)
@click.option("--all", "everything", is_flag=True, help="All domains of the workspace.")
@click.option("--rebuild", is_flag=True, help="Read and embed everything anew.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--watch", is_flag=True, help="Stay, and ingest again whenever a file changes.")
@click.option(
    "--confirm-folder",
    is_flag=True,
    help="Allow documents outside the domain's folder, an embedder outside the workspace.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    *,
    everything: bool,
    rebuild: bool,
    dry_run: bool,
    watch: bool,
    confirm_folder: bool,
    as_json: bool,
) -> int:
    """Build or update the index of each domain NAME from its documents folder.

    Only files that are new or changed are read, and only changed chunks are embedded. Ends with a
    ledger that accounts for every file, page and character.
    """
    if bool(names) == everything:
        raise click.UsageError("Name one domain or more, or use --all.")
    if dry_run and (rebuild or watch):
        raise click.UsageError("--dry-run goes with neither --rebuild nor --watch.")
    workspace = open_workspace(ctx)
    chosen = workspace.names() if everything else list(dict.fromkeys(names))
    said = _Reports(as_json=as_json)

    def update(name: str) -> int:
        domain = workspace.domain(name)
        if confirm_folder:
            domain.confirm_documents_folder()
            domain.confirm_embedder_folder()
        return said.tell(domain.plan() if dry_run else run_ingest(domain, rebuild=rebuild))

    code = failures.for_each(chosen, update)
    if watch:
        _watch([workspace.domain(name) for name in chosen], said)
    return code


class _Reports:
    """Prints one report after the other, set apart by an empty line."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._is_first = True

    def tell(self, report: IngestReport) -> int:
        """Print a report and return the exit code it stands for."""
        if self._as_json:
            json_line(report_json(report))
        else:
            if not self._is_first:
                click.echo()
            write_report(report)
        self._is_first = False
        return failures.NEEDS_USER if report.ledger.needs_user else failures.OK


def _watch(domains: list[Domain], said: _Reports) -> None:
    """Ingest whatever changes, until interrupted. What goes wrong is told once and tried again."""
    notice("Watching for changes; Ctrl-C ends it.")
    told: dict[str, str] = {}
    while True:
        time.sleep(WATCH_INTERVAL_S)
        for domain in domains:
            try:
                if not domain.is_ingested or domain.changed_files():
                    said.tell(run_ingest(domain))
                told.pop(domain.name, None)
            except DomainGPTError as exc:
                if told.get(domain.name) != exc.message:
                    failures.tell(exc)
                told[domain.name] = exc.message


def run_ingest(domain: Domain, *, rebuild: bool = False) -> IngestReport:
    """Ingest one domain under progress bars."""
    with ProgressBars(domain.config.title) as progress:
        return domain.ingest(rebuild=rebuild, progress=progress)


def ingest_and_report(domain: Domain) -> None:
    """Ingest a domain on the way to something else: the account goes to stderr, in one line."""
    report = run_ingest(domain)
    files = report.ledger.files
    notice(f"Indexed {count(files['indexed'] + files['duplicate'], 'file')} in {report.seconds:.1f} s.")
    for entry in report.ledger.entries:
        if entry.status == "failed":
            notice(f"  {entry.path}: {entry.reason}")


def report_json(report: IngestReport) -> dict[str, Any]:
    """Return a report in the form of `ingest --json`."""
    return {
        "domain": report.domain,
        "generation": report.generation,
        "changed": report.changed,
        "dry_run": report.dry_run,
        "seconds": round(report.seconds, 3),
        "ledger": report.ledger.to_json(),
    }


def write_report(report: IngestReport) -> None:
    """Print what an ingest did, and its ledger."""
    if report.dry_run:
        outcome = "dry run, nothing was written."
    elif not report.changed:
        outcome = f"nothing changed ({report.seconds:.2f} s)."
    else:
        outcome = f"generation {report.generation} in {report.seconds:.1f} s."
    click.echo(f"{click.style(report.domain, bold=True)}: {outcome}")
    write_ledger(report.ledger, files_only=report.dry_run)


def write_ledger(ledger: Ledger, *, files_only: bool = False) -> None:
    """Print a ledger as a table, then the files that are not plainly indexed."""
    from domaingpt.ledger import FOUND

    files, pages, characters, chunks = ledger.files, ledger.pages, ledger.characters, ledger.chunks
    _write_sum("files", files["found"], [(files[status], status) for status in FOUND])
    if inside := ledger.attachments["found"]:
        _write_sum("inside", inside, [(ledger.attachments[status], status) for status in FOUND])
    if not files_only:
        kinds = {"text": "with text", "ocr": "by OCR", "empty": "empty", "needs_ocr": "needing OCR"}
        _write_sum("pages", pages["total"], [(pages[key], kind) for key, kind in kinds.items()])
        parts = [(characters["chunks"], "in chunks"), (characters["white_space"], "white space between")]
        _write_sum("characters", characters["documents"], parts)
        click.echo(
            f"  {'chunks':<10} {chunks['total']:>9,}: {chunks['new']:,} new, {chunks['embedded']:,} embedded now,"
            f" {chunks['over_limit']:,} over the limit"
        )
    if ledger.left_out:
        click.echo("  left out   " + ", ".join(f"{n:,} {escaped(kind)}" for kind, n in ledger.left_out.items()))
    if not files_only:
        click.echo(f"  {'balanced' if ledger.balanced else 'NOT BALANCED: please report this'}")
    _write_entries(ledger)


def _write_sum(label: str, total: int, parts: list[tuple[int, str]]) -> None:
    click.echo(f"  {label:<10} {total:>9,} = " + " + ".join(f"{n:,} {name}" for n, name in parts))


def _write_entries(ledger: Ledger) -> None:
    """Print every failed file, and of the others at most a few of the same status and reason."""
    shown: Counter[tuple[str, str]] = Counter()
    for entry in ledger.entries:
        group = (entry.status, entry.reason)
        shown[group] += 1
        if entry.status == "failed" or shown[group] <= SHOWN_OF_A_KIND:
            reason = f": {escaped(entry.reason)}" if entry.reason else ""
            click.echo(f"  {entry.status:<10} {escaped(entry.path)}{reason}")
    for (status, reason), n in shown.items():
        if status != "failed" and n > SHOWN_OF_A_KIND:
            click.echo(f"  {status:<10} {n - SHOWN_OF_A_KIND:,} more: {escaped(reason)}; all with --json")
