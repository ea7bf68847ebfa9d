"""Result files of the service and its page as tables: its speed, and the proofs that it holds."""

from pathlib import Path
from typing import Any

from documents.tables import load, machine_of, table

_SERVERS = {"bare": "uvicorn, a constant answer", "mlserver": "MLServer"}


def speed(path: Path) -> str:
    """Return requests per second and latencies; ``path`` is the result file of ``benchmarks/service/throughput.py``."""
    content = load(path)
    rows = [
        (
            _SERVERS.get(each["server"], each["server"]),
            f"`{each['model']}`, {'JSON' if each['kind'] == 'json' else each['kind']}",
            str(each["connections"]),
            f"{each['per_second']:,.0f}",
            f"{each['p50_ms']:.2f} ms",
            f"{each['p99_ms']:.2f} ms",
        )
        for each in content["inference"]
    ]
    rows += [
        (
            "inkdigits",
            f"picture of {content['picture_bytes'] / 1000:.0f} kB",
            str(each["connections"]),
            f"{each['per_second']:,.0f}",
            f"{each['p50_ms']:.2f} ms",
            f"{each['p99_ms']:.2f} ms",
        )
        for each in content["pictures"]
    ]
    head = ("server", "request", "connections", "a second", "p50", "p99")
    parts = [table(head, rows, words=(1, 2)), _list_aims(content)]
    return "\n\n".join([*parts, f"Machine: {machine_of(content['environment'])}."])


def _list_aims(content: dict[str, Any]) -> str:
    """Return the figures that have an aim as a list."""
    found, aims = content["summary"], content["aims"]
    lines = [
        ("`quick` as JSON, requests a second", "quick_json_per_second", "{:,.0f}", "at least "),
        ("`quick` in binary, requests a second", "quick_binary_per_second", "{:,.0f}", "at least "),
        (
            f"`quick` as JSON against MLServer {content['mlserver_version']}, times",
            "times_mlserver",
            "{:.1f}",
            "at least ",
        ),
        (
            "`accurate`, share of the rate of ONNX Runtime without a service on one core",
            "share_of_engine",
            "{:.0%}",
            "at least ",
        ),
        (
            "a picture of one digit, milliseconds more than `Reader.read`",
            "picture_milliseconds_over_reader",
            "{:.1f}",
            "at most ",
        ),
    ]
    return "\n".join(
        f"- {text}: **{form.format(found[name])}** (aim: {word}{form.format(aims[name])})"
        for text, name, form, word in lines
        if found[name] is not None
    )


def overload(path: Path) -> str:
    """Return the answers under five times the bearable load; ``path`` is as for `speed`."""
    content = load(path)
    rows = [
        (
            each["load"],
            f"{each['offered_per_second']:,.0f}",
            f"{sum(each['statuses'].values()) / each['seconds']:,.0f}",
            f"{each['per_second']:,.0f}",
            " and ".join(each["statuses"]),
            f"{each['p99_ms']:.0f} of {each['deadline_ms']:.0f} ms",
            f"{each['liveness']['p99_ms']:.0f} ms",
        )
        for each in content["overload"]
    ]
    head = (
        "request",
        "offered a second",
        "sent a second",
        "answered a second",
        "statuses",
        "p99 of the answered",
        "p99 of liveness",
    )
    n_connections = max(each["connections"] for each in content["overload"])
    note = (
        f"{_describe_cores(content['overload'][0])}"
        f"A request for which none of {n_connections} connections is free is offered, but not sent. "
        f"Machine: {machine_of(content['environment'])}."
    )
    return "\n\n".join([table(head, rows), note])


def _describe_cores(row: dict[str, Any]) -> str:
    if "server_cores" not in row:
        return ""
    return f"The service has {row['server_cores']} core, the sender {row['sender_cores']}. "


def proofs(results: Path) -> str:
    """Return what the service and the page withstood; ``results`` is the folder of the result files."""
    stop, hostile = load(results / "service-stop.json"), load(results / "service-hostile.json")
    container, page = load(results / "container.json"), load(results / "page-parity.json")
    rounds, ends, memory = hostile["rounds"], stop["service"], hostile["rounds"]["megabytes"]
    sent = ends["answered_before"] + ends["answered_after"] + ends["lost"]
    growth = max(0.0, *memory["growth"].values())
    rows = [
        ("stopped under load", f"{ends['rounds']} times, {ends['lost']} of {sent:,} accepted requests lost"),
        (
            "the same with the server's own end",
            f"{stop['control']['rounds']} times, {stop['control']['lost']} lost",
        ),
        (
            "hostile requests",
            f"{rounds['requests']} in {rounds['n']} rounds, {len(rounds['faults'])} wrong answers",
        ),
        ("growth of a process in the second half of these rounds", f"{growth:.0f} MB"),
        (
            "image of the container",
            f"{container['bytes']['image'] / 1e6:.0f} MB of at most {container['bytes']['promised'] / 1e6:.0f} MB",
        ),
        (
            "page without a server, digit images",
            f"{page['network']['n']:,}, {page['network']['n_changed']} labels changed, "
            f"probabilities within {page['network']['max_difference']:.0e}",
        ),
        (
            "page without a server, drawings",
            f"{page['drawings']['n']:,}, {page['drawings']['n_changed']} answers changed, "
            f"{page['drawings']['n_identical_images']:,} digit images identical",
        ),
    ]
    note = f"Machine: {machine_of(stop['environment'])}; {page['browser']}."
    return "\n\n".join([table(("proof", "passed"), rows, words=(1, 2)), note])
