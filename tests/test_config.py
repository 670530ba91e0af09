"""`domain.toml`: every key has a default, and a mistake is named."""

from __future__ import annotations

import pytest

from domaingpt.config import DomainConfig, check_name, default_title, load_config, parse_config
from domaingpt.errors import BadConfig


def parse(**raw):
    return parse_config(raw, "house", where="domain.toml")


def test_empty_file_gives_the_defaults(tmp_path):
    """And so does a missing one."""
    (tmp_path / "domain.toml").write_text("")
    expected = DomainConfig("house", title="HouseGPT")
    assert load_config(tmp_path / "domain.toml", "house") == expected
    assert load_config(tmp_path / "absent.toml", "house") == expected
    assert (expected.chunking.max_tokens, expected.retrieval.k, expected.documents.path) == (140, 8, "documents")


def test_every_key_is_read(tmp_path):
    """Lists become tuples, so that a config can be compared and hashed."""
    (tmp_path / "domain.toml").write_text(
        """
        title = "My house"
        description = "Contracts"
        language = "de"
        instructions = "Quote the clause."
        [documents]
        path = "~/Papers"
        include = ["*.pdf"]
        exclude = ["drafts/**"]
        [embedding]
        model = "bge-small"
        [chunking]
        max_tokens = 100
        [retrieval]
        k = 3
        dense_weight = 0.25
        [answer]
        model = "quotes"
        max_tokens = 64
        max_characters = 300
        """
    )
    config = load_config(tmp_path / "domain.toml", "house")
    assert (config.title, config.language) == ("My house", "de")
    assert config.documents.include == ("*.pdf",)
    assert config.documents.exclude == ("drafts/**",)
    assert (config.embedding.model, config.chunking.max_tokens) == ("bge-small", 100)
    assert (config.retrieval.k, config.retrieval.dense_weight) == (3, 0.25)
    assert (config.answer.model, config.answer.max_tokens, config.answer.max_characters) == ("quotes", 64, 300)
    assert hash(config)


def test_byte_order_mark_is_no_mistake(tmp_path):
    """Editors on Windows write one."""
    (tmp_path / "domain.toml").write_bytes(b'\xef\xbb\xbftitle = "Mine"\r\n')
    assert load_config(tmp_path / "domain.toml", "house").title == "Mine"


@pytest.mark.parametrize("data", [b"title = ", b"[chunking", b'title = "\xff"', b'title = "a"\ntitle = "b"'])
def test_file_that_is_not_toml_is_named(tmp_path, data):
    """With its path."""
    (tmp_path / "domain.toml").write_bytes(data)
    with pytest.raises(BadConfig, match=r"domain\.toml is not valid TOML"):
        load_config(tmp_path / "domain.toml", "house")


@pytest.mark.parametrize(
    ("raw", "message", "hint"),
    [
        ({"titel": "x"}, "unknown key 'titel'", "'title'"),
        ({"chunking": {"max_token": 1}}, "unknown key 'chunking.max_token'", "'chunking.max_tokens'"),
        ({"chunks": {}}, "unknown key 'chunks'", "'chunking'"),
        ({"max_tokens": 100}, "unknown key 'max_tokens'", ".max_tokens'"),
        ({"k": 3}, "unknown key 'k'", "'retrieval.k'"),
        ({"name": "x"}, "unknown key 'name'", "Did you mean"),
        ({"zzz": 1}, "unknown key 'zzz'", "Did you mean"),
    ],
)
def test_unknown_key_is_refused_with_the_nearest(raw, message, hint):
    """A setting never has no effect in silence."""
    with pytest.raises(BadConfig, match=message) as raised:
        parse(**raw)
    assert hint in raised.value.hint


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"title": 3}, "'title' is 3, but must be a string"),
        ({"chunking": {"max_tokens": "many"}}, "'many', but must be a whole number"),
        ({"chunking": {"max_tokens": 20.5}}, "20.5, but must be a whole number"),
        ({"retrieval": {"k": True}}, "True, but must be a whole number"),
        ({"documents": {"include": "*.pdf"}}, "must be a list of strings"),
        ({"documents": {"include": [1]}}, "must be a list of strings"),
        ({"embedding": {"query_prompt": 3}}, "'embedding.query_prompt' is 3, but must be a string"),
        ({"embedding": {"languages": "en"}}, "must be a list of strings"),
        ({"embedding": {"truncate_dim": "half"}}, "must be a whole number"),
        ({"embedding": {"truncate_dim": 7}}, "7, but must be from 8 to 8192"),
        ({"retrieval": {"dense_weight": "high"}}, 'a number from 0 to 1, or "auto"'),
        ({"retrieval": {"dense_weight": 1.5}}, "1.5, but must be from 0 to 1"),
        ({"retrieval": {"dense_weight": float("nan")}}, "nan, but must be from 0 to 1"),
        ({"chunking": {"max_tokens": 15}}, "15, but must be from 16 to 8192"),
        ({"retrieval": {"k": 0}}, "0, but must be from 1 to 100"),
        ({"answer": {"max_tokens": 10**9}}, "but must be from 16 to 4096"),
        ({"chunking": 3}, r"\[chunking\] must be a table"),
    ],
)
def test_value_of_the_wrong_kind_or_size_is_refused(raw, message):
    """With the key, the value and what it must be."""
    with pytest.raises(BadConfig, match=f"domain.toml: .*{message}"):
        parse(**raw)


def test_embedding():
    """An empty prompt is not the same as none: it takes the model's own away."""
    silent = parse(embedding={"model": "m"}).embedding
    assert (silent.query_prompt, silent.document_prompt, silent.languages, silent.truncate_dim) == (
        None,
        None,
        (),
        None,
    )
    settings = {"query_prompt": "q: ", "document_prompt": "", "languages": ["en", "zh"], "truncate_dim": 256}
    said = parse(embedding=settings).embedding
    assert (said.query_prompt, said.document_prompt) == ("q: ", "")
    assert (said.languages, said.truncate_dim) == (("en", "zh"), 256)


@pytest.mark.parametrize("weight", [0, 1, 0.5, "auto"])
def test_dense_weight(weight):
    """A number or a word."""
    assert parse(retrieval={"dense_weight": weight}).retrieval.dense_weight == weight


@pytest.mark.parametrize("name", ["house", "a", "0", "mutual-funds", "x" * 63, "com10"])
def test_good_names(name):
    """Letters, digits and hyphens."""
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "-house", "House", "ho use", "house/", "../house", "hä", "x" * 64, "house\n", ".", "a_b"]
)
def test_malformed_names(name):
    """Nothing that could lead elsewhere."""
    with pytest.raises(BadConfig, match="cannot be a domain's name"):
        check_name(name)


@pytest.mark.parametrize("name", ["auto", "all", "con", "nul", "com1", "lpt9"])
def test_reserved_names(name):
    """Words of the command line, and devices of Windows."""
    with pytest.raises(BadConfig, match="reserved"):
        check_name(name)


def test_default_title():
    """From the name's words."""
    assert default_title("mutual-funds") == "MutualFundsGPT"
