"""What mats, halls and beams are painted with."""

import cv2
import numpy as np

from climbpose.synth.gym.scenery import Look, Part
from climbpose.synth.gym.sheet import Sheet, noise
from climbpose.synth.light import Colour


def _mat(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """Vinyl over foam: creases, seams, the dust of chalk, many feet."""
    sheet.paint[:] = sheet.bytes(look.mat_colour)
    scale = sheet.scale
    sheet.grain(0.03, (1.2, 1.2), rng)
    sheet.grain(0.012, (0.15, 0.5), rng)
    sheet.grain(0.006, (0.04, 0.04), rng)
    sheet.grain(0.012, (0.01, 0.01), rng)
    relief = noise(sheet.shape, (0.07 * scale, 0.5 * scale), rng)
    relief += 1.5 * noise(sheet.shape, (0.2 * scale, 0.35 * scale), rng)
    relief += noise(sheet.shape, (0.5 * scale, 0.08 * scale), rng)
    where = np.clip(0.4 + 0.6 * noise(sheet.shape, (1.5 * scale, 1.5 * scale), rng), 0, 1)
    slope = cv2.Sobel(relief, cv2.CV_32F, 0, 1) + cv2.Sobel(relief, cv2.CV_32F, 1, 0)
    slope *= np.float32(0.035 * look.wrinkles / max(float(slope.std()), 1e-6))
    sheet.gain *= 1 + where * np.clip(slope, -0.15, 0.15)
    for x in np.arange(rng.uniform(0, look.mat_seam_m), sheet.width_m, look.mat_seam_m):
        line = np.array([[x, 0], [x, sheet.height_m]])
        sheet.stroke(sheet.ink, line, int(rng.uniform(40, 130)), 0.006)
        if rng.random() < 0.3:
            # Strips of hook tape cover some joints.
            sheet.stroke(sheet.ink, line, 30, 0.12)
    _creases(sheet, look, rng)
    if rng.random() < 0.6:
        y = sheet.height_m - float(rng.uniform(1.5, 3.5))
        line = np.array([[0, y], [sheet.width_m, y]])
        sheet.stroke(sheet.ink, line, 110, 0.008)
    cloud = noise(sheet.shape, (0.5 * scale, 0.5 * scale), rng)
    cloud += 0.7 * noise(sheet.shape, (0.06 * scale, 0.06 * scale), rng)
    cloud += 0.5 * noise(sheet.shape, (0.02 * scale, 0.02 * scale), rng)
    # Most of it lies where climbers land and brush off.
    away = np.linspace(0, sheet.height_m, sheet.shape[0], dtype=np.float32)[:, None]
    cloud = np.clip(cloud - 0.5, 0, 3) * np.exp(-away / 2.5)
    sheet.chalk = cv2.convertScaleAbs(cloud * np.float32(40 * look.chalk))


def _creases(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """Folds of a slack cover: soft ridges, light on one side and dark on the other."""
    dark, light = np.zeros(sheet.shape, np.uint8), np.zeros(sheet.shape, np.uint8)
    for _ in range(int(3 * look.wrinkles * sheet.width_m)):
        way = float(rng.normal(0, 0.5) + rng.choice([0.0, np.pi / 2], p=[0.7, 0.3]))
        along = np.linspace(0, float(rng.uniform(0.3, 2.2)), 12)
        bow = np.cumsum(np.cumsum(rng.normal(0, 0.006, 12)))
        turn = np.array([[np.cos(way), np.sin(way)], [-np.sin(way), np.cos(way)]])
        start = rng.uniform(0, 1, 2) * [sheet.width_m, sheet.height_m]
        fold = start + np.stack([along, bow], axis=1) @ turn
        level, wide = int(rng.uniform(60, 255)), float(rng.uniform(0.02, 0.06))
        sheet.stroke(dark, fold, level, wide)
        sheet.stroke(light, fold + np.array([0, wide]), level, wide)
    relief = 0.16 * light.astype(np.float32) - 0.26 * dark.astype(np.float32)
    relief = cv2.GaussianBlur(relief, (0, 0), max(0.022 * sheet.scale, 0.5))
    sheet.gain *= 1 + relief / np.float32(255)


def _ground(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """The floor beyond the mats."""
    grey = float(rng.uniform(0.25, 0.6))
    sheet.paint[:] = sheet.bytes((grey, 0.98 * grey, 0.95 * grey))
    sheet.grain(0.08, (1.0, 1.0), rng)
    sheet.grain(0.05, (0.1, 0.1), rng)


def _back(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """A hall's wall with doors, posters, shelves, pipes and shade."""
    sheet.paint[:] = sheet.bytes(look.room_colour)
    sheet.grain(0.08, (1.5, 1.5), rng)
    for _ in range(int(40 * look.clutter)):
        x, y = rng.uniform(0, 1) * sheet.width_m, rng.beta(1, 2.5) * sheet.height_m
        wide, high = rng.gamma(2, 0.3), rng.gamma(2, 0.3)
        tone = rng.uniform(0.15, 0.95)
        mixed = 0.75 * tone * np.array([1, 1, 1]) + 0.25 * rng.uniform(0, 1, 3)
        red, green, blue = (float(c) for c in mixed)
        box = np.array([[0, 0], [wide, 0], [wide, high], [0, high]])
        sheet.fill(box + np.array([x, y]), (red, green, blue))
        if rng.random() < 0.4:
            inner = 0.8 * box + np.array([x + 0.1 * wide, y + 0.1 * high])
            sheet.fill(inner, look.accent)
    for _ in range(int(10 * look.clutter)):
        y = rng.uniform(0.4, 1) * sheet.height_m
        line = np.array([[0, y], [sheet.width_m, y]])
        sheet.stroke(sheet.ink, line, int(rng.uniform(40, 170)), float(rng.uniform(0.02, 0.12)))
    height = np.linspace(sheet.height_m, 0, sheet.shape[0], dtype=np.float32)[:, None]
    sheet.gain *= 1 - 0.3 * np.exp(-height / 1.5)


def _ceiling(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """Trapezoid sheets or plain panels."""
    red, green, blue = look.room_colour
    tone = float(rng.uniform(0.75, 1.4))
    sheet.paint[:] = sheet.bytes((tone * red, tone * green, tone * blue))
    sheet.grain(0.06, (2.0, 2.0), rng)
    pitch = float(rng.choice([0.3, 0.6, 1.2]))
    for x in np.arange(0, sheet.width_m, pitch):
        line = np.array([[x, 0], [x, sheet.height_m]])
        sheet.stroke(sheet.ink, line, int(rng.uniform(40, 90)), 0.15 * pitch)


def _beam(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """Steel, concrete or wood."""
    kinds: tuple[Colour, ...] = ((0.3, 0.3, 0.32), (0.62, 0.6, 0.58), look.accent, (0.5, 0.36, 0.2))
    sheet.paint[:] = sheet.bytes(kinds[int(rng.integers(len(kinds)))])
    sheet.grain(0.08, (0.1, 0.8), rng)
    sheet.grain(0.04, (0.01, 0.01), rng)


def _lamp(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """Burnt out to white."""
    sheet.paint[:] = 255


def _rope(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """Twisted strands."""
    sheet.paint[:] = sheet.bytes((0.5, 0.46, 0.41))
    for y in np.arange(0, sheet.height_m, 0.025):
        line = np.array([[0, y], [sheet.width_m, y + 0.03]])
        sheet.stroke(sheet.ink, line, 60, 0.006)


def _thing(sheet: Sheet, look: Look, rng: np.random.Generator) -> None:
    """Cloth, plastic or leather: a seam or a zip, darker at the foot."""
    sheet.grain(0.06, (0.05, 0.05), rng)
    sheet.grain(0.03, (0.01, 0.01), rng)
    if rng.random() < 0.4:
        y = float(rng.uniform(0.6, 0.9)) * sheet.height_m
        line = np.array([[0, y], [sheet.width_m, y]])
        sheet.stroke(sheet.ink, line, int(rng.uniform(60, 160)), 0.01)
    height = np.linspace(sheet.height_m, 0, sheet.shape[0], dtype=np.float32)[:, None]
    sheet.gain *= 1 - np.float32(0.35) * np.exp(-height / np.float32(0.06))


PAINTERS = {
    Part.MAT: _mat,
    Part.GROUND: _ground,
    Part.BACK: _back,
    Part.CEILING: _ceiling,
    Part.BEAM: _beam,
    Part.LAMP: _lamp,
    Part.ROPE: _rope,
    Part.THING: _thing,
}
"""Of all parts that are not walls to climb on."""
