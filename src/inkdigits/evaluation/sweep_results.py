"""The result files of sweeps: the metrics of one recipe, one run per random seed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inkdigits.errors import DataError
from inkdigits.evaluation.comparisons import Comparison, compare_pairs
from inkdigits.evaluation.statistics import Summary, summarise


@dataclass(frozen=True)
class SweepResults:
    """The results of a sweep.

    Attributes
    ----------
    name
        Name of the recipe.
    data
        Names and digests of the training and test images.
    accuracies
        The accuracy on the test images, by random seed.
    """

    name: str
    data: dict[str, str]
    accuracies: dict[int, float]

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
        if self.data.get("test_sha256") != other.data.get("test_sha256"):
            raise DataError(
                f"{self.name} was tested on {self.data.get('test')} and {other.name} on {other.data.get('test')}: "
                "compare sweeps with the same test images"
            )
        seeds = [seed for seed in self.accuracies if seed in other.accuracies]
        if not seeds:
            raise DataError(
                f"{self.name} and {other.name} have no common random seed; sweep both over the same seeds"
            )
        return compare_pairs(
            [self.accuracies[seed] for seed in seeds], [other.accuracies[seed] for seed in seeds]
        )


def read_sweep(path: Path) -> SweepResults:
    """Read the result file that ``inkdigits sweep`` writes.

    Raises
    ------
    DataError
        If the file is missing or damaged, or contains no runs.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        accuracies = {int(run["seed"]): float(run["accuracy"]) for run in content["runs"]}
        results = SweepResults(str(content["recipe"]["name"]), dict(content["data"]), accuracies)
    except FileNotFoundError as error:
        raise DataError(f"the result file {path} does not exist; create it with  inkdigits sweep") from error
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise DataError(f"the result file {path} is damaged ({error}); move it away") from error
    if not accuracies:
        raise DataError(f"the result file {path} contains no runs; add some with  inkdigits sweep")
    return results
