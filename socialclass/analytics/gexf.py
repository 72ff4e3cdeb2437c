"""GEXF 1.3, the file format of Gephi (https://gexf.net), which the graph library does not write."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO
from xml.sax.saxutils import quoteattr

_TYPES = {bool: "boolean", int: "integer", float: "double", str: "string"}
_NO_XML = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd")


def write_gexf(
    stream: BinaryIO,
    labels: Sequence[str],
    attributes: Mapping[str, Sequence[str | int | float]],
    edges: Sequence[tuple[int, int, float, int]],
) -> None:
    """Write a directed, weighted graph.

    labels: a node each; attributes: for each name a value a node, all of one type; edges: (source, target, weight,
    interactions).

    >>> import io
    >>> out = io.BytesIO()
    >>> write_gexf(out, ["a & b", "c"], {"rank": [0.5, 0.25]}, [(0, 1, 2.0, 3)])
    >>> '<node id="0" label="a &amp; b">' in out.getvalue().decode()
    True
    """
    kinds = {name: _TYPES[type(values[0])] if values else "string" for name, values in attributes.items()}
    out = ['<?xml version="1.0" encoding="UTF-8"?>', '<gexf xmlns="http://gexf.net/1.3" version="1.3">']
    out += ['<graph defaultedgetype="directed">', '<attributes class="node">']
    out += [
        f'<attribute id="{i}" title={_quoted(name)} type="{kind}"/>' for i, (name, kind) in enumerate(kinds.items())
    ]
    out += ["</attributes>", '<attributes class="edge"><attribute id="0" title="interactions" type="integer"/>']
    out += ["</attributes>", "<nodes>"]
    for node, label in enumerate(labels):
        cells = [str(values[node]) for values in attributes.values()]
        found = [f'<attvalue for="{i}" value={_quoted(cell)}/>' for i, cell in enumerate(cells)]
        out.append(f'<node id="{node}" label={_quoted(label)}><attvalues>{"".join(found)}</attvalues></node>')
    out += ["</nodes>", "<edges>"]
    out += [
        f'<edge id="{i}" source="{source}" target="{target}" weight="{weight:.6g}"><attvalues>'
        f'<attvalue for="0" value="{interactions}"/></attvalues></edge>'
        for i, (source, target, weight, interactions) in enumerate(edges)
    ]
    out += ["</edges>", "</graph>", "</gexf>", ""]
    stream.write("\n".join(out).encode())


def xml_text(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return text.translate(_NO_XML)


def _quoted(text: str) -> str:
    return quoteattr(xml_text(text))
