"""The compiled embedder: ONNX Runtime, the model's own tokenizer, and no torch.

Documents go through int8 weights, many at once; queries through fp32, one at a time. One single-threaded
session a core encodes documents; on two cores one session of two threads is as fast (27k and 28k tokens/s,
PyTorch 5.5k: benchmarks/results/encode.json), on more its threads would wait for each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from domaingpt.embeddings.pooling import FloatMatrix, load_layers, pool, unit
from domaingpt.embeddings.recipe import Recipe, read_recipe
from domaingpt.models.offline import go_offline

if TYPE_CHECKING:
    from tokenizers import Encoding

Span = tuple[int, int]

# Padded tokens of one batch. Measured best among 1024, 2048 and 4096 (benchmarks/results/encode.json):
# small batches keep the activations in the second-level cache.
BATCH_TOKENS = 1024
# Characters that are tokenized at once to be counted: the tokenizer keeps some 40 bytes for each.
COUNTED_CHARACTERS = 1 << 18


class CompiledEmbedder:
    """Encodes with the ONNX files of an engine; see the `Embedder` protocol for the contract."""

    def __init__(
        self,
        recipe: Recipe,
        folder: Path,
        *,
        document_file: Path,
        query_file: Path,
        prompts: tuple[str, str],
        truncate_dim: int | None,
    ) -> None:
        self.recipe = recipe
        self.dim = min(recipe.dim, truncate_dim or recipe.dim)
        self._folder = folder
        self._document_file = document_file
        self._query_file = query_file
        self._query_prompt, self._document_prompt = prompts

    @classmethod
    def from_files(
        cls,
        folder: Path,
        *,
        document_file: Path,
        query_file: Path,
        query_prompt: str = "",
        document_prompt: str = "",
        truncate_dim: int | None = None,
    ) -> CompiledEmbedder:
        """Return an embedder over a sentence-transformers folder and two ONNX files.

        The tokenizer is the folder's `tokenizer.json`, else the one that the compiler wrote beside `query_file`.
        """
        return cls(
            read_recipe(folder),
            folder,
            document_file=document_file,
            query_file=query_file,
            prompts=(query_prompt, document_prompt),
            truncate_dim=truncate_dim,
        )

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of tokens of each text, without special tokens and prompts."""
        counts: list[int] = []
        for start, end in _groups(texts, COUNTED_CHARACTERS):
            encodings = self._tokenizer.encode_batch_fast(list(texts[start:end]), add_special_tokens=False)
            counts += map(len, encodings)
        return counts

    def encode_document(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> FloatMatrix:
        """Return unit vectors (n, d) float32 in the order of the texts; `progress` hears of each batch's size."""
        return self._encode(texts, self._document_prompt, self._document_sessions, progress)

    def encode_query(self, texts: Sequence[str]) -> FloatMatrix:
        """Return unit vectors (n, d) float32 in the order of the texts."""
        return self._encode(texts, self._query_prompt, [self._query_session], None)

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]]
    ) -> tuple[FloatMatrix, list[FloatMatrix]]:
        """Return the texts' unit vectors (n, d), and for each text those of its spans (s, d).

        A span's vector pools the states of its tokens in the pass over the whole text, so it knows what stands
        around it ("late chunking": Günther et al., arXiv:2409.04701, section 3).
        """
        found = [np.zeros((len(of_text), self.dim), np.float32) for of_text in spans]
        n_prompt = len(self._document_prompt)

        def pool_spans(i: int, offsets: npt.NDArray[np.int64], hidden: FloatMatrix) -> None:
            bounds = np.array(spans[i], np.int64).reshape(-1, 2) + n_prompt
            # (s, t): which tokens overlap which span; special tokens have empty offsets.
            mask = (offsets[:, 0] < bounds[:, 1:]) & (offsets[:, 1] > bounds[:, :1])
            held = np.flatnonzero(mask.any(axis=1))
            rows = np.broadcast_to(hidden, (len(held), *hidden.shape))
            found[i][held] += self._pool(rows, mask[held].astype(np.int64)) if len(held) else 0

        vectors = self._encode(texts, self._document_prompt, self._document_sessions, None, pool_spans)
        for vector, of_text in zip(vectors, found, strict=True):
            of_text[~of_text.any(axis=1)] = vector  # a span without a token of its own
        return vectors, [unit(of_text) for of_text in found]

    def encode_tokens(self, texts: Sequence[str]) -> list[tuple[list[str], FloatMatrix]]:
        """Return for each text its tokens and their unit vectors (t, d), special tokens left out."""
        encodings = self._tokenizer.encode_batch(list(texts))
        windows = [(i, places) for i, encoding in enumerate(encodings) for places in self._windows(encoding, 0)]
        if not windows:
            return []
        hidden, _ = self._run(self._query_session, [_ids(encodings[i], places) for i, places in windows])
        vectors: list[list[FloatMatrix]] = [[] for _ in encodings]
        for (i, places), row in zip(windows, hidden, strict=True):
            n_before, n_after = _n_special(encodings[i])
            vectors[i].append(unit(row[n_before : len(places) - n_after]))
        results = []
        for encoding, parts in zip(encodings, vectors, strict=True):
            n_before, n_after = _n_special(encoding)
            results.append((encoding.tokens[n_before : len(encoding.tokens) - n_after], np.concatenate(parts)))
        return results

    def _encode(
        self,
        texts: Sequence[str],
        prompt: str,
        sessions: list[Any],
        progress: Callable[[int], None] | None,
        look: Callable[[int, npt.NDArray[np.int64], FloatMatrix], None] | None = None,
    ) -> FloatMatrix:
        """Return the unit vectors of texts; `look` sees each window's text number, offsets (t, 2) and states (t, d)."""
        n_prompt = self._n_prompt(prompt)
        encodings = self._tokenizer.encode_batch([prompt + text for text in texts])
        windows = [(i, places) for i, encoding in enumerate(encodings) for places in self._windows(encoding, n_prompt)]
        sums = np.zeros((len(texts), self.dim), np.float32)
        free = list(sessions)  # each batch takes a session and gives it back

        def encode_batch(batch: list[int]) -> None:
            session = free.pop()
            hidden, mask = self._run(session, [_ids(encodings[windows[w][0]], windows[w][1]) for w in batch])
            free.append(session)
            if look:
                for row, (i, places) in enumerate(windows[w] for w in batch):
                    look(i, np.array(encodings[i].offsets, np.int64)[places], hidden[row, : len(places)])
            if not self.recipe.include_prompt and n_prompt:
                mask[:, : _n_special(encodings[0])[0] + n_prompt] = 0
            vectors = self._pool(hidden, mask)
            for w, vector in zip(batch, vectors, strict=True):
                # A text longer than the model takes is the mean of its windows: nothing is cut off.
                sums[windows[w][0]] += vector
            if progress:
                progress(len(batch))

        batches = list(_batches([len(places) for _, places in windows]))
        if len(sessions) == 1:
            for batch in batches:
                encode_batch(batch)
        else:
            with ThreadPoolExecutor(len(sessions)) as pool:
                list(pool.map(encode_batch, batches))
        return unit(sums)

    def _n_prompt(self, prompt: str) -> int:
        """Return how many tokens a prompt has, counted as sentence-transformers counts them: by themselves."""
        return len(self._tokenizer.encode(prompt, add_special_tokens=False).ids) if prompt else 0

    def _windows(self, encoding: Encoding, n_prompt: int) -> Iterator[list[int]]:
        """Yield the places of the tokens in pieces the model takes, special tokens and the prompt around each."""
        places = list(range(len(encoding.ids)))
        if len(places) <= self.recipe.max_tokens:
            yield places
            return
        n_before, n_after = _n_special(encoding)
        n_before += n_prompt
        end = len(places) - n_after
        before, inner, after = places[:n_before], places[n_before:end], places[end:]
        room = max(1, self.recipe.max_tokens - n_before - n_after)
        for start in range(0, len(inner), room):
            yield before + inner[start : start + room] + after

    def _run(self, session: Any, ids: Sequence[Sequence[int]]) -> tuple[FloatMatrix, npt.NDArray[np.int64]]:
        """Return hidden states (b, t, d) and mask (b, t) of one padded batch."""
        longest = max(map(len, ids))
        padded = np.zeros((len(ids), longest), np.int64)
        mask = np.zeros_like(padded)
        for row, sequence in enumerate(ids):
            padded[row, : len(sequence)] = sequence
            mask[row, : len(sequence)] = 1
        available = {"input_ids": padded, "attention_mask": mask, "token_type_ids": np.zeros_like(padded)}
        feed = {entry.name: available[entry.name] for entry in session.get_inputs()}
        return session.run(None, feed)[0], mask

    def _pool(self, hidden: FloatMatrix, mask: npt.NDArray[np.int64]) -> FloatMatrix:
        """Return unit vectors (b, dim) of the tokens (b, t) whose mask is 1: any span of each row."""
        vectors = pool(hidden, mask, self.recipe.modes)
        for layer in self._layers:
            vectors = layer(vectors)
        return unit(vectors[:, : self.dim])

    @cached_property
    def _layers(self) -> list[Callable[[FloatMatrix], FloatMatrix]]:
        layers = self.recipe.layers
        ends_normal = bool(layers) and layers[-1].kind == "Normalize"  # as every vector does here
        return load_layers(self._folder, layers[:-1] if ends_normal else layers)

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        own = self._folder / "tokenizer.json"
        tokenizer = Tokenizer.from_file(str(own if own.is_file() else self._query_file.with_name("tokenizer.json")))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        if self.recipe.lower_case:
            _lower_case(tokenizer)
        return tokenizer

    @cached_property
    def _query_session(self) -> Any:
        return _session(self._query_file, n_threads=n_cores())

    @cached_property
    def _document_sessions(self) -> list[Any]:
        return [_session(self._document_file, n_threads=1) for _ in range(n_cores())]


def n_cores() -> int:
    """Return the number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _session(path: Path, n_threads: int) -> Any:
    go_offline()  # onnxruntime asks the environment once, when it is imported
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _groups(texts: Sequence[str], n_characters: int) -> Iterator[Span]:
    """Yield half-open ranges that cover the texts, each of about so many characters, one text at least."""
    start = size = 0
    for i, text in enumerate(texts):
        if i > start and size + len(text) > n_characters:
            yield start, i
            start, size = i, 0
        size += len(text)
    if start < len(texts):
        yield start, len(texts)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield batches of indices, longest texts first, each at most BATCH_TOKENS when padded."""
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def _ids(encoding: Encoding, places: Sequence[int]) -> list[int]:
    ids = encoding.ids
    return ids if len(places) == len(ids) else [ids[place] for place in places]


def _n_special(encoding: Encoding) -> tuple[int, int]:
    """Return how many special tokens stand before and after the text's own."""
    mask = encoding.special_tokens_mask
    return (mask.index(0), mask[::-1].index(0)) if 0 in mask else (len(mask), 0)


def _lower_case(tokenizer: Any) -> None:
    """Lower-case before all else, as sentence-transformers does where a model's settings ask for it."""
    from tokenizers.normalizers import Lowercase, Sequence

    known = [tokenizer.normalizer] if tokenizer.normalizer is not None else []
    tokenizer.normalizer = Sequence([Lowercase(), *known])
