"""Metric definitions and the names by which offices call them."""

import re
from pathlib import Path

import pytest

from chugao.catalogue import base_unit, load_catalogue, local_id, name_key, short_name
from chugao.errors import InputError

CATALOGUE = load_catalogue()


def test_every_shipped_id_is_of_letters_and_every_name_resolves_to_its_own_metric():
    for definition in CATALOGUE:
        assert re.fullmatch(r"[a-z_]+", definition.id)
        found = CATALOGUE.by_name(definition.name)
        assert found is not None
        assert found.id == definition.id


def test_a_name_is_found_whatever_its_width_case_brackets_and_dashes():
    assert CATALOGUE.by_name("0-6岁儿童健康管理率") is CATALOGUE.by_name("０～６岁儿童健康管理率") is not None
    assert name_key("CMI（ 值 ）") == name_key("cmi(值)")


def test_a_name_that_is_only_confusable_never_resolves():
    definition = CATALOGUE.by_name("出院患者病历2日归档率")

    assert definition is not None
    assert "归档率" in definition.confusable
    assert CATALOGUE.by_name("归档率") is None


@pytest.mark.parametrize("name, short", [("手术台次", "手术"), ("平均住院日", "平均住院日"), ("药占比", "药占比")])
def test_the_name_before_a_value_drops_what_the_unit_repeats(name, short):
    definition = CATALOGUE.by_name(name)

    assert definition is not None
    assert short_name(definition) == short


@pytest.mark.parametrize(
    "unit, base", [("万人次", "人次"), ("亿元", "元"), ("/10万", "/10万"), ("%", "%"), ("万", "万")]
)
def test_a_unit_is_kept_without_its_scale(unit, base):
    assert base_unit(unit) == base


@pytest.mark.parametrize(
    "name, unit, kind, better",
    [
        ("投诉办结率", "%", "rate", "up"),
        ("患者投诉件数", "件", "count", "down"),
        ("平均候诊时间", "分钟", "duration", "down"),
        ("在岗职工", "人", "count", "neutral"),
        ("科研经费", "元", "amount", "up"),
        ("总用电量", "千瓦时", "count", "down"),
        ("万元业务收入能耗", "千克标准煤", "count", "down"),
        ("药品不良反应报告", "例", "count", "up"),
        ("医疗安全不良事件上报数", "例", "count", "up"),
        ("住院患者跌倒不良事件", "例", "count", "down"),
        ("维修改造支出", "元", "amount", "neutral"),
        ("每千人口执业（助理）医师数", "人", "count", "up"),
        ("常住人口", "人", "count", "neutral"),
        ("职工食堂满意度", "%", "rate", "up"),
        ("志愿服务时长", "小时", "count", "up"),
        ("报告出具时间", "小时", "duration", "down"),
        ("感染科门诊人次", "人次", "count", "up"),
        ("感染例次", "例次", "count", "down"),
        ("出生缺陷筛查人数", "人", "count", "up"),
        ("死亡病例讨论率", "%", "rate", "up"),
        ("艾滋病病毒感染者治疗率", "%", "rate", "up"),
        ("非计划再住院率", "%", "rate", "down"),
        ("减免费用", "元", "amount", "up"),
        ("在职职工数", "人", "count", "neutral"),
        ("职工人均培训学时", "学时", "count", "up"),
    ],
)
def test_a_metric_that_no_catalogue_knows_reads_its_kind_and_direction_from_its_name(name, unit, kind, better):
    definition = CATALOGUE.local(name, unit)

    assert (definition.kind, definition.better, definition.local) == (kind, better, True)
    assert definition.id == local_id(name)


def test_a_local_id_follows_from_the_name_alone_and_not_from_its_spelling():
    assert local_id("夜查房次数") == local_id("夜查房 次数")
    assert local_id("夜查房次数") != local_id("夜查房人次")


def test_the_offices_own_file_stands_over_the_shipped_one(tmp_path: Path):
    own = tmp_path / "own.toml"
    own.write_text('[[metric]]\nid = "surgeries"\nname = "手术例数"\nunit = "例"\nkind = "count"\n', encoding="utf-8")

    catalogue = load_catalogue(own)

    assert catalogue.get("surgeries").name == "手术例数"  # type: ignore[union-attr]
    assert len(catalogue) == len(CATALOGUE)


@pytest.mark.parametrize(
    "body",
    [
        "[[metric]]\nid = 3\n",
        '[[metric]]\nname = "无"\n',
        "metric = 3 3",
        '[[metric]]\nid="A1"\nname="x"\nunit=""\nkind="count"',
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, body):
    own = tmp_path / "own.toml"
    own.write_text(body, encoding="utf-8")

    with pytest.raises(InputError, match=r"own\.toml"):
        load_catalogue(own)


@pytest.mark.parametrize(("name", "better"), [("标本不合格率", "down"), ("标本合格率", "up"), ("处方不合格率", "down")])
def test_a_rate_of_what_failed_gets_better_as_it_falls(name, better):
    assert CATALOGUE.local(name, "%").better == better
