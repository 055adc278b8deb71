"""Figures in the workspace: later ones supersede, nothing is deleted, the report names old and new."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import func, insert, select

from chugao.catalogue import load_catalogue
from chugao.database import Database, open_database, verify
from chugao.database.tables import audit, definition, observation
from chugao.metrics.observation import Figures, Observation, ReportedChange, Role, Status
from chugao.metrics.store import _LABELS, ImportReport, import_figures, load_figures
from chugao.period import read_period
from chugao.quantity import Quantity
from chugao.source import Release, Source

NOW = "2025-12-03T08:15:00Z"
LATER = "2025-12-20T01:00:00Z"


def source(cell: str, file: str = "十月.xlsx", cutoff: date | None = date(2025, 10, 31)) -> Source:
    print_ = {"十月.xlsx": "a" * 16, "十二月.xlsx": "b" * 16}.get(file, "c" * 16)
    return Source(file=file, sheet="指标", cell=cell, fingerprint=print_, cutoff=cutoff)


def seen(metric: str, printed: str, where: Source, department: str = "医务科", **more: object) -> Observation:
    values = {"period": read_period("2025"), "role": Role.ACTUAL, "quantity": amount(printed)} | more
    return Observation(metric=metric, department=department, source=where, **values)


def amount(printed: str) -> Quantity:
    number = printed.rstrip("人次%天台万")
    scale = 10_000 if "万" in printed else 1
    return Quantity(value=Decimal(number) * scale, unit=printed.removeprefix(number).lstrip("万"), printed=printed)


LOCAL = load_catalogue().local("日间化疗台次", "台")
OWN = replace(load_catalogue().get("outpatient_visits"), decimals=2, note="不含体检")
OCTOBER = Figures(
    observations=(
        seen("outpatient_visits", "3.2万人次", source("C2"), caliber="不含体检", release=Release.UPWARD),
        seen("outpatient_visits", "3.5万人次", source("D2"), role=Role.TARGET, owner="门诊部", deadline="12月底"),
        seen("outpatient_visits", "2.9万人次", source("E2"), period=read_period("2024M1-10")),
        seen("avg_length_of_stay", "6.5天", source("C3"), status=Status.PROVISIONAL),
        seen(LOCAL.id, "120台", source("C4"), department="肿瘤科"),
        seen("bed_occupancy", "98.60%", source("C5"), department="", numerator=amount("986"), note="全院"),
    ),
    changes=(
        ReportedChange(
            metric="outpatient_visits",
            department="医务科",
            period=read_period("2025"),
            quantity=amount("12%"),
            source=source("F2"),
        ),
    ),
    definitions={LOCAL.id: LOCAL, OWN.id: OWN, "avg_length_of_stay": load_catalogue().get("avg_length_of_stay")},
    department_column=True,
    fingerprints={"十月.xlsx": "a" * 16},
)


def of(*observations: Observation) -> Figures:
    return Figures(observations=observations, department_column=True)


def rows_in(database: Database) -> list[tuple[int, str, int | None]]:
    query = select(observation.c.id, observation.c.metric, observation.c.superseded_by).order_by(observation.c.id)
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_the_metrics_of_this_test_exist() -> None:
    assert {m for m in ("outpatient_visits", "avg_length_of_stay") if load_catalogue().get(m) is None} == set()


def test_what_was_imported_comes_back_as_it_was(database: Database) -> None:
    report = import_figures(database, OCTOBER, actor="张三", at=NOW)

    loaded = load_figures(database)
    assert report == ImportReport(added=7)
    assert loaded.observations == OCTOBER.observations
    assert loaded.changes == OCTOBER.changes
    assert (loaded.fingerprints, loaded.department_column) == (OCTOBER.fingerprints, True)
    assert str(loaded.observations[5].quantity.value) == "98.60"


def test_only_definitions_that_the_shipped_catalogue_lacks_are_kept(database: Database) -> None:
    import_figures(database, OCTOBER, actor="张三", at=NOW)

    assert load_figures(database).definitions == {LOCAL.id: LOCAL, OWN.id: OWN}


def test_a_definition_follows_its_latest_figures(database: Database) -> None:
    import_figures(database, OCTOBER, actor="张三", at=NOW)
    better = replace(LOCAL, decimals=1, band=(0.0, 500.0))

    import_figures(database, OCTOBER.model_copy(update={"definitions": {LOCAL.id: better}}), actor="张三", at=LATER)

    assert load_figures(database).definitions[LOCAL.id] == better


def test_importing_the_same_file_again_changes_nothing(database: Database) -> None:
    import_figures(database, OCTOBER, actor="张三", at=NOW)
    before = rows_in(database)

    report = import_figures(database, OCTOBER, actor="张三", at=LATER)

    assert report == ImportReport(unchanged=7)
    assert rows_in(database) == before
    with database.read() as connection:
        assert connection.execute(select(func.count()).select_from(audit)).scalar_one() == 1


def test_later_figures_supersede_and_the_report_names_old_and_new(database: Database) -> None:
    import_figures(database, OCTOBER, actor="张三", at=NOW)
    december = source("C2", "十二月.xlsx", date(2025, 12, 31))
    later = seen("outpatient_visits", "3.8万人次", december, caliber="不含体检", release=Release.UPWARD)

    report = import_figures(database, of(later), actor="李四", at=LATER)

    (change,) = report.changed
    assert (report.added, report.unchanged) == (0, 0)
    assert (change.metric, change.name) == ("outpatient_visits", "门诊人次")
    assert (change.department, change.period, change.role) == ("医务科", "2025", "actual")
    assert (change.old_printed, change.new_printed) == ("3.2万人次", "3.8万人次")
    assert (str(change.old_source), str(change.new_source)) == (
        "十月.xlsx “指标”表 C2单元格",
        "十二月.xlsx “指标”表 C2单元格",
    )
    assert change.fields == ("数值", "数据截止")
    assert load_figures(database).observations == (*OCTOBER.observations[1:], later)
    assert rows_in(database)[0] == (1, "outpatient_visits", 8)
    assert len(rows_in(database)) == 8


def test_targets_other_periods_and_other_departments_are_figures_of_their_own(database: Database) -> None:
    import_figures(database, OCTOBER, actor="张三", at=NOW)

    report = import_figures(
        database,
        of(
            seen("outpatient_visits", "9人次", source("C9"), department="急诊科"),
            seen("outpatient_visits", "9人次", source("C9"), period=read_period("2025M1-10")),
            seen("avg_length_of_stay", "6天", source("C9"), role=Role.TARGET),
        ),
        actor="张三",
        at=LATER,
    )

    assert report == ImportReport(added=3)


def test_a_figure_that_goes_back_to_an_old_value_keeps_every_step(database: Database) -> None:
    first = seen("outpatient_visits", "3.2万人次", source("C2"))
    second = seen("outpatient_visits", "3.3万人次", source("C2", "十二月.xlsx"))

    for figures in (first, second, first):
        report = import_figures(database, of(figures), actor="张三", at=NOW)

    assert [(c.old_printed, c.new_printed) for c in report.changed] == [("3.3万人次", "3.2万人次")]
    assert [row[2] for row in rows_in(database)] == [2, 3, None]


def test_only_the_place_moved_is_no_change_but_the_trace_follows(database: Database) -> None:
    import_figures(database, of(seen("outpatient_visits", "3.2万人次", source("C2"))), actor="张三", at=NOW)
    moved = seen("outpatient_visits", "3.2万人次", source("H9", "十二月.xlsx"))

    report = import_figures(database, of(moved), actor="张三", at=LATER)

    assert report == ImportReport(unchanged=1)
    assert load_figures(database).observations == (moved,)


@pytest.mark.parametrize(
    "more, label",
    [
        ({"caliber": "含体检"}, "口径"),
        ({"release": Release.INTERNAL}, "公开范围"),
        ({"status": Status.PROVISIONAL}, "状态"),
        ({"denominator": amount("5人次")}, "分母"),
    ],
)
def test_a_figure_whose_value_stayed_but_not_its_meaning_is_a_change(
    database: Database, more: dict[str, object], label: str
) -> None:
    import_figures(database, of(seen("outpatient_visits", "3.2万人次", source("C2"))), actor="张三", at=NOW)

    report = import_figures(
        database, of(seen("outpatient_visits", "3.2万人次", source("C2"), **more)), actor="张三", at=LATER
    )

    assert [c.fields for c in report.changed] == [(label,)]


def test_a_printed_change_is_superseded_like_a_figure(database: Database) -> None:
    import_figures(database, OCTOBER, actor="张三", at=NOW)
    new = OCTOBER.changes[0].model_copy(update={"quantity": amount("15%")})

    report = import_figures(database, Figures(changes=(new,)), actor="张三", at=LATER)

    assert [(c.role, c.old_printed, c.new_printed) for c in report.changed] == [("change", "12%", "15%")]
    assert load_figures(database).changes == (new,)


def test_a_figure_given_twice_counts_once_and_the_second_import_is_quiet(database: Database) -> None:
    twice = of(
        seen("outpatient_visits", "3.2万人次", source("C2")),
        seen("outpatient_visits", "3.3万人次", source("C9")),
    )

    first = import_figures(database, twice, actor="张三", at=NOW)
    second = import_figures(database, twice, actor="张三", at=LATER)

    assert first.added == 1
    assert [(c.old_printed, c.new_printed) for c in first.changed] == [("3.2万人次", "3.3万人次")]
    assert second == ImportReport(unchanged=1)
    assert [row[2] for row in rows_in(database)] == [2, None]
    assert [o.quantity.printed for o in load_figures(database).observations] == ["3.3万人次"]


def test_a_department_gets_its_rows_and_those_of_nobody(database: Database) -> None:
    import_figures(database, OCTOBER, actor="张三", at=NOW)

    cancer = load_figures(database, "肿瘤科")

    assert [(o.metric, o.department) for o in cancer.observations] == [(LOCAL.id, "肿瘤科"), ("bed_occupancy", "")]
    assert (list(cancer.definitions), cancer.changes) == ([LOCAL.id], ())
    assert load_figures(database, "没有这个科").departments == ()


def test_nothing_imported_is_nothing_loaded(database: Database) -> None:
    assert import_figures(database, Figures(), actor="张三", at=NOW) == ImportReport()
    assert load_figures(database) == Figures()


def test_an_import_is_in_the_audit_with_its_files_and_numbers(database: Database) -> None:
    import_figures(database, OCTOBER, actor="张三", at=NOW)

    with database.read() as connection:
        row = connection.execute(select(audit)).one()
        assert verify(connection) == []
    assert (row.actor, row.action, row.at) == ("张三", "metrics.import", NOW)
    assert row.detail == {"files": ["十月.xlsx"], "added": 7, "unchanged": 0, "changed": 0}


def test_an_import_that_fails_at_its_last_step_leaves_nothing(database: Database) -> None:
    with pytest.raises(ValueError, match="utc_text"):
        import_figures(database, OCTOBER, actor="张三", at="今天")

    assert rows_in(database) == []
    with database.read() as connection:
        assert connection.execute(select(definition)).all() == []
    assert import_figures(database, OCTOBER, actor="张三", at=NOW).added == 7


def test_two_rows_of_one_figure_cannot_both_count(database: Database) -> None:
    from sqlalchemy.exc import IntegrityError

    import_figures(database, of(seen("outpatient_visits", "3.2万人次", source("C2"))), actor="张三", at=NOW)
    with database.read() as connection:
        row = dict(connection.execute(select(observation)).mappings().one())

    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(observation).values(row | {"id": 99}))


def test_four_imports_at_once_leave_one_history(database: Database, database_url: str) -> None:
    def import_ten(number: int) -> None:
        with open_database(database_url) as own:
            for n in range(10):
                figures = of(seen("outpatient_visits", f"{number}.{n}人次", source("C2")))
                import_figures(own, figures, actor=f"{number}", at=NOW)

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(import_ten, number) for number in range(4)]:
            future.result(timeout=90)

    assert [row[2] for row in rows_in(database)] == [*range(2, 41), None]
    with database.read() as connection:
        assert verify(connection) == []


def test_every_field_of_a_figure_has_a_name_in_the_report() -> None:
    key = {"metric", "department", "period", "role", "source"}

    assert set(Observation.model_fields) | set(ReportedChange.model_fields) | {"step"} == key | set(_LABELS)
