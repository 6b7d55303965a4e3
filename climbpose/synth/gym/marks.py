"""What years of use and the gym's crew leave on a wall: holes, strokes, chalk, tape, letters."""

from collections.abc import Sequence

import cv2
import numpy as np

from climbpose.synth.climb import Hold
from climbpose.synth.gym.scenery import Look
from climbpose.synth.gym.sheet import CHALK, SHIFT, Sheet, noise
from climbpose.synth.light import Colour


def drill(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """The grid of bolt holes; some have lost their paint, some are covered."""
    pitch = look.bolt_pitch_m
    if pitch <= 0:
        return
    radius = max(0.0065 * sheet.scale, 0.8)
    points = []
    for row, y in enumerate(np.arange(0.5 * pitch, sheet.height_m, pitch)):
        x = np.arange(0.25 * pitch + 0.5 * pitch * (row % 2), sheet.width_m, pitch)
        points.append(np.stack([x, np.full_like(x, y)], axis=1))
    grid = np.concatenate(points)
    grid += rng.normal(0, 0.006, grid.shape)
    for x, y in sheet.pixels(grid[rng.random(len(grid)) < 0.97]):
        level = int(rng.uniform(170, 240))
        size = int(radius * rng.uniform(0.8, 1.15) * 2**SHIFT)
        cv2.circle(sheet.ink, (int(x), int(y)), size, (level,), -1, cv2.LINE_AA, SHIFT)


def scuff(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """Strokes that rubber soles leave, most of them low on the wall, and knocks in the paint."""
    area = sheet.width_m * sheet.height_m
    layer = np.zeros(sheet.shape, np.uint8)
    is_dark = sum(look.wall_colour) < 1.2
    for _ in range(int(area * 16 * look.rubber)):
        # A foot that slips or pastes leaves a few strokes side by side.
        place = np.array([rng.uniform(0, 1), rng.beta(1.2, 2.0)])
        place *= [sheet.width_m, sheet.height_m]
        heading, spread = rng.normal(np.pi / 2, 0.7), rng.uniform(0.02, 0.25)
        for _ in range(int(rng.integers(1, 12))):
            length, angle = rng.gamma(1.6, 0.04), heading + rng.normal(0, 0.25)
            along = np.linspace(-0.5, 0.5, 4)[:, None] * length
            way = np.array([np.cos(angle), np.sin(angle)])
            bow = rng.normal(0, 0.05) * length * np.cos(np.pi * np.linspace(-0.5, 0.5, 4))
            line = place + rng.normal(0, spread, 2) + along * way
            line = line + bow[:, None] * np.array([-way[1], way[0]])
            is_broad = rng.random() < 0.12
            level = int(rng.uniform(10, 40) if is_broad else rng.gamma(2, 22))
            sheet.stroke(layer, line, min(level, 120), 0.012 if is_broad else 0.002)
    if is_dark:
        # On dark paint the strokes that show are those of chalk and of scratches.
        sheet.chalk = cv2.max(sheet.chalk, cv2.convertScaleAbs(layer, alpha=0.5))
    else:
        sheet.ink = cv2.max(sheet.ink, layer)
    for _ in range(int(area * 6 * look.rubber)):
        x, y = sheet.pixels(rng.uniform(0, 1, (1, 2)) * [sheet.width_m, sheet.height_m])[0]
        size = int(rng.uniform(0.001, 0.004) * sheet.scale * 2**SHIFT)
        cv2.circle(sheet.ink, (int(x), int(y)), size, (150,), -1, cv2.LINE_AA, SHIFT)


def powder(sheet: Sheet, look: Look, holds: Sequence[Hold], rng: np.random.Generator) -> None:
    """Dust around holds and where hands slapped the wall."""
    scale = min(sheet.scale, 100.0)
    rows, columns = int(sheet.height_m * scale), int(sheet.width_m * scale)
    dust: np.ndarray = np.zeros((rows, columns), np.float32)
    places = [
        (hold.u + sheet.width_m / 2, hold.v, hold.size_m, 0.6 if hold.is_used else 0.25)
        for hold in holds
    ]
    for _ in range(int(6 * look.chalk * sheet.width_m)):
        x, y = rng.uniform(0, 1, 2) * [sheet.width_m, sheet.height_m]
        places.append((x, y, float(rng.uniform(0.03, 0.2)), 0.35))
    for x, y, size, strength in places:
        if rng.random() < 0.6:
            middle = (
                int((x + rng.normal(0, size / 2)) * scale),
                int((sheet.height_m - y + rng.normal(0, size / 2)) * scale),
            )
            axes = (
                max(int(size * scale * rng.uniform(0.5, 1.3)), 1),
                max(int(size * scale * rng.uniform(0.4, 1.0)), 1),
            )
            blob = np.zeros_like(dust)
            cv2.ellipse(blob, middle, axes, rng.uniform(0, 180), 0, 360, (strength,), -1)
            dust = np.maximum(dust, blob)
    dust = cv2.GaussianBlur(dust, (0, 0), 0.05 * scale)
    dust = look.chalk * dust
    dust = cv2.resize(dust, sheet.shape[::-1])
    cloud = noise(sheet.shape, (0.05 * sheet.scale, 0.05 * sheet.scale), rng)
    cloud += noise(sheet.shape, (0.012 * sheet.scale, 0.012 * sheet.scale), rng)
    dust *= np.clip(0.25 + 0.4 * cloud, 0, 1)
    sheet.chalk = cv2.convertScaleAbs(dust, alpha=255 * 0.7)


def tag(sheet: Sheet, look: Look, holds: Sequence[Hold], rng: np.random.Generator) -> None:
    """Tape strips, printed labels and round stickers beside some holds."""
    colours = [look.route_colour, *look.other_colours]
    for hold in holds:
        if rng.random() > look.tags or hold.kind == "volume":
            continue
        colour = colours[int(rng.integers(len(colours)))]
        x, y = hold.u + sheet.width_m / 2, hold.v
        way = np.array([np.cos(a := rng.uniform(0, 2 * np.pi)), np.sin(a)])
        aside = np.array([-way[1], way[0]])
        near = np.array([x, y]) + 0.7 * hold.size_m * way
        far = near + rng.uniform(0.08, 0.16) * way
        strip = 0.014 * aside
        kind = rng.random()
        if kind < 0.35:
            angle = np.linspace(0, 2 * np.pi, 20)
            disc = np.stack([np.cos(angle), np.sin(angle)], axis=1)
            sheet.fill(far + 0.035 * disc, (0.9, 0.9, 0.88))
            sheet.fill(far + 0.026 * disc, colour)
            continue
        sheet.fill(np.array([near - strip, far - strip, far + strip, near + strip]), colour)
        if kind > 0.6:
            box = np.array([[-0.05, -0.03], [0.05, -0.03], [0.05, 0.03], [-0.05, 0.03]])
            sheet.fill(far + box, (0.9, 0.9, 0.88))
            sheet.fill(far + box * [0.95, 0.6] - [0, 0.008], colour)
            word = str(rng.choice(["START", "TOP", "V4", "6B"]))
            sheet.write(word, (float(far[0]) - 0.04, float(far[1]) - 0.016), 0.02, CHALK)


def lamps(sheet: Sheet, holds: Sequence[Hold], rng: np.random.Generator) -> None:
    """A training board's diodes under its holds; those of the climber's holds shine."""
    lit: tuple[Colour, ...] = ((0.3, 1.0, 0.4), (0.3, 0.5, 1.0), (1.0, 0.3, 0.9), (1.0, 0.3, 0.25))
    is_on = rng.random() < 0.6
    for hold in holds:
        middle = sheet.pixels(np.array([[hold.u + sheet.width_m / 2, hold.v - 0.09]]))[0]
        colour = (0.6, 0.6, 0.58)
        radius = 0.005
        if is_on and hold.is_used:
            colour, radius = lit[int(rng.choice(4, p=[0.15, 0.6, 0.1, 0.15]))], 0.012
        size = int(max(radius * sheet.scale, 0.7) * 2**SHIFT)
        at = int(middle[0]), int(middle[1])
        cv2.circle(sheet.paint, at, size, sheet.bytes(colour), -1, cv2.LINE_AA, SHIFT)


def letter(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """Letters on the wall, painted or on a board."""
    high = float(rng.uniform(0.12, 0.4))
    wide = 0.95 * high * len(look.sign)
    x = float(rng.uniform(0.1, max(sheet.width_m - wide - 0.1, 0.2)))
    y = float(rng.uniform(0.55, 0.85)) * sheet.height_m
    if rng.random() < 0.4:
        box = np.array([[0, 0], [wide, 0], [wide, 1.9 * high], [0, 1.9 * high]])
        sheet.fill(box + np.array([x - 0.2 * high, y - 0.45 * high]), (0.13, 0.13, 0.14))
        sheet.write(look.sign, (x, y), high, CHALK)
    else:
        sheet.write(look.sign, (x, y), high, look.accent)


def top(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """A coloured band along the upper edge, with some letters."""
    low, top = sheet.height_m - look.banner_m, sheet.height_m
    band = np.array([[0, low], [sheet.width_m, low], [sheet.width_m, top], [0, top]])
    sheet.fill(band, look.accent)
    word = str(rng.choice(["CLIMB", "BOULDER HALL", "FRESH", "send it", "open 10-22"]))
    at = (float(rng.uniform(0, 0.6)) * sheet.width_m, low + 0.3 * look.banner_m)
    sheet.write(word, at, 0.4 * look.banner_m, CHALK)
