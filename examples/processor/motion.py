"""Finds what moves in a video, and draws a box around it. Knows nothing of LiveKit."""

import numpy as np

SAMPLES = 160  # of a row, which are compared; 90 rows of a picture of 16:9
MIN_DIFFERENCE = 24  # of 255; below is the noise of a camera and of the encoder
MIN_SAMPLES = 2  # changed ones of a row or column; a single one is noise too
BORDER = 4  # pixels
GREEN = (145, 54, 34)  # luma and both chromas


def planes(data, width, height):
    """Returns views of an I420 picture's luma and its two chromas, which have half the size."""
    half = ((height + 1) // 2, (width + 1) // 2)
    ends = [width * height, width * height + half[0] * half[1]]
    luma, u, v = np.split(np.frombuffer(data, np.uint8), ends)
    return luma.reshape(height, width), u.reshape(half), v.reshape(half)


class MotionDetector:
    """Compares each picture of one video with the picture before."""

    def __init__(self):
        self._before = None

    def find(self, luma):
        """Returns left, top, right and bottom of what has changed, in pixels; None: nothing has."""
        step = max(1, luma.shape[1] // SAMPLES)
        now = luma[::step, ::step].astype(np.int16)
        before, self._before = self._before, now
        if before is None or before.shape != now.shape:
            return None
        changed = np.abs(now - before) >= MIN_DIFFERENCE
        columns = np.flatnonzero(changed.sum(axis=0) >= MIN_SAMPLES)
        rows = np.flatnonzero(changed.sum(axis=1) >= MIN_SAMPLES)
        if not columns.size or not rows.size:
            return None
        left, right = columns[[0, -1]] * step
        top, bottom = rows[[0, -1]] * step
        return int(left), int(top), int(right) + step, int(bottom) + step


def draw_box(picture, box):
    """Draws a box into the planes of a picture."""
    for plane, colour, scale in zip(picture, GREEN, (1, 2, 2)):
        left, top, right, bottom = (edge // scale for edge in box)
        border = BORDER // scale
        inside = plane[top:bottom, left:right]
        inside[:border] = inside[-border:] = colour
        inside[:, :border] = inside[:, -border:] = colour
