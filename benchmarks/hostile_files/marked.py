"""Rich text, JSON, notebooks, XML and subtitles that are hostile."""

from __future__ import annotations

import json

from hostile_files import MB, HostileFile

SENTENCE = "The boiler was replaced in 2021."
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 10))


def rtf(body: bytes) -> bytes:
    return b"{\\rtf1\\ansi " + body + b" " + SENTENCE.encode() + b"\\par}"


def rtf_nested() -> bytes:
    return rtf(b"{" * 1_000_000 + b"deep" + b"}" * 1_000_000)


def rtf_binary() -> bytes:
    return rtf(b"\\bin2147483647 abc\\bin-5 def\\u-99999999999 ?\\uc999999999\\u65 x\\'zz\\'")


def rtf_objects() -> bytes:
    return rtf(
        b"{\\object{\\*\\objdata " + b"00" * (20 * MB) + b"}}{\\field{\\*\\fldinst HYPERLINK http://127.0.0.1:9/}}"
    )


def rtf_fonts() -> bytes:
    return rtf(b"{\\fonttbl" + b"".join(b"{\\f%d\\fcharset%d Arial;}" % (i, i % 999) for i in range(200_000)) + b"}")


def rtf_words() -> bytes:
    return rtf(b"\\" + b"a" * 5_000_000 + b" \\par" * 300_000)


def json_nested() -> bytes:
    return b"[" * 1_000_000 + b"]" * 1_000_000


def json_objects() -> bytes:
    return b'{"a":' * 100_000 + b"1" + b"}" * 100_000


def json_number() -> bytes:
    return b'{"n": %s, "e": 1e%s, "f": NaN, "g": -Infinity}' % (b"9" * 5_000_000, b"9" * 1_000_000)


def json_keys() -> bytes:
    return b"{" + b",".join(b'"k":%d' % i for i in range(500_000)) + b"}"


def json_string() -> bytes:
    return b'{"a": "' + b"\\ud800\\u0000\\u202e" * 1_000_000 + b'"}'


def json_paths() -> bytes:
    """Keys of 1,000 letters around 20,000 values: each value's path is 10 KB."""
    value: object = list(range(20_000))
    for i in range(10):
        value = {f"{i}" + "k" * 1000: value}
    return json.dumps(value).encode()


def json_lines() -> bytes:
    return b'{"a": 1}\n' * 500_000 + b'{"a": \n' * 1000


def notebook() -> bytes:
    output = {"output_type": "stream", "text": ["x" * 1000 + "\n"] * 20_000}
    picture = {"output_type": "display_data", "data": {"image/png": "A" * (8 * MB), "text/html": "<b>" * 10_000}}
    cells = [
        {"cell_type": "markdown", "source": SENTENCE},
        {"cell_type": "code", "source": 5, "outputs": [output, picture]},
        7,
        None,
    ]
    return json.dumps({"cells": cells, "metadata": [], "nbformat": "x"}).encode()


def xml_laughs() -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "laugh">%s]><a>&l9;</a>' % LAUGHS


def xml_local() -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


def xml_nested() -> bytes:
    return b"<a>" * 500_000 + SENTENCE.encode() + b"</a>" * 500_000


def xml_names() -> bytes:
    return b"<a " + b" ".join(b'xmlns:n%d="u%d"' % (i, i) for i in range(100_000)) + b"/>"


def xml_included() -> bytes:
    return b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/passwd" parse="text"/></a>'


def drawing() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>x</script><image href="http://127.0.0.1:9/"/><text>a</text></svg>'


def cues() -> bytes:
    return b"WEBVTT\n\n" + b"00:00:01.000 --> 00:00:02.000\na\n\n" * 300_000


def cue_times() -> bytes:
    times = b"99999999999:99:99.999 --> -00:00:00,000\n%s\n\n" % SENTENCE.encode()
    return b"WEBVTT\n\n" + times * 100 + b"00:00:01.000 --> " * 100_000 + b"\n" + b"<v " * 300_000


def subtitle_numbers() -> bytes:
    return b"%s\n00:00:01,000 --> 00:00:02,000\n%s\n\n" % (b"9" * 1_000_000, SENTENCE.encode())


def restructured() -> bytes:
    return (
        b"=" * 500_000
        + b"\na\n"
        + b"=" * 500_000
        + b"\n\n.. include:: /etc/passwd\n.. raw:: html\n   :url: http://127.0.0.1:9/\n\n"
        + b"* " * 100_000
    )


def restructured_table() -> bytes:
    return b"+" + b"-+" * 20_000 + b"\n" + (b"|" + b" |" * 20_000 + b"\n") * 20


FILES = (
    HostileFile("nested.rtf", "Groups nested a million deep.", rtf_nested),
    HostileFile("binary.rtf", "Binary data of 2 GB that is not there, and impossible numbers.", rtf_binary),
    HostileFile("objects.rtf", "An embedded object of 20 MB and a link.", rtf_objects),
    HostileFile("fonts.rtf", "200,000 fonts.", rtf_fonts),
    HostileFile("words.rtf", "A control word of five million letters.", rtf_words),
    HostileFile("nested.json", "Lists nested a million deep.", json_nested),
    HostileFile("objects.json", "Objects nested 100,000 deep.", json_objects),
    HostileFile("number.json", "A number of five million digits.", json_number),
    HostileFile("keys.json", "Half a million equal keys.", json_keys),
    HostileFile("string.json", "A string of lone surrogates, NULs and direction marks.", json_string),
    HostileFile("paths.json", "20,000 values below ten keys of 1,000 letters.", json_paths),
    HostileFile("lines.jsonl", "Half a million lines, then a thousand broken ones.", json_lines),
    HostileFile("notebook.ipynb", "A notebook of outputs, with cells that are none.", notebook),
    HostileFile("laughs.xml", "Entities that grow tenfold nine times.", xml_laughs),
    HostileFile("local.xml", "An entity that is a local file.", xml_local),
    HostileFile("nested.xml", "Elements nested 500,000 deep.", xml_nested),
    HostileFile("names.xml", "100,000 name spaces.", xml_names),
    HostileFile("included.xml", "Asks for a local file to be included.", xml_included),
    HostileFile("drawing.svg", "A drawing with a script and a picture from a server.", drawing),
    HostileFile("cues.vtt", "300,000 cues.", cues),
    HostileFile("times.vtt", "Impossible times and 300,000 open tags.", cue_times),
    HostileFile("number.srt", "A cue with a number of a million digits.", subtitle_numbers),
    HostileFile("include.rst", "Asks for a local file and an address, between rules of 500,000 marks.", restructured),
    HostileFile("table.rst", "A table of 20,000 columns.", restructured_table),
)
