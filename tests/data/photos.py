#!/usr/bin/python3
"""photos.py FOLDER CLASS…: a small set of photo-like pictures (Debian's python3-pil), a folder a class, 30 files each. A class
has its own colours and its own pattern on a blurred, noisy ground. Sizes and formats are mixed as people mix them."""
import os
import random
import sys
from PIL import Image, ImageDraw, ImageFilter

folder, names = sys.argv[1], sys.argv[2:]
for k, name in enumerate(names):
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    for i in range(30):
        r = random.Random(100 * k + i)
        w, h = r.randint(90, 260), r.randint(90, 260)
        ground = Image.frombytes("L", (w // 8 + 1, h // 8 + 1), r.randbytes((w // 8 + 1) * (h // 8 + 1))).resize((w, h), Image.BICUBIC)
        picture = Image.merge("RGB", [ground.point(lambda v, c=c: v * c // 255) for c in [r.randint(90, 255) for _ in range(3)]])
        draw = ImageDraw.Draw(picture)
        colour = tuple((40 + 190 * ((k + c) % 3 == 0) + r.randint(-30, 30)) for c in range(3))
        x, y, size = r.randint(w // 6, w // 3), r.randint(h // 6, h // 3), min(w, h) // 2
        if k % 2:
            draw.ellipse([x, y, x + size, y + size], fill=colour)
        else:
            draw.rectangle([x, y, x + size, y + size], fill=colour)
        picture = picture.filter(ImageFilter.GaussianBlur(1.5))
        path = os.path.join(folder, name, "%02d" % i)
        if i % 10 == 7:
            picture.convert("L").save(path + ".png")
        elif i % 10 == 8:
            picture.save(path + ".png")
        elif i % 10 == 9:
            exif = Image.Exif()
            exif[0x0112] = 6
            picture.rotate(90, expand=True).save(path + ".jpg", quality=80, exif=exif)
        else:
            picture.save(path + ".jpg", quality=r.randint(60, 95), progressive=i % 2 == 0)
