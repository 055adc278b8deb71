"""Policy documents: the days on which they may be a ground."""

from datetime import date

import pytest

from chugao.documents.basis import read_basis
from chugao.documents.reading import text_reading
from chugao.documents.structure import understand

CLAUSE = "第一条　为加强医疗质量管理，规范诊疗行为，保障患者安全，制定本办法，全市各级医疗机构都要遵守执行。"


def basis_of(text: str):
    return read_basis(understand(text_reading(text)))


def test_a_policy_document_says_its_number_issuer_and_term():
    basis = basis_of(
        "湖山市卫生健康委员会关于印发医疗质量管理办法的通知\n湖卫发〔2025〕3号\n各单位：\n现印发给你们，请遵照执行。\n"
        f"湖山市卫生健康委员会\n2025年4月18日\n附件\n湖山市医疗质量管理办法\n{CLAUSE}\n第二条　本办法自2025年5月1日起施行，有效期5年。"
    )

    assert basis is not None
    assert (basis.title, basis.number, basis.issuer) == (
        "湖山市医疗质量管理办法",
        "湖卫发〔2025〕3号",
        "湖山市卫生健康委员会",
    )
    assert (basis.issued, basis.since, basis.until) == (date(2025, 4, 18), date(2025, 5, 1), date(2030, 4, 30))


@pytest.mark.parametrize(
    ("closing", "since", "until"),
    [
        ("本办法自2025年5月1日起施行。", date(2025, 5, 1), None),
        ("本办法自发布之日起施行，有效期至2027年12月31日。", date(2025, 4, 18), date(2027, 12, 31)),
        ("本办法自印发之日起试行，试行期两年。", date(2025, 4, 18), date(2027, 4, 17)),
        ("本办法自2024年2月29日起施行，有效期1年。", date(2024, 2, 29), date(2025, 2, 27)),
        ("本办法由市卫生健康委负责解释。", date(2025, 4, 18), None),
        ("本办法自二〇二五年五月一日起施行，有效期三年。", date(2025, 5, 1), date(2028, 4, 30)),
    ],
)
def test_the_days_in_force_are_read_as_offices_write_them(closing: str, since: date, until: date | None):
    basis = basis_of(f"湖山市医疗质量管理办法\n{CLAUSE}\n{closing}\n湖山市卫生健康委员会\n2025年4月18日")

    assert basis is not None
    assert (basis.since, basis.until) == (since, until)


def test_a_span_of_years_in_the_title_is_a_term():
    basis = basis_of(f"湖山市医疗卫生服务体系规划（2021—2025年）\n{CLAUSE}")

    assert basis is not None
    assert basis.in_force(date(2025, 12, 31))
    assert not basis.in_force(date(2026, 1, 1))
    assert not basis.in_force(date(2020, 12, 31))


def test_a_report_is_no_ground_for_anything():
    assert basis_of(f"护理部2025年工作总结\n{CLAUSE}") is None
    assert basis_of(f"湖山市2025年卫生健康工作要点\n{CLAUSE}") is None


def test_one_that_says_nothing_of_its_end_is_in_force():
    basis = basis_of(f"湖山市医疗质量管理办法\n{CLAUSE}")

    assert basis is not None
    assert (basis.since, basis.until, basis.in_force(date(2031, 1, 1))) == (None, None, True)
