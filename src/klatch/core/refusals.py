"""A refusal is an answer: what was asked will not be done, why, and what to do instead."""

from typing import Final

import msgspec


class Code(msgspec.Struct, frozen=True):
    """How one kind of refusal is spelled: its HTTP status and, if it ends a WebSocket, the close code."""

    http: int
    meaning: str
    close: int | None = None


# The one table of refusals: every door derives its own spelling from it, and docs/protocol.md lists it.
CODES: Final[dict[str, Code]] = {
    # What was sent cannot be understood.
    "bad_json": Code(400, "The frame is not one JSON object."),
    "type": Code(400, "A field has the wrong type."),
    "number": Code(400, "A number is not finite or out of range."),
    "control_char": Code(400, "A text holds a character that no text may hold."),
    "utf8": Code(400, "The bytes are not UTF-8.", close=1007),
    "unknown_field": Code(400, "A field is not known."),
    "missing_field": Code(400, "A field is missing."),
    "no_such_route": Code(404, "There is nothing at that path."),
    "bad_method": Code(405, "The path does not take that method."),
    "media_type": Code(415, "The body is not JSON."),
    "body_timeout": Code(408, "The body did not come in time."),
    "unknown_op": Code(400, "The frame's op is not known."),
    "unknown_command": Code(400, "The typed command is not known."),
    "usage": Code(400, "The typed command lacks something."),
    "cid": Code(400, "The command's id is not 16 to 64 of A-Z a-z 0-9 _ -."),
    "cursor": Code(400, "A cursor or number of an entry is impossible."),
    "resume_bad_cursor": Code(400, "A cursor given on return lies beyond its room."),
    "limit": Code(400, "A count is out of range."),
    "bad_name": Code(400, "The name is not one that every door can carry."),
    "bad_password": Code(400, "The password is too short, too long, or one that all would try."),
    "bad_emoji": Code(400, "A reaction is not one emoji."),
    "empty": Code(400, "There is nothing to send."),
    "too_long": Code(413, "A text is longer than allowed."),
    "too_big": Code(413, "A frame or line is larger than allowed.", close=1009),
    "file_too_big": Code(413, "A file is larger than allowed, or its owner has no room left for it."),
    "bad_length": Code(400, "A file has not the length that was told."),
    "wrong_hash": Code(422, "What came of a file has not the hash that was told."),
    "checksum": Code(460, "A piece of a file has not the checksum that was told."),
    "wrong_offset": Code(409, "A piece of a file does not follow what is there."),
    "upload_locked": Code(423, "A piece of the same file is coming in already."),
    "file_type": Code(415, "Files of that type are not taken here."),
    "bad_upload": Code(400, "A header of an upload is missing or cannot be read."),
    "tus_version": Code(412, "The upload speaks another version of tus."),
    "too_many": Code(400, "There are more of something than allowed."),
    # Who asks may not, or what is asked for is not there.
    "not_registered": Code(401, "Say hello first."),
    "password_needed": Code(401, "The name belongs to an account: sign in with its password."),
    "bad_credentials": Code(401, "The name or the password is wrong."),
    "bad_token": Code(401, "The token is not one that lets anybody in: it is unknown, expired or was revoked."),
    "bad_link": Code(401, "The link is not one that does anything: it is unknown, expired, used up or was revoked."),
    "signed_out": Code(401, "What one signed in with was revoked.", close=4001),
    "suspended": Code(403, "The account is suspended.", close=4003),
    "token_in_url": Code(401, "A token was sent in a URL, and was revoked."),
    "foreign_page": Code(403, "A page of another site asked for it."),
    "auth_timeout": Code(401, "Nobody said hello in time.", close=4001),
    "wrong_door": Code(400, "This door speaks another protocol.", close=1002),
    "guests_refused": Code(403, "This server lets no guests in from there.", close=4003),
    "banned": Code(403, "Who asks is banned from the server.", close=4003),
    "banned_here": Code(403, "Who asks is banned from the room."),
    "muted": Code(403, "Who asks is muted: they may read, but not write."),
    "paused": Code(403, "The conversation is paused for all but moderators of the server."),
    "read_only": Code(403, "In this room only some may post, or nobody."),
    "not_allowed": Code(403, "The role does not permit it."),
    "not_a_member": Code(403, "Only members of the room may do this."),
    "no_such_room": Code(404, "There is no such room, or it is closed to you."),
    "no_such_user": Code(404, "There is nobody by that name."),
    "no_such_message": Code(404, "There is no such message in the room."),
    "no_such_setting": Code(404, "There is no such setting, or none that may change."),
    "no_such_file": Code(404, "There is no such file, or it is not for you."),
    "file_unfinished": Code(409, "A file to be sent is not whole yet."),
    "message_deleted": Code(410, "The message was deleted."),
    "name_taken": Code(409, "Somebody has that name, or one that looks like it."),
    "room_exists": Code(409, "There is a room by that name, or one that looks like it."),
    "cid_reused": Code(409, "The command's id was used for something else."),
    "epoch_changed": Code(409, "The server's history was restored; cursors of before do not count."),
    # Later, or elsewhere.
    "rate_limited": Code(429, "Too much at once."),
    "too_many_sessions": Code(429, "Too many connections.", close=4029),
    "too_many_errors": Code(400, "Too many frames that made no sense.", close=1008),
    "too_slow": Code(408, "The reader fell too far behind.", close=4008),
    "storage_full": Code(507, "The server's disk is full."),
    "try_again": Code(503, "The server cannot do it just now."),
    "going_away": Code(503, "The server is stopping.", close=1012),
    "internal": Code(500, "A fault of the server; it was logged.", close=1011),
}


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """Unwinds to the conversation, which has its protocol spell it.

    `code` is a row of CODES, `message` one sentence for people, `field` the field at fault,
    `retry_after` milliseconds after which the same may succeed.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.retry_after = retry_after
