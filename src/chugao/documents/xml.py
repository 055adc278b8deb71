"""Parse the XML inside an office file that a stranger may have made.

In: the bytes of one part.  Out: its tree.  No entity is resolved, nothing is fetched, no DTD read, no giant tree built.
"""

from typing import Any


def tree_of(data: bytes) -> Any:
    """The root element.  Raises `lxml.etree.XMLSyntaxError` for what is not XML."""
    import lxml.etree

    parser = lxml.etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return lxml.etree.fromstring(data, parser)
