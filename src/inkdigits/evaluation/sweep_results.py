"""The result files of sweeps: one recipe, the figures of a run for each random seed."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inkdigits.errors import DataError
from inkdigits.evaluation.comparisons import Comparison, compare_pairs
from inkdigits.evaluation.statistics import Summary, summarise


@dataclass(frozen=True)
class SweepResults:
    """What a sweep measured.

    Attributes
    ----------
    name
        The recipe's.
    data
        Names and digests of the images that it was trained and tested on.
    accuracies
        The accuracy on the test images, by random seed.
    """

    name: str
    data: dict[str, str]
    accuracies: dict[int, float]

    def summary(self) -> Summary:
        """Return mean, spread, interval and worst of the accuracy."""
        return summarise(list(self.accuracies.values()))

    def compare(self, other: "SweepResults") -> Comparison:
        """Compare the accuracy with another sweep's, over the seeds that both have.

        Raises
        ------
        DataError
            If they have no seed in common, or were tested on other images.
        """
        if self.data.get("test_sha256") != other.data.get("test_sha256"):
            raise DataError(
                f"{self.name} was tested on {self.data.get('test')} and {other.name} on {other.data.get('test')}: "
                "only figures on the same images compare"
            )
        seeds = [seed for seed in self.accuracies if seed in other.accuracies]
        if not seeds:
            raise DataError(
                f"{self.name} and {other.name} have no random seed in common; sweep the same ones"
            )
        return compare_pairs(
            [self.accuracies[seed] for seed in seeds], [other.accuracies[seed] for seed in seeds]
        )


def read_sweep(path: Path) -> SweepResults:
    """Read the result file that ``inkdigits sweep`` writes.

    Raises
    ------
    DataError
        If it is missing, damaged, or holds no runs.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text("utf-8"))
        accuracies = {int(run["seed"]): float(run["accuracy"]) for run in content["runs"]}
        results = SweepResults(str(content["recipe"]["name"]), dict(content["data"]), accuracies)
    except FileNotFoundError as error:
        raise DataError(f"there are no results in {path}; make them with  inkdigits sweep") from error
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise DataError(f"the result file {path} is damaged ({error}); move it away") from error
    if not accuracies:
        raise DataError(f"{path} holds no runs; make some with  inkdigits sweep")
    return results
