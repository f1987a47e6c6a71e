#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what a served model makes of a text: its tokens, the most likely ones in their place, and those that follow,
all with their log-probabilities, as JSON. An error of the server is printed as {"error"}.

Usage: ask_logprobs.py ENDPOINT MODEL TEXT...     ENDPOINT: http://HOST:PORT/v1
"""

import json
import sys
import urllib.error
import urllib.request


def ask(endpoint: str, model: str, text: str) -> dict:
    body = {"model": model, "prompt": text, "temperature": 0, "max_tokens": 24, "ignore_eos": True, "logprobs": 5}
    body["echo"] = True  # the text itself too
    request = urllib.request.Request(
        endpoint + "/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)["choices"][0]["logprobs"]
    except urllib.error.HTTPError as error:
        return {"error": error.code, "text": error.read(1000).decode(errors="replace")}


def main() -> int:
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        return 2
    print(json.dumps([ask(sys.argv[1], sys.argv[2], text) for text in sys.argv[3:]]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
