"""Valid files made a little invalid: as bytes, whatever they hold, and as trees of values."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

_MAX_RUN = 64
_MAX_CHUNK = 4096

_ODD_NUMBERS = (0, 1, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)

_BOXES = (
    *(b"ftyp", b"moov", b"mvhd", b"trak", b"tkhd", b"edts", b"elst", b"mdia", b"mdhd", b"hdlr"),
    *(b"minf", b"stbl", b"stsd", b"stts", b"ctts", b"stss", b"stsc", b"stsz", b"stco", b"co64"),
    *(b"mdat", b"free", b"udta", b"meta", b"avc1", b"avcC", b"hvc1", b"hvcC", b"mp4a", b"esds"),
    *(b"dinf", b"dref", b"url ", b"moof", b"traf", b"colr", b"pasp", b"rmra", b"rdrf", b"alis"),
)

CANARY = "canary"
"""A file beside the folder of each case, which nothing in a case may read or change."""


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The bytes with one to four changes."""
    content = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        rng.choice(_CHANGES)(content, rng)
    return bytes(content)


def _flip(content: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        if content:
            content[_place(content, rng)] ^= 1 << rng.randrange(8)


def _overwrite(content: bytearray, rng: random.Random) -> None:
    start, length = _place(content, rng), rng.randint(1, _MAX_RUN)
    end = min(start + length, len(content))
    fill = rng.choice((b"\x00", b"\xff", None))
    content[start:end] = rng.randbytes(end - start) if fill is None else fill * (end - start)


def _truncate(content: bytearray, rng: random.Random) -> None:
    del content[_place(content, rng) :]


def _duplicate(content: bytearray, rng: random.Random) -> None:
    start = _place(content, rng)
    chunk = content[start : start + rng.randint(1, _MAX_CHUNK)]
    place = _place(content, rng)
    content[place:place] = chunk


def _delete(content: bytearray, rng: random.Random) -> None:
    start = _place(content, rng)
    del content[start : start + rng.randint(1, _MAX_CHUNK)]


def _odd_number(content: bytearray, rng: random.Random) -> None:
    width, order = rng.choice((1, 2, 4, 4, 8)), rng.choice(("big", "little"))
    number = rng.choice(_ODD_NUMBERS) & ((1 << 8 * width) - 1)
    start = _place(content, rng)
    content[start : start + width] = number.to_bytes(width, "big" if order == "big" else "little")


def _box(content: bytearray, rng: random.Random) -> None:
    """A box of an ISO file gets another size or type."""
    found = [place for kind in _BOXES if (place := content.find(kind)) >= 4]
    if not found:
        return _odd_number(content, rng)
    place = rng.choice(found)
    if rng.random() < 0.5:
        size = int.from_bytes(content[place - 4 : place], "big")
        size = rng.choice((*_ODD_NUMBERS, size + 1, size - 1, 2 * size, size // 2))
        content[place - 4 : place] = (size & 0xFFFFFFFF).to_bytes(4, "big")
    else:
        content[place : place + 4] = rng.choice(_BOXES)
    return None


def _place(content: bytearray, rng: random.Random) -> int:
    """Somewhere, often in the first or last kilobytes, where headers are."""
    if not content:
        return 0
    near = min(2048, len(content))
    return rng.choice(
        (
            rng.randrange(len(content)),
            rng.randrange(near),
            len(content) - 1 - rng.randrange(near),
        )
    )


_CHANGES: Sequence[Callable[[bytearray, random.Random], None]] = (
    *(_flip, _flip, _overwrite, _truncate, _duplicate, _delete, _odd_number, _box),
)


def mutated_tree(tree: Any, rng: random.Random) -> Any:
    """A JSON value with one to three changes; the given one stays as it is."""
    content = json.loads(json.dumps(tree))
    for _ in range(rng.randint(1, 3)):
        places = list(_places(content))
        if not places:
            return odd_value(rng)
        holder, key = rng.choice(places)
        match rng.choice(("replace", "replace", "replace", "remove", "double", "exchange", "name")):
            case "replace":
                holder[key] = odd_value(rng)
            case "remove":
                del holder[key]
            case "double" if isinstance(holder, list):
                holder.insert(key, holder[key])
            case "name" if isinstance(holder, dict):
                holder[str(odd_value(rng))] = holder.pop(key)
            case _:
                other, place = rng.choice(places)
                if other is holder:
                    holder[key], other[place] = other[place], holder[key]
                else:
                    holder[key] = json.loads(json.dumps(other[place]))
    return content


def tree_text(tree: Any, rng: random.Random) -> bytes:
    """The tree as JSON, at times with a value that no encoder writes, or with spoilt bytes."""
    text = json.dumps(tree)
    if rng.random() < 0.1:
        depth = rng.choice((100, 1000, 100_000))
        opening, closing = rng.choice((("[", "]"), ('{"a":', "}")))
        wild = (opening * depth + "1" + closing * depth, "9" * 5000, "-" + "9" * 400, "1e999")
        text = text.replace(rng.choice(("1", "0", '"')), rng.choice(wild), 1)
    data = text.encode("utf-8", "surrogatepass")
    return mutated(data, rng) if rng.random() < 0.3 else data


def odd_value(rng: random.Random) -> Any:
    """A value that few expect."""
    return rng.choice(
        (
            *(None, True, False, 0, -1, 1, 0.5, -0.0, 2**31, 2**63, -(2**70), 10**400, 10**30),
            *(1e308, float("nan"), float("inf"), "", "0", "-1", "nan", "x", "\x00", "a\nb"),
            *("\ud800", "\u0663", "A" * 10_000, "9" * 5000, "1e999"),
            *(f"../{CANARY}", f"..\\{CANARY}", f"../../{CANARY}", "/etc/passwd", "con.mp4", ".."),
            *([], {}, [[]], [None], {"": None}, [1, 2, 3], [[0] * 100], {"a": {"b": {}}}),
        )
    )


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every place of a tree, as what holds it and its key or index."""
    found: list[tuple[Any, Any]] = []
    pending = [tree]
    while pending:
        holder = pending.pop()
        if isinstance(holder, dict | list):
            keys = list(holder) if isinstance(holder, dict) else range(len(holder))
            for key in keys:
                found.append((holder, key))
                pending.append(holder[key])
    return found
