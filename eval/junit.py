"""A run as JUnit XML, for whatever shows test results: a case of eval is a test, what the gate says is one each.

In: a result, and a verdict when it was held against another.  Out: a file.
"""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.running import every_row, places_of

if TYPE_CHECKING:
    from eval.gate import Verdict

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(result: dict[str, Any], times: dict[str, float], path: Path, verdict: "Verdict | None" = None) -> Path:
    """Write the file; returns where."""
    root = ET.Element("testsuites")
    cases = ET.SubElement(root, "testsuite", name="cases")
    for name, row in every_row(result).items():
        test = ET.SubElement(
            cases, "testcase", classname=row["variant"], name=_said(name), time=f"{times.get(name, 0):.3f}"
        )
        for measure in row["failed"]:
            places = [f"{where} “{quote}” {why}" for where, quote, why in places_of(row, measure)]
            ET.SubElement(test, "failure", type=measure, message=_said(measure)).text = _said("\n".join(places))
    if verdict is not None:
        gate = ET.SubElement(root, "testsuite", name="gate")
        for number, worse in enumerate(verdict.worse, 1):
            test = ET.SubElement(gate, "testcase", classname=worse.gate, name=f"{number} {worse.measure or worse.gate}")
            ET.SubElement(test, "failure", type=worse.gate, message=_said(worse.sentence))
        if verdict.passed:
            ET.SubElement(gate, "testcase", classname="gate", name="没有变差")
    for suite in root:
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(sum(test.find("failure") is not None for test in suite)))
    path.parent.mkdir(parents=True, exist_ok=True)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    return path


def _said(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NO_XML.sub("�", text)
