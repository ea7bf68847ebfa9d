"""The log line and the metrics of each request."""

import time
from collections.abc import MutableMapping
from typing import Any

from structlog.typing import FilteringBoundLogger

from inkdigits.service.exchange import Exchange
from inkdigits.service.metrics import Metrics
from inkdigits.service.refusals import REASON_KEY, Refusal

NO_ROUTE = "none"
"""The route of requests that were refused before one was found, or match none."""

_METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH"))
_MAX_PATH = 200
"""Number of characters of an unknown path in the log."""


class Journal:
    """Logs each request in a line, and counts it.

    Pictures, queries, tokens and addresses of clients are not logged.

    Parameters
    ----------
    metrics
        The metrics.
    logger
        The log.
    """

    def __init__(self, metrics: Metrics, logger: FilteringBoundLogger) -> None:
        self._metrics, self._logger = metrics, logger

    def record(self, scope: MutableMapping[str, Any], exchange: Exchange) -> None:
        """Record a request that has been answered, or whose client went away.

        Parameters
        ----------
        scope
            Its scope; after routing, with the route.
        exchange
            Its record.
        """
        seconds = time.perf_counter() - exchange.began
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        method, status = scope["method"], exchange.status
        reason = exchange.reason or scope.get(REASON_KEY, "")
        self._metrics.observe_request(method if method in _METHODS else "OTHER", route, status, seconds)
        line: dict[str, Any] = {
            "request_id": exchange.request_id,
            "method": method,
            "route": route,
            "status": status,
            "seconds": round(seconds, 6),
            "bytes_in": exchange.n_received,
            "bytes_out": exchange.n_sent,
        }
        if exchange.trace is not None:
            line["trace_id"], line["span_id"] = exchange.trace.trace_id, exchange.trace.span_id
            line["parent_id"] = exchange.trace.parent_id
        if route == NO_ROUTE:
            # As it was sent, with %1B instead of the escape character: the parser lets printable ASCII pass only.
            line["path"] = scope.get("raw_path", b"")[:_MAX_PATH].decode("ascii", "backslashreplace")
        if status < 400:
            self._logger.info("request", **line)
            return
        reason = reason or f"status_{status}"
        self._metrics.count_refusal(reason)
        log = self._logger.error if status == 500 else self._logger.warning
        log("request", **line, reason=reason)

    def record_unparsed(self, refusal: Refusal) -> None:
        """Record a connection that is refused before a request could be parsed."""
        self._metrics.observe_request("NONE", NO_ROUTE, refusal.status, 0.0)
        self._metrics.count_refusal(refusal.reason)
        self._logger.warning(
            "request", method="NONE", route=NO_ROUTE, status=refusal.status, reason=refusal.reason
        )

    def record_defect(self, exchange: Exchange, error: BaseException) -> None:
        """Log an exception that no route should raise, with its traceback."""
        self._logger.error("defect", request_id=exchange.request_id, exc_info=error)
