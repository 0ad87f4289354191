"""The training pipeline as it is told: one step after the other, each on whole images.

Oracle of RandomRotatedCrop, GenerateTrimap and Composite, and the baseline of
benchmarks/data_pipeline.py.
"""

import cv2
import numpy as np


def resize(image, height, width):
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_CUBIC)


def rotate(image, rotation):
    height, width = image.shape[:2]
    return cv2.warpAffine(image, rotation, (width, height), flags=cv2.INTER_CUBIC)


def view_of(image, view):
    """The crop of a View (rotated_crop.py), every step in full resolution."""
    image = resize(image, *view.size)
    if view.rotation is not None:
        image = rotate(image, view.rotation)
    image = resize(image, *view.frame)
    window = image[view.top : view.top + view.side, view.left : view.left + view.side]
    output = resize(window, view.output, view.output)
    return output[:, ::-1] if view.is_flipped else output


class RotatedCrop:
    """RandomRotatedCrop's arguments and distribution."""

    def __init__(
        self,
        size,
        crop_range,
        max_tries=5,
        min_share=0.8,
        rotate_prob=0.5,
        max_angle=180,
        max_shift=10,
        flip_prob=0.5,
    ):
        self.size, self.crop_range = size, crop_range
        self.max_tries, self.min_share = max_tries, min_share
        self.rotate_prob, self.max_angle, self.max_shift = rotate_prob, max_angle, max_shift
        self.flip_prob = flip_prob

    def __call__(self, results):
        rng = results['rng']
        groups = (('fg', 'alpha'), ('bg',))
        keys = ('fg', 'alpha', 'bg')
        height, width = results['fg'].shape[:2]
        results['bg'] = resize(results['bg'], height, width)

        if rng.random() < self.rotate_prob:
            for group in groups:
                angle = rng.uniform(-self.max_angle, self.max_angle)
                shift = rng.integers(-self.max_shift, self.max_shift, size=2, endpoint=True)
                centre = ((width - 1) / 2 + shift[0], (height - 1) / 2 + shift[1])
                rotation = cv2.getRotationMatrix2D(centre, angle, scale=1)
                for key in group:
                    results[key] = rotate(results[key], rotation)

        side = int(rng.integers(*self.crop_range, endpoint=True)) // 2 * 2
        factor = max(side / height, side / width)
        if factor > 1:
            height, width = (max(int(length * factor + 1), side) for length in (height, width))
            for key in keys:
                results[key] = resize(results[key], height, width)
        window = self.choose_window(results['alpha'], side, rng)
        for key in keys:
            results[key] = results[key][window]

        for group in groups:
            if rng.random() < self.flip_prob:
                for key in group:
                    results[key] = cv2.flip(results[key], 1)
        for key in keys:
            results[key] = resize(results[key], self.size, self.size)
        return results

    def choose_window(self, alpha, side, rng):
        height, width = alpha.shape
        centres = np.argwhere(alpha > 0)
        if not len(centres):
            centres = np.array([[height // 2, width // 2]])
        is_soft = (alpha > 0) & (alpha < 255)
        for _ in range(self.max_tries):
            y, x = centres[rng.integers(len(centres))]
            top = min(max(y - side // 2, 0), height - side)
            left = min(max(x - side // 2, 0), width - side)
            window = slice(top, top + side), slice(left, left + side)
            if is_soft[window].mean() >= self.min_share * is_soft.mean():
                break
        return window


class Trimap:
    """GenerateTrimap by exact distance transforms."""

    def __init__(self, distance_range):
        self.distance_range = distance_range

    def __call__(self, results):
        d_in, d_out = results['rng'].integers(*self.distance_range, size=2, endpoint=True)
        alpha = results['alpha']
        is_fg = alpha == 255
        is_soft = (alpha > 0) & ~is_fg
        if is_soft.any():
            distance = distance_to(is_soft)
        else:
            distance = np.where(is_fg, distance_to(~is_fg), distance_to(is_fg))
        trimap = np.where(is_fg, np.uint8(255), np.uint8(0))
        trimap[distance <= np.where(is_fg, d_in, d_out)] = 128
        results['trimap'] = trimap
        return results


def distance_to(is_target):
    away = (~is_target).astype(np.uint8)
    return cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


def composite(results):
    alpha = results['alpha'][..., None].astype(np.float32) / 255
    results['merged'] = alpha * results['fg'] + (1 - alpha) * results['bg']
    return results


def plain_pipeline(steps):
    """The pipeline of a config with the oracles in place of what is fast."""
    plain = {
        'RandomRotatedCrop': RotatedCrop,
        'GenerateTrimap': Trimap,
        'Composite': lambda: composite,
    }
    return [
        plain[step['type']](**{key: step[key] for key in step if key != 'type'})
        if step['type'] in plain
        else step
        for step in steps
    ]
