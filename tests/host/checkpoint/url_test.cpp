// SPDX-License-Identifier: Apache-2.0
#include "host/checkpoint/url.hpp"

#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;
using namespace r1cluster::detail;

TEST_CASE("an address has a scheme, a host, a port and a target", "[host/checkpoint]") {
    CHECK(parse_url("https://Hub.example/a/b?c=d#e") == Url{true, "hub.example", "443", "/a/b?c=d"});
    CHECK(parse_url("http://10.0.0.1:8080") == Url{false, "10.0.0.1", "8080", "/"});
    CHECK(parse_url("http://[fe80::1]:81/x") == Url{false, "fe80::1", "81", "/x"});
    CHECK(parse_url("http://[::1]/x").origin() == "http://[::1]:80");
    CHECK(parse_url("https://h/a?secret").shown() == "https://h/a");
    CHECK(parse_url("https://h:8443/a").shown() == "https://h:8443/a");
}

TEST_CASE("an address that is none is refused", "[host/checkpoint]") {
    const auto refused = [](const std::string& text) { return error_of([&] { parse_url(text); }); };
    CHECK(refused("ftp://h/") == "reading the address \"ftp://h/\": expected http:// or https://");
    CHECK(refused("http:///x") == "reading the address \"http:///x\": there is no host in it");
    CHECK(refused("http://h:0/") == "reading the address \"http://h:0/\": its port is not a number from 1 to 65535");
    CHECK(refused("http://h:65536/") ==
          "reading the address \"http://h:65536/\": its port is not a number from 1 to 65535");
    CHECK(refused("http://h/a b") ==
          "reading the address \"http://h/a b\": a blank or a character that must be encoded");
    CHECK(refused("http://h/\r\nX: y") ==
          "reading the address \"http://h/??X: y\": a blank or a character that must be encoded");
    CHECK(refused("http://a@b/") ==
          "reading the address \"\": a user or password in it: give a token by a file instead");
    CHECK_THAT(refused("http://h/" + std::string(9000, 'x')), ContainsSubstring("it is too long"));
}

TEST_CASE("a redirect is resolved against where it came from", "[host/checkpoint]") {
    const Url from = parse_url("https://h:8443/a/b?c");
    CHECK(redirected(from, "/x?y").shown() == "https://h:8443/x");
    CHECK(redirected(from, "/x?y").target == "/x?y");
    CHECK(redirected(from, "x").target == "/a/x");
    CHECK(redirected(from, "//other/x") == Url{true, "other", "443", "/x"});
    CHECK(redirected(from, "https://other/x").host == "other");
    CHECK(error_of([&] { redirected(from, "http://h/x"); }) ==
          "reading the address \"http://h/x\": \"https://h:8443/a/b\" sends there, from https to http");
    CHECK(error_of([&] { redirected(from, "javascript:alert(1)"); }) ==
          "reading the address \"javascript:alert(1)\": \"https://h:8443/a/b\" sends there; only http:// and https:// "
          "are "
          "followed");
}

TEST_CASE("the name of a file is encoded into an address", "[host/checkpoint]") {
    CHECK(encoded("model-00001-of-00002.safetensors") == "model-00001-of-00002.safetensors");
    CHECK(encoded("a b%?#\xc3\xa9") == "a%20b%25%3F%23%C3%A9");
}
