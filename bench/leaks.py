"""Times the leak search: 10,000 notes of 1,200 words against 500 identities; the bar is 3 seconds.

Usage: python bench/leaks.py [NOTES] [IDENTITIES]
"""

from __future__ import annotations

import random
import sys
import time

from consultkit.privacy import patterns
from consultkit.privacy.identities import Identity
from consultkit.privacy.matcher import Matcher
from consultkit.privacy.names import ordinary_words

BAR = 3.0
WORDS = 1200
SYLLABLES = "ba be bi co da de di fa fo ga go ha ka ko la le li ma me mo na ni no pa ra re ri sa se so ta te ti to va vi".split()  # noqa: SIM905


def vocabulary(rng, size):
    """Common words, then invented ones: a word list as long-tailed as a language's."""
    common = sorted(word for word in ordinary_words() if len(word) > 1)
    rng.shuffle(common)
    short = "de la le les et à des en un une du que qui pour dans il est au sur pas par plus nous ce se ont".split()  # noqa: SIM905
    made = {
        "".join(rng.choices(SYLLABLES, k=rng.randint(2, 5))) + rng.choice(("", "s", "é", "er", "nt"))
        for _ in range(size)
    }
    return short + common + sorted(made)


def notes(rng, count):
    """Notes as people write them: sentences, capitals, French punctuation, dates, a few numbers."""
    words = vocabulary(rng, 40_000)
    weights = [1 / (rank + 3) for rank in range(len(words))]
    for number in range(count):
        chosen = rng.choices(words, weights, k=WORDS)
        for i in range(0, WORDS, 17):
            chosen[i] = chosen[i].capitalize()
            chosen[i - 1] += rng.choice((".", ".", ",", "\u00a0;", "…", ".\n\n"))
        for i in range(9, WORDS, 150):
            chosen[i] = rng.choice(("l’", "d’", "qu’")) + chosen[i]
            chosen[i + 3] = f"« {chosen[i + 3]} »"
        chosen[40:42] = ["2023-06-20", f"[@GAO-{number:02d}]"]
        yield f"---\nid: GAO-{number:02d}\n---\n## Contexte {{#contexte}}\n\n" + " ".join(chosen)


def identities(rng, count):
    """Invented people, each with a first name, a surname, a phone and an address."""
    for number in range(count):
        first, last = ("".join(rng.choices(SYLLABLES, k=3)).capitalize() for _ in range(2))
        phone = f"+223 7{rng.randrange(10**7):07d}"
        yield Identity(
            f"GAO-{number:02d}", "note", f"{first}x ag {last}x", (), phone, f"{first}.{last}@example.org"
        )


def row(name, seconds, found, bar):
    verdict = "" if bar is None else "ok" if seconds < bar else "TOO SLOW"
    print(f"{name:<28} {seconds:8.2f} s {found:8d} finds  {verdict}")


def main(count=10_000, people=500):
    rng = random.Random(7)
    texts = list(notes(rng, count))
    start = time.perf_counter()
    matcher = Matcher(identities(rng, people))
    print(f"{count} notes, {sum(map(len, texts)) / 1e6:.0f} million characters, {people} identities")
    row("building the matcher", time.perf_counter() - start, 0, None)
    for name, search in (
        ("identities", matcher.search),
        ("identities, once more", matcher.search),
        ("patterns", patterns.search),
    ):
        start = time.perf_counter()
        found = sum(len(search(text)) for text in texts)
        row(name, time.perf_counter() - start, found, BAR * count / 10_000 if name == "identities" else None)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
