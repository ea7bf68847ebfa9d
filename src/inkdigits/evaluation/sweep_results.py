"""The result files of sweeps: the metrics of one recipe, one run per random seed."""

from pathlib import Path
from typing import Any

import msgspec

from inkdigits.environment import Machine
from inkdigits.errors import DataError
from inkdigits.evaluation.comparisons import Comparison, compare_pairs
from inkdigits.evaluation.result import WithoutLabelErrors
from inkdigits.evaluation.statistics import Summary, summarise
from inkdigits.files.json_records import Count, Share, from_json
from inkdigits.files.text_files import read_json_file
from inkdigits.runs.run_files import Seconds


class SweepData(msgspec.Struct, frozen=True, kw_only=True):
    """Names and digests of the training and test images."""

    train: str
    train_sha256: str
    test: str
    test_sha256: str


class SweepRun(msgspec.Struct, frozen=True, kw_only=True):
    """The metrics of one run as in `Evaluation`, its environment, and the files that it depends on."""

    seed: int
    n: Count
    n_errors: Count
    accuracy: Share
    loss: float
    ece: Share
    without_label_errors: WithoutLabelErrors | None
    created: str
    machine: Machine
    versions: dict[str, str]
    precision: str
    seconds: Seconds
    teacher_sha256: str | msgspec.UnsetType | None = msgspec.UNSET
    """SHA-256 of the teacher; None without one. Early files do not have it."""
    calibration: dict[str, float] | msgspec.UnsetType = msgspec.UNSET
    """The fields of a `Calibration`. Early files do not have it."""


class SweepResults(msgspec.Struct, frozen=True, kw_only=True):
    """The results of a sweep."""

    recipe: dict[str, Any]
    """The settings by name."""
    data: SweepData
    runs: tuple[SweepRun, ...]
    """One for each random seed, in ascending order."""

    @property
    def name(self) -> str:
        """Name of the recipe."""
        return str(self.recipe.get("name", "unnamed"))

    @property
    def accuracies(self) -> dict[int, float]:
        """The accuracy on the test images, by random seed."""
        return {run.seed: run.accuracy for run in self.runs}

    def summary(self) -> Summary:
        """Summarise the accuracy over the runs."""
        return summarise(list(self.accuracies.values()))

    def compare(self, other: "SweepResults") -> Comparison:
        """Compare the accuracy with that of another sweep, over the common seeds.

        Raises
        ------
        DataError
            If there is no common seed, or if the test images differ.
        """
        if self.data.test_sha256 != other.data.test_sha256:
            raise DataError(
                f"{self.name} was tested on {self.data.test} and {other.name} on {other.data.test}: "
                "compare sweeps with the same test images"
            )
        first, second = self.accuracies, other.accuracies
        seeds = [seed for seed in first if seed in second]
        if not seeds:
            raise DataError(
                f"{self.name} and {other.name} have no common random seed; sweep both over the same seeds"
            )
        return compare_pairs([first[seed] for seed in seeds], [second[seed] for seed in seeds])


def read_sweep(path: Path) -> SweepResults:
    """Read the result file that ``inkdigits sweep`` writes.

    Raises
    ------
    DataError
        If the file is missing or damaged, or contains no runs.
    """
    try:
        results = from_json(read_json_file(path), SweepResults)
    except FileNotFoundError as error:
        raise DataError(f"the result file {path} does not exist; create it with  inkdigits sweep") from error
    except (ValueError, OSError) as error:
        raise DataError(f"the result file {path} is damaged ({error}); move it away") from error
    if not results.runs:
        raise DataError(f"the result file {path} contains no runs; add some with  inkdigits sweep")
    return results
