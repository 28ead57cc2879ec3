"""Asking for passwords, a line each: the old one where one takes its place, and a new one twice."""

from typing import Final

from klatch.core.grammar import AskPassword

_AGAIN: Final = "The same again:"
_NEW: Final = "A new password (8 characters or more):"
_PROMPTS: Final = {
    "login": ("Password:",),
    "register": (_NEW, _AGAIN),
    "password": ("Your old password:", _NEW, _AGAIN),
}
TRIES: Final = 3


class Asking:
    """What is being asked for, and what was answered so far."""

    def __init__(self, task: AskPassword) -> None:
        self.task = task
        self.tries = 1
        self.differ = False
        self._given: list[str] = []

    @property
    def prompt(self) -> str:
        """What to ask next."""
        return _PROMPTS[self.task.to][len(self._given)]

    def take(self, line: str) -> list[str] | None:
        """Takes an answer; gives all of them once none is missing. Two that should be the same are asked for anew."""
        self.differ = self.prompt == _AGAIN and line != self._given[-1]
        if self.differ:
            self._given.pop()
            return None
        self._given.append(line)
        if len(self._given) < len(_PROMPTS[self.task.to]):
            return None
        given, self._given = self._given, []
        return [each for each, prompt in zip(given, _PROMPTS[self.task.to], strict=True) if prompt != _AGAIN]
