"""`domaingpt ingest`: build or update indexes, and print the ledger."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from domaingpt.cli import failures
from domaingpt.cli.options import complete_names, json_option, open_workspace
from domaingpt.cli.output import json_line, notice, printable
from domaingpt.cli.progress import ProgressBars

if TYPE_CHECKING:
    from domaingpt.ingest import IngestReport
    from domaingpt.ledger import Ledger
    from domaingpt.workspace import Domain

WATCH_INTERVAL_S = 2.0  # a poll of signatures costs about 10 ms per 1,000 files


@click.command("ingest")
@click.argument("names", nargs=-1, shell_complete=complete_names)
@click.option("--all", "everything", is_flag=True, help="All domains of the workspace.")
@click.option("--rebuild", is_flag=True, help="Read and embed everything anew.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--watch", is_flag=True, help="Stay, and ingest again whenever a file changes.")
@click.option("--confirm-folder", is_flag=True, help="Allow a documents folder outside the workspace.")
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
    workspace = open_workspace(ctx)
    if not names and not everything:
        raise click.UsageError("Name a domain, or use --all.")
    domains = [workspace.domain(name) for name in (workspace.names() if everything else names)]
    code = failures.OK
    for domain in domains:
        if confirm_folder:
            domain.confirm_documents_folder()
        report = domain.plan() if dry_run else run_ingest(domain, rebuild=rebuild)
        code = max(code, _tell(report, as_json=as_json))
    while watch and not dry_run:
        time.sleep(WATCH_INTERVAL_S)
        for domain in domains:
            if domain.changed_files():
                code = max(code, _tell(run_ingest(domain), as_json=as_json))
    return code


def run_ingest(domain: Domain, *, rebuild: bool = False) -> IngestReport:
    """Ingest one domain under progress bars."""
    with ProgressBars(domain.config.title) as progress:
        return domain.ingest(rebuild=rebuild, progress=progress)


def ingest_and_report(domain: Domain) -> None:
    """Ingest a domain on the way to something else: the account goes to stderr, in one line."""
    report = run_ingest(domain)
    files = report.ledger.files
    notice(f"Indexed {files['indexed'] + files['duplicate']} files in {report.seconds:.1f} s.")
    for entry in report.ledger.entries:
        if entry.status == "failed":
            notice(f"  {printable(entry.path)}: {entry.reason}")


def _tell(report: IngestReport, *, as_json: bool) -> int:
    """Print a report and return the exit code it stands for."""
    if as_json:
        json_line(report_json(report))
    else:
        write_report(report)
    return failures.NEEDS_USER if report.ledger.needs_user else failures.OK


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
        click.echo(f"{report.domain}: dry run, nothing was written.")
    elif not report.changed:
        click.echo(f"{report.domain}: nothing changed ({report.seconds:.2f} s).")
    else:
        click.echo(f"{report.domain}: generation {report.generation} in {report.seconds:.1f} s.")
    write_ledger(report.ledger)


def write_ledger(ledger: Ledger) -> None:
    """Print a ledger as a table, then every file that is not plainly indexed."""
    files, pages, characters, chunks = ledger.files, ledger.pages, ledger.characters, ledger.chunks
    rows = [
        ("files", files["found"], [(files[s], s) for s in ("indexed", "unchanged", "duplicate", "skipped", "failed")]),
        (
            "pages",
            pages["total"],
            [
                (pages["text"], "with text"),
                (pages["ocr"], "by OCR"),
                (pages["empty"], "empty"),
                (pages["needs_ocr"], "needing OCR"),
            ],
        ),
        (
            "characters",
            characters["documents"],
            [(characters["chunks"], "in chunks"), (characters["white_space"], "white space between")],
        ),
        (
            "chunks",
            chunks["total"],
            [(chunks["new"], "new"), (chunks["embedded"], "embedded now"), (chunks["over_limit"], "over the limit")],
        ),
    ]
    for label, total, parts in rows:
        sign = ":" if label == "chunks" else " ="
        shown = (
            ", ".join(f"{count:,} {name}" for count, name in parts)
            if label == "chunks"
            else " + ".join(f"{count:,} {name}" for count, name in parts)
        )
        click.echo(f"  {label:<10} {total:>9,}{sign} {shown}")
    if ledger.left_out:
        click.echo("  left out   " + ", ".join(f"{count:,} {kind}" for kind, count in ledger.left_out.items()))
    click.echo(f"  {'balanced' if ledger.balanced else 'NOT BALANCED: please report this'}")
    for entry in ledger.entries:
        click.echo(
            f"  {entry.status:<10} {printable(entry.path)}" + (f": {printable(entry.reason)}" if entry.reason else "")
        )
