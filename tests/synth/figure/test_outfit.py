import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from climbpose.synth.body import Body, BodyShape
from climbpose.synth.figure.doll import Doll, relax
from climbpose.synth.figure.outfit import Hair, Outfit
from climbpose.synth.figure.piece import Piece, Wearer
from climbpose.synth.figure.pieces import make_pieces
from climbpose.synth.figure.sites import Sites, inside_bottom, inside_hair, inside_shoe, inside_top


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.of(BodyShape.base())


def test_the_same_numbers_give_the_same_looks() -> None:
    assert Outfit.sample(np.random.default_rng(3)) == Outfit.sample(np.random.default_rng(3))


def test_looks_can_be_written_as_json() -> None:
    for seed in range(50):
        outfit = Outfit.sample(np.random.default_rng(seed))
        assert json.loads(json.dumps(asdict(outfit)))["top"] == outfit.top


def test_looks_vary_and_many_clothes_are_dark() -> None:
    outfits = [Outfit.sample(np.random.default_rng(seed)) for seed in range(300)]
    assert {outfit.hair for outfit in outfits} >= {"short", "bun", "long", "ponytail", "bald"}
    assert {outfit.top for outfit in outfits} >= {"bra", "tank", "t_shirt", "hoodie", "bare"}
    assert {outfit.bottom for outfit in outfits} == {
        "shorts",
        "three_quarter",
        "leggings",
        "trousers",
    }
    dark = np.mean([max(outfit.bottom_cloth.colour) < 0.32 for outfit in outfits])
    assert 0.25 < dark < 0.6
    colours = np.array([outfit.top_cloth.colour for outfit in outfits])
    assert colours.min() > 0.04 and colours.max() < 0.97


def test_places_along_the_limbs(body: Body) -> None:
    sites = Sites.of(body)
    for along, share, points in (
        (sites.arm_along, sites.arm, {"elbow": 1, "wrist": 2}),
        (sites.leg_along, sites.leg, {"knee": 1, "ankle": 2}),
    ):
        for name, wanted in points.items():
            for side in ("left", "right"):
                gap = np.linalg.norm(body.vertices - body.point(f"{side}_{name}"), axis=1)
                near = gap < gap.min() + 0.02
                assert np.abs(along[near] - wanted).max() < 0.25
                assert share[near].min() > 0.5


def test_garments_lie_where_they_belong(body: Body) -> None:
    sites, outfit = Sites.of(body), replace(Outfit.base(), top="t_shirt", bottom="trousers")

    def value(inside: np.ndarray, point: str) -> float:
        gap = np.linalg.norm(body.vertices - body.point(point), axis=1)
        return float(inside[gap.argmin()])

    top, bottom = inside_top(sites, outfit), inside_bottom(sites, outfit)
    hair, shoe = inside_hair(sites, outfit), inside_shoe(sites, outfit)
    assert value(top, "left_shoulder") > 0 > value(top, "left_wrist")
    assert value(bottom, "right_knee") > 0 > value(bottom, "right_shoulder")
    assert value(hair, "nose_tip") < 0 < hair.max()
    assert value(shoe, "left_heel_surface") > 0 > value(shoe, "left_knee")
    back_of_head = body.vertices[np.flatnonzero(hair > 0.02), 1]
    assert back_of_head.max() > body.head("head")[1]


def test_clothes_stand_off_the_skin(body: Body) -> None:
    doll = Doll.of(body, Outfit.base(), np.random.default_rng(0))
    count = doll.skin_count
    seen = relax(doll.body.vertices[:count], doll.neighbours, doll.looseness)
    moved = np.linalg.norm(seen - body.vertices, axis=1)
    sites = Sites.of(body)
    assert 0.006 < np.median(moved[inside_top(sites, Outfit.base()) > 0.03]) < 0.05
    hands = (sites.arm > 0.5) & (sites.arm_along > 2.2)
    assert moved[hands].max() < 0.002


@pytest.mark.parametrize("hair", ["bun", "long", "ponytail", "cap", "beanie", "bald"])
def test_every_piece_is_part_of_one_surface(body: Body, hair: Hair) -> None:
    outfit = replace(Outfit.base(), hair=hair, top="hoodie", has_chalk_bag=True, has_harness=True)
    doll = Doll.of(body, outfit, np.random.default_rng(0))
    assert doll.body.triangles.max() == len(doll.body.vertices) - 1
    assert np.allclose(doll.body.vertex_weights.sum(axis=1), 1, atol=0.02)
    rows, cols = doll.colour[0].shape[:2]
    assert doll.uv.min() >= 0 and (doll.uv <= [cols, rows]).all()
    assert (doll.hair is not None) == (hair in ("long", "ponytail"))


def test_a_piece_of_cloth_faces_outwards(body: Body) -> None:
    outfit = replace(Outfit.base(), hair="bun", has_chalk_bag=True)
    wearer = Wearer(body, Sites.of(body), outfit, 0)
    pieces: list[Piece] = make_pieces(wearer, np.random.default_rng(0))
    assert len(pieces) == 7
    for piece in pieces:
        a, b, c = (piece.vertices[piece.triangles[:, k]] for k in range(3))
        normals = np.cross(b - a, c - a)
        outwards = (a + b + c) / 3 - piece.vertices.mean(axis=0)
        assert np.mean(np.einsum("tc,tc->t", normals, outwards) > 0) > 0.85
