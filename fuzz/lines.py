"""The lines of a package that are executed, in this process, while inputs are executed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

Line = tuple[str, int]
"""A file and the number of a line."""


class LineCoverage:
    """The lines of some files that have been executed.

    Parameters
    ----------
    folders
        The beginnings of the paths of the files.
    """

    def __init__(self, *folders: str) -> None:
        self._folders = folders
        self.lines: set[Line] = set()

    @contextmanager
    def collect(self) -> Iterator[None]:
        """Collect the lines that are executed in the context, in this thread."""
        if sys.version_info >= (3, 12):
            with self._monitor():
                yield
            return
        before = sys.gettrace()
        sys.settrace(self._trace)
        try:
            yield
        finally:
            sys.settrace(before)

    def _trace(self, frame: FrameType, event: str, argument: Any) -> Any:
        if not frame.f_code.co_filename.startswith(self._folders):
            return None
        name, add = frame.f_code.co_filename, self.lines.add

        def trace_lines(frame: FrameType, event: str, argument: Any) -> Any:
            add((name, frame.f_lineno))
            return trace_lines

        return trace_lines

    if sys.version_info >= (3, 12):

        @contextmanager
        def _monitor(self) -> Iterator[None]:
            """Collect with `sys.monitoring`: a line that has been seen costs nothing from then on."""
            monitoring = sys.monitoring
            tool = monitoring.COVERAGE_ID

            def add_line(code: CodeType, line: int) -> object:
                if code.co_filename.startswith(self._folders):
                    self.lines.add((code.co_filename, line))
                return monitoring.DISABLE

            monitoring.use_tool_id(tool, "fuzz")
            monitoring.register_callback(tool, monitoring.events.LINE, add_line)
            monitoring.set_events(tool, monitoring.events.LINE)
            try:
                yield
            finally:
                monitoring.set_events(tool, 0)
                monitoring.free_tool_id(tool)
