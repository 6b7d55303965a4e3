"""A dressed body: its surface at rest with clothes on, and the picture painted on it.

The picture is a paper doll's: what is seen of the body at rest from the front, from the back, and
of the feet from below, side by side; each triangle is painted from one of the three.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float32, Int64
from scipy.ndimage import distance_transform_edt
from scipy.sparse import coo_matrix, csr_matrix, diags

from climbpose.synth.body import Body
from climbpose.synth.figure.hair import HangingHair
from climbpose.synth.figure.outfit import Outfit
from climbpose.synth.figure.paint import colours, folds
from climbpose.synth.figure.piece import Piece, Wearer
from climbpose.synth.figure.pieces import make_pieces
from climbpose.synth.figure.raster import rasterise
from climbpose.synth.figure.sites import (
    Sites,
    inside_bottom,
    inside_hair,
    inside_shoe,
    inside_sock,
    inside_top,
)
from climbpose.synth.figure.tubes import under_tubes

TEXEL = 0.0033
"""Metres."""
_UNDER_TUBES = 0.016
"""How far the body's surface is drawn in under hanging cloth, metres."""
_HIDDEN = 0.02
"""How far behind another surface a triangle must lie to be hidden in the picture, metres."""
_MARGIN = 6
"""Texels around each part of the picture."""


@dataclass(frozen=True, eq=False)
class Doll:
    """A dressed body.

    Attributes:
        body: The body with its clothes on and what is worn besides, as one surface.
        skin_count: How many of its vertices are the bare body's.
        uv: Where in the picture each corner of each triangle is painted, texels.
        colour: The picture, and halved again and again.
        fold: Slope of the cloth's folds along the picture's x and up its y: those always there,
            then those of a right-angled bend; halved as the colours.
        looseness: How much each vertex follows its neighbours rather than its bones.
        neighbours: Row-wise means over the neighbours of each vertex.
        hair: The long hair or ponytail, if any.
        hair_rows: Its vertices.
    """

    body: Body
    skin_count: int
    uv: Float32[np.ndarray, "triangles 3 2"]
    colour: tuple[Float32[np.ndarray, "_rows _cols 3"], ...]
    fold: tuple[Float32[np.ndarray, "_rows _cols 4"], ...]
    looseness: Float32[np.ndarray, " vertices"]
    neighbours: csr_matrix
    hair: HangingHair | None
    hair_rows: slice

    @classmethod
    def of(cls, body: Body, outfit: Outfit, rng: np.random.Generator) -> "Doll":
        """A body with an outfit on.

        Args:
            body: The bare body.
            outfit: What it wears.
            rng: For folds, prints and strands of hair.
        """
        sites = Sites.of(body)
        charts, owner = _charts(body, sites)
        seed = int(rng.integers(2**31))
        neighbours = _neighbours(body.triangles, len(body.vertices))
        looseness = _looseness(sites, outfit)
        dressed = _dressed(body, sites, outfit, neighbours, looseness, rng)
        seen = relax(dressed, neighbours, looseness)
        # Patterns are straight on the cloth as it is seen.
        stature = float(np.ptp(body.vertices[:, 2]))
        drawn = replace(sites, xyz=(seen * (1.76 / stature)).astype(np.float32))
        colour, fold, uv = _painted(body, drawn, outfit, charts, owner, seed, rng)
        pieces = make_pieces(Wearer(replace(body, vertices=seen), sites, outfit, seed), rng)
        hair = [
            HangingHair.of(replace(body, vertices=seen), outfit, piece.rings, rng)
            for piece in pieces
            if piece.rings
        ]
        # Lest it pierce the cloth above it.
        sunk = np.float32(_UNDER_TUBES) * under_tubes(sites, outfit)[:, None]
        normals = surface_normals(seen, body.triangles, corner_sums(body.triangles, len(seen)))
        joined = _joined(replace(body, vertices=dressed - sunk * normals), pieces, colour, fold, uv)
        return replace(
            joined, looseness=looseness, neighbours=neighbours, hair=hair[0] if hair else None
        )


def relax(
    vertices: Float32[np.ndarray, "vertices 3"],
    neighbours: csr_matrix,
    looseness: Float32[np.ndarray, " vertices"],
    rounds: int = 5,
) -> Float32[np.ndarray, "vertices 3"]:
    """Smooth the loose parts of a surface, as cloth that spans a crease."""
    share = looseness[:, None]
    for _ in range(rounds):
        vertices = vertices + share * (neighbours @ vertices - vertices)
    return vertices


def surface_normals(
    vertices: Float32[np.ndarray, "vertices 3"],
    triangles: Int64[np.ndarray, "triangles 3"],
    gather: csr_matrix,
) -> Float32[np.ndarray, "vertices 3"]:
    """Unit normals at the vertices; `gather` sums over the triangles around a vertex."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    u, v = b - a, c - a
    faces = np.stack(
        [
            u[:, 1] * v[:, 2] - u[:, 2] * v[:, 1],
            u[:, 2] * v[:, 0] - u[:, 0] * v[:, 2],
            u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0],
        ],
        axis=1,
    )
    normals = gather @ faces
    length = np.sqrt(np.einsum("vc,vc->v", normals, normals)) + 1e-12
    unit: np.ndarray = (normals / length[:, None]).astype(np.float32)
    return unit


def corner_sums(triangles: Int64[np.ndarray, "triangles 3"], count: int) -> csr_matrix:
    """The matrix that sums over the triangles around each of `count` vertices."""
    rows = triangles.ravel()
    cols = np.repeat(np.arange(len(triangles)), 3)
    ones = np.ones(len(rows), np.float32)
    return csr_matrix(coo_matrix((ones, (rows, cols)), shape=(count, len(triangles))))


def _neighbours(triangles: np.ndarray, count: int) -> csr_matrix:
    rows = triangles[:, [0, 1, 2, 1, 2, 0]].ravel()
    cols = triangles[:, [1, 2, 0, 0, 1, 2]].ravel()
    links = csr_matrix(coo_matrix((np.ones(len(rows), np.float32), (rows, cols)), (count, count)))
    links.data[:] = 1
    return csr_matrix(diags(1 / np.maximum(links.sum(axis=1).A1, 1)) @ links).astype(np.float32)


def _soft(inside: np.ndarray, width: float) -> np.ndarray:
    covered: np.ndarray = np.clip(inside / width + 0.5, 0, 1)
    return covered


def _looseness(sites: Sites, outfit: Outfit) -> Float32[np.ndarray, " vertices"]:
    top = _soft(inside_top(sites, outfit), 0.04) * (0.15 + outfit.top_cloth.looseness)
    bottom = _soft(inside_bottom(sites, outfit), 0.04) * (0.1 + outfit.bottom_cloth.looseness)
    hair = 0.8 * _soft(inside_hair(sites, outfit), 0.03)
    loose = np.maximum(np.maximum(top, bottom), hair)
    return np.clip(0.75 * loose, 0, 0.8).astype(np.float32)


def _thickness(sites: Sites, outfit: Outfit, rng: np.random.Generator) -> np.ndarray:
    """How far the clothes stand off the skin, metres."""
    top, bottom = outfit.top_cloth.looseness, outfit.bottom_cloth.looseness
    hoodie = 0.012 if outfit.top == "hoodie" else 0.0
    hair = {"short": 0.016, "bun": 0.012, "ponytail": 0.012, "long": 0.026, "beanie": 0.017}
    crown = np.clip((sites.xyz[:, 2] - 1.62) / 0.12, 0, 1)
    tuft = float(rng.uniform(0.7, 1.6)) if outfit.hair == "short" else 1.0
    head = hair.get(outfit.hair, 0.012) * (0.6 + 0.6 * crown * tuft)
    layers = (
        (inside_sock(sites, outfit), 0.003, 0.02),
        (inside_bottom(sites, outfit), 0.003 + 0.022 * bottom, 0.05),
        (inside_top(sites, outfit), 0.004 + 0.024 * top + hoodie, 0.05),
        (inside_hair(sites, outfit), head, 0.035),
        (inside_shoe(sites, outfit), 0.006, 0.02),
    )
    thickness = np.zeros(len(sites.xyz))
    for inside, depth, width in layers:
        thickness = np.maximum(thickness, depth * _soft(inside, width))
    return thickness


def _dressed(
    body: Body,
    sites: Sites,
    outfit: Outfit,
    neighbours: csr_matrix,
    looseness: np.ndarray,
    rng: np.random.Generator,
) -> Float32[np.ndarray, "vertices 3"]:
    """The rest surface which, once relaxed, stands off the skin by the clothes' thickness."""
    gather = corner_sums(body.triangles, len(body.vertices))
    normals = surface_normals(body.vertices, body.triangles, gather)
    wanted = body.vertices + normals * _thickness(sites, outfit, rng)[:, None]
    trial: np.ndarray = wanted.astype(np.float32)
    for _ in range(4):
        short = np.einsum("vc,vc->v", wanted - relax(trial, neighbours, looseness), normals)
        trial = trial + (normals * np.clip(0.8 * short, 0, 0.02)[:, None]).astype(np.float32)
    return trial


def _charts(body: Body, sites: Sites) -> tuple[list[np.ndarray], np.ndarray]:
    """Each vertex's place in the three parts of the picture, and the part of each triangle."""
    rest = body.vertices
    across = (rest[:, 0] - rest[:, 0].min()) / TEXEL + _MARGIN
    down = (rest[:, 2].max() - rest[:, 2]) / TEXEL + _MARGIN
    deep = (rest[:, 1] - rest[:, 1].min()) / TEXEL + _MARGIN
    front = np.stack([across, down], axis=1)
    a, b, c = (rest[body.triangles[:, k]] for k in range(3))
    normals = np.cross(b - a, c - a)
    steep = np.linalg.norm(normals, axis=1)
    is_sole = (normals[:, 2] < -0.55 * steep) & (sites.foot[body.triangles].min(axis=1) > 0.4)
    owner = np.where(is_sole, 2, (normals[:, 1] > 0).astype(np.int64))
    # What looks forward but lies behind the chest, as some of the nape, is painted from behind.
    hidden = [
        _hidden(front, toward, body.triangles, owner == part)
        for part, toward in enumerate(_depths(body)[:2])
    ]
    for part, rows in enumerate(hidden):
        owner[rows] = 1 - part
    return [front, front, np.stack([across, deep], axis=1)], owner


def _depths(body: Body) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far each vertex is from who sees the body from the front, the back and below."""
    _, back, up = body.vertices.T
    return back + 10, 10 - back, up + 10


def _hidden(
    chart: np.ndarray, towards: np.ndarray, triangles: np.ndarray, is_mine: np.ndarray
) -> np.ndarray:
    """Rows of the triangles of a part of the picture that others of it hide."""
    rows = np.flatnonzero(is_mine)
    cols, lines = (int(side) + _MARGIN for side in chart.max(axis=0) + 1)
    raster = rasterise(chart, towards, triangles[rows], (lines, cols), is_two_sided=True)
    nearest = raster.image(raster.depth, np.inf)
    middle = chart[triangles[rows]].mean(axis=1).astype(np.int64)
    behind = towards[triangles[rows]].mean(axis=1) - nearest[middle[:, 1], middle[:, 0]]
    return np.asarray(rows[behind > _HIDDEN])


def _painted(
    body: Body,
    sites: Sites,
    outfit: Outfit,
    charts: list[np.ndarray],
    owner: np.ndarray,
    seed: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The picture's colours, folds, and the corners' places in it."""
    table = sites.table()
    towards = _depths(body)
    sheets, slopes, uv = [], [], np.zeros((len(body.triangles), 3, 2), np.float32)
    begin, height = 0, 0
    for part, chart in enumerate(charts):
        cols, rows = (int(side) + _MARGIN for side in chart.max(axis=0) + 1)
        mine = body.triangles[owner == part]
        raster = rasterise(chart, towards[part], mine, (rows, cols), is_two_sided=True)
        nearest = distance_transform_edt(
            ~raster.mask(), return_distances=False, return_indices=True
        )
        filled = raster.image(raster.blend_vertices(table, mine))[tuple(nearest)]
        grid = Sites.of_table(filled)
        is_back = np.full((rows, cols), part == 1)
        sheets.append(colours(grid, is_back, outfit, seed, rng))
        slopes.append(_slopes(folds(grid, outfit, rng, TEXEL)))
        uv[owner == part] = chart[mine] + np.array([begin, 0])
        begin, height = begin + cols, max(height, rows)
    return _side_by_side(sheets, height), _side_by_side(slopes, height), uv


def _slopes(heights: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Slopes along x and up of each height."""
    slopes = []
    for metres in heights:
        down, across = np.gradient(metres, TEXEL)
        slopes += [across, -down]
    steep: np.ndarray = np.clip(np.stack(slopes, axis=-1), -1, 1).astype(np.float32)
    return steep


def _side_by_side(sheets: list[np.ndarray], height: int) -> np.ndarray:
    whole: np.ndarray = np.concatenate(
        [np.pad(s, ((0, height - len(s)), (0, 0), (0, 0)), mode="edge") for s in sheets], axis=1
    )
    return whole


def _halved(picture: np.ndarray) -> tuple[np.ndarray, ...]:
    levels = [picture]
    for _ in range(3):
        levels.append(np.asarray(cv2.pyrDown(levels[-1])))
    return tuple(levels)


def _joined(
    body: Body,
    pieces: list[Piece],
    colour: np.ndarray,
    fold: np.ndarray,
    uv: np.ndarray,
) -> Doll:
    """The body and its pieces as one surface, with one picture."""
    height = max([len(colour), *(len(piece.colour) for piece in pieces)])
    sheets, slopes = [colour], [fold]
    vertices, bones, weights = [body.vertices], [body.vertex_bones], [body.vertex_weights]
    triangles, corners = [body.triangles], [uv]
    count, begin = len(body.vertices), colour.shape[1]
    hair_rows = slice(0, 0)
    for piece in pieces:
        sheets.append(piece.colour)
        slopes.append(_slopes((piece.height, np.zeros_like(piece.height))))
        vertices.append(piece.vertices)
        bones.append(piece.bones)
        weights.append(piece.weights)
        triangles.append(piece.triangles + count)
        corners.append(piece.uv + np.array([begin, 0], np.float32))
        if piece.rings:
            hair_rows = slice(count, count + len(piece.vertices))
        count, begin = count + len(piece.vertices), begin + piece.colour.shape[1]
    whole = replace(
        body,
        vertices=np.concatenate(vertices).astype(np.float32),
        triangles=np.concatenate(triangles),
        vertex_bones=np.concatenate(bones),
        vertex_weights=np.concatenate(weights).astype(np.float32),
    )
    return Doll(
        body=whole,
        skin_count=len(body.vertices),
        uv=np.concatenate(corners).astype(np.float32),
        colour=_halved(_side_by_side(sheets, height)),
        fold=_halved(_side_by_side(slopes, height)),
        looseness=np.zeros(len(body.vertices), np.float32),
        neighbours=csr_matrix((0, 0)),
        hair=None,
        hair_rows=hair_rows,
    )
