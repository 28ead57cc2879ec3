"""Erasing: what an entry says without the words of somebody, and without their name."""

import msgspec

from klatch.core.events import AnyBody, Author, Created, Edited, Message, Removed, target_of


def erased_name(account: str) -> str:
    """What somebody who was erased is called from then on."""
    return f"erased-{account}"


def without_words(body: AnyBody) -> AnyBody:
    """What is left of an entry whose words are not kept."""
    return body if isinstance(body, Removed) else Removed(target=target_of(body))


def without_person(author: Author, body: AnyBody, person: Author) -> tuple[Author, AnyBody]:
    """An entry's author and body without the words and the name of somebody, who is called as `person` says.

    What they made of a room stays: its name, its topic and its rules belong to the room.
    """
    if author.id == person.id:
        author = person
        if isinstance(body, Message | Edited):
            body = without_words(body)
        elif getattr(body, "reason", ""):
            body = msgspec.structs.replace(body, reason="")
    named = getattr(body, "person", None)
    if named is not None and named.id == person.id:
        body = msgspec.structs.replace(body, person=person)
    if isinstance(body, Created) and any(member.id == person.id for member in body.members):
        members = [person if member.id == person.id else member for member in body.members]
        body = msgspec.structs.replace(body, members=members)
    return author, body
