"""A document as one web page: no script, nothing from outside, print styles included."""

from collections.abc import Sequence

from mapper.base.palette import with_colours
from mapper.base.text import encode_text
from mapper.outputs.documents.model import (
    Block,
    Bullets,
    Document,
    Figures,
    Heading,
    PageBreak,
    Paragraph,
    Picture,
    Table,
)

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = with_colours("""
body{font:16px/1.5 system-ui,"DejaVu Sans",sans-serif;color:var(--c-ink);
max-width:60rem;margin:0 auto;padding:0 1rem 3rem}
.mark{font-weight:700;text-align:center;letter-spacing:.06em;padding:.5rem 0}
h1,h2,h3{color:var(--c-accent);line-height:1.25}h4{margin-bottom:.3rem}
.soft,figcaption,caption{color:var(--c-soft);font-size:.9rem;text-align:left}
.warning{border:2px solid var(--c-ink);padding:.5rem .75rem;font-weight:700}
.figures{display:flex;flex-wrap:wrap;gap:1rem;margin:1rem 0;padding:0;list-style:none}
.figures li{flex:1 1 9rem;border-left:4px solid var(--c-accent);padding-left:.75rem}
.figures b{display:block;font-size:1.7rem;line-height:1.2}
table{border-collapse:collapse;width:100%;margin:1rem 0;font-size:.95rem}
th,td{border-bottom:1px solid var(--c-heavy);padding:.35rem .5rem;
text-align:left;vertical-align:top}
.number{text-align:right}figure{margin:1rem 0}figure svg{max-width:100%;height:auto}
.break{break-before:page}
@media print{html{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{font-size:10pt;max-width:none;padding:0}tr,figure{break-inside:avoid}}
""")


def document_html(document: Document) -> bytes:
    """Return a document as one page of HTML that opens anywhere with no network."""
    warning = f'<p class="warning">{encode_text(document.warning)}</p>' if document.warning else ""
    head = f"""<p>{encode_text(document.subtitle)}</p>
{warning}<p class="soft">{encode_text(document.made)}</p>
"""
    foot = f'<p class="soft">Release {encode_text(document.release.digest)}</p>'
    return framed_html(
        document.title,
        document.marking,
        document.blocks,
        head=head,
        foot=foot,
        made_by=document.made_by,
    )


def framed_html(
    title: str,
    marking: str,
    blocks: Sequence[Block],
    *,
    head: str = "",
    foot: str = "",
    made_by: str = "",
) -> bytes:
    """Return blocks as one marked page of HTML.

    Parameters
    ----------
    head, foot
        HTML above and below the blocks.
    """
    title, mark = encode_text(title), encode_text(marking)
    body = "\n".join(_block(block) for block in blocks)
    return f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="author" content="{encode_text(made_by)}">
<meta name="marking" content="{mark}"><title>{title}: {mark}</title><style>{STYLE}</style></head>
<body><p class="mark">{mark}</p><main><h1>{title}</h1>{head}{body}
</main>{foot}<p class="mark">{mark}</p></body></html>
""".encode()


def _block(block: Block) -> str:
    """Return one block as HTML."""
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Picture):
        return _picture(block)
    if isinstance(block, PageBreak):
        return '<div class="break"></div>'
    return _words(block)


def _words(block: Heading | Paragraph | Bullets | Figures) -> str:
    """Return one block of words as HTML."""
    match block:
        case Heading(text, level):
            return f"<h{level + 1}>{encode_text(text)}</h{level + 1}>"
        case Paragraph(text, style):
            words = encode_text(text)
            words = f"<strong>{words}</strong>" if style == "strong" else words
            return f'<p class="soft">{words}</p>' if style == "small" else f"<p>{words}</p>"
        case Bullets(items):
            return f"<ul>{''.join(f'<li>{encode_text(item)}</li>' for item in items)}</ul>"
        case Figures(items):
            return f'<ul class="figures">{"".join(_figure(*item) for item in items)}</ul>'


def _figure(value: str, what: str, moved: str) -> str:
    """Return one headline figure."""
    more = f'<br><span class="soft">{encode_text(moved)}</span>' if moved else ""
    return f"<li><b>{encode_text(value)}</b>{encode_text(what)}{more}</li>"


def _table(table: Table) -> str:
    """Return a table with a header row, numbers to the right."""

    def row(words: tuple[str, ...], tag: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        kinds = (' class="number"' if at in table.numbers else "" for at in range(len(words)))
        cells = (
            f"<{tag}{scope}{kind}>{encode_text(word)}</{tag}>"
            for kind, word in zip(kinds, words, strict=True)
        )
        return f"<tr>{''.join(cells)}</tr>"

    body = "".join(row(words, "td") for words in table.rows)
    return (
        f"<table><caption>{encode_text(table.caption)}</caption>"
        f"<thead>{row(table.header, 'th')}</thead><tbody>{body}</tbody></table>"
    )


def _picture(picture: Picture) -> str:
    """Return a drawing inside the page; its own words are encoded where it was drawn."""
    caption = f"<figcaption>{encode_text(picture.caption)}</figcaption>" if picture.caption else ""
    return (
        f'<figure style="width:{picture.width * 100:.0f}%"><div role="img"'
        f' aria-label="{encode_text(picture.alt)}">{picture.svg}</div>{caption}</figure>'
    )
