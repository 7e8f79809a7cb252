"""The HTML edition: pandoc's fragment in a page of its own, one file that asks nothing of the network."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from consultkit.i18n import _
from consultkit.report.ast import Heading
from consultkit.report.errors import RenderError

# Whatever a browser could be told to fetch or to run, it will not.
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; "
    "base-uri 'none'; form-action 'none'"
)
SKIP = {"fr": "Aller au contenu", "en": "Skip to content"}
FORBIDDEN = re.compile(r"@import|</|url\(\s*['\"]?(?!data:)|expression\(|\\", re.IGNORECASE)


def style_sheet(css: str) -> str:
    """A campaign's style sheet; one that would fetch something is refused."""
    found = FORBIDDEN.search(css)
    if found:
        line = css.count("\n", 0, found.start()) + 1
        raise RenderError(
            _(
                "templates/style.css, line {line}: a style sheet may not fetch or hide anything. "
                "Take the line out, or delete the file to use the default."
            ).format(line=line)
        )
    return css


def page(
    fragment: str, css: str, *, title: str, subtitle: str, lines: Sequence[str], authors: Sequence[str],
    date: str, iso_date: str, banner: str, logo: str, language: str, lists: Mapping[str, Sequence[Heading]],
) -> str:  # fmt: skip
    """The whole page; `logo` is a data URI or empty, `lists` what is listed at its head, by title."""
    head = [f"<title>{escape(title)}</title>", f"<style>\n{css}{_print_margins(banner)}</style>"]
    if authors:
        head.insert(1, f'<meta name="author" content="{escape("; ".join(authors))}">')
    cover = [f'<img class="logo" src="{logo}" alt="Logo">'] if logo else []
    cover.append(f'<p class="banner">{escape(banner)}</p>' if banner else "")
    cover.append(f"<h1>{escape(title)}</h1>")
    cover.append(f'<p class="subtitle">{escape(subtitle)}</p>' if subtitle else "")
    cover += [f'<p class="line">{escape(line)}</p>' for line in lines]
    cover.append(f'<p class="authors">{escape(", ".join(authors))}</p>' if authors else "")
    cover.append(f'<p class="date"><time datetime="{iso_date}">{escape(date)}</time></p>')
    footer = " · ".join(item for item in (title, banner) if item)
    return "\n".join(
        [
            f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            *head,
            f'</head>\n<body>\n<a class="skip" href="#contenu">{SKIP[language]}</a>\n<header>',
            *(line for line in cover if line),
            "</header>",
            *(line for name, entries in lists.items() for line in _listed(entries, name)),
            f'<main id="contenu" tabindex="-1">\n{_tables(fragment)}</main>',
            f"<footer><p>{escape(footer)}</p></footer>\n</body>\n</html>\n",
        ]
    )


def _print_margins(banner: str) -> str:
    """The banner and the page's number on every printed page."""
    words = "".join(f"\\{ord(char):x} " for char in banner)  # as code points, nothing can end the string
    return (
        f'@page {{ @top-right {{ content: "{words}"; font: bold 8pt sans-serif; color: #8c2f1b }}'
        ' @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; '
        "color: #55616a } }\n"
    )


def _tables(fragment: str) -> str:
    """The fragment with its header cells scoped, for screen readers."""
    return re.sub(r"<th(?=[ >])", '<th scope="col"', fragment)


def _listed(entries: Sequence[Heading], title: str) -> list[str]:
    if not entries:
        return []
    items = [
        f'<li class="level-{heading.level}"><a href="#{heading.id}">{escape(heading.text)}</a></li>'
        for heading in entries
    ]
    return [f'<nav aria-label="{title}">', f"<h2>{title}</h2>", "<ul>", *items, "</ul>", "</nav>"]
