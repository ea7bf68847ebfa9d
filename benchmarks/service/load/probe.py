"""Liveness probes, from a process of their own: the load generator's event loop would delay them.

python -m benchmarks.service.load.probe PORT SECONDS
"""

import http.client
import json
import sys
import time

PATH = "/v2/health/live"
INTERVAL = 0.1
"""Seconds between two probes: as long as an answer may take, so that probes do not wait for each other."""


def probe(port: int, seconds: float) -> list[float]:
    """Send ten probes a second, and return the seconds from when each was due to its answer.

    A probe is due whether the one before was answered or not, so that one long delay counts as often as it should.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    found = []
    begin = time.perf_counter()
    for number in range(int(seconds / INTERVAL)):
        due = begin + INTERVAL * number
        time.sleep(max(0.0, due - time.perf_counter()))
        connection.request("GET", PATH)
        response = connection.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"expected 200 from {PATH}, but got {response.status}")
        found.append(time.perf_counter() - due)
    return found


if __name__ == "__main__":
    print(json.dumps(probe(int(sys.argv[1]), float(sys.argv[2]))))
