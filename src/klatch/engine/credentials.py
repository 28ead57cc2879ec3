"""Credentials: what lets an account in, listed, made for scripts, and revoked."""

from typing import Final

from klatch.core.answers import Ack, CredentialState
from klatch.core.commands import Command, MakeToken, SignOut
from klatch.core.credentials import EVERYTHING, SCOPES, Shown, digest, hash_token, parse_scopes
from klatch.core.events import SignedOut
from klatch.core.members import Account
from klatch.core.permissions import authorize
from klatch.core.refusals import Refused
from klatch.engine.administration import below
from klatch.engine.audit import audit, log_of_server
from klatch.engine.authentication import DEVICE_MOST, device_name
from klatch.engine.recording import record, sign
from klatch.engine.sessions import Caller
from klatch.storage.port import Credential, NewCredential, Reader, Transaction

TOKENS_MOST: Final = 100


def make_token(transaction: Transaction, actor: Account, command: MakeToken) -> Ack:
    """Makes a token, with which a script does in the actor's name what the scopes allow."""
    authorize("token", server_role=actor.role, room_role=None)
    owner = actor if command.user is None else below(transaction, "token_for", actor, command.user)
    scopes, secret = parse_scopes(command.scopes), hash_token(command.secret)
    if not 1 <= len(command.name) <= DEVICE_MOST or not command.name.isprintable():
        raise Refused("bad_name", f"A token's name has 1 to {DEVICE_MOST} characters that show.", field="name")
    if command.expires is not None and command.expires <= transaction.now:
        raise Refused("limit", "The time at which the token expires has passed already.", field="expires")
    if transaction.credential_by_secret(secret) is not None:
        raise Refused("cid_reused", "There is a token with this secret already. Make another.", field="secret")
    if sum(each.kind == "token" for each in transaction.credentials_of(owner.id)) >= TOKENS_MOST:
        raise Refused("too_many", f"There are {TOKENS_MOST} tokens, the most there may be. Revoke one first.")
    token = NewCredential(
        owner.id, "token", secret, device_name(command.name), scopes, "", fleeting=False, expires=command.expires
    )
    transaction.add_credential(token)
    detail = f"{command.name}: {', '.join(_spelled(scopes))}"
    return audit(transaction, actor, "token", command, person=sign(owner), detail=detail)


def make_house_token(transaction: Transaction, token: str) -> None:
    """Lets whoever has the token act as the server itself, until it ends."""
    house = NewCredential(
        log_of_server(transaction), "token", digest(token), "the key of the house", EVERYTHING, "", fleeting=True
    )
    transaction.add_credential(house)


def sign_out(transaction: Transaction, actor: Account, command: SignOut, shown: Shown) -> Ack:
    """Revokes one of the actor's credentials, or all but the one that asks; whoever came in by it is sent away."""
    authorize("sign_out", server_role=actor.role, room_role=None)
    if command.others == (command.credential is not None):
        raise Refused("type", "Name one credential, or say others: true.", field="credential")
    own = transaction.credentials_of(actor.id)
    ended = [
        each.id for each in own if each.id == command.credential or (command.others and each.id != shown.credential)
    ]
    if not ended and not command.others:
        raise Refused("bad_token", "You have no such session or token.", field="credential")
    for each in ended:
        transaction.remove_credential(each)
    # Only who asks by a credential can be told from connections that have none, from before one registered.
    why = "elsewhere" if command.others and shown.credential is not None else "revoked"
    return record(transaction, actor, actor.id, SignedOut(why=why, credentials=ended), command)


def gives_itself_up(caller: Caller, command: Command) -> bool:
    """Whether a credential is to revoke itself, which each may: whoever finds a token can only do good by that."""
    return isinstance(command, SignOut) and not command.others and command.credential == caller.credential is not None


def describe(reader: Reader, viewer: Account, mine: str | None, live: set[str | None]) -> list[CredentialState]:
    """What lets the viewer in; `live` are the ids of those by which somebody is connected now."""
    authorize("credentials", server_role=viewer.role, room_role=None)
    return [_describe(each, mine, live) for each in reader.credentials_of(viewer.id)]


def _describe(credential: Credential, mine: str | None, live: set[str | None]) -> CredentialState:
    return CredentialState(
        id=credential.id,
        kind=credential.kind,
        name=credential.name,
        scopes=_spelled(credential.scopes),
        created=credential.created,
        seen=credential.seen,
        address=credential.address,
        expires=credential.expires,
        live=credential.id in live,
        mine=credential.id == mine,
    )


def _spelled(scopes: frozenset[str]) -> list[str]:
    return [scope for scope in SCOPES if scope in scopes]
