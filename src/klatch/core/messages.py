"""Messages: what may be said, edited, deleted and reacted to."""

from typing import Final

from klatch.core.emoji import parse_emoji
from klatch.core.events import Edited, Message, Reacted, Unreacted
from klatch.core.refusals import Refused
from klatch.core.texts import parse_message

EMOJI_KINDS_MOST: Final = 50
DELETED: Final = Message(text="", deleted=True)


def compose(text: str, reply_to: int | None = None, *, action: bool = False, has_files: bool = False) -> Message:
    """A new message; one that is to have files needs no text."""
    return Message(text=_parse(text, has_files=has_files), reply_to=reply_to, action=action)


def amend(target: int, text: str, *, has_files: bool = False) -> Edited:
    """New words for a message; one that has files needs none."""
    return Edited(target=target, text=_parse(text, has_files=has_files))


def react(target: int, emoji: str, kinds: set[str]) -> Reacted:
    """An emoji for a message that already has `kinds` of emoji."""
    emoji = parse_emoji(emoji)
    if emoji not in kinds and len(kinds) >= EMOJI_KINDS_MOST:
        raise Refused("too_many", f"A message takes at most {EMOJI_KINDS_MOST} kinds of emoji.", field="emoji")
    return Reacted(target=target, emoji=emoji)


def unreact(target: int, emoji: str) -> Unreacted:
    """An emoji taken back."""
    return Unreacted(target=target, emoji=parse_emoji(emoji))


def standing(message: Message | None, seq: int) -> Message:
    """The message, if it is there and not deleted."""
    if message is None:
        raise Refused("no_such_message", f"There is no message {seq} in this room.", field="seq")
    if message.deleted:
        raise Refused("message_deleted", f"Message {seq} was deleted.", field="seq")
    return message


def _parse(text: str, *, has_files: bool) -> str:
    return "" if has_files and not text else parse_message(text)
