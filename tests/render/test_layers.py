"""What every layer must keep to."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from climbpose import render
from climbpose.errors import UsageError
from climbpose.poses import Status
from climbpose.skeleton import CLIMBING_25
from tests.render.figures import (
    HEIGHT,
    WIDTH,
    analysis,
    drawn,
    grey,
    moving,
    star,
    still,
    with_detection,
    with_status,
)

every_layer = pytest.mark.parametrize("name", render.names())


def test_names() -> None:
    assert set(render.names()) >= {"skeleton", "trail", "box", "heatmap", "caption"}


@pytest.mark.parametrize("chosen", [render.names(), render.names()[::-1]])
def test_order_does_not_depend_on_the_users(chosen: list[str]) -> None:
    layers = render.create(chosen, still(), 1.0)
    modules = [type(layer).__module__.rpartition(".")[2] for layer in layers]
    assert modules == ["heatmap", "box", "trail", "skeleton", "caption"]


def test_each_layer_is_made_once() -> None:
    assert len(render.create(["box", "skeleton", "box"], still(), 1.0)) == 2


def test_no_layers() -> None:
    assert render.create([], still(), 1.0) == []


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(UsageError, match=r"no layer is named 'skelton'.*skeleton"):
        render.create(["skelton"], still(), 1.0)


@every_layer
def test_draws_in_place(name: str) -> None:
    shown = with_detection(moving(), (60, 30, 300, 420))
    row = 0 if name == "heatmap" else 30
    (layer,) = render.create([name], shown, 1.0)
    assert (drawn(layer, row) != 128).any()


@every_layer
def test_the_same_row_gives_the_same_picture_in_any_order(name: str) -> None:
    (layer,) = render.create([name], moving(), 1.0)
    first, _, third = (drawn(layer, row) for row in (40, 3, 40))
    assert (first == third).all()


@pytest.mark.parametrize("name", sorted(set(render.names()) - {"caption"}))
def test_nobody_leaves_the_picture_untouched(name: str) -> None:
    (layer,) = render.create([name], with_status(moving(), Status.MISSING), 1.0)
    assert (drawn(layer, 30) == 128).all()


@every_layer
@given(
    places=st.lists(
        st.tuples(*[st.floats(width=32, allow_nan=True, allow_infinity=True)] * 2),
        min_size=25,
        max_size=25,
    ),
    scale=st.sampled_from([0.5, 1.0, 3.0]),
)
@settings(max_examples=25, deadline=None)
def test_no_place_breaks_it(name: str, places: list[tuple[float, float]], scale: float) -> None:
    xy = np.array([places] * 3, np.float32)
    corners = (*places[0], *places[1])
    shown = with_detection(analysis(xy), corners)
    (layer,) = render.create([name], shown, scale)
    for row in (0, 2):
        layer.draw(grey(), row)


@every_layer
@pytest.mark.parametrize(("height", "width"), [(1, 1), (16, 300), (300, 16), (97, 131)])
def test_pictures_of_any_size(name: str, height: int, width: int) -> None:
    shown = with_detection(moving(), (60, 30, 300, 420))
    (layer,) = render.create([name], shown, 0.3)
    layer.draw(grey(height, width), 0)
    layer.draw(grey(height, width), 50)


@every_layer
def test_keypoints_outside_the_picture(name: str) -> None:
    outside = star() + np.array([WIDTH * 0.7, -HEIGHT * 0.6], np.float32)
    (layer,) = render.create([name], analysis(np.stack([outside] * 2)), 1.0)
    layer.draw(grey(), 1)


@pytest.mark.parametrize("name", ["skeleton", "box", "trail", "heatmap"])
def test_half_the_scale_lands_at_half_the_coordinates(name: str) -> None:
    shown = with_detection(moving(), (60, 30, 300, 420), cell=(28, 20))
    row = 0 if name == "heatmap" else 40
    extents = []
    for scale in (1.0, 0.5):
        (layer,) = render.create([name], shown, scale)
        image = drawn(layer, row, grey(int(HEIGHT * scale), int(WIDTH * scale)))
        y, x = np.nonzero((image != 128).any(axis=2))
        extents.append(np.array([x.min(), y.min(), x.max() + 1, y.max() + 1]) / scale)
    assert np.abs(extents[0] - extents[1]).max() < 8


def test_a_clip_without_frames_has_layers_too() -> None:
    empty = still()
    poses = replace(
        empty.poses,
        **{
            name: getattr(empty.poses, name)[:0]
            for name in ("frame_index", "time", "xy", "confidence", "status")
        },
    )
    assert len(render.create(render.names(), replace(empty, poses=poses), 1.0)) == 5


def test_torch_is_not_loaded() -> None:
    code = "import sys; from climbpose import render; render.names(); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_figures_keep_to_the_skeleton() -> None:
    assert star().shape == (len(CLIMBING_25), 2)
