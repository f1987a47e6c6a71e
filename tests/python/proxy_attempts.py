# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: SIM905 - a list of words reads better as words
"""Ways to get past a reverse proxy without its key, or to a route that it does not allow.

Each attempt is the bytes of one connection. `may_pass`: the connection has the key and asks for an allowed route too,
so that the engine may see that request; what else is in the connection may not arrive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

ALLOWED = {"/v1/models": "GET", "/v1/completions": "POST", "/v1/chat/completions": "POST"}
OPEN = """
    /invocations /tokenize /detokenize /metrics /docs /openapi.json /load /version /health /ping /scale_elastic_ep
    /pause /score /generative_scoring /inference/v1/generate
""".split()
WEBSOCKET = [
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
]
H2C = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"]
BODY = b'{"model": "r1", "prompt": "1"}'


KEY_IN_TARGET = """
    /v1/models?api_key=KEY /v1/models?access_token=KEY /v1/models?Authorization=Bearer%20KEY /v1/models#KEY
    http://:KEY@api.example/v1/models /v1/models%20HTTP/1.1%0d%0aAuthorization:%20Bearer%20KEY
""".split()
# Raw bytes of a request's target, none of them allowed.
TARGETS = b"""
    / * //metrics /./metrics /v1/../metrics /v1/models/../../metrics /v1/models/..%2f..%2fmetrics /v1/%2e%2e/metrics
    /v1/%2E%2E/metrics /v1/models/%2e%2e/%2e%2e/metrics /v1/.%2e/metrics /v1/%252e%252e/metrics /v1/%c0%ae%c0%ae/metrics
    /v1/\xc0\xae\xc0\xae/metrics /v1/..;/metrics /v1/models;/../../metrics /v1/models;x=1 /v1/models/ /v1/models//
    //v1/models /v1//models ///v1/models /v1/./models /./v1/models /v1/models/. /x/../v1/models /V1/models /v1/MODELS
    /v1%2fmodels /v1%2Fmodels /%76%31/models /v1/model%73 %2fv1%2fmodels /v1/models%00 /v1/models%00.html /v1/models\0
    /v1/models%20 /v1/models%09 /v1/models%0a /v1/models%0d%0aX:1 /v1/models%3f /v1/models%23 /v1/models#
    /v1/models#/../metrics /v1\\models \\v1\\models /v1\\..\\metrics /v1/models/.. /v1/models.. /v1/models.
    /v1/models.json /v1/models/x /v1/model /v1/modelss /v1 /v1/ /v1/models\xff /v1/models%ff /v1/models%u002f
    /v1/models% /v1/models%2 /v1/\xef\xbc\x8fmodels v1/models metrics ?/v1/models /?/v1/models /metrics?/v1/models
    /metrics?x=/v1/models /metrics#/v1/models /metrics;/v1/models /metrics%3f/v1/models http://api.example/metrics
    http://api.example/v1/models http://127.0.0.1/v1/models HTTP://api.example/v1/models https://api.example/v1/models
    http:///v1/models http:/v1/models http:/metrics http://api.example http://api.example?/v1/models
    http://api.example/metrics?/v1/models http://metrics@/v1/models //api.example/v1/models file:///v1/models
    api.example:80 /v1/load_lora_adapter /v1/embeddings /v1/realtime /v1/models/deepseek /v1/completions/render
    /v1/chat/completions/render /v2/rerank /cohere/v2/chat
""".split()
LONG_TARGETS = [b"/v1/models/" + b"a" * 9000, b"/" + b"../" * 200 + b"metrics", b"/v1/models?" + b"x" * 60000]
# Headers that a server may follow instead of the request line, or that change the connection.
TRICKS = [
    *"""X-Original-URL: /metrics
X-Rewrite-URL: /metrics
X-Original-URI: /metrics
X-Forwarded-URI: /metrics
X-Forwarded-Prefix: /metrics
X-Forwarded-Path: /metrics
X-Forwarded-Host: localhost
X-Forwarded-For: 127.0.0.1
X-Forwarded-Proto: https
X-Forwarded-Method: POST
Forwarded: for=127.0.0.1
X-HTTP-Method-Override: DELETE
X-HTTP-Method: DELETE
X-Method-Override: DELETE
X-Real-IP: 127.0.0.1
Connection: Authorization
Connection: close, Content-Length
Proxy: http://evil.example
Expect: 100-continue""".splitlines(),
    "\r\n".join(WEBSOCKET),
    "\r\n".join(H2C),
]
CODINGS = [
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding:\tchunked",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
    "Transfer-Encoding:\x0bchunked",
    "Transfer-Encoding: \x00chunked",
    "transfer-encoding: CHUNKED",
    "X: 1\nTransfer-Encoding: chunked",
    "Transfer-Encoding:\r\n chunked",
    "TE: chunked",
]
LENGTHS = [
    "Content-Length: 0",
    "Content-Length: 3",
    "Content-Length: 6\r\nContent-Length: 0",
    "Content-Length: 6, 0",
    "Content-Length: +6",
    "Content-Length: -1",
    "Content-Length: 0x6",
    "Content-Length: 6 0",
    "Content-Length: 6;",
    "Content-Length:",
    "Content-Length: 99999999999999999999999",
    "Content-Length: 18446744073709551616",
    "Content-Length: 1e1",
    "Content-Length : 6",
    "Content_Length: 6",
    "Content-Length: \x0b6",
    "Content-Length:\r\n 6",
]
VERSIONS = b"HTTP/1.0 HTTP/0.9 HTTP/2.0 HTTP/1.2 HTTP/3 http/1.1 HTTP/11 HTTP/1.01 ICY/1.1 RTSP/1.0".split()


@dataclass(frozen=True)
class Attempt:
    name: str
    data: bytes
    may_pass: bool = False


def request(
    target: bytes | str,
    *lines: bytes | str,
    method: bytes | str = b"GET",
    body: bytes = b"",
    version: bytes = b"HTTP/1.1",
    end: bytes = b"\r\n",
    host: bool = True,
    length: bool = True,
) -> bytes:
    def raw(text: bytes | str) -> bytes:
        return text if isinstance(text, bytes) else text.encode("latin-1")

    head = [raw(method) + b" " + raw(target) + b" " + version]
    if host:
        head.append(b"Host: api.example")
    head += [raw(line) for line in lines]
    if body and length:
        head.append(b"Content-Length: %d" % len(body))
    return end.join(head) + end + end + body


def without_key(_: str) -> Iterator[Attempt]:
    methods = "GET HEAD POST PUT DELETE PATCH OPTIONS TRACE CONNECT PROPFIND get QUERY".split()
    for path in [*ALLOWED, *OPEN]:
        for method in methods if path in ALLOWED else ["GET", "POST"]:
            body = BODY if method == "POST" else b""
            yield Attempt(f"no key: {method} {path}", request(path, method=method, body=body))


def with_another_key(key: str) -> Iterator[Attempt]:
    bearer = f"Authorization: Bearer {key}"
    wrong = "Authorization: Bearer wrong"
    lines: dict[str, list[str] | list[bytes] | list[str | bytes]] = {
        "wrong key": [wrong],
        "empty key": ["Authorization: Bearer "],
        "no value": ["Authorization:"],
        "scheme alone": ["Authorization: Bearer"],
        "key alone": [f"Authorization: {key}"],
        "Basic": [f"Authorization: Basic {key}"],
        "Token": [f"Authorization: Token {key}"],
        "Digest": [f'Authorization: Digest username="{key}"'],
        "first half of the key": [bearer[: -len(key) // 2]],
        "key and a letter": [bearer + "x"],
        "letter and key": [f"Authorization: Bearer x{key}"],
        "key in capitals": [f"Authorization: Bearer {key.upper()}"],
        "key and a comma": [bearer + ","],
        "key in quotes": [f'Authorization: Bearer "{key}"'],
        "key and NUL": [bearer.encode() + b"\0"],
        "NUL and key": [b"Authorization: Bearer \0" + key.encode()],
        "wrong, then right": [wrong, bearer],
        "right, then wrong": [bearer, wrong],
        "right twice": [bearer, bearer],
        "right in another case twice": [bearer, bearer.replace("Authorization", "authorization")],
        "wrong and right in one line": [f"{wrong}, Bearer {key}"],
        "right and wrong in one line": [f"{bearer}, Bearer wrong"],
        "blank before the colon": [f"Authorization : Bearer {key}"],
        "tab before the colon": [f"Authorization\t: Bearer {key}"],
        "blank before the name": ["X: 1", f" {bearer}"],
        "folded": ["Authorization: Bearer", f" {key}"],
        "folded after a wrong key": [wrong, f" {key}"],
        "underscore": [f"Authorization_: Bearer {key}"],
        "Proxy-Authorization": [f"Proxy-Authorization: Bearer {key}"],
        "X-Authorization": [f"X-Authorization: Bearer {key}"],
        "X-Forwarded-Authorization": [f"X-Forwarded-Authorization: Bearer {key}"],
        "X-API-Key": [f"X-API-Key: {key}"],
        "api-key": [f"api-key: {key}"],
        "cookie": [f"Cookie: Authorization=Bearer {key}; key={key}"],
        "X-Forwarded-For of the proxy": ["X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1"],
        "Forwarded": ["Forwarded: for=127.0.0.1;host=localhost;proto=https"],
        "line feed in a value": [b"X: 1\nAuthorization: Bearer wrong"],
        "carriage return in a value": [b"X: 1\rAuthorization: Bearer " + key.encode()],
        "vertical tab": [b"Authorization:\x0bBearer " + key.encode()],
        "no-break space": [b"Authorization: Bearer\xa0" + key.encode()],
        "header in the path": [],
        "websocket": [*WEBSOCKET, f"Sec-WebSocket-Protocol: Bearer, {key}"],
        "h2c": H2C,
        "authorization named by Connection": ["Connection: close, Authorization", wrong],
    }
    for name, more in lines.items():
        for path in ("/v1/models", "/v1/completions"):
            body = BODY if ALLOWED[path] == "POST" else b""
            yield Attempt(f"{name}: {path}", request(path, *more, method=ALLOWED[path], body=body))
    for target in KEY_IN_TARGET:
        yield Attempt(f"key in the target: {target}", request(target.replace("KEY", key)))


def to_other_paths(key: str) -> Iterator[Attempt]:
    bearer = f"Authorization: Bearer {key}"
    for path in OPEN:
        for method in ("GET", "POST"):
            body = BODY if method == "POST" else b""
            yield Attempt(f"{method} {path}", request(path, bearer, method=method, body=body))
    for target in [*TARGETS, *LONG_TARGETS]:
        yield Attempt(f"target {target[:60]!r}", request(target, bearer))
    for method in ["G\tET", *"HEAD PUT DELETE PATCH OPTIONS TRACE CONNECT POST get PROPFIND GETX".split()]:
        yield Attempt(f"{method} of a path for GET", request("/v1/models", bearer, method=method))
    for method in "GET HEAD PUT DELETE OPTIONS post TRACE".split():
        yield Attempt(f"{method} of a path for POST", request("/v1/completions", bearer, method=method, body=BODY))


def by_headers(key: str) -> Iterator[Attempt]:
    bearer = f"Authorization: Bearer {key}"
    for trick in TRICKS:
        yield Attempt(f"header {trick[:40]!r} without the key", request("/v1/models", trick))
        yield Attempt(
            f"header {trick[:40]!r} with the key",
            request("/v1/completions", bearer, trick, method="POST", body=BODY),
            may_pass=True,
        )


def by_framing(key: str) -> Iterator[Attempt]:
    hidden = request("/metrics", "X-Hidden: 1")
    chunked = b"0\r\n\r\n" + hidden
    for with_key in (False, True):
        lines = [f"Authorization: Bearer {key}"] if with_key else []
        word = "with" if with_key else "without"
        for coding in CODINGS:
            for length in ("", f"Content-Length: {len(chunked)}", "Content-Length: 4"):
                data = request(
                    "/v1/completions",
                    *lines,
                    coding,
                    *([length] if length else []),
                    method="POST",
                    body=chunked,
                    length=False,
                )
                yield Attempt(f"{word} the key, {coding!r}, {length!r}", data, may_pass=with_key)
        for length in LENGTHS:
            data = request("/v1/completions", *lines, length, method="POST", body=hidden, length=False)
            yield Attempt(f"{word} the key, {length!r}", data, may_pass=with_key)


def by_connection(key: str) -> Iterator[Attempt]:
    bearer = f"Authorization: Bearer {key}"
    good = request("/v1/models", bearer)
    post = request("/v1/completions", bearer, method="POST", body=BODY)
    yield Attempt("pipelined: with the key, then without", good + request("/v1/models"), may_pass=True)
    yield Attempt("pipelined: with the key, then /metrics without", good + request("/metrics"), may_pass=True)
    yield Attempt("pipelined: with the key, then /metrics with it", good + request("/metrics", bearer), may_pass=True)
    yield Attempt(
        "pipelined: a body, then without the key",
        post + request("/v1/completions", method="POST", body=BODY),
        may_pass=True,
    )
    yield Attempt("pipelined: without the key, then /metrics", request("/v1/models") + request("/metrics"))
    yield Attempt("pipelined: twelve without the key", request("/v1/models") * 12)
    yield Attempt(
        "a body of GET that is a request", request("/v1/models", bearer, body=request("/metrics")), may_pass=True
    )
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    yield Attempt("HTTP/2 by prior knowledge", preface + b"\0\0\0\4\0\0\0\0\0")
    yield Attempt("HTTP/2 after a request", good + preface + b"\0\0\0\4\0\0\0\0\0", may_pass=True)
    yield Attempt("HTTP/0.9", b"GET /metrics\r\n")
    yield Attempt("HTTP/0.9 of an allowed path", b"GET /v1/models\r\n")
    for version in [*VERSIONS, b"HTTP/1.1 "]:
        yield Attempt(f"version {version!r} without the key", request("/v1/models", version=version))
        yield Attempt(f"version {version!r}, /metrics", request("/metrics", bearer, version=version))
    yield Attempt("lines that end with a line feed, without the key", request("/v1/models", end=b"\n"))
    yield Attempt("lines that end with a carriage return", request("/v1/models", bearer, end=b"\r"))
    yield Attempt(
        "line feeds that hide a header", b"GET /v1/models HTTP/1.1\nHost: a\nX: 1\n\nAuthorization: Bearer x\r\n\r\n"
    )
    yield Attempt("empty lines first", b"\r\n\r\n" + request("/metrics", bearer))
    yield Attempt("NUL first", b"\0" + request("/v1/models"))
    yield Attempt("a blank first", b" " + request("/v1/models", bearer))
    yield Attempt(
        "two blanks in the first line", b"GET  /metrics  HTTP/1.1\r\nHost: a\r\n" + bearer.encode() + b"\r\n\r\n"
    )
    yield Attempt("tabs in the first line", b"GET\t/metrics\tHTTP/1.1\r\nHost: a\r\n" + bearer.encode() + b"\r\n\r\n")
    yield Attempt("two targets", b"GET /v1/models /metrics HTTP/1.1\r\nHost: a\r\n" + bearer.encode() + b"\r\n\r\n")
    yield Attempt("no host, without the key", request("/v1/models", host=False))
    yield Attempt("two hosts, without the key", request("/v1/models", "Host: other"))
    yield Attempt("a host with a path", request("/metrics", bearer, "Host: a/v1/models", host=False))
    yield Attempt("a line without a colon", request("/v1/models", "Authorization"))
    yield Attempt("an empty name", request("/v1/models", ": 1"))
    yield Attempt("NUL in a name", request("/v1/models", b"Autho\0rization: Bearer " + key.encode()))
    yield Attempt("600 headers without the key", request("/v1/models", *[f"X-{n}: 1" for n in range(600)]))
    yield Attempt("a header of 70,000 bytes without the key", request("/v1/models", "X: " + "a" * 70000))
    yield Attempt("a header of 70,000 bytes before the key", request("/metrics", "X: " + "a" * 70000, bearer))
    yield Attempt("a key of 70,000 bytes", request("/v1/models", "Authorization: Bearer " + "a" * 70000))
    yield Attempt("PROXY protocol", b"PROXY TCP4 127.0.0.1 127.0.0.1 1 1\r\n" + request("/v1/models"))
    yield Attempt("PROXY protocol 2", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12) + request("/v1/models"))
    yield Attempt("TLS to a plain port", bytes.fromhex("16030100a5010000a10303") + bytes(160))
    trailer = b"1\r\n1\r\n0\r\n" + bearer.encode() + b"\r\n\r\n"
    lines = ["Transfer-Encoding: chunked", "Trailer: Authorization"]
    yield Attempt("a key in a trailer", request("/v1/completions", *lines, method="POST", body=trailer, length=False))


def attempts(key: str) -> list[Attempt]:
    groups = (without_key, with_another_key, to_other_paths, by_headers, by_framing, by_connection)
    return [attempt for group in groups for attempt in group(key)]
