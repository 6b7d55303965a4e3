"""Pickles of nothing but lists, tuples, texts and whole numbers, read without unpickling.

A pickle is a program; of its instructions only those are followed that such values need, in the
oldest protocol, in which PyTables writes them.
"""

import pickletools
from typing import Any

_MARK = object()


def plain_value(pickled: bytes) -> Any:
    """What a pickle holds.

    Raises:
        ValueError: It is damaged, or holds something else.
        IndexError: It takes what is not there.
        KeyError: It refers to what is not there.
    """
    stack: list[Any] = []
    noted: dict[Any, Any] = {}
    for opcode, value, _ in pickletools.genops(pickled):
        match opcode.name:
            case "MARK":
                stack.append(_MARK)
            case "LIST":
                stack.append(_since_mark(stack))
            case "TUPLE":
                stack.append(tuple(_since_mark(stack)))
            case "APPEND":
                last = stack.pop()
                _list_at_end(stack).append(last)
            case "PUT":
                noted[value] = stack[-1]
            case "GET":
                stack.append(noted[value])
            case "INT" | "UNICODE":
                stack.append(value)
            case "STOP":
                return stack.pop()
            case other:
                raise ValueError(f"{other} stands where only texts and numbers may be")
    raise ValueError("it ends early")


def _since_mark(stack: list[Any]) -> list[Any]:
    """Takes what was put after the last mark, and the mark."""
    place = max((n for n, one in enumerate(stack) if one is _MARK), default=None)
    if place is None:
        raise ValueError("a mark is not there")
    taken = stack[place + 1 :]
    del stack[place:]
    return taken


def _list_at_end(stack: list[Any]) -> list[Any]:
    if not isinstance(stack[-1], list):
        raise ValueError("something is added to what is no list")
    return stack[-1]
