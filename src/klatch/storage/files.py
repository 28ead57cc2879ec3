"""What the store knows of files: contents, the uploads that brought them, and the messages that carry those."""

from typing import Any, Final, Protocol

from klatch.core.files import File
from klatch.storage.rows import Content, Upload

_UPLOAD: Final = "u.id, u.account_id, u.name, u.size, u.hash, u.place, u.created_ts"
_CONTENT: Final = "f.place, f.hash, f.size, f.media_type, f.width, f.height, f.blurhash, f.preview"
_BOTH: Final = f"SELECT {_UPLOAD}, {_CONTENT} FROM uploads u LEFT JOIN files f ON f.place = u.place"
# An upload that no message carries and that shows nobody.
_UNUSED: Final = """
    NOT EXISTS (SELECT 1 FROM attachments t WHERE t.upload_id = u.id)
    AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = u.account_id AND a.avatar = u.id)
"""
UPLOAD: Final = f"{_BOTH} WHERE u.id = :id"
UPLOADED_BYTES: Final = "SELECT coalesce(sum(size), 0) FROM uploads WHERE account_id = :account"
CARRIERS: Final = "SELECT room_id, seq FROM attachments WHERE upload_id = :id ORDER BY room_id, seq LIMIT :limit"
CONTENT_BY_HASH: Final = f"SELECT {_CONTENT} FROM files f WHERE f.hash = :hash"
IS_PLACE: Final = """
    SELECT 1 FROM files WHERE place = :place UNION ALL SELECT 1 FROM uploads WHERE id = :place AND place IS NULL
"""
FILES_BEFORE: Final = """
    SELECT DISTINCT t.room_id, t.seq FROM attachments t WHERE t.room_id = :room AND t.seq < :before
    AND t.seq >= :horizon ORDER BY t.seq DESC LIMIT :limit
"""
AVATAR: Final = f"""
    {_BOTH} JOIN accounts a ON a.id = :account AND a.avatar = u.id WHERE u.id = :id AND u.account_id = :account
"""
ADD_UPLOAD: Final = """
    INSERT INTO uploads (id, account_id, name, size, hash, created_ts)
    VALUES (:id, :account, :name, :size, :hash, :now)
"""
SET_UPLOAD_SIZE: Final = "UPDATE uploads SET size = :size WHERE id = :id"
ADD_CONTENT: Final = """
    INSERT INTO files (place, hash, size, media_type, width, height, blurhash, preview)
    VALUES (:place, :hash, :size, :media_type, :width, :height, :blurhash, :preview)
"""
FINISH_UPLOAD: Final = "UPDATE uploads SET place = :place, size = :size WHERE id = :id"
REMOVE_UPLOAD: Final = "DELETE FROM uploads WHERE id = :id"
ADD_ATTACHMENT: Final = "INSERT INTO attachments (room_id, seq, upload_id) VALUES (:room, :seq, :id)"
ATTACHED: Final = "SELECT upload_id FROM attachments WHERE room_id = :room AND seq = :seq"
REMOVE_ATTACHMENTS: Final = "DELETE FROM attachments WHERE room_id = :room AND seq = :seq"
REMOVE_UNUSED: Final = f"DELETE FROM uploads AS u WHERE u.id = :id AND {_UNUSED}"
REMOVE_UNUSED_OF: Final = f"DELETE FROM uploads AS u WHERE u.account_id = :account AND {_UNUSED}"
UNUSED_SINCE: Final = (
    f"SELECT u.id, u.place IS NULL FROM uploads u WHERE u.created_ts < :before AND {_UNUSED} LIMIT :limit"
)
UNWANTED: Final = """
    SELECT f.place FROM files f WHERE NOT EXISTS (SELECT 1 FROM uploads u WHERE u.place = f.place) LIMIT :limit
"""
REMOVE_CONTENT: Final = "DELETE FROM files WHERE place = :place"
SET_AVATAR: Final = "UPDATE accounts SET avatar = :avatar WHERE id = :account"

# Verification.
SCHEMA: Final = 4  # the first that knows files
CONTENTS: Final = f"SELECT {_CONTENT} FROM files f ORDER BY f.place"
WHOLE: Final = "SELECT 1 FROM attachments t JOIN uploads u ON u.id = t.upload_id WHERE u.place IS NOT NULL AND {}"
CARRIED: Final = WHOLE.format("t.room_id = :log AND t.seq = :seq AND u.id = :id")
CONTRADICTIONS: Final = (
    (
        """
        SELECT t.upload_id, t.seq, t.room_id FROM attachments t JOIN uploads u ON u.id = t.upload_id
        WHERE u.place IS NULL
        """,
        "File {}, which entry {} of log {} carries, is not whole.",
    ),
    (
        """
        SELECT t.upload_id, t.seq, t.room_id FROM attachments t WHERE NOT EXISTS (
            SELECT 1 FROM entries e WHERE e.log_id = t.room_id AND e.seq = t.seq AND e.kind = 'message'
        )
        """,
        "File {} is said to be carried by entry {} of log {}, which is no message.",
    ),
    (
        "SELECT u.id FROM uploads u JOIN files f ON f.place = u.place WHERE f.size <> u.size",
        "Upload {} is not as long as what it brought.",
    ),
    (
        """
        SELECT a.id FROM accounts a WHERE a.avatar <> '' AND NOT EXISTS (
            SELECT 1 FROM uploads u WHERE u.id = a.avatar AND u.account_id = a.id AND u.place IS NOT NULL
        )
        """,
        "The picture of account {} is not there.",
    ),
)


class Rows(Protocol):
    """What is needed of a database here."""

    def rows(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]: ...

    def row(self, statement: str, parameters: Any = None) -> tuple[Any, ...] | None: ...

    def run(self, statement: str, parameters: Any = None) -> None: ...


class FileReader:
    """Facts about files by name."""

    _db: Rows

    def upload(self, upload: str) -> Upload | None:
        """An upload by its id."""
        return _upload(self._db.row(UPLOAD, {"id": upload}))

    def uploaded_bytes(self, account: str) -> int:
        """How many bytes an account's uploads take or are going to take."""
        row = self._db.row(UPLOADED_BYTES, {"account": int(account)})
        return 0 if row is None else int(row[0])

    def carriers(self, upload: str, limit: int) -> list[tuple[str, int]]:
        """The messages that carry an upload: room and number."""
        return [(str(room), seq) for room, seq in self._db.rows(CARRIERS, {"id": upload, "limit": limit})]

    def content_by_hash(self, digest: bytes) -> Content | None:
        """A content by its SHA-256."""
        return _content(self._db.row(CONTENT_BY_HASH, {"hash": digest}))

    def is_place(self, place: str) -> bool:
        """Whether a content lies there that is needed, or one is on its way."""
        return self._db.row(IS_PLACE, {"place": place}) is not None

    def avatar(self, account: str, upload: str) -> Upload | None:
        """The picture of an account, if it is this one."""
        return _upload(self._db.row(AVATAR, {"account": int(account), "id": upload}))

    def messages_with_files(self, room: str, before: int, horizon: int, limit: int) -> list[int]:
        """The numbers of messages that carry files, from `horizon` to below `before`, the last first."""
        parameters = {"room": int(room), "before": before, "horizon": horizon, "limit": limit}
        return [seq for _, seq in self._db.rows(FILES_BEFORE, parameters)]

    def unused_since(self, before: int, limit: int) -> list[tuple[str, bool]]:
        """Uploads begun before a time (ms UTC) that nothing refers to, and whether each is unfinished."""
        return [(row[0], bool(row[1])) for row in self._db.rows(UNUSED_SINCE, {"before": before, "limit": limit})]

    def unwanted(self, limit: int) -> list[str]:
        """Where contents lie that no upload needs any more."""
        return [row[0] for row in self._db.rows(UNWANTED, {"limit": limit})]


class FileWriter(FileReader):
    """Changes what is known of files, inside a transaction."""

    now: int

    def add_upload(self, upload: str, account: str, name: str, size: int, digest: bytes | None) -> None:
        """Begins an upload."""
        parameters = {
            "id": upload,
            "account": int(account),
            "name": name,
            "size": size,
            "hash": digest,
            "now": self.now,
        }
        self._db.run(ADD_UPLOAD, parameters)

    def add_content(self, content: Content) -> None:
        """Notes what lies in the store of files."""
        self._db.run(
            ADD_CONTENT,
            {
                "place": content.place,
                "hash": content.hash,
                "size": content.size,
                "media_type": content.media_type,
                "width": content.width,
                "height": content.height,
                "blurhash": content.blurhash,
                "preview": content.preview,
            },
        )

    def finish_upload(self, upload: str, content: Content) -> None:
        """Notes that an upload is whole, and what it brought."""
        self._db.run(FINISH_UPLOAD, {"id": upload, "place": content.place, "size": content.size})

    def remove_upload(self, upload: str) -> None:
        """Forgets an upload."""
        self._db.run(REMOVE_UPLOAD, {"id": upload})

    def attach(self, room: str, seq: int, upload: str) -> None:
        """Notes that a message carries an upload."""
        self._db.run(ADD_ATTACHMENT, {"room": int(room), "seq": seq, "id": upload})

    def detach(self, room: str, seq: int) -> None:
        """A message carries nothing any more; what nothing else refers to is gone with it."""
        parameters = {"room": int(room), "seq": seq}
        attached = self._db.rows(ATTACHED, parameters)
        self._db.run(REMOVE_ATTACHMENTS, parameters)
        for (upload,) in attached:
            self._db.run(REMOVE_UNUSED, {"id": upload})

    def remove_unused_of(self, account: str) -> None:
        """Forgets the uploads of an account that nothing refers to."""
        self._db.run(REMOVE_UNUSED_OF, {"account": int(account)})

    def remove_content(self, place: str) -> None:
        """Forgets what lies in the store of files."""
        self._db.run(REMOVE_CONTENT, {"place": place})


def as_file(upload: Upload) -> File:
    """A whole upload as a message tells of it."""
    content = upload.content
    if content is None:
        raise LookupError(f"upload {upload.id} is not whole")
    return File(
        id=upload.id,
        name=upload.name,
        size=content.size,
        type=content.media_type,
        width=content.width,
        height=content.height,
        preview=bool(content.preview),
        blurhash=content.blurhash,
    )


def _upload(row: tuple[Any, ...] | None) -> Upload | None:
    if row is None:
        return None
    identity, account, name, size, digest, _, created, *content = row
    return Upload(identity, str(account), name, size, digest, created, _content(tuple(content)))


def _content(row: tuple[Any, ...] | None) -> Content | None:
    return None if row is None or row[0] is None else Content(*row)
