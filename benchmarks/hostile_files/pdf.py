"""PDF files whose structure is hostile: cycles, lies about sizes, damage, passwords."""

from __future__ import annotations

from hostile_files import HostileFile
from hostile_files.pdf_writer import FONT, RESOURCES, SHOWN, one_page, stream, write_pdf

GOOD = write_pdf(one_page())


def cyclic_pages() -> bytes:
    objects = one_page()
    objects[1] = b"<< /Type /Pages /Kids [2 0 R 4 0 R] /Count 2 >>"
    return write_pdf(objects)


def deep_pages(depth: int = 20_000) -> bytes:
    nodes = [b"<< /Type /Pages /Kids [%d 0 R] /Count 1 /Parent %d 0 R >>" % (i + 7, i + 5) for i in range(depth)]
    nodes[-1] = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    objects = one_page(more=nodes)
    objects[1] = b"<< /Type /Pages /Kids [6 0 R] /Count 1 >>"
    return write_pdf(objects)


def count_lies() -> bytes:
    objects = one_page()
    objects[1] = b"<< /Type /Pages /Kids [4 0 R] /Count 2000000000 >>"
    return write_pdf(objects)


def million_pages() -> bytes:
    empty = [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"] * 1_000_000
    kids = b" ".join(b"%d 0 R" % number for number in range(4, 4 + len(empty)))
    pages = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(empty))
    return write_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages, FONT, *empty])


def page_its_own_parent() -> bytes:
    objects = one_page()
    objects[3] = objects[3].replace(b"/Parent 2 0 R", b"/Parent 4 0 R").replace(b"/MediaBox [0 0 612 792]", b"")
    return write_pdf(objects)


def prev_to_itself() -> bytes:
    start = GOOD.rindex(b"xref\n0 6")
    return write_pdf(one_page(), trailer=b"/Prev %d" % start)


def prev_of_two() -> bytes:
    first = GOOD.index(b"xref\n0 6")
    second = len(GOOD)
    lower = GOOD.replace(b"/Root 1 0 R  >>", b"/Root 1 0 R /Prev %d >>" % (second + 20))
    second = len(lower)
    lower = GOOD.replace(b"/Root 1 0 R  >>", b"/Root 1 0 R /Prev %d >>" % second)
    return lower + b"xref\n0 0\ntrailer\n<< /Size 6 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (first, second)


def size_lies() -> bytes:
    return write_pdf(one_page(), size=2_147_483_647)


def xref_stream_without_width() -> bytes:
    head = GOOD[: GOOD.index(b"xref\n0 6")]
    table = stream(b"", b"/Type /XRef /W [0 0 0] /Index [0 1000000000] /Size 1000000000 /Root 1 0 R")
    return head + b"6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (table, len(head))


def object_stream_extends_itself() -> bytes:
    objects = one_page(more=[stream(b"7 0 << /A 6 0 R >>", b"/Type /ObjStm /N 100000000 /First 4 /Extends 6 0 R")])
    return write_pdf(objects)


def length_lies() -> bytes:
    return write_pdf(one_page(stream(SHOWN, length=b"2147483647")))


def length_of_itself() -> bytes:
    return write_pdf(one_page(stream(SHOWN, length=b"5 0 R")))


def reference_to_itself() -> bytes:
    objects = one_page(more=[b"7 0 R", b"6 0 R"])
    objects[3] = objects[3].replace(b"[0 0 612 792]", b"6 0 R")
    return write_pdf(objects)


def nested_arrays(depth: int = 200_000) -> bytes:
    return write_pdf(one_page(page=b"/Annots " + b"[" * depth + b"]" * depth))


def nested_dictionaries(depth: int = 200_000) -> bytes:
    return write_pdf(one_page(page=b"/X " + b"<</X" * depth + b" 1 " + b">>" * depth))


def million_keys() -> bytes:
    return write_pdf(one_page(page=b"/X << %s >>" % b" ".join(b"/K%d %d" % (i, i) for i in range(1_000_000))))


def outline_to_itself() -> bytes:
    item = b"<< /Title (Again) /Parent 6 0 R /Next 7 0 R /First 7 0 R /Dest [4 0 R /Fit] >>"
    return write_pdf(
        one_page(more=[b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 9 >>", item], catalogue=b"/Outlines 6 0 R")
    )


def deep_outline(depth: int = 50_000) -> bytes:
    items = [b"<< /Title (Level %d) /First %d 0 R /Dest [4 0 R /Fit] >>" % (i, i + 8) for i in range(depth)]
    items[-1] = b"<< /Title (Bottom) >>"
    return write_pdf(one_page(more=[b"<< /First 7 0 R >>", *items], catalogue=b"/Outlines 6 0 R"))


def long_outline(n: int = 200_000) -> bytes:
    items = [b"<< /Title (Entry) /Next %d 0 R /Dest [4 0 R /Fit] >>" % (i + 8) for i in range(n)]
    return write_pdf(one_page(more=[b"<< /First 7 0 R >>", *items], catalogue=b"/Outlines 6 0 R"))


def name_tree_to_itself() -> bytes:
    names = b"/Names << /EmbeddedFiles 6 0 R /Dests 6 0 R >>"
    return write_pdf(one_page(more=[b"<< /Kids [6 0 R 6 0 R] /Limits [(a) (z)] >>"], catalogue=names))


def form_field_cycle() -> bytes:
    fields = [b"<< /FT /Tx /T (a) /V (x) /Kids [7 0 R] /Parent 7 0 R >>", b"<< /T (b) /Kids [6 0 R] /Parent 6 0 R >>"]
    return write_pdf(
        one_page(more=fields, catalogue=b"/AcroForm << /Fields [6 0 R 7 0 R] >>", page=b"/Annots [6 0 R 7 0 R]")
    )


def threads_cycle() -> bytes:
    threads = [b"<< /Type /Thread /F 7 0 R >>", b"<< /T 6 0 R /N 7 0 R /V 7 0 R /P 4 0 R /R [0 0 9 9] >>"]
    return write_pdf(one_page(more=threads, catalogue=b"/Threads [6 0 R 6 0 R]"))


def structure_cycle() -> bytes:
    tree = [
        b"<< /Type /StructTreeRoot /K 7 0 R /ParentTree 6 0 R >>",
        b"<< /S /P /P 7 0 R /K [7 0 R 7 0 R] /Pg 4 0 R >>",
    ]
    return write_pdf(one_page(more=tree, catalogue=b"/StructTreeRoot 6 0 R /MarkInfo << /Marked true >>"))


def encrypted() -> bytes:
    secret = b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s> >>" % (b"a7" * 32, b"3c" * 32)
    return write_pdf(one_page(more=[secret]), trailer=b"/Encrypt 6 0 R /ID [<00> <00>]")


def encrypted_by_nobody() -> bytes:
    secret = b"<< /Filter /Nonsense /V 99 /R 99 /Length -1 /O 6 0 R /U 6 0 R >>"
    return write_pdf(one_page(more=[secret]), trailer=b"/Encrypt 6 0 R")


def without_root() -> bytes:
    return write_pdf(one_page(), root=b"99 0 R")


def header_alone() -> bytes:
    return b"%PDF-1.7\n"


def truncated() -> bytes:
    return write_pdf([*one_page(), *[stream(SHOWN * 20)] * 200])[:8000]


def junk_of_objects() -> bytes:
    return b"%PDF-1.4\n" + b"1 0 obj\n" * 2_000_000


def million_trailers() -> bytes:
    return GOOD + b"trailer << /Prev 1 >> startxref 9 %%EOF\n" * 200_000


def xmp_bomb() -> bytes:
    entities = b"".join(b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 12))
    xml = (
        b'<?xpacket?><!DOCTYPE x [<!ENTITY e0 "boom">%s<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&e11;&f;</x>'
        % entities
    )
    return write_pdf(one_page(more=[stream(xml, b"/Type /Metadata /Subtype /XML")], catalogue=b"/Metadata 6 0 R"))


def acts() -> bytes:
    actions = [
        b"<< /S /JavaScript /JS (while(true){}; app.launchURL('http://127.0.0.1:9/')) /Next 7 0 R >>",
        b"<< /S /Launch /F (/bin/sh) /Next 8 0 R >>",
        b"<< /S /SubmitForm /F << /FS /URL /F (http://127.0.0.1:9/) >> /Next 6 0 R >>",
    ]
    return write_pdf(one_page(more=actions, catalogue=b"/OpenAction 6 0 R /AA << /WC 7 0 R >>"))


def million_annotations() -> bytes:
    note = b"<< /Type /Annot /Subtype /FreeText /Rect [0 0 9 9] /Contents (x) /DA (/F1 1 Tf) >>"
    return write_pdf(one_page(more=[note], page=b"/Annots [%s]" % (b"6 0 R " * 1_000_000)))


def inherited_from_far(depth: int = 3000) -> bytes:
    leaf = b"<< /Type /Page /Parent 2 0 R %s /MediaBox [0 0 612 792] /Contents [%s] >>" % (RESOURCES, b"5 0 R " * depth)
    objects = one_page()
    objects[3] = leaf
    return write_pdf(objects)


FILES = (
    HostileFile("cyclic-pages.pdf", "A /Pages node is its own child.", cyclic_pages),
    HostileFile("deep-pages.pdf", "A page tree 20,000 nodes deep.", deep_pages),
    HostileFile("count-lies.pdf", "One page, and a /Count of two thousand million.", count_lies),
    HostileFile("million-pages.pdf", "A million empty pages.", million_pages, is_slow=True),
    HostileFile("own-parent.pdf", "A page that inherits from itself.", page_its_own_parent),
    HostileFile("prev-self.pdf", "A cross-reference table whose /Prev is itself.", prev_to_itself),
    HostileFile("prev-two.pdf", "Two cross-reference tables that follow each other.", prev_of_two),
    HostileFile("size-lies.pdf", "A trailer that announces 2^31 objects.", size_lies),
    HostileFile(
        "xref-width-0.pdf", "A cross-reference stream of 10^9 entries, each zero bytes wide.", xref_stream_without_width
    ),
    HostileFile(
        "objstm-self.pdf",
        "An object stream that extends itself and announces 10^8 objects.",
        object_stream_extends_itself,
    ),
    HostileFile("length-lies.pdf", "A stream that announces 2 GB.", length_lies),
    HostileFile("length-self.pdf", "A stream whose length is the stream itself.", length_of_itself),
    HostileFile("reference-loop.pdf", "Two objects that are references to each other.", reference_to_itself),
    HostileFile("nested-arrays.pdf", "An array 200,000 levels deep.", nested_arrays),
    HostileFile("nested-dictionaries.pdf", "A dictionary 200,000 levels deep.", nested_dictionaries),
    HostileFile("million-keys.pdf", "A page dictionary with a million keys.", million_keys, is_slow=True),
    HostileFile("outline-self.pdf", "A bookmark that is its own next and its own child.", outline_to_itself),
    HostileFile("outline-deep.pdf", "Bookmarks nested 50,000 deep.", deep_outline),
    HostileFile("outline-long.pdf", "A row of 200,000 bookmarks to one page.", long_outline, is_slow=True),
    HostileFile("name-tree-self.pdf", "A tree of embedded files that is its own child.", name_tree_to_itself),
    HostileFile("form-cycle.pdf", "Two form fields that are each other's parent and child.", form_field_cycle),
    HostileFile("threads-cycle.pdf", "An article thread whose bead follows itself.", threads_cycle),
    HostileFile("structure-cycle.pdf", "A structure element that is its own parent and child.", structure_cycle),
    HostileFile("encrypted.pdf", "Needs a password that nobody gave.", encrypted),
    HostileFile(
        "encrypted-unknown.pdf",
        "Encrypted by a handler that does not exist, with keys that are the handler.",
        encrypted_by_nobody,
    ),
    HostileFile("without-root.pdf", "A trailer that points to no catalogue.", without_root),
    HostileFile("header-alone.pdf", "Nothing but the first line.", header_alone),
    HostileFile("truncated.pdf", "Cut off in the middle.", truncated),
    HostileFile(
        "junk-objects.pdf", "Two million beginnings of objects and no end, for parsers that repair.", junk_of_objects
    ),
    HostileFile("trailers.pdf", "A good file, then 200,000 trailers.", million_trailers),
    HostileFile(
        "xmp-bomb.pdf",
        "Metadata in XML with entities that grow tenfold eleven times, and one of a local file.",
        xmp_bomb,
    ),
    HostileFile("actions.pdf", "Actions in a circle: a script, a program to launch, a form to send.", acts),
    HostileFile(
        "million-annotations.pdf", "A page with a million notes to be flattened.", million_annotations, is_slow=True
    ),
    HostileFile("contents-array.pdf", "A page whose content is 3,000 times the same stream.", inherited_from_far),
)
