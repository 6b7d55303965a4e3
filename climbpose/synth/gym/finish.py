"""What the surfaces of a scene are painted with."""

from collections.abc import Sequence

import cv2
import numpy as np

from climbpose.synth.climb import Hold
from climbpose.synth.gym import marks
from climbpose.synth.gym.interior import PAINTERS
from climbpose.synth.gym.scenery import Finish, Look, Part, Surface, lies_on_grid
from climbpose.synth.gym.sheet import SHIFT, Sheet, Texture, noise


def paint(
    surface: Surface,
    look: Look,
    holds: Sequence[Hold],
    scale: float,
    rng: np.random.Generator,
) -> Texture:
    """The texture of a surface: its upper edge is the first row.

    Args:
        surface: Which.
        look: Of the gym.
        holds: On the surface, in metres from the middle of its lower edge; chalk and tape go
            around them.
        scale: Pixels a metre.
        rng: For all that is not the same twice.
    """
    is_board = surface.part == Part.WALL and lies_on_grid(holds)
    look = look.suited(holds) if is_board else look
    is_thing = surface.part == Part.THING
    colour = surface.colour if is_thing else look.wall_colour
    sheet = Sheet(surface.width, surface.height, scale, colour)
    if surface.part in PAINTERS:
        PAINTERS[surface.part](sheet, look, rng)
        return sheet.finished()
    _wall(sheet, look, surface.part, rng)
    if surface.part == Part.WALL and look.sign:
        marks.letter(sheet, look, rng)
    if surface.part in (Part.WALL, Part.SIDE) and look.banner_m > 0:
        marks.top(sheet, look, rng)
    if surface.part in (Part.WALL, Part.SIDE):
        marks.tag(sheet, look, holds, rng)
        marks.powder(sheet, look, holds, rng)
    if surface.part != Part.CHEEK:
        marks.drill(sheet, look, rng)
    if is_board:
        marks.lamps(sheet, holds, rng)
    marks.scuff(sheet, look, rng)
    return sheet.finished()


def _wall(sheet: Sheet, look: Look, part: Part, rng: np.random.Generator) -> None:
    """The material."""
    finish = look.finish
    wood = finish == Finish.PLYWOOD or (
        finish == Finish.BOARD and look.wall_colour[0] > 1.4 * look.wall_colour[2]
    )
    if finish == Finish.PANELS:
        _facets(sheet, look, rng)
    elif finish == Finish.PAINTED and rng.random() < 0.4:
        _shapes(sheet, look, rng)
    if finish in (Finish.PLYWOOD, Finish.PAINTED, Finish.GRIT) and rng.random() < 0.6:
        _slopes(sheet, rng)
    sheet.grain(0.03, (0.9, 0.9), rng)
    sheet.grain(0.02, (0.2, 0.2), rng)
    if wood:
        sheet.grain(0.012, (0.006, 0.35), rng)
        sheet.grain(0.012, (0.02, 0.8), rng)
        sheet.grain(0.02, (0.003, 0.02), rng)
        sheet.grain(0.025, (0.2, 0.7), rng)
        sheet.grain(0.025, (0.04, 0.06), rng)
    elif finish == Finish.GRIT:
        sheet.grain(0.07, (0.005, 0.005), rng)
        sheet.grain(0.05, (0.03, 0.03), rng)
        sheet.grain(0.02, (0.15, 0.15), rng)
    elif finish == Finish.ROCK:
        _rock(sheet, rng)
    else:
        sheet.grain(0.02, (0.005, 0.005), rng)
        sheet.grain(0.012, (0.03, 0.03), rng)
    if finish == Finish.BOARD and rng.random() < 0.4:
        _shapes(sheet, look, rng)
    if finish != Finish.ROCK:
        _seams(sheet, look, 0.05 if wood else 0.015, rng)
    # Grime: darker near the floor, in clouds.
    height = np.linspace(sheet.height_m, 0, sheet.shape[0], dtype=np.float32)[:, None]
    cloud = 1 + 0.35 * noise(sheet.shape, (0.5 * sheet.scale, 0.5 * sheet.scale), rng)
    sheet.gain *= 1 - 0.38 * look.dirt * np.exp(-((height / 1.6) ** 2)) * cloud
    if part == Part.WALL and rng.random() < 0.4:
        kicker = float(rng.uniform(0.25, 0.45))
        line = np.array([[0, kicker], [sheet.width_m, kicker]])
        sheet.stroke(sheet.ink, line, 110, 0.006)


def _facets(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """Triangles of a few colours, each with the tone of a slightly different slope."""
    colours = [look.wall_colour, look.accent, look.wall_colour]
    columns = np.linspace(0, sheet.width_m, max(int(sheet.width_m / 1.4), 1) + 1)
    rows = np.linspace(0, sheet.height_m, max(int(sheet.height_m / 1.6), 1) + 1)
    grid = np.stack(np.meshgrid(columns, rows), axis=-1)
    inner = grid[:, 1:-1]
    inner += rng.uniform(-0.4, 0.4, inner.shape)
    for i in range(len(rows) - 1):
        for j in range(len(columns) - 1):
            a, b, c, d = grid[i, j], grid[i, j + 1], grid[i + 1, j + 1], grid[i + 1, j]
            pairs = [(a, b, c), (a, c, d)] if rng.random() < 0.5 else [(a, b, d), (b, c, d)]
            for corners in pairs:
                tone = rng.uniform(0.88, 1.05)
                red, green, blue = colours[int(rng.choice(3, p=[0.5, 0.25, 0.25]))]
                sheet.fill(np.array(corners), (tone * red, tone * green, tone * blue))
                sheet.stroke(sheet.ink, np.array([*corners, corners[0]]), 70, 0.003)


def _slopes(sheet: Sheet, rng: np.random.Generator) -> None:
    """Large facets with edges across the boards, each with a tone of its own."""
    for _ in range(int(rng.integers(2, 6))):
        middle = rng.uniform(0, 1, 2) * [sheet.width_m, sheet.height_m]
        angle = np.sort(rng.uniform(0, 2 * np.pi, 3))
        reach = rng.uniform(0.8, 3.5, (3, 1))
        corners = middle + reach * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        mask = np.zeros(sheet.shape, np.uint8)
        cv2.fillPoly(mask, [sheet.pixels(corners)], (255,), cv2.LINE_AA, SHIFT)
        tone = np.float32(rng.uniform(-0.1, 0.07) / 255)
        sheet.gain *= 1 + tone * mask
        sheet.stroke(sheet.ink, np.concatenate([corners, corners[:1]]), 60, 0.002)


def _shapes(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """A few large painted figures."""
    for _ in range(int(rng.integers(1, 4))):
        middle = rng.uniform(0, 1, 2) * [sheet.width_m, sheet.height_m]
        if rng.random() < 0.3:
            angle = np.linspace(0, 2 * np.pi, 60)
            reach: np.ndarray = np.full(60, rng.uniform(0.4, 1.3))
        else:
            angle = np.sort(rng.uniform(0, 2 * np.pi, 4))
            reach = rng.uniform(0.6, 2.5, 4)
        figure = middle + reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        sheet.fill(figure, look.accent)


def _rock(sheet: Sheet, rng: np.random.Generator) -> None:
    """Light and shade of a bumpy cast, and its mottled colour."""
    scale = sheet.scale
    relief = np.zeros(sheet.shape, np.float32)
    for cell, height in ((0.5, 0.05), (0.2, 0.025), (0.07, 0.012), (0.025, 0.005)):
        relief += np.float32(height) * noise(sheet.shape, (cell * scale, cell * scale), rng)
    slope = cv2.Sobel(relief, cv2.CV_32F, 0, 1, scale=scale / 8)
    aside = cv2.Sobel(relief, cv2.CV_32F, 1, 0, scale=scale / 8)
    sheet.gain *= np.clip(1 - 0.22 * slope + 0.08 * aside, 0.45, 1.35)
    warm = noise(sheet.shape, (0.3 * scale, 0.3 * scale), rng)
    tint = 1 + 0.025 * warm[..., None] * np.array([1, 0, -1], np.float32)
    sheet.paint = cv2.convertScaleAbs(sheet.paint * tint)


def _seams(sheet: Sheet, look: Look, tone: float, rng: np.random.Generator) -> None:
    """The boards' joints, and the different tone of each board."""
    wide, high = look.sheet_m
    left, low = rng.uniform(0, wide), rng.uniform(0.5, 1) * high
    columns = np.arange(left - wide, sheet.width_m + wide, wide)
    rows = np.concatenate([[0.0], np.arange(low, sheet.height_m, high), [sheet.height_m]])
    for j, x in enumerate(columns):
        for i in range(len(rows) - 1):
            low_high = sheet.height_m - rows[i + 1], sheet.height_m - rows[i], x, x + wide
            box = (np.maximum(low_high, 0) * sheet.scale).astype(int)
            sheet.gain[box[0] : box[1], box[2] : box[3]] *= 1 + tone * np.clip(
                rng.normal(), -1.5, 1.5
            )
        if j:
            line = np.array([[x, 0], [x, sheet.height_m]])
            sheet.stroke(sheet.ink, line, int(rng.uniform(50, 130)), 0.002)
    for y in rows[1:-1]:
        line = np.array([[0, y], [sheet.width_m, y]])
        sheet.stroke(sheet.ink, line, int(rng.uniform(50, 130)), 0.002)
