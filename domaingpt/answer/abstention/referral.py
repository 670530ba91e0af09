"""A question that a domain cannot answer → the domain of the workspace that may, by titles and descriptions alone.

No other domain's documents or index are looked at: what it is for is what its settings say.
"""

from __future__ import annotations

from collections.abc import Mapping

from domaingpt.config import DomainConfig
from domaingpt.embeddings import Embedder
from domaingpt.retrieval import covers

# Cosine of question and description: at least so much, and so much nearer than the domain that was asked and
# than the next other one. Of the questions of the starter domains asked in a wrong one 42 % are sent to the right
# one and 5 % to the other wrong one (benchmarks/results/abstention.json).
LEAST, NEARER = 0.15, 0.05


def better_fit(question: str, own: DomainConfig, others: Mapping[str, DomainConfig], embedder: Embedder) -> str | None:
    """Return the name of the domain that fits a question clearly better than the one that was asked; None for none.

    Args:
        question: In the user's words.
        own: Settings of the domain that was asked.
        others: Settings of the workspace's other domains, by name; those without a description do not count.
        embedder: Of the domain that was asked.
    """
    names = [name for name, config in others.items() if config.description]
    if not names or not covers(embedder, question):
        return None
    texts = [f"{config.title}: {config.description}" for config in (own, *(others[name] for name in names))]
    near = embedder.encode_query([question, *texts])
    cosines = (near[1:] @ near[0]).tolist()
    ranked = sorted(zip(cosines[1:], names, strict=True), key=lambda pair: (-pair[0], pair[1]))
    best, name = ranked[0]
    rivals = [cosines[0] if own.description else 0.0, *(cosine for cosine, _ in ranked[1:2])]
    return name if best >= max(LEAST, *(rival + NEARER for rival in rivals)) else None
