#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks one question over the OpenAI-compatible API and prints the answer as it comes.

Usage: chat.py ENDPOINT MODEL QUESTION [EXPECTED]     ENDPOINT: http://HOST:PORT/v1

Speed goes to standard error. Exit code 1 where EXPECTED is given and the answer is another one.
"""

import json
import sys
import time
import urllib.request


def main() -> int:
    if len(sys.argv) not in (4, 5):
        print(__doc__, file=sys.stderr)
        return 2
    endpoint, model, question, *expected = sys.argv[1:]
    body = {
        "model": model,
        "messages": [{"role": "user", "content": question}],
        "temperature": 0,
        "max_tokens": 200,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    request = urllib.request.Request(
        endpoint + "/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    answer, tokens, first, begin = "", 0, 0.0, time.monotonic()
    with urllib.request.urlopen(request, timeout=120) as response:
        for line in response:
            if not line.startswith(b"data: {"):
                continue
            event = json.loads(line[len(b"data: ") :])
            tokens = (event.get("usage") or {}).get("completion_tokens", tokens)
            for choice in event["choices"]:
                piece = choice["delta"].get("content") or ""
                if piece and not answer:
                    first = time.monotonic()
                answer += piece
                print(piece, end="", flush=True)
    end = time.monotonic()
    print()
    if tokens > 1 and first:
        speed = (tokens - 1) / (end - first)
        print(f"first token after {first - begin:.2f} s, then {speed:.1f} tokens/s ({tokens} tokens)", file=sys.stderr)
    if expected and answer != expected[0]:
        print(f"the answer is wrong: expected {expected[0]!r}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
