"""Public fakes, and contract tests to subclass.

`HashEmbedder` and `ScriptedGenerator` stand in for models: no weights, same result on every machine.
`EmbedderContract`, `GeneratorContract` and `IndexContract` hold what every implementation of a seam must
do; the index is compared, score by score, with a brute-force oracle. The contracts need pytest.
"""

from domaingpt.testing.fakes import HashEmbedder, ScriptedGenerator
from domaingpt.testing.index_contract import IndexContract
from domaingpt.testing.model_contracts import EmbedderContract, GeneratorContract

__all__ = ["EmbedderContract", "GeneratorContract", "HashEmbedder", "IndexContract", "ScriptedGenerator"]
