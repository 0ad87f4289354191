"""The average matte of flipped, resized and recoloured views, one by one with numpy and OpenCV."""

from itertools import permutations

import cv2
import numpy as np


def average(predict, image, trimap, flips=True, scales=(1.0,), colours=False):
    """Mean matte of ``predict(rgb, trimap)``, both in 0..255, over the views of a BGR image."""
    height, width = trimap.shape
    total = 0
    for scale in scales:
        size = (int(width * scale), int(height * scale))
        scaled = cv2.resize(image, size, interpolation=cv2.INTER_CUBIC)
        scaled_trimap = cv2.resize(trimap, size, interpolation=cv2.INTER_NEAREST)
        mattes = []
        for order in permutations(range(3)) if colours else [(0, 1, 2)]:
            for inverts in (False, True) if colours else (False,):
                rgb = scaled[..., ::-1][..., list(order)].astype(float)
                rgb = 255 - rgb if inverts else rgb
                mattes += flipped_mattes(predict, rgb, scaled_trimap, flips)
        mean = np.mean(mattes, axis=0)
        total = total + cv2.resize(mean, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(total / len(scales), 0, 1)


def flipped_mattes(predict, image, trimap, flips):
    """Mattes of the image turned and mirrored, turned back."""
    mattes = []
    for quarters in range(4) if flips else (0,):
        for mirrors in (False, True) if flips else (False,):
            view, view_trimap = np.rot90(image, quarters), np.rot90(trimap, quarters)
            if mirrors:
                view, view_trimap = view[:, ::-1], view_trimap[:, ::-1]
            matte = predict(view, view_trimap)
            mattes.append(np.rot90(matte[:, ::-1] if mirrors else matte, -quarters))
    return mattes
