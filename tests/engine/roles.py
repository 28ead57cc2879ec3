"""Roles on the server for tests: whoever a test says is a moderator, admin or owner of it."""

from klatch.storage.port import Transaction
from tests.engine.people import House, Person


async def make(house: House, person: Person, role: str) -> Person:
    """Gives somebody a role on the server."""

    def give(transaction: Transaction) -> None:
        transaction._change("UPDATE accounts SET role = :role WHERE id = :id", {"id": int(person.id), "role": role})

    house.store.decide(give, lambda _outcome: None)
    await house.quiet()
    return person
