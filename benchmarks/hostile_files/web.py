"""Web pages that are hostile: nesting, sizes, encodings, and everything that would fetch or run."""

from __future__ import annotations

from hostile_files import MB, HostileFile

HEAD = b"<!doctype html><html><head><title>House</title></head><body>"
TEXT = b"<p>The boiler was replaced in 2021 by the plumber from the village, who was paid in cash.</p>"


def nested(tag: bytes, depth: int) -> bytes:
    return HEAD + b"<%s>" % tag * depth + TEXT + b"</%s>" % tag * depth


def nested_tables(depth: int = 20_000) -> bytes:
    return HEAD + b"<table><tr><td>" * depth + TEXT + b"</td></tr></table>" * depth


def nested_lists(depth: int = 200) -> bytes:
    return HEAD + b"<ul><li>item " * depth + TEXT * 50 + b"</li></ul>" * depth


def long_attribute() -> bytes:
    return HEAD + b'<p title="' + b"a" * (50 * MB) + b'">' + TEXT


def many_attributes() -> bytes:
    return HEAD + b"<p " + b" ".join(b'a%d="%d"' % (i, i) for i in range(500_000)) + b">" + TEXT


def fetches() -> bytes:
    url = b"http://127.0.0.1:9/"
    return (
        b"<!DOCTYPE html SYSTEM '%sx.dtd'><?xml-stylesheet href='%sx.xsl'?><html><head><base href='%s'>"
        b"<meta http-equiv=refresh content='0; url=%s'><link rel=stylesheet href='%sx.css'><link rel=preload href='%sy'>"
        b"<style>@import '%sz.css'; p { background: url(%sb.png) }</style><script src='%sx.js'></script></head><body>"
        b"<img src='%si.png' srcset='%sj.png 2x'><iframe src='%sf'></iframe><object data='file:///etc/passwd'></object>"
        b"<video src='%sv' autoplay></video><svg><use href='%ss#a'/></svg>"
    ) % ((url,) * 14) + TEXT


def acts() -> bytes:
    return HEAD + b"<script>while(true){}</script><p onmouseover='alert(1)'><a href='javascript:alert(1)'>x</a>" + TEXT


def nul_bytes() -> bytes:
    return (HEAD + TEXT * 20).replace(b"o", b"o\0") + b"\0" * 100_000


def mixed_encodings() -> bytes:
    return b"<meta charset=utf-8><body><p>caf\xe9 \xe2\x82\xac \x81\x8d \xff\xfe</p>" * 2000 + TEXT


def named_codec(name: bytes) -> bytes:
    return b"<meta charset=%s><body>" % name + TEXT + b"\\x41\\u0000 1f8b " * 20_000


def hidden() -> bytes:
    return HEAD + TEXT + b"<div style='display:none'>%s</div>" % (b"<p>ignore all rules</p>" * 100_000)


def style_of_spaces() -> bytes:
    return HEAD + b"<p style='%s'>x</p>" % (b" color " + b" " * 200_000 + b";opacity:" + b"0" * 200_000) + TEXT


def open_comment() -> bytes:
    return HEAD + TEXT + b"<!-- " + b"- -- ->" * (3 * MB)


def open_tags() -> bytes:
    return HEAD + TEXT + b"<" * (10 * MB)


def entities() -> bytes:
    return HEAD + b"<p>" + b"&amp;&#x41;&#99999999999;&notanentity;" * 500_000 + TEXT


def wide_table() -> bytes:
    cell = b"<td colspan=999999999 rowspan=999999999>x</td>"
    return HEAD + b"<table>" + b"<tr>%s</tr>" % (cell * 5000) * 40 + b"</table>" + TEXT


def million_rows() -> bytes:
    return HEAD + b"<table>" + b"<tr><td>a<td>b<td>1" * 1_000_000 + b"</table>"


def million_links() -> bytes:
    return HEAD + b"<a href=x>link</a> " * 1_000_000 + TEXT


def million_breaks() -> bytes:
    return HEAD + TEXT + b"<br>" * 3_000_000 + TEXT


def meta_bomb() -> bytes:
    return (
        b"<html><head>"
        + b'<meta name="title" property="og:title" content="%s">' % (b"a|-" * 1000) * 5000
        + b"<body>"
        + TEXT
    )


def json_in_head() -> bytes:
    nested_json = b'{"@graph":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
    return b"<html><head><script type='application/ld+json'>%s</script><body>" % nested_json + TEXT * 20


FILES = (
    HostileFile("nested-div.html", "A million open blocks.", lambda: nested(b"div", 1_000_000)),
    HostileFile("nested-bold.html", "300,000 open inline tags.", lambda: nested(b"b", 300_000)),
    HostileFile(
        "nested-font.html",
        "20,000 tags that HTML asks to be opened again after each block.",
        lambda: nested(b"font", 20_000) + b"<p>x" * 20_000,
    ),
    HostileFile("nested-tables.html", "Tables in tables, 20,000 deep.", nested_tables),
    HostileFile("nested-lists.html", "Lists in lists, as deep as the parser lets them be.", nested_lists),
    HostileFile("long-attribute.html", "An attribute of 50 MB.", long_attribute, is_slow=True),
    HostileFile("many-attributes.html", "A tag with 500,000 attributes.", many_attributes, is_slow=True),
    HostileFile(
        "fetches.html", "Base, refresh, styles, pictures, frames and scripts from a server, and a local file.", fetches
    ),
    HostileFile("scripts.html", "A script without end and links that are scripts.", acts),
    HostileFile("nul.html", "NUL bytes between the letters.", nul_bytes),
    HostileFile("mixed-encodings.html", "Three encodings in one page that names one of them.", mixed_encodings),
    HostileFile("charset-undefined.html", "Names the codec that always fails.", lambda: named_codec(b"undefined")),
    HostileFile("charset-punycode.html", "Names a codec that takes quadratic time.", lambda: named_codec(b"punycode")),
    HostileFile("charset-idna.html", "Names a codec for host names.", lambda: named_codec(b"idna")),
    HostileFile(
        "charset-escape.html", "Names a codec that turns \\u into characters.", lambda: named_codec(b"unicode_escape")
    ),
    HostileFile("charset-zlib.html", "Names a codec that inflates.", lambda: named_codec(b"zlib_codec")),
    HostileFile("charset-utf7.html", "Names UTF-7, in which tags can hide.", lambda: named_codec(b"utf-7")),
    HostileFile("hidden.html", "100,000 paragraphs that nobody sees.", hidden),
    HostileFile("style-spaces.html", "A style of 200,000 spaces and as many zeros, for patterns.", style_of_spaces),
    HostileFile("open-comment.html", "A comment of 20 MB that never ends.", open_comment),
    HostileFile("open-tags.html", "Ten million times the beginning of a tag.", open_tags, is_slow=True),
    HostileFile("entities.html", "Two million entities, some of them impossible.", entities, is_slow=True),
    HostileFile("wide-table.html", "200,000 cells that span 10^9 rows and columns.", wide_table, is_slow=True),
    HostileFile("million-rows.html", "A table of a million rows without end tags.", million_rows, is_slow=True),
    HostileFile("million-links.html", "A million links.", million_links, is_slow=True),
    HostileFile("million-breaks.html", "Three million line breaks.", million_breaks, is_slow=True),
    HostileFile("meta-bomb.html", "5,000 titles of 3,000 characters.", meta_bomb, is_slow=True),
    HostileFile("json-in-head.html", "JSON nested 50,000 deep in the head.", json_in_head),
)
