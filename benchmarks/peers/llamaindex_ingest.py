"""The same job done with LlamaIndex: a folder of PDFs becomes a FAISS index. Prints one JSON line.

Its defaults throughout, with the embedding weights, chunk size and index kind that the comparison fixes.
A file that its reader drops stays dropped. Environment: benchmarks/peers/llamaindex-requirements.txt.
"""

from __future__ import annotations

import time

START = time.perf_counter()  # before the heavy imports: they are part of the job

import argparse  # noqa: E402
import json  # noqa: E402
import os  # noqa: E402
from pathlib import Path  # noqa: E402

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"

import faiss  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: E402
from llama_index.core import (  # type: ignore[import-not-found,unused-ignore]  # noqa: E402
    SimpleDirectoryReader,
    StorageContext,
    VectorStoreIndex,
)
from llama_index.core.node_parser import SentenceSplitter  # type: ignore[import-not-found,unused-ignore]  # noqa: E402
from llama_index.embeddings.huggingface import (  # type: ignore[import-not-found,unused-ignore]  # noqa: E402
    HuggingFaceEmbedding,
)
from llama_index.vector_stores.faiss import (  # type: ignore[import-not-found,unused-ignore]  # noqa: E402
    FaissVectorStore,
)


def main() -> None:
    """Read, split, embed, index, persist; each in its plain documented form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of PDFs")
    parser.add_argument("--model", type=Path, required=True, help="folder of all-MiniLM-L6-v2")
    parser.add_argument("--out", type=Path, required=True, help="where the index is written")
    parser.add_argument("--embed-batch-size", type=int, help="default: LlamaIndex's own")
    args = parser.parse_args()
    batch = {} if args.embed_batch_size is None else {"embed_batch_size": args.embed_batch_size}
    imported = time.perf_counter()

    pages = SimpleDirectoryReader(input_dir=args.data).load_data()
    read = time.perf_counter()

    embedder = HuggingFaceEmbedding(model_name=str(args.model), **batch)
    loaded = time.perf_counter()
    chunks = SentenceSplitter(chunk_size=256, chunk_overlap=20).get_nodes_from_documents(pages)
    split = time.perf_counter()

    width = len(embedder.get_text_embedding("width"))
    store = FaissVectorStore(faiss_index=faiss.IndexFlatIP(width))
    storage = StorageContext.from_defaults(vector_store=store)
    VectorStoreIndex(chunks, storage_context=storage, embed_model=embedder)
    embedded = time.perf_counter()
    storage.persist(persist_dir=str(args.out))
    end = time.perf_counter()

    print(
        json.dumps(
            {
                "files_found": sum(1 for path in args.data.iterdir() if path.suffix.lower() == ".pdf"),
                "files": len({page.metadata["file_path"] for page in pages}),
                "pages": len(pages),
                "pages_with_text": sum(1 for page in pages if page.text.strip()),
                "chunks": len(chunks),
                "embed_batch_size": embedder.embed_batch_size,
                "seconds": {
                    "imports": round(imported - START, 3),
                    "read": round(read - imported, 3),
                    "load_model": round(loaded - read, 3),
                    "split": round(split - loaded, 3),
                    "embed_and_index": round(embedded - split, 3),
                    "persist": round(end - embedded, 3),
                    "total": round(end - START, 3),
                },
            }
        )
    )


if __name__ == "__main__":
    main()
