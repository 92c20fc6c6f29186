"""Text as a person meant it: one spelling for one word, and nothing in it that a screen would not show.

* Normalised to NFC, and Thai to how it is typed on a keyboard: SARA AM as one character, two SARA E as SARA AE.
* What has no width and no meaning (the word separators that come along when text is copied) is taken out; any white
  space is one space.
* What could make a name look like another one is refused, not repaired: control characters, marks that turn the
  direction of reading, private and unassigned characters, and a heap of marks over one letter.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

MARKS_MAX: Final = 3  # over one letter: Thai has a vowel, a tone, and rarely a third
_WITHOUT_WIDTH: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_SPACES: Final = re.compile(r"[\s\u00a0]+")
# The tone stands between the two halves of a SARA AM that was typed in pieces.
_SARA_AM: Final = re.compile(r"\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_REFUSED: Final = {"Cc": "control", "Cf": "direction", "Cs": "unprintable", "Co": "unprintable", "Cn": "unprintable"}


class TextDoubt(StrEnum):
    """Why a text is not taken."""

    CONTROL = "control"  # characters that command a machine
    DIRECTION = "direction"  # marks that change how the rest is read or shown
    UNPRINTABLE = "unprintable"  # no character that everybody's screen has
    MARKS = "marks"  # more marks over one letter than any language writes
    TOO_LONG = "too_long"
    EMPTY = "empty"


class TextRefused(ValueError):
    """This is no text that people can read to each other; it says why, and never quotes it."""

    def __init__(self, doubt: TextDoubt) -> None:
        super().__init__(doubt.value)
        self.doubt = doubt


def plain(text: str, characters_max: int) -> str:
    """The one spelling of a text.

    Raises:
        TextRefused: with its doubt.
    """
    if len(text) > 4 * characters_max:
        raise TextRefused(TextDoubt.TOO_LONG)  # before any work is spent on it
    spaced = _SPACES.sub(" ", text.translate(_WITHOUT_WIDTH)).strip()
    marks = 0
    for character in spaced:
        category = unicodedata.category(character)
        if category in _REFUSED:
            raise TextRefused(TextDoubt(_REFUSED[category]))
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > MARKS_MAX:
            raise TextRefused(TextDoubt.MARKS)
    composed = unicodedata.normalize("NFC", _SARA_AM.sub("\\1\u0e33", spaced)).replace("เเ", "แ")
    if not composed:
        raise TextRefused(TextDoubt.EMPTY)
    if len(composed) > characters_max:
        raise TextRefused(TextDoubt.TOO_LONG)
    return composed
