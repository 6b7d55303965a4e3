"""What a clip is made from: repeatable, axis by axis, and kept whole in its labels."""

import json
from collections import Counter
from dataclasses import fields

import numpy as np
import pytest

from climbpose.datasets import SPLITS
from climbpose.datasets.synthetic import split_of
from climbpose.errors import UsageError
from climbpose.synth.variation import AXES, LOOKS, Config, parse_axes

LOOK_AXES = [name for name, axis in AXES.items() if axis.is_look]


def test_same_seed_and_index_make_the_same_settings() -> None:
    assert Config.sample(3, 7) == Config.sample(3, 7)
    assert Config.sample(3, 7) != Config.sample(3, 8)
    assert Config.sample(3, 7) != Config.sample(4, 7)


@pytest.mark.parametrize("index", range(12))
def test_json_keeps_all(index: int) -> None:
    config = Config.sample(5, index, fps=29.97, seconds=1.5)
    plain = config.to_json()
    text = json.dumps(plain, allow_nan=False)
    assert json.loads(text) == plain
    assert Config.from_json(json.loads(text)) == config


def test_other_json_is_refused() -> None:
    plain = Config.sample(5, 0).to_json()
    del plain["body"]["stature_m"]
    with pytest.raises(ValueError, match=r"BodyShape: expected .*'stature_m'.*found"):
        Config.from_json(plain)


@pytest.mark.parametrize("name", AXES)
def test_axis_alone_changes_nothing_else(name: str) -> None:
    clips = (0, 1, 3, 8)
    alone = [Config.sample(0, index, axes=[name]) for index in clips]
    without = [Config.sample(0, index, axes=set(AXES) - {name}) for index in clips]
    together = [Config.sample(0, index) for index in clips]
    for other in AXES:
        if other == name:
            assert len({json.dumps(c.to_json()[name]) for c in alone}) > 1
            assert all(getattr(c, name) == AXES[name].base() for c in without)
            assert [getattr(c, name) for c in alone] == [getattr(c, name) for c in together]
        else:
            assert all(getattr(c, other) == AXES[other].base() for c in alone)
            assert [getattr(c, other) for c in without] == [getattr(c, other) for c in together]


def test_every_axis_is_a_field() -> None:
    assert set(AXES) < {field.name for field in fields(Config)}


def test_a_look_is_the_same_in_every_set() -> None:
    clips = [Config.sample(seed, index) for seed in range(3) for index in range(40)]
    by_look: dict[int, Config] = {}
    for clip in clips:
        twin = by_look.setdefault(clip.look, clip)
        assert all(getattr(clip, name) == getattr(twin, name) for name in LOOK_AXES)
        assert twin is clip or clip.style != twin.style
    assert len(by_look) > 40
    assert set(by_look) <= set(range(LOOKS))
    assert LOOK_AXES == ["outfit", "wall", "light"]


@pytest.mark.parametrize("seed", range(3))
def test_every_ten_clips_hold_out_two(seed: int) -> None:
    splits = [split_of(Config.sample(seed, index, axes=()).look) for index in range(30)]
    for block in (splits[:10], splits[10:20], splits[20:]):
        assert Counter(block) == dict(zip(SPLITS, (8, 1, 1), strict=True))
    assert splits[:10] != splits[10:20] or splits[10:20] != splits[20:]


def test_streams_differ_by_name_clip_and_seed() -> None:
    draws = {
        float(Config.sample(seed, index, axes=()).stream(name).random())
        for seed in range(2)
        for index in range(2)
        for name in ("plan", "plate")
    }
    assert len(draws) == 8
    config = Config.sample(0, 0, axes=())
    assert config.stream("plan").random() == config.stream("plan").random()
    assert isinstance(config.stream("plan"), np.random.Generator)


@pytest.mark.parametrize(
    ("fps", "seconds", "frames", "rate"),
    [(30.0, 10.0, 300, "30"), (29.97, 1.0, 30, "2997/100"), (30000 / 1001, 1.0, 30, "30000/1001")],
)
def test_frames_and_exact_rate(fps: float, seconds: float, frames: int, rate: str) -> None:
    config = Config.sample(0, 0, axes=(), fps=fps, seconds=seconds)
    assert config.frames == frames
    assert str(config.rate) == rate


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("all", tuple(AXES)),
        ("none", ()),
        ("", ()),
        ("light,body", ("body", "light")),
        ("none, noise ,", ("noise",)),
        ("all,-rope,-people", tuple(name for name in AXES if name not in ("rope", "people"))),
        ("-rope", tuple(name for name in AXES if name != "rope")),
        ("body,-body", ()),
    ],
)
def test_axes_from_text(text: str, names: tuple[str, ...]) -> None:
    assert parse_axes(text) == names


@pytest.mark.parametrize("text", ["hat", "body,hat", "-hat", "-all", "--rope", "All"])
def test_unknown_axes_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"no variation is named .* choose all, none or of: body"):
        parse_axes(text)
