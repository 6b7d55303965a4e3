"""What the phone's microphone hears: a quiet gym, slaps and taps on holds, a fall on the mat."""

import numpy as np
from jaxtyping import Float
from scipy import signal

from climbpose.synth.climb import Limb, Move, Plan

RATE = 48_000
"""Samples a second."""

_ROOM = 0.006
_MUSIC = 0.01
_LOUDEST = 0.8
_CHORDS = ((220.0, 261.63, 329.63), (174.61, 220.0, 261.63), (196.0, 246.94, 293.66))
_CHORD_SECONDS = 3.2


def make_sound(plan: Plan, fps: float, rng: np.random.Generator) -> Float[np.ndarray, " samples"]:
    """The sound of a climb, mono, in [-1, 1]; as long as its frames.

    Args:
        plan: Says when hands and feet arrive and when the climber lands.
        fps: Frames a second.
        rng: Makes no two gyms and no two slaps alike.
    """
    count = max(1, round(len(plan) / fps * RATE))
    sound: np.ndarray = _room(count, rng) + _music(count, rng)
    for contact in plan.contacts:
        if contact.start > 0:
            loudness = float(rng.uniform(0.03, 0.12))
            _add(sound, contact.start / fps, loudness * _tap(contact.limb, rng))
    for phase in plan.phases:
        if phase.move == Move.LAND:
            _add(sound, phase.start / fps, 0.5 * _thud(rng))
    loudest = float(np.abs(sound).max(initial=0))
    sound *= min(1.0, _LOUDEST / max(loudest, 1e-9))
    return sound


def _room(count: int, rng: np.random.Generator) -> np.ndarray:
    """Ventilation, and voices too far away to be understood."""
    noise = rng.standard_normal(count)
    hum = _filtered(noise, 220.0, "lowpass")
    voices = _filtered(rng.standard_normal(count), (300.0, 1800.0), "bandpass")
    # People speak in syllables, some four a second.
    syllables = np.interp(
        np.arange(count) / RATE,
        np.arange(count // (RATE // 8) + 2) / 8,
        rng.uniform(0, 1, count // (RATE // 8) + 2) ** 3,
    )
    room: np.ndarray = _ROOM * float(rng.uniform(0.5, 2)) * (6 * hum + 2 * voices * syllables)
    return room


def _music(count: int, rng: np.random.Generator) -> np.ndarray:
    """Chords from the loudspeaker at the other end of the hall."""
    seconds = np.arange(count) / RATE
    offset = float(rng.uniform(0, len(_CHORDS) * _CHORD_SECONDS))
    bar = ((seconds + offset) / _CHORD_SECONDS).astype(int) % len(_CHORDS)
    tuning = float(rng.uniform(0.8, 1.25))
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * (seconds + offset) / _CHORD_SECONDS)
    tones = np.zeros(count)
    for row, chord in enumerate(_CHORDS):
        for frequency in chord:
            phase = float(rng.uniform(0, 2 * np.pi))
            tone = np.sin(2 * np.pi * tuning * frequency * seconds + phase)
            tones += np.where(bar == row, tone, 0)
    music: np.ndarray = _MUSIC * float(rng.uniform(0, 1)) * swell * tones
    return music


def _tap(limb: Limb, rng: np.random.Generator) -> np.ndarray:
    """A hand's slap is bright, a shoe's tap dull."""
    low, high, decay = (900.0, 5200.0, 0.016) if limb.is_hand else (160.0, 1400.0, 0.028)
    burst = _burst(0.12, decay * float(rng.uniform(0.7, 1.4)), rng)
    return _levelled(_filtered(burst, (low, high), "bandpass"))


def _thud(rng: np.random.Generator) -> np.ndarray:
    """A body on a thick mat."""
    seconds = np.arange(int(0.6 * RATE)) / RATE
    boom = np.sin(2 * np.pi * float(rng.uniform(48, 70)) * seconds) * np.exp(-seconds / 0.11)
    air = _filtered(_burst(0.6, 0.06, rng), 700.0, "lowpass")
    return _levelled(_levelled(boom) + 0.6 * _levelled(air))


def _burst(seconds: float, decay: float, rng: np.random.Generator) -> np.ndarray:
    """Noise that dies away."""
    count = int(seconds * RATE)
    burst: np.ndarray = rng.standard_normal(count) * np.exp(-np.arange(count) / RATE / decay)
    return burst


def _levelled(sound: np.ndarray) -> np.ndarray:
    levelled: np.ndarray = sound / max(float(np.abs(sound).max(initial=0)), 1e-9)
    return levelled


def _filtered(sound: np.ndarray, hertz: float | tuple[float, float], kind: str) -> np.ndarray:
    sections = signal.butter(2, hertz, kind, fs=RATE, output="sos")
    filtered: np.ndarray = signal.sosfilt(sections, sound)
    return filtered


def _add(sound: np.ndarray, seconds: float, event: np.ndarray) -> None:
    """Mixes an event in, as much of it as the sound has room for."""
    start = round(seconds * RATE)
    room = sound[start : start + len(event)]
    room += event[: len(room)]
