"""`domaingpt show`: what a domain's index holds."""

from __future__ import annotations

import difflib
import sys
from typing import TYPE_CHECKING, Any

import click

from domaingpt.cli.ingest_command import write_ledger
from domaingpt.cli.options import count, json_option, listed, name_argument, open_workspace
from domaingpt.cli.output import escaped, json_line, printable

if TYPE_CHECKING:
    from domaingpt.domain import Domain


@click.command("show")
@name_argument()
@click.option("--document", metavar="PATH", help="Print the stored text of one document, verbatim.")
@json_option
@click.pass_context
def command(ctx: click.Context, name: str, *, document: str | None, as_json: bool) -> None:
    """Show the documents, chunks, staleness and ledger of domain NAME."""
    domain = open_workspace(ctx).domain(name)
    if document is not None:
        _show_document(domain, document, as_json=as_json)
    elif as_json:
        json_line(domain_json(domain))
    else:
        _show_domain(domain)


def domain_json(domain: Domain) -> dict[str, Any]:
    """Return a domain in the form of `show --json`."""
    manifest = domain.generation.manifest
    return {
        "name": domain.name,
        "title": domain.config.title,
        "description": domain.config.description,
        "folder": str(domain.documents_folder),
        "generation": manifest["generation"],
        "created": manifest["created"],
        "embedder": manifest["embedder"],
        "counts": manifest["counts"],
        "changed_files": domain.changed_files(),
        "documents": [
            {
                "path": document.path,
                "title": document.title,
                "chunks": document.n_chunks,
                "characters": document.account.characters,
                "pages": document.account.pages,
            }
            for document in domain.corpus.documents
        ],
        "ledger": manifest["ledger"],
    }


def _show_domain(domain: Domain) -> None:
    from domaingpt.ledger import Ledger

    facts = domain_json(domain)
    changed = facts["changed_files"]
    click.echo(printable(f"{facts['title']}: {facts['description']}".rstrip(": ")))
    click.echo(f"  folder     {escaped(facts['folder'])}")
    click.echo(f"  index      generation {facts['generation']} of {facts['created']}, {facts['embedder']['name']}")
    click.echo(
        "  stale      " + (f"{count(len(changed), 'file')} changed since: {listed(changed)}" if changed else "no")
    )
    click.echo(f"\n  {'chunks':>7} {'pages':>6}  document")
    for document in facts["documents"]:
        pages = sum(document["pages"].values()) or ""
        click.echo(f"  {document['chunks']:>7,} {pages:>6}  {escaped(document['path'])}")
    click.echo("\nLedger of that ingest:")
    write_ledger(Ledger.from_json(facts["ledger"]))


def _show_document(domain: Domain, path: str, *, as_json: bool) -> None:
    corpus = domain.corpus
    if path not in corpus.by_path:
        nearest = difflib.get_close_matches(path, corpus.by_path, n=1)
        hint = f"Did you mean {nearest[0]!r}?" if nearest else f"See: domaingpt show {domain.name}"
        raise click.UsageError(f"The index of '{domain.name}' has no document {path!r}. {hint}")
    document = corpus.document(path)
    if as_json:
        pages = [{"page": p.number, "start": p.start, "end": p.end, "status": p.status} for p in document.pages]
        json_line({"path": path, "title": document.title, "pages": pages, "text": document.text})
    elif sys.stdout.isatty():
        click.echo("\n".join(escaped(line) for line in document.text.splitlines()))
    else:
        sys.stdout.buffer.write(document.text.encode("utf-8", "replace"))
