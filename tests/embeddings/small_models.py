"""Small real models with random weights, made by transformers and saved by sentence-transformers. Needs torch.

Wide enough (64) that a weight of 8 bits is a small error, as in models people use, and a few hundred KB large.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

WIDTH = 64
SPREAD = 0.1  # of the random weights; with the usual 0.02 all texts have almost the same vector
TEXT = (
    "The buyer pays a deposit of ten per cent within fourteen days of the agreement dated 3 March 2021. "
    "Net sales rose 8 % to $82,959 million in the third quarter; the boiler was inspected in the cellar every spring. "
    "Photosynthesis turns light, water and carbon dioxide into sugar and oxygen. Die Heizung wurde im Oktober geprüft. "
    "query: passage: search_query: house and garden rent is due"
)
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def write_small_model(
    folder: Path,
    kind: str,
    *,
    pooling: dict[str, Any] | None = None,
    layers: list[Any] | None = None,
    max_tokens: int | None = 128,
    **config_changes: Any,
) -> Path:
    """Write a folder as sentence-transformers saves it.

    Args:
        folder: Where to; must not exist.
        kind: "bert", "distilbert", "roberta", "xlm-roberta", "mpnet", "modernbert", "nomic", "qwen3" or "t5".
        pooling: Arguments of Pooling; mean by default.
        layers: Modules behind it; Normalize by default.
        max_tokens: None for what the tokenizer and the positions allow.
        config_changes: Of the transformer.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules.normalize import Normalize
    from sentence_transformers.base.modules.transformer import Transformer
    from sentence_transformers.sentence_transformer.modules.pooling import Pooling

    torch.manual_seed(7)
    bare = folder.with_name(f"{folder.name}-bare")
    tokenizer, config, model_class = _parts(kind, config_changes)
    model_class(config).eval().save_pretrained(bare)
    tokenizer.save_pretrained(bare)
    transformer = Transformer(str(bare), **({"max_seq_length": max_tokens} if max_tokens else {}))
    modules = [transformer, Pooling(WIDTH, **(pooling or {"pooling_mode": "mean"}))]
    modules += [Normalize()] if layers is None else layers
    SentenceTransformer(modules=modules, device="cpu").save(str(folder), create_model_card=False)
    return folder


def _parts(kind: str, changes: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Return tokenizer, configuration and class of a small transformer."""
    import transformers as t

    wide = {"hidden_size": WIDTH, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 2 * WIDTH}
    wide["initializer_range"] = SPREAD
    roberta = {**wide, "max_position_embeddings": 514, "pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
    roberta["type_vocab_size"] = 1
    match kind:
        case "bert":
            tokenizer, config, model = _word_pieces(), t.BertConfig(**{**wide, **changes}), t.BertModel
        case "distilbert":
            narrow = {"dim": WIDTH, "n_layers": 2, "n_heads": 4, "hidden_dim": 2 * WIDTH}
            narrow["initializer_range"] = SPREAD
            tokenizer, config, model = _word_pieces(), t.DistilBertConfig(**{**narrow, **changes}), t.DistilBertModel
        case "mpnet":
            config = t.MPNetConfig(**{**wide, "max_position_embeddings": 514, **changes})
            tokenizer, model = _byte_pairs(), t.MPNetModel
        case "roberta":
            tokenizer, config, model = _byte_pairs(), t.RobertaConfig(**{**roberta, **changes}), t.RobertaModel
        case "xlm-roberta":
            tokenizer, config, model = _pieces(), t.XLMRobertaConfig(**{**roberta, **changes}), t.XLMRobertaModel
        case "modernbert":
            own = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2, "cls_token_id": 0, "sep_token_id": 2}
            tokenizer, config = _byte_pairs(), t.ModernBertConfig(**{**wide, **own, **changes})
            model = t.ModernBertModel
        case "nomic":
            tokenizer, config, model = _word_pieces(), t.NomicBertConfig(**{**wide, **changes}), t.NomicBertModel
        case "qwen3":
            own = {"num_key_value_heads": 2, "head_dim": 16, "max_position_embeddings": 512}
            tokenizer, config = _byte_pairs(), t.Qwen3Config(**{**wide, **own, **changes})
            model = t.Qwen3Model
        case _:
            own = {"d_model": WIDTH, "d_kv": 16, "d_ff": 128, "num_layers": 2, "num_heads": 4, "n_positions": 512}
            tokenizer, config, model = _pieces(), t.T5Config(**{**own, **changes}), t.T5EncoderModel
    config.vocab_size = len(tokenizer)
    return tokenizer, config, model


def _word_pieces() -> Any:
    """Return a lower-casing tokenizer as BERT's."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=400, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator([TEXT], trainer)
    _surround(tokenizer, "[CLS]", "[SEP]")
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special, strict=True))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **names)


def _byte_pairs() -> Any:
    """Return a byte-level tokenizer as RoBERTa's."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=500, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    return _as_roberta(tokenizer)


def _pieces() -> Any:
    """Return a SentencePiece-like tokenizer as XLM-RoBERTa's."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=300, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator([TEXT], trainer)
    return _as_roberta(tokenizer)


def _as_roberta(tokenizer: Any) -> Any:
    from transformers import PreTrainedTokenizerFast

    _surround(tokenizer, "<s>", "</s>")
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=512, bos_token="<s>", cls_token="<s>", eos_token="</s>",
        sep_token="</s>", pad_token="<pad>", unk_token="<unk>", mask_token="<mask>",
    )  # fmt: skip


def _surround(tokenizer: Any, first: str, last: str) -> None:
    from tokenizers import processors

    ids = [(token, tokenizer.token_to_id(token)) for token in (first, last)]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{first} $A {last}", special_tokens=ids)
