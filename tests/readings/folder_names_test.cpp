// SPDX-License-Identifier: Apache-2.0
#include "readings/folder_names.hpp"

#include <set>

#include "support/catch.hpp"

using namespace r1cluster;

TEST_CASE("an ordinary path is its own name", "[readings]") {
    CHECK(detail::encode_path("/proc/meminfo") == "proc/meminfo");
    CHECK(detail::encode_path("/sys/bus/pci/devices/0000:18:00.0/numa_node") ==
          "sys/bus/pci/devices/0000%3A18%3A00.0/numa_node");
}

TEST_CASE("components that would lead elsewhere are encoded", "[readings]") {
    CHECK(detail::encode_component(".") == "%2E");
    CHECK(detail::encode_component("..") == "%2E%2E");
    CHECK(detail::encode_component("...") == "...");
    CHECK(detail::encode_component("") == "%");
    CHECK(detail::encode_component("a/b") == "a%2Fb");
    CHECK(detail::encode_path("/a//b/../c/") == "a/%/b/%2E%2E/c/%");
}

TEST_CASE("a relative path and a name that is too long have no file name", "[readings]") {
    CHECK(detail::encode_path("proc/meminfo") == std::nullopt);
    CHECK(detail::encode_path("") == std::nullopt);
    CHECK(detail::encode_path("/" + std::string(255, 'a')).has_value());
    CHECK(detail::encode_path("/" + std::string(256, 'a')) == std::nullopt);
    CHECK(detail::encode_path("/" + std::string(86, ' ')) == std::nullopt);
}

TEST_CASE("every byte survives the way into a component and back, and no two share a name", "[readings]") {
    std::set<std::string> names;
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string component{static_cast<char>(first), static_cast<char>(second)};
            const std::string name = detail::encode_component(component);
            REQUIRE(detail::decode_component(name) == component);
            REQUIRE(names.insert(name).second);
        }
    }
}

TEST_CASE("names that the encoder does not write are refused", "[readings]") {
    for (const char* name :
         {"", ".", "..", "a b", "%2e%2e", "%41", "%4", "%", "a/../b", "/a", "a/", "a//b", "%zz", "a%"}) {
        INFO(name);
        if (std::string(name) == "%") {
            CHECK(detail::decode_path(name) == "/");
        } else {
            CHECK(detail::decode_path(name) == std::nullopt);
        }
    }
}

TEST_CASE("a host whose name the format uses itself gets another folder", "[readings]") {
    CHECK(detail::encode_host("node1") == "node1");
    CHECK(detail::encode_host("checkpoint") == "%63heckpoint");
    CHECK(detail::encode_host("recording.json") == "%72ecording.json");
    CHECK(detail::encode_host("..") == "%2E%2E");
}

TEST_CASE("UTF-8 is told from other bytes", "[readings]") {
    CHECK(detail::is_utf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"));
    for (const char* text : {"\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xE0\x80\x80", "\xF5\x80\x80\x80", "a\x80"}) {
        CHECK_FALSE(detail::is_utf8(text));
    }
}
