"""The models domaingpt knows by name: where they lie on the Hugging Face hub, and what they need.

Only names are here, no files. Sizes are the hub's, rounded; memory is an estimate (see RAM_OVERHEAD_BYTES).
The SHA-256 of a model that is not packaged is pinned at its first pull.
"""

from __future__ import annotations

from dataclasses import dataclass

# Formats of a chat prompt that `[answer]` may be asked for; the answer stage owns the formats.
CHAT_FAMILIES = (
    "smollm2", "qwen2.5", "qwen3", "chatml", "llama2", "llama3", "gemma", "mistral", "phi3", "phi4", "zephyr",
    "granite",
)  # fmt: skip
# The context that is opened, in tokens: room for some turns of chat over evidence. Guess, unmeasured.
N_CTX = 4096
# Compute buffers and the runtime on top of weights and KV cache, with llama.cpp, n_batch 512, flash attention.
# SmolLM2-135M took 32 to 42 MB, a 0.5B model with 152k tokens 116 MB; wider ones take more, how much is a guess.
RAM_OVERHEAD_BYTES = 250_000_000
BUNDLED_OVERHEAD_BYTES = 60_000_000

BUNDLED_EMBEDDER = "all-MiniLM-L6-v2"
BUNDLED_EMBEDDER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUNDLED_GENERATOR = "SmolLM2-135M-Instruct"
BUNDLED_GENERATOR_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
APACHE = "Apache-2.0"
FREE_LICENCES = (APACHE, "MIT")


@dataclass(frozen=True, slots=True)
class KnownGenerator:
    """A GGUF file on the hub.

    Attributes:
        kv_bytes: KV cache of one token: 2 (K and V) x layers x KV heads x head width x 2 bytes.
        n_parameters: Without the embeddings of tokens, with which reading a prompt does not compute: as the card
            says, or what it says less vocabulary x width, twice where input and output are apart.
    """

    name: str
    repo: str
    file: str
    chat_family: str
    licence: str
    size_bytes: int
    kv_bytes: int
    n_parameters: int

    @property
    def is_free(self) -> bool:
        """Whether its licence allows every use; only such a model is recommended."""
        return self.licence in FREE_LICENCES

    @property
    def ram_bytes(self) -> int:
        """Memory for the weights, a KV cache of N_CTX tokens, and buffers."""
        return self.size_bytes + N_CTX * self.kv_bytes + RAM_OVERHEAD_BYTES


@dataclass(frozen=True, slots=True)
class KnownEmbedder:
    """A sentence-transformers folder on the hub; its prompts are its own, or in `prompts.py`.

    Attributes:
        languages: ISO 639-1 codes the model was trained for; ("multi",) when there are dozens.
    """

    name: str
    repo: str
    languages: tuple[str, ...]
    licence: str
    size_bytes: int


# KV widths are from each model's config.json (num_hidden_layers, num_key_value_heads, head_dim).
GENERATORS = (
    KnownGenerator(
        "SmolLM2-360M-Instruct", "HuggingFaceTB/SmolLM2-360M-Instruct-GGUF",
        "smollm2-360m-instruct-q8_0.gguf", "smollm2", APACHE, 386_000_000, 4 * 32 * 5 * 64, 315_000_000,
    ),
    KnownGenerator(
        "SmolLM2-1.7B-Instruct", "HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF",
        "smollm2-1.7b-instruct-q4_k_m.gguf", "smollm2", APACHE, 1_060_000_000, 4 * 24 * 32 * 64, 1_610_000_000,
    ),
    KnownGenerator(
        "Qwen2.5-0.5B-Instruct", "Qwen/Qwen2.5-0.5B-Instruct-GGUF",
        "qwen2.5-0.5b-instruct-q4_k_m.gguf", "qwen2.5", APACHE, 491_000_000, 4 * 24 * 2 * 64, 358_000_000,
    ),
    KnownGenerator(
        "Qwen2.5-1.5B-Instruct", "Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        "qwen2.5-1.5b-instruct-q4_k_m.gguf", "qwen2.5", APACHE, 1_117_000_000, 4 * 28 * 2 * 128, 1_310_000_000,
    ),
    KnownGenerator(
        "Qwen2.5-3B-Instruct", "Qwen/Qwen2.5-3B-Instruct-GGUF", "qwen2.5-3b-instruct-q4_k_m.gguf",
        "qwen2.5", "Qwen Research License (non-commercial)", 2_105_000_000, 4 * 36 * 2 * 128, 2_770_000_000,
    ),
    KnownGenerator(  # Qwen's own repository holds this quantization split in two files.
        "Qwen2.5-7B-Instruct", "bartowski/Qwen2.5-7B-Instruct-GGUF",
        "Qwen2.5-7B-Instruct-Q4_K_M.gguf", "qwen2.5", APACHE, 4_683_000_000, 4 * 28 * 4 * 128, 6_530_000_000,
    ),
    KnownGenerator(  # The 2507 instruct model never thinks aloud, so plain ChatML is its format.
        "Qwen3-4B-Instruct-2507", "unsloth/Qwen3-4B-Instruct-2507-GGUF",
        "Qwen3-4B-Instruct-2507-Q4_K_M.gguf", "chatml", APACHE, 2_497_000_000, 4 * 36 * 8 * 128, 3_600_000_000,
    ),
    KnownGenerator(
        "Llama-3.2-1B-Instruct", "bartowski/Llama-3.2-1B-Instruct-GGUF",
        "Llama-3.2-1B-Instruct-Q4_K_M.gguf", "llama3", "Llama 3.2 Community License",
        808_000_000, 4 * 16 * 8 * 64, 973_000_000,
    ),
    KnownGenerator(
        "Llama-3.2-3B-Instruct", "bartowski/Llama-3.2-3B-Instruct-GGUF",
        "Llama-3.2-3B-Instruct-Q4_K_M.gguf", "llama3", "Llama 3.2 Community License",
        2_019_000_000, 4 * 28 * 8 * 128, 2_820_000_000,
    ),
    KnownGenerator(
        "gemma-2-2b-it", "bartowski/gemma-2-2b-it-GGUF", "gemma-2-2b-it-Q4_K_M.gguf",
        "gemma", "Gemma Terms of Use", 1_709_000_000, 4 * 26 * 4 * 256, 2_020_000_000,
    ),
    KnownGenerator(
        "Phi-3-mini-4k-instruct", "microsoft/Phi-3-mini-4k-instruct-gguf",
        "Phi-3-mini-4k-instruct-q4.gguf", "phi3", "MIT", 2_393_000_000, 4 * 32 * 32 * 96, 3_620_000_000,
    ),
)  # fmt: skip
EMBEDDERS = (
    KnownEmbedder(
        "paraphrase-multilingual-MiniLM-L12-v2",
        "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", ("multi",), APACHE, 490_000_000,
    ),
    KnownEmbedder("multilingual-e5-small", "intfloat/multilingual-e5-small", ("multi",), "MIT", 490_000_000),
    KnownEmbedder("bge-small-en-v1.5", "BAAI/bge-small-en-v1.5", ("en",), "MIT", 135_000_000),
    KnownEmbedder("bge-base-en-v1.5", "BAAI/bge-base-en-v1.5", ("en",), "MIT", 440_000_000),
    KnownEmbedder(
        "all-mpnet-base-v2", "sentence-transformers/all-mpnet-base-v2", ("en",), APACHE, 440_000_000,
    ),
)  # fmt: skip


def known_generator(name: str) -> KnownGenerator | None:
    """Return the generator of this name, upper and lower case alike."""
    return next((known for known in GENERATORS if known.name.lower() == name.lower()), None)


def known_embedder(name: str) -> KnownEmbedder | None:
    """Return the embedder of this name or hub repository, upper and lower case alike."""
    wanted = name.lower()
    return next((known for known in EMBEDDERS if wanted in (known.name.lower(), known.repo.lower())), None)
