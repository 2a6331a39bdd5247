"""Each budget: kept by code that is in order, and a planted violation is found and named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cm_suite.ops.checks import budgets, tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project in order."""
    for folder in ("cm_suite", "pages", "publishing", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "manage.py").write_text("import os\n")
    (tmp_path / "pages" / "rules.py").write_text("def may(role: str) -> bool:\n    return role == 'lead'\n")
    (tmp_path / "tests" / "test_rules.py").write_text("def test_may() -> None:\n" + "    assert True\n" * 9)
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["django>=6.1"]\n')
    return tmp_path


def function(name: str, lines: int) -> str:
    """A function of so many lines."""
    return f"def {name}() -> None:\n" + "    pass\n" * (lines - 1)


ALL = (
    budgets.function_lengths,
    budgets.file_lengths,
    budgets.broad_excepts,
    budgets.waivers,
    budgets.names,
    budgets.dependencies,
    budgets.test_ratio,
)


@pytest.mark.parametrize("check", ALL, ids=lambda check: check.__name__)
def test_a_project_in_order_has_no_finding(check: Callable[[Path], list[str]], root: Path) -> None:
    assert check(root) == []


class TestFunctions:
    """60 lines at most, 95 in 100 within 40."""

    def test_sixty_lines_are_allowed(self, root: Path) -> None:
        (root / "pages" / "a.py").write_text(
            "\n".join(function(f"f{n}", 3) for n in range(40)) + function("g", 60)
        )
        assert budgets.function_lengths(root) == []

    def test_sixty_one_are_not(self, root: Path) -> None:
        (root / "pages" / "a.py").write_text(
            "x = 1\n" + function("long", 61) + "\n".join(function(f"f{n}", 3) for n in range(40))
        )
        assert budgets.function_lengths(root) == ["pages/a.py:2: long has 61 lines, at most 60"]

    def test_methods_and_coroutines_count(self, root: Path) -> None:
        body = "        pass\n" * 61
        (root / "tests" / "test_a.py").write_text(f"class A:\n    async def long(self) -> None:\n{body}")
        assert budgets.function_lengths(root)[0] == "tests/test_a.py:2: long has 62 lines, at most 60"

    def test_too_many_middling_ones_are_found(self, root: Path) -> None:
        (root / "pages" / "a.py").write_text("\n".join(function(f"f{n}", 41) for n in range(10)))
        assert budgets.function_lengths(root) == ["95 functions in 100 have up to 41 lines, at most 40"]


class TestFiles:
    """400 lines of code, 600 of tests."""

    @pytest.mark.parametrize(("folder", "most"), [("publishing", 400), ("tests", 600)])
    def test_one_line_more_is_found(self, folder: str, most: int, root: Path) -> None:
        file = root / folder / "a.py"
        file.write_text("x = 1\n" * most)
        assert budgets.file_lengths(root) == []
        file.write_text("x = 1\n" * (most + 1))
        assert budgets.file_lengths(root) == [f"{folder}/a.py: {most + 1} lines, at most {most}"]

    def test_migrations_and_what_tools_write_are_not_counted(self, root: Path) -> None:
        for folder in ("pages/migrations", "pages/__pycache__", "pages/.mypy_cache"):
            (root / folder).mkdir()
            (root / folder / "a.py").write_text("x = 1\n" * 900)
        assert budgets.file_lengths(root) == []


class TestExceptions:
    """Any exception is caught at the job boundary only."""

    @pytest.mark.parametrize(
        "clause",
        ["except Exception:", "except BaseException as e:", "except:", "except (ValueError, Exception):"],
    )
    def test_a_broad_clause_is_found(self, clause: str, root: Path) -> None:
        (root / "pages" / "a.py").write_text(f"try:\n    x = 1\n{clause}\n    x = 2\n")
        assert budgets.broad_excepts(root) == ["pages/a.py:3: catches any exception"]

    def test_a_narrow_clause_is_not(self, root: Path) -> None:
        (root / "pages" / "a.py").write_text("try:\n    x = 1\nexcept (ValueError, OSError):\n    x = 2\n")
        assert budgets.broad_excepts(root) == []

    def test_a_clean_up_that_lets_it_go_on_is_not(self, root: Path) -> None:
        (root / "pages" / "a.py").write_text("try:\n    x = 1\nexcept BaseException:\n    x = 2\n    raise\n")
        assert budgets.broad_excepts(root) == []

    def test_one_that_raises_another_is_found(self, root: Path) -> None:
        (root / "pages" / "a.py").write_text(
            "try:\n    x = 1\nexcept Exception as e:\n    raise OSError from e\n"
        )
        assert len(budgets.broad_excepts(root)) == 1

    def test_the_job_boundary_may(self, root: Path) -> None:
        (root / "publishing" / "jobs.py").write_text("try:\n    x = 1\nexcept Exception:\n    x = 2\n")
        assert budgets.broad_excepts(root) == []

    def test_only_files_of_jobs_are_boundaries(self) -> None:
        assert {
            f"{app}/jobs.py" for app in ("publishing", "moderation", "reputation")
        } == budgets.JOB_BOUNDARY


@pytest.mark.parametrize("code", ["C901", "PLC0415", "E501, PLC0415"])
def test_a_waived_budget_is_found(code: str, root: Path) -> None:
    (root / "pages" / "a.py").write_text(f"x = 1\ny = 2  # no{''}qa: {code} -- because\n")
    assert budgets.waivers(root) == ["pages/a.py:2: a budget is waived"]


def test_another_waiver_is_not_a_budget(root: Path) -> None:
    (root / "pages" / "a.py").write_text("y = 2  # noqa: S603 -- our own interpreter\n")
    assert budgets.waivers(root) == []


@pytest.mark.parametrize("name", ["utils.py", "util.py", "date_utils.py", "utils_for_dates.py"])
def test_a_module_without_a_name_of_its_own_is_found(name: str, root: Path) -> None:
    (root / "publishing" / name).write_text("x = 1\n")
    assert budgets.names(root) == [f"publishing/{name}: name it for what it does"]


def test_a_folder_without_a_name_of_its_own_is_found(root: Path) -> None:
    (root / "pages" / "utils").mkdir()
    (root / "pages" / "utils" / "dates.py").write_text("x = 1\n")
    assert budgets.names(root) == ["pages/utils/dates.py: name it for what it does"]


def test_a_name_that_only_contains_it_is_not(root: Path) -> None:
    (root / "pages" / "utilisation.py").write_text("x = 1\n")
    assert budgets.names(root) == []


def test_thirty_dependencies_are_allowed_and_one_more_is_not(root: Path) -> None:
    file = root / "pyproject.toml"
    file.write_text(f"[project]\ndependencies = {[f'p{n}' for n in range(30)]}\n")
    assert budgets.dependencies(root) == []
    file.write_text(f"[project]\ndependencies = {[f'p{n}' for n in range(31)]}\n")
    assert budgets.dependencies(root) == ["pyproject.toml: 31 direct dependencies, at most 30"]


def test_extras_are_not_counted(root: Path) -> None:
    extra = f"[project.optional-dependencies]\ntraining = {[f'p{n}' for n in range(40)]}\n"
    (root / "pyproject.toml").write_text(f'[project]\ndependencies = ["django"]\n{extra}')
    assert budgets.dependencies(root) == []


def test_too_few_tests_are_found(root: Path) -> None:
    (root / "pages" / "a.py").write_text("x = 1\n" * 97)
    (root / "tests" / "test_rules.py").write_text("x = 1\n" * 100)
    assert budgets.test_ratio(root) == ["100 lines of tests for 100 of code: 1.00, at least 1.2"]
    (root / "tests" / "test_rules.py").write_text("x = 1\n" * 120)
    assert budgets.test_ratio(root) == []


def test_the_tree_is_walked_in_order_and_not_into_environments(root: Path) -> None:
    (root / ".venv").mkdir()
    (root / ".venv" / "x.py").write_text("x = 1\n")
    found = [path.relative_to(root).as_posix() for path in tree.files(root, (".",))]
    assert found == ["manage.py", "pages/rules.py", "tests/test_rules.py"]
