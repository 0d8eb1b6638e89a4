"""Golden images: kept small, compared with tolerance, because fonts and edges differ from machine to machine."""

import io
import os
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

FOLDER = Path(__file__).parent / "golden"
RENEW = os.environ.get("GOLDEN") == "renew"
SCALE = 2
COLOURS = 48
# What a line more or less of text may shift, and how much of the picture may look different then.
HEIGHT_SHARE = 0.04
MOST_DIFFERENT = 0.06
VISIBLE = 40


def golden_problem(name: str, png: bytes) -> str | None:
    """None if the picture looks like its golden image; in words what is wrong, where it does not."""
    seen = _small(png)
    path = FOLDER / f"{name}.png"
    if RENEW:
        FOLDER.mkdir(exist_ok=True)
        seen.quantize(COLOURS).save(path, optimize=True)
        return None
    if not path.exists():
        return f"{path.name} is not there: look at the page, then make browser GOLDEN=renew"
    with Image.open(path) as kept:
        golden = kept.convert("RGB")
    if golden.width != seen.width or abs(golden.height - seen.height) > HEIGHT_SHARE * golden.height:
        return f"{name} is {seen.size}, its golden image {golden.size}"
    share = _difference(golden, seen)
    return f"{share:.1%} of {name} looks different" if share > MOST_DIFFERENT else None


def _difference(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ visibly once both are blurred: 0 to 1."""
    height: int = min(one.height, other.height)
    box = (0, 0, one.width, height)
    soft = [picture.crop(box).convert("L").filter(ImageFilter.BoxBlur(2)) for picture in (one, other)]
    counts: list[int] = ImageChops.difference(*soft).histogram()
    visible: int = sum(counts[VISIBLE:])
    return visible / float(box[2] * height)


def _small(png: bytes) -> Image.Image:
    with Image.open(io.BytesIO(png)) as picture:
        return picture.convert("RGB").resize((picture.width // SCALE, picture.height // SCALE), Image.Resampling.BOX)
