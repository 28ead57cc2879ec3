"""Files: who may send one up, what a message carries, who may read it."""

from typing import Final

import msgspec

from klatch.core.answers import Ack, FilesTold, FileTold, UploadLink
from klatch.core.commands import ListFiles, MakeUploadLink, SetAvatar, check_limit
from klatch.core.events import AvatarSet, Message
from klatch.core.files import ID, File, check_files, clean_name, no_such_file, spell_size
from klatch.core.limits import Limits
from klatch.core.members import Account
from klatch.core.permissions import authorize
from klatch.core.refusals import Refused
from klatch.engine import rooms
from klatch.engine.recording import nothing_to_add, record
from klatch.engine.rules import keeps_nothing
from klatch.files.port import Settled
from klatch.storage.port import Content, Place, Reader, Transaction, Upload, as_file

UNSENT_FOR: Final = 86_400_000  # ms after which an upload that nothing refers to is gone
_CARRIERS_MOST: Final = 1_000
_AVATAR_MOST: Final = 10_485_760  # bytes
_PICTURES: Final = "image/"


class Wish(msgspec.Struct, frozen=True):
    """What somebody wants to send up: `size` is None where it is not told, `hash` is the SHA-256 it must have, `kind`
    the media type that its sender takes it for."""

    id: str
    name: str
    size: int | None = None
    hash: bytes | None = None
    kind: str = ""


def begin(transaction: Transaction, actor: Account, wish: Wish, limits: Limits) -> tuple[Upload, int]:
    """Begins an upload; gives it, and how many bytes it may have."""
    authorize("upload", server_role=actor.role, room_role=None, standing=rooms.standing_of(transaction, actor, None))
    quota = limits.file_quota if actor.registered else limits.file_quota_of_guest
    left = quota - transaction.uploaded_bytes(actor.id)
    if (wish.size or 0) > max(0, left) or left <= 0:
        raise Refused(
            "file_too_big",
            f"Your files may take {spell_size(quota)} together, and {spell_size(max(0, left))} are left. "
            "Delete messages with files to make room.",
            field="size",
        )
    name = clean_name(wish.name)
    transaction.add_upload(wish.id, actor.id, name, wish.size or 0, wish.hash)
    upload = Upload(wish.id, actor.id, name, wish.size or 0, wish.hash, transaction.now)
    return upload, min(limits.file_size, left) if wish.size is None else wish.size


def finish(transaction: Transaction, upload: str, settled: Settled) -> tuple[Upload, bool]:
    """An upload is whole; gives it, and whether what it brought is needed: the same content is kept once."""
    found = transaction.upload(upload)
    if found is None:
        raise no_such_file()
    if found.content is not None:
        return found, found.content.place == upload
    content = transaction.content_by_hash(settled.hash)
    needed = content is None
    if content is None:
        content = Content(
            upload,
            settled.hash,
            settled.size,
            settled.media_type,
            settled.width,
            settled.height,
            settled.blurhash,
            settled.preview,
        )
        transaction.add_content(content)
    transaction.finish_upload(upload, content)
    return msgspec.structs.replace(found, content=content, size=content.size), needed


def own(reader: Reader, account: str, upload: str) -> Upload:
    """An upload of one's own."""
    found = reader.upload(upload) if ID.fullmatch(upload) else None
    if found is None or found.account != account:
        raise no_such_file()
    return found


def cancel(transaction: Transaction, account: str, upload: str) -> bool:
    """Takes an upload back that nothing refers to; True if it was not whole yet."""
    found = own(transaction, account, upload)
    if transaction.carriers(upload, 1) or transaction.avatar(account, upload) is not None:
        raise Refused("not_allowed", "A message carries that file. Delete the message.")
    transaction.remove_upload(upload)
    return found.content is None


def may_read(reader: Reader, viewer: Account, upload: str) -> Upload:
    """A whole upload that the viewer may read: carried by a message that they may read, or their own and in none."""
    found = reader.upload(upload) if ID.fullmatch(upload) else None
    if found is None or found.content is None:
        raise no_such_file()
    carriers = reader.carriers(upload, _CARRIERS_MOST)
    if not carriers and found.account == viewer.id:
        return found
    places: dict[str, Place | None] = {}
    for room, seq in carriers:
        if room not in places:
            places[room] = _readable(reader, viewer, room)
        place = places[room]
        if place is not None and seq >= place.horizon:
            return found
    raise no_such_file()


def _readable(reader: Reader, viewer: Account, room: str) -> Place | None:
    place = reader.place(room, viewer.id)
    if place is None or place.room.gone:
        return None
    try:
        rooms.authorize_in(reader, "read", viewer, place)
    except Refused:
        return None
    return place


def to_carry(transaction: Transaction, actor: Account, place: Place, ids: list[str]) -> list[File]:
    """The files that a message of the actor's is to carry."""
    found = []
    for upload in check_files(ids):
        own_one = transaction.upload(upload)
        if own_one is None or own_one.account != actor.id:
            raise no_such_file("files")
        if own_one.content is None:
            raise Refused("file_unfinished", f"{own_one.name} is not whole yet: send the rest first.", field="files")
        found.append(as_file(own_one))
    if found and keeps_nothing(transaction, place.room):
        raise Refused("not_allowed", "This room keeps nothing, so it takes no files.", field="files")
    return found


def find(reader: Reader, viewer: Account, query: ListFiles) -> FilesTold:
    """The files of a room, the last first."""
    limit = check_limit(query.limit)
    place = rooms.find(reader, viewer, query.room)
    rooms.authorize_in(reader, "read", viewer, place)
    before = reader.head(place.room.id) + 1 if query.before is None else query.before
    if before < 1:
        raise Refused("cursor", f"There is nothing before number {before}.", field="before")
    seqs = reader.messages_with_files(place.room.id, before, place.horizon, limit + 1)
    told = []
    for seq in seqs[:limit]:
        entry = reader.entry(place.room.id, seq)
        if entry is not None and isinstance(entry.body, Message):
            told += [FileTold(seq=seq, ts=entry.ts, author=entry.author, file=file) for file in entry.body.files]
    return FilesTold(room=place.room.id, files=told, more=len(seqs) > limit, ref=query.ref)


def find_room_for(reader: Reader, viewer: Account, query: MakeUploadLink) -> UploadLink:
    """The room into which the viewer wants to send a file by a link, which is still to be made."""
    place = rooms.find(reader, viewer, query.room)
    rooms.authorize_in(reader, "send", viewer, place)
    return UploadLink(room=place.room.id, path="", expires=0, file=query.file, ref=query.ref)


def set_avatar(transaction: Transaction, actor: Account, command: SetAvatar) -> Ack:
    """Has a picture of one's own show one, or none."""
    authorize("describe", server_role=actor.role, room_role=None, standing=rooms.standing_of(transaction, actor, None))
    if command.file == actor.avatar:
        return nothing_to_add(transaction, command, actor.id)
    if command.file:
        content = own(transaction, actor.id, command.file).content
        if content is None:
            raise Refused("file_unfinished", "The picture is not whole yet: send the rest first.", field="file")
        if not content.media_type.startswith(_PICTURES) or not content.preview or content.size > _AVATAR_MOST:
            most = spell_size(_AVATAR_MOST)
            raise Refused("file_type", f"That is no picture of at most {most} that can be shown.", field="file")
    transaction.set_avatar(actor.id, command.file)
    return record(transaction, actor, actor.id, AvatarSet(file=command.file), command)


def picture_of(reader: Reader, account: str, version: str) -> Content:
    """What shows somebody, if it is this one."""
    known = account.isascii() and account.isdigit() and len(account) < 19 and ID.fullmatch(version)
    found = reader.avatar(account, version) if known else None
    if found is None or found.content is None:
        raise no_such_file()
    return found.content
