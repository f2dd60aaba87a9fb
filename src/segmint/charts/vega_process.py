"""Vega as a process of its own: reads drawings to make from stdin, writes them to stdout, until stdin ends.

Run as a script, so that nothing of the product is imported. It says ``ready`` first. A request is a line of
JSON: ``format`` (``svg`` or ``png``), ``scale``, and ``chart`` (Vega-Lite). An answer is a line, ``ok LENGTH`` or
``no LENGTH``, and so many bytes: the drawing, or why there is none.
"""

import json
import signal
import sys
from typing import Any

import vl_convert


def draw(request: dict[str, Any]) -> bytes:
    """Return what a request asks for; nothing is loaded from elsewhere."""
    if request["format"] == "png":
        return bytes(
            vl_convert.vegalite_to_png(request["chart"], scale=request["scale"], allowed_base_urls=[])
        )
    return str(vl_convert.vegalite_to_svg(request["chart"], allowed_base_urls=[])).encode()


def main() -> None:
    """Answer until the parent closes its end, also where the parent was killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's: it closes stdin
    answers = sys.stdout.buffer
    answers.write(b"ready\n")
    answers.flush()
    for line in sys.stdin.buffer:
        try:
            outcome, drawing = b"ok", draw(json.loads(line))
        except ValueError as error:
            outcome, drawing = b"no", str(error).encode()
        answers.write(b"%s %d\n%s" % (outcome, len(drawing), drawing))
        answers.flush()


if __name__ == "__main__":
    main()
