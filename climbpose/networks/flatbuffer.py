"""The little of FlatBuffers' layout that reading a model file takes."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a FlatBuffer; its fields go by their numbers in the schema.

    Attributes:
        content: The whole buffer.
        position: Where in it the table begins, in bytes.
    """

    content: bytes
    position: int

    @staticmethod
    def root(content: bytes) -> "Table":
        """The table that the whole buffer is about."""
        return Table(content, _number(content, "I", 0))

    def number(self, field: int, form: str, default: int = 0) -> int:
        """A scalar; ``form`` is its letter in ``struct``."""
        place = self._place(field)
        return default if place is None else _number(self.content, form, place)

    def table(self, field: int) -> "Table | None":
        """A table within this one."""
        place = self._place(field)
        return None if place is None else Table(self.content, self._target(place))

    def tables(self, field: int) -> list["Table"]:
        """The tables of a vector."""
        start, length = self._vector(field)
        return [
            Table(self.content, self._target(place))
            for place in range(start, start + 4 * length, 4)
        ]

    def array(self, field: int, dtype: DTypeLike) -> np.ndarray:
        """The scalars of a vector; none if the field is absent."""
        start, length = self._vector(field)
        return np.frombuffer(self.content, dtype, length, start)

    def text(self, field: int) -> str:
        """A string."""
        return self.array(field, np.uint8).tobytes().decode()

    def _vector(self, field: int) -> tuple[int, int]:
        place = self._place(field)
        if place is None:
            return 0, 0
        start = self._target(place)
        return start + 4, _number(self.content, "I", start)

    def _target(self, place: int) -> int:
        return place + _number(self.content, "I", place)

    def _place(self, field: int) -> int | None:
        fields = self.position - _number(self.content, "i", self.position)
        entry = 4 + 2 * field
        if entry >= _number(self.content, "H", fields):
            return None
        offset = _number(self.content, "H", fields + entry)
        return self.position + offset if offset else None


def _number(content: bytes, form: str, place: int) -> int:
    value: int = struct.unpack_from(f"<{form}", content, place)[0]
    return value
