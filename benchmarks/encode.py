"""Tokens a second of the embedder: sentence-transformers, and the compiled engine by sessions and batch size.

Encodes the same texts of about 180 tokens with each, in turn, in one process; quote the ratios.

    python benchmarks/encode.py --data FOLDER_OF_TEXT_FILES
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from harness import versions, write_result

from domaingpt.chunks import chunk_document, search_view
from domaingpt.embeddings import compiled, find_engine, load_embedder
from domaingpt.embeddings.sbert import SbertEmbedder
from domaingpt.models import find_embedder
from domaingpt.types import Document

N_TEXTS = 256
REPEATS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="a folder of .txt or .md files")
    args = parser.parse_args()
    spec = find_embedder("all-MiniLM-L6-v2")
    embedder = load_embedder(spec)
    engine = find_engine(spec)
    assert engine is not None
    texts = sample(args.data, embedder.count_tokens)
    n_tokens = sum(embedder.count_tokens(texts))
    sbert = SbertEmbedder(spec)
    reference = sbert.encode_document(texts)
    rows = {"sentence-transformers, PyTorch fp32": timed(lambda: sbert.encode_document(texts), n_tokens, reference)}
    for name in ("query.onnx", "document.onnx"):
        for sessions in (1, compiled.n_cores()):
            for batch_tokens in (1024, 4096):
                encoder = compiled.CompiledEmbedder.from_files(
                    spec.folder, document_file=engine.folder / name, query_file=engine.folder / "query.onnx"
                )
                threads = compiled.n_cores() // sessions
                encoder._document_sessions = [  # the variants compared are not settings of the product
                    compiled._session(engine.folder / name, n_threads=threads) for _ in range(sessions)
                ]
                compiled.BATCH_TOKENS = batch_tokens
                precision = "fp32, fused" if name == "query.onnx" else engine.document_precision
                label = f"ONNX {precision}, {sessions} session(s) of {threads} thread(s), {batch_tokens} tokens a batch"
                rows[label] = timed(lambda e=encoder: e.encode_document(texts), n_tokens, reference)
    for label, row in rows.items():
        print(f"{row['tokens_per_s_median']:>8,} tokens/s  mean cosine {row['mean_cosine']:.4f}  {label}")
    write_result(
        "encode",
        {
            "command": "python benchmarks/encode.py --data FOLDER",
            "versions": versions(["torch", "sentence-transformers", "onnxruntime", "tokenizers"]),
            "texts": len(texts),
            "tokens": n_tokens,
            "repeats": REPEATS,
            "rows": rows,
        },
    )


def sample(data: Path, count_tokens: Callable[..., list[int]]) -> list[str]:
    """Return the first N_TEXTS chunks of at least half the usual length."""
    texts: list[str] = []
    for path in sorted([*data.rglob("*.txt"), *data.rglob("*.md")]):
        document = Document(path.name, path.read_text(encoding="utf-8", errors="replace"))
        chunks = chunk_document(document, count_tokens=count_tokens, max_tokens=200, context_tokens=40)
        texts += [search_view(chunk.text) for chunk in chunks if chunk.n_tokens >= 100]
        if len(texts) >= N_TEXTS:
            break
    return texts[:N_TEXTS]


def timed(
    encode: Callable[[], compiled.FloatMatrix], n_tokens: int, reference: compiled.FloatMatrix
) -> dict[str, float]:
    vectors = encode()
    speeds = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        encode()
        speeds.append(n_tokens / (time.perf_counter() - started))
    return {
        "tokens_per_s_median": round(statistics.median(speeds)),
        "tokens_per_s_min": round(min(speeds)),
        "tokens_per_s_max": round(max(speeds)),
        "mean_cosine": round(float(np.sum(vectors * reference, axis=1).mean()), 4),
    }


if __name__ == "__main__":
    main()
