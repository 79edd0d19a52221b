"""Run in the image: see README.md."""

import unittest

import numpy as np

from motion import GREEN, MotionDetector, draw_box, planes

WIDTH, HEIGHT = 640, 360


def room(width=WIDTH, height=HEIGHT):
    """Returns the luma of an empty room, with the noise of a camera."""
    return np.random.default_rng(1).integers(100, 110, (height, width), np.uint8)


class Motion(unittest.TestCase):
    def test_a_box_encloses_what_has_moved(self):
        detector, later = MotionDetector(), room()
        later[120:200, 320:400] = 220
        self.assertIsNone(detector.find(room()), "there is nothing to compare with")
        self.assertEqual(detector.find(later), (320, 120, 400, 200))
        self.assertIsNone(detector.find(later), "nothing has moved since")

    def test_noise_and_a_single_sample_are_not_motion(self):
        detector, noisy = MotionDetector(), room() + 10
        noisy[40, 80] = 255
        detector.find(room())
        self.assertIsNone(detector.find(noisy))

    def test_a_picture_of_another_size_is_compared_with_the_next(self):
        detector, later = MotionDetector(), room(320, 180)
        later[:90] = 220
        detector.find(room())
        self.assertIsNone(detector.find(room(320, 180)))
        self.assertEqual(detector.find(later), (0, 0, 320, 90))

    def test_every_size_has_a_box_that_fits(self):
        for width, height in [(1, 1), (90, 160), (161, 91), (361, 641), (1280, 720)]:
            data = bytearray(width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2))
            picture, detector = planes(data, width, height), MotionDetector()
            detector.find(picture[0])
            picture[0][:] = 255
            box = detector.find(picture[0])
            if box:
                draw_box(picture, box)
            self.assertEqual(bool(box), width > 1, (width, height))

    def test_the_box_is_drawn_in_all_three_planes(self):
        data = bytearray(WIDTH * HEIGHT * 3 // 2)
        picture = planes(data, WIDTH, HEIGHT)
        draw_box(picture, (320, 120, 400, 200))
        for plane, colour, scale in zip(picture, GREEN, (1, 2, 2)):
            top, left, right = 120 // scale, 320 // scale, 400 // scale
            self.assertTrue((plane[top, left:right] == colour).all())
            self.assertEqual(plane[top, left - 1], 0)
            self.assertEqual(plane[top + 20, left + 20], 0, "only its border")
        self.assertEqual(data[120 * WIDTH + 320], GREEN[0], "in the frame's own memory")


if __name__ == "__main__":
    unittest.main()
