"""Workbooks written to the letter, as programs that are not at hand write them."""

import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164"'
    ' formatCode="000\\.000\\.000\\-00"/>'
    '<numFmt numFmtId="165" formatCode="00000"/><numFmt numFmtId="166"'
    ' formatCode="[$-416]dd/mm/yyyy;@"/>'
    '<numFmt numFmtId="167" formatCode="[h]:mm"/><numFmt numFmtId="168"'
    ' formatCode="00.00"/></numFmts><cellXfs>'
    + "".join(f'<xf numFmtId="{code}"/>' for code in (0, 14, 22, 164, 165, 166, 4, 20, 167, 168))
    + "</cellXfs></styleSheet>"
)
HEADERS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1"'
    ' t="inlineStr"><is><t>nome</t></is></c></row>'
)


def sheet_xml(rows, *, tail="", head="", root=f'worksheet xmlns="{MAIN}"'):
    """The XML of a sheet with these rows, written as they are."""
    name = root.split()[0]
    p = f"{name.split(':')[0]}:" if ":" in name else ""
    return f"<{root}>{head}<{p}sheetData>{rows}</{p}sheetData>{tail}</{name}>"


def text_cell(name, text):
    return f'<c r="{name}" t="inlineStr"><is><t>{text}</t></is></c>'


def write_book(path, *sheets, states=(), strings=None, calc="", parts=(), dates=""):
    """A workbook of sheets, each (name, XML).

    `states`: of the sheets; `parts`: more parts, or other ones, by name.
    """
    states = [*states, *["visible"] * (len(sheets) - len(states))]
    listed = "".join(
        f'<sheet name="{name}" sheetId="{n}" state="{state}" r:id="rId{n}"/>'
        for n, ((name, _), state) in enumerate(zip(sheets, states, strict=True), 1)
    )
    types = {
        f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)
    }
    types["styles"] = ("styles", "styles.xml")
    if strings is not None:
        types["strings"] = ("sharedStrings", "sharedStrings.xml")
    related = "".join(
        f'<Relationship Id="{k}" Type="{RELATIONS}/{t}" Target="{to}"/>'
        for k, (t, to) in types.items()
    )
    all_parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a"'
        f' Type="{RELATIONS}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}"'
        f' xmlns:r="{RELATIONS}">{dates}<sheets>{listed}</sheets>{calc}'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
        "xl/styles.xml": STYLES,
        **{f"xl/worksheets/sheet{n}.xml": xml for n, (_, xml) in enumerate(sheets, 1)},
        **({"xl/sharedStrings.xml": strings} if strings is not None else {}),
        **dict(parts),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in all_parts.items():
            archive.writestr(name, content)
    return path


def one_sheet(path, rows, **more):
    """A workbook whose only sheet, Carteira, has the headers id and nome and these rows."""
    at_sheet = {key: more.pop(key) for key in ("tail", "head", "root") if key in more}
    return write_book(path, ("Carteira", sheet_xml(HEADERS + rows, **at_sheet)), **more)
