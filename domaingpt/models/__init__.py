"""Which model files exist, where they come from, and their SHA-256. Loads no model.

Only `pull` goes online, and nothing here imports a model library before it is called.
"""

from domaingpt.models.download import Progress
from domaingpt.models.embedders import EmbedderSpec, embedder_path, find_embedder, with_settings
from domaingpt.models.endpoints import EndpointSpec, confirm_endpoint, parse_endpoint
from domaingpt.models.generators import GeneratorSpec, find_generator, generator_path, use
from domaingpt.models.gguf import GgufHeader, read_header
from domaingpt.models.hub import pull
from domaingpt.models.listing import ModelCheck, ModelRow, list_models, verify_models
from domaingpt.models.lockfile import check_sha256
from domaingpt.models.memory import check_memory, free_bytes
from domaingpt.models.offline import go_offline
from domaingpt.models.registry import CHAT_FAMILIES

__all__ = [
    "CHAT_FAMILIES",
    "EmbedderSpec",
    "EndpointSpec",
    "GeneratorSpec",
    "GgufHeader",
    "ModelCheck",
    "ModelRow",
    "Progress",
    "check_memory",
    "check_sha256",
    "confirm_endpoint",
    "embedder_path",
    "find_embedder",
    "find_generator",
    "free_bytes",
    "generator_path",
    "go_offline",
    "list_models",
    "parse_endpoint",
    "pull",
    "read_header",
    "use",
    "verify_models",
    "with_settings",
]
