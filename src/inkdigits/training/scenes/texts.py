"""Random texts: amounts, dates, grades, sums, and letters between them."""

import numpy as np

LETTER = "\N{REPLACEMENT CHARACTER}"
"""Placeholder of a letter or sign that is not a digit."""

GAP = " "
"""A gap between two numbers."""

_LETTERS = "eeeeaaaaiiiooonnnrrrtttsssllddduuummccppggbbhvfkwzxjqy"
"""Letters with approximately the frequencies of European languages."""

_ONES = 0.15
"""Share of 1s among the digits: in real numbers 1 is the most frequent first digit (Benford's law)."""

_LENGTHS = np.array([0.16, 0.14, 0.13, 0.15, 0.16, 0.12, 0.06, 0.05, 0.03])
"""Probabilities of numbers with 1 to 9 digits."""


def random_text(n_symbols: int, rng: np.random.Generator) -> str:
    """Return a text of about ``n_symbols`` symbols: numbers, with gaps and letters between them.

    Parameters
    ----------
    n_symbols
        Smallest length of the text.
    rng
        The random generator.
    """
    kind = rng.random()
    text = ""
    while len(text) < n_symbols:
        if kind < 0.12:  # a column or row of a table
            token = random_digits(int(rng.integers(1, 4)), rng)
        elif kind < 0.2:  # a sum
            token = random_digits(int(rng.integers(1, 4)), rng) + "++--××÷"[rng.integers(7)]
            text += token
            continue
        elif kind < 0.24:  # signs that stand alone
            token = "++--×÷:="[rng.integers(8)]
        else:
            token = _token(rng)
        text += (GAP * int(rng.integers(1, 3)) if text else "") + token
        stranger = rng.random()
        if stranger < 0.04:
            text += GAP + LETTER * int(rng.integers(1, 5))
        elif stranger < 0.08:
            text += GAP + random_word(rng)
    return text


def random_word(rng: np.random.Generator) -> str:
    """Return a word of random letters, as on a form or next to a number.

    A single letter may look like a digit; in a word the context shows that it is a letter.
    """
    n = int(rng.integers(2, 10))
    letters = "".join(_LETTERS[i] for i in rng.integers(0, len(_LETTERS), n))
    kind = rng.random()
    if kind < 0.3:
        letters = letters.capitalize()
    elif kind < 0.5:
        # A capital X is rendered as the cross in an unused box, not as a letter.
        letters = letters.upper().replace("X", "Y")
    end = rng.random()
    if end < 0.1:
        return f"({letters})"
    return letters + (":" if end < 0.2 else "." if end < 0.28 else "")


def random_form_text(n_symbols: int, rng: np.random.Generator) -> str:
    """Return a text of about ``n_symbols`` symbols as printed on forms: words, and some numbers."""
    tokens = [random_word(rng)]
    while sum(map(len, tokens)) < n_symbols:
        tokens.append(_token(rng) if rng.random() < 0.12 else random_word(rng))
    return GAP.join(tokens)


def random_letters(n_symbols: int, rng: np.random.Generator) -> str:
    """Return a text without digits: words of letters and signs, or nothing."""
    if rng.random() < 0.4:
        return ""
    return GAP.join(LETTER * int(rng.integers(1, 6)) for _ in range(n_symbols // 4 + 1))


def random_digits(n: int, rng: np.random.Generator, ones: float = _ONES) -> str:
    """Return ``n`` random digits, of which the share ``ones`` are 1s; sometimes all are equal."""
    digits = np.where(rng.random(n) < (ones - 0.1) / 0.9, 1, rng.integers(0, 10, n))
    if rng.random() < 0.12:
        digits[:] = digits[0]
    return "".join(map(str, digits))


def _token(rng: np.random.Generator) -> str:
    n = int(rng.choice(len(_LENGTHS), p=_LENGTHS / _LENGTHS.sum())) + 1
    text = random_digits(n, rng)
    if n > 2 and rng.random() < 0.3:
        zeros = int(rng.integers(1, min(4, n)))
        text = text[:-zeros] + "0" * zeros
    kind = rng.random()
    if n > 3 and kind < 0.3:
        text = text[:-3] + (".,"[int(rng.random() < 0.35)]) + text[-3:]
    elif n > 1 and kind < 0.4:
        place = int(rng.integers(1, n))
        text = text[:place] + "..,,--:"[rng.integers(7)] + text[place:]
    elif n > 4 and kind < 0.48:  # a date, a time, a telephone number
        mark = "/--..:"[rng.integers(6)]
        text = text[:2] + mark + text[2:4] + mark + text[4:]
    kind = rng.random()
    if kind < 0.22:
        text += ("-", ".", ",", ".-", ",-", "=", "=-", ".=", "--", ".", "=", '"', ",,")[rng.integers(13)]
    elif kind < 0.23:
        text += LETTER
    kind = rng.random()
    if kind < 0.05:
        text = "$" + text
    elif kind < 0.08:
        text = "-" + text
    elif kind < 0.1:
        text = "=" + text
    elif kind < 0.12:
        text = "X" * int(rng.integers(1, 3)) + text
    elif kind < 0.135:
        text = f"({text})"
    elif kind < 0.145:
        place = int(rng.integers(0, n))
        text = text[:place] + LETTER + text[place:]
    return text
