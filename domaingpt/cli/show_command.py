"""`domaingpt show`: what a domain's index holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from domaingpt.cli.ingest_command import write_ledger
from domaingpt.cli.options import json_option, name_argument, open_workspace
from domaingpt.cli.output import json_line, printable

if TYPE_CHECKING:
    from domaingpt.workspace import Domain


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
    manifest = domain.index.generation.manifest
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
            for document in domain.index.corpus.documents
        ],
        "ledger": manifest["ledger"],
    }


def _show_domain(domain: Domain) -> None:
    from domaingpt.ledger import Ledger

    facts = domain_json(domain)
    click.echo(f"{printable(facts['title'])}: {printable(facts['description'])}".rstrip(": "))
    click.echo(f"  folder     {printable(facts['folder'])}")
    click.echo(f"  index      generation {facts['generation']} of {facts['created']}, {facts['embedder']['name']}")
    changed = facts["changed_files"]
    click.echo(
        f"  stale      {'no' if not changed else f'{len(changed)} files changed since: ' + printable(', '.join(changed[:5]))}"
    )
    click.echo(f"\n  {'chunks':>7} {'pages':>6}  document")
    for document in facts["documents"]:
        pages = sum(document["pages"].values()) or ""
        click.echo(f"  {document['chunks']:>7,} {pages:>6}  {printable(document['path'])}")
    click.echo("\nLedger of that ingest:")
    write_ledger(Ledger.from_json(facts["ledger"]))


def _show_document(domain: Domain, path: str, *, as_json: bool) -> None:
    corpus = domain.index.corpus
    if path not in corpus.by_path:
        raise click.UsageError(
            f"The index of '{domain.name}' has no document {path!r}. See: domaingpt show {domain.name}"
        )
    document = corpus.document(path)
    if as_json:
        pages = [{"page": p.number, "start": p.start, "end": p.end, "status": p.status} for p in document.pages]
        json_line({"path": path, "title": document.title, "pages": pages, "text": document.text})
    else:
        click.get_binary_stream("stdout").write(document.text.encode("utf-8", "replace"))
