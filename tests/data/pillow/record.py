#!/usr/bin/python3
"""record.py - what Pillow makes of a picture, for tests/unit/pillow.c

Run by hand, it writes recorded.txt beside itself: a line for each case, with its name, the numbers of rows, columns and
channels, and the levels, 0 to 255. The pictures are drawn by the same integer operations on both sides: noise, and noise
that was made smooth, for no method looks good on noise and no mistake hides in it.
"""
import math
import os
import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

out = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "recorded.txt"), "w")


def noise(seed, h, w):
    i = np.arange(h * w * 3, dtype=np.uint64)
    x = (i * 2654435761 + seed * 40503 + 12345) % 2**32
    x = (x ^ (x >> 15)) * 2246822519 % 2**32
    x = (x ^ (x >> 13)) * 3266489917 % 2**32
    x ^= x >> 16
    return (x >> 24).astype(np.uint8).reshape(h, w, 3)


def smooth(seed, h, w):
    """The mean of a window of 5 x 5, rounded down; edges repeat."""
    x = np.pad(noise(seed, h, w).astype(np.int64), ((2, 2), (2, 2), (0, 0)), "edge")
    return (sum(x[a:a + h, b:b + w] for a in range(5) for b in range(5)) // 25).astype(np.uint8)


def record(name, picture):
    x = np.asarray(picture)
    print(name, *x.shape, *x.reshape(-1), file=out)


def gauss(x, sigma):
    """The blur as it is defined, in double precision; the window reaches as far as ours."""
    reach = math.ceil(3 * sigma)
    bell = np.exp(-np.arange(-reach, reach + 1) ** 2 / (2 * sigma**2))
    bell /= bell.sum()
    for axis in 0, 1:
        pad = [(reach, reach) if a == axis else (0, 0) for a in range(3)]
        p = np.pad(x.astype(np.float64), pad, "edge")
        x = sum(b * np.take(p, np.arange(k, k + x.shape[axis]), axis) for k, b in enumerate(bell))
    return np.floor(x + 0.5).astype(np.uint8)


pictures = {"noise": noise(1, 19, 15), "smooth": smooth(2, 24, 31)}
filters = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "nearest": Image.NEAREST}
for kind, x in pictures.items():
    picture = Image.fromarray(x)
    for name, method in filters.items():
        for h, w in (38, 30), (40, 33), (7, 9), (8, 40), (3, 2), (1, 1), (19, 8):
            record("%s_resize_%s_%dx%d" % (kind, name, h, w), picture.resize((w, h), method))
    for degrees in 15, -37, 73:
        record("%s_rotate_%d" % (kind, degrees),
               picture.rotate(degrees, Image.BILINEAR, fillcolor=(51, 51, 51)))
    h, w = x.shape[:2]
    for name, m in ("shift", (1, 0, 2.5, 0, 1, -3.25)), ("zoom", (0.8, 0, 0, 0, 1.25, 0)), \
            ("shear", (1, 0.31, 0, 0, 1, 0)), ("all", (0.91, 0.3, 1.52, -0.2, 1.1, -2.77)):
        a, b, c, d, e, f = m  # about the centre; Pillow wants it about the corner
        corner = (a, b, w / 2 - a * w / 2 - b * h / 2 + c, d, e, h / 2 - d * w / 2 - e * h / 2 + f)
        record("%s_affine_%s" % (kind, name),
               picture.transform((w, h), Image.AFFINE, corner, Image.BILINEAR, fillcolor=(51, 51, 51)))
    for share in 0.4, 1.7:
        record("%s_brightness_%g" % (kind, share), ImageEnhance.Brightness(picture).enhance(share))
        record("%s_contrast_%g" % (kind, share), ImageEnhance.Contrast(picture).enhance(share))
        record("%s_saturation_%g" % (kind, share), ImageEnhance.Color(picture).enhance(share))
    for sigma in 0.7, 1.5, 3:
        record("%s_blur_%g" % (kind, sigma), picture.filter(ImageFilter.GaussianBlur(sigma)))
        record("%s_gauss_%g" % (kind, sigma), gauss(x, sigma))
    record("%s_flip" % kind, picture.transpose(Image.FLIP_LEFT_RIGHT))
    record("%s_flip-vertical" % kind, picture.transpose(Image.FLIP_TOP_BOTTOM))
    record("%s_crop" % kind, picture.crop((3, -2, 13, 9)))  # 0 outside
