"""Messages of chat exports, recognised by their fields, and how they are shown: "[2024-01-02 10:00] Ann: Hello."."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any

from domaingpt.documents.assembly import one_line
from domaingpt.documents.records.values import Fields
from domaingpt.documents.tables.cells import Amount

# Names of fields in exports of ChatGPT, Claude, Slack, Telegram, Discord, WhatsApp viewers and training data.
AUTHOR = ("role", "author", "from", "sender", "user", "username", "speaker", "sender_name")
TEXT = ("content", "text", "message", "body", "value")
TIME = ("timestamp", "date", "time", "ts", "created_at", "create_time", "createdAt", "datetime")
NAME = ("name", "real_name", "display_name", "username", "role")
PARTS = ("parts", "text", "content")
ROLES = frozenset(["user", "assistant", "system", "tool", "human", "gpt", "bot", "ai", "developer", "function"])
# Fields that every message of such an export has, and that say nothing to a reader. A record with any other
# field is no message: a review has an author and a text too, and its rating must not be lost.
TECHNICAL = frozenset(
    "id uuid type subtype from_id actor_id date_unixtime edited edited_unixtime text_entities client_msg_id team "
    "blocks user_team source_team user_profile status weight end_turn recipient metadata channel update_time thread_ts "
    "reply_count reply_users reply_users_count latest_reply subscribed is_locked parent_user_id reply_to_message_id "
    "conversation_id message_id account chat_messages model attachments files files_v2".split()
)
EPOCH = re.compile(r"(\d{10})(?:\.\d+)?|(\d{10})\d{3}")  # Seconds or milliseconds since 1970, from 2001 to 2286.
MAX_AUTHOR = 80  # Characters; a longer "from" is a text of its own. Guess, unmeasured.
MAX_PARTS_DEPTH = 4


def shown_message(fields: Fields) -> tuple[str, int] | None:
    """Return a message as text, and how many of its fields that leaves out; None if this is no message."""
    author = _author(fields.get(*AUTHOR))
    text = "".join(_texts(fields.get(*TEXT)))
    if not author or not text.strip():
        return None
    others = [key for key, value in fields if value not in (None, "", []) and key not in AUTHOR + TEXT + TIME]
    if _role(fields) not in ROLES and not TECHNICAL.issuperset(others):
        return None
    moment = fields.get(*TIME)
    time = _moment(moment) if isinstance(moment, str) else ""
    return (f"[{time}] {author}: {text.strip()}" if time else f"{author}: {text.strip()}"), len(others)


def is_message(value: Any) -> bool:
    """Return whether a value is one message of a chat."""
    return isinstance(value, Fields) and shown_message(value) is not None


def in_order(fields: Fields) -> Fields:
    """Return a conversation that is kept as a tree of nodes, as ChatGPT exports it, with its messages as a list."""
    nodes = fields.get("mapping")
    if not isinstance(nodes, Fields):
        return fields
    messages = [node.get("message") for _, node in nodes if isinstance(node, Fields)]
    messages = [message for message in messages if is_message(message)]
    if not messages:
        return fields
    return Fields([(key, value) for key, value in fields if key != "mapping"] + [("messages", messages)])


def _role(fields: Fields) -> str:
    author = fields.get("role", "author", "from", "sender")
    role = author.get("role") if isinstance(author, Fields) else author
    return role.lower() if isinstance(role, str) else ""


def _author(value: Any) -> str:
    if isinstance(value, Fields):
        value = value.get(*NAME)
    name = one_line(value) if isinstance(value, str) and not isinstance(value, Amount) else ""
    return name if len(name) <= MAX_AUTHOR else ""


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the pieces of a text: one string, or a list of strings and objects that hold them."""
    if depth > MAX_PARTS_DEPTH:
        return
    if isinstance(value, Fields):
        yield from _texts(value.get(*PARTS), depth + 1)
    elif isinstance(value, list):
        for piece in value:
            yield from _texts(piece, depth + 1)
    elif isinstance(value, str) and not isinstance(value, Amount):
        yield value


def _moment(text: str) -> str:
    epoch = EPOCH.fullmatch(text)
    if epoch is None:
        return one_line(text)
    seconds = int(epoch[1] or epoch[2])
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
