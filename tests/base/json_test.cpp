// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/base/json.hpp"

#include "base/lenient_json.hpp"
#include "r1cluster/readings/readings.hpp"
#include "r1cluster/report/report.hpp"
#include "r1cluster/spec/deployment_spec.hpp"
#include "report/describe.hpp"
#include "spec/describe.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

namespace {

std::string rule_json(const std::string& fields) {
    return "{\"schema\": \"r1cluster.checked_rule\", \"version\": 1, " + fields + "}";
}

const std::string good = R"("id": "a", "requirement": "b", "subjects": 2, "passed": 1)";

std::string read_error(const std::string& text) {
    return error_of([&] { from_json<CheckedRule>(text, "x.json"); });
}

}  // namespace

TEST_CASE("a value as JSON leads with its schema, and its fields keep their order", "[base]") {
    const CheckedRule rule{"a", "b \"c\"", 2, 1};
    CHECK(to_json(rule) ==
          "{\n  \"schema\": \"r1cluster.checked_rule\",\n  \"version\": 1,\n  \"id\": \"a\",\n"
          "  \"requirement\": \"b \\\"c\\\"\",\n  \"subjects\": 2,\n  \"passed\": 1\n}\n");
    CHECK(from_json<CheckedRule>(to_json(rule)) == rule);
}

TEST_CASE("an unset optional is null, an empty list is a list", "[base]") {
    const LayoutSpec layout{std::nullopt, 2, std::vector<int>{}};
    CHECK(to_json(layout) ==
          "{\n  \"schema\": \"r1cluster.layout_spec\",\n  \"version\": 1,\n  \"tensor_parallel\": null,\n"
          "  \"pipeline_parallel\": 2,\n  \"layers_per_stage\": [],\n  \"data_parallel\": null,\n  "
          "\"expert_parallel\": null,\n"
          "  \"decode_context_parallel\": null\n}\n");
    CHECK(from_json<LayoutSpec>(to_json(layout)) == layout);
}

TEST_CASE("JSON that is not well formed is refused where it stands", "[base]") {
    CHECK(read_error("{\"a\": 1,\n \"b\": 2,\n \"a\": 3}") == "x.json:3:4: the key \"a\" occurs twice in one object");
    CHECK(read_error("{\"a\": 1}\n]") == "x.json:2:1: text after the end of the JSON value");
    CHECK(read_error("{\"a\": [1,") == "x.json:1:10: the JSON text ends too early");
    CHECK(read_error("") == "x.json:1:1: the JSON text ends too early");
    CHECK_THAT(read_error("{\"a\": 1,\n  nil}"), StartsWith("x.json:2:3: not JSON: "));
}

TEST_CASE("keys of different objects may be alike", "[base]") {
    CHECK_NOTHROW(detail::parse_json(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})", "x.json"));
}

TEST_CASE("nesting deeper than 64 is refused", "[base]") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK_NOTHROW(detail::parse_json(nested(64), "x.json"));
    CHECK(error_of([&] { detail::parse_json(nested(65), "x.json"); }) == "x.json:1:65: nested deeper than 64");
    CHECK_THAT(error_of([&] { detail::parse_json(nested(1000000), "x.json"); }),
               ContainsSubstring("nested deeper than 64"));
}

TEST_CASE("a document of more than 4,000,000 values is refused", "[base]") {
    const auto list = [](int numbers) {
        std::string text = "[";
        for (int i = 1; i < numbers; ++i) text += "0,";
        return text + "0]";
    };
    CHECK(detail::parse_json(list(3'999'999), "x.json").as_array().size() == 3'999'999);
    CHECK(error_of([&] { detail::parse_json(list(4'000'000), "x.json"); }) ==
          "x.json:1:8000001: more than 4,000,000 values");
}

TEST_CASE("another schema or version is refused", "[base]") {
    CHECK(read_error("{\"schema\": \"r1cluster.report\", \"version\": 1}") ==
          "x.json: expected \"schema\": \"r1cluster.checked_rule\", \"version\": 1, got \"r1cluster.report\", 1");
    CHECK(read_error("{}") ==
          "x.json: expected \"schema\": \"r1cluster.checked_rule\", \"version\": 1, got none, none");
    CHECK(read_error("[]") == "x.json: expected an object, got []");
}

TEST_CASE("unknown, missing and mistyped fields are refused by name", "[base]") {
    CHECK(from_json<CheckedRule>(rule_json(good)) == CheckedRule{"a", "b", 2, 1});
    CHECK(read_error(rule_json(good + ", \"more\": 1")) == "x.json: unknown field \"more\"");
    CHECK(read_error(rule_json("\"id\": \"a\"")) == "x.json: the field \"requirement\" is missing");
    CHECK(read_error(rule_json(R"("id": 1, "requirement": "b", "subjects": 2, "passed": 1)")) ==
          "x.json.id: expected a text, got 1");
    CHECK(read_error(rule_json(R"("id": "a", "requirement": "b", "subjects": 1.5, "passed": 1)")) ==
          "x.json.subjects: expected a whole number from -2147483648 to 2147483647, got 1.5");
    CHECK(read_error(rule_json(R"("id": "a", "requirement": "b", "subjects": 3000000000, "passed": 1)")) ==
          "x.json.subjects: expected a whole number from -2147483648 to 2147483647, got 3000000000");
}

TEST_CASE("an enumerator of no known name is refused with the known ones", "[base]") {
    const std::string text =
        R"({"schema": "r1cluster.finding", "version": 1, "id": "", "severity": "bad", "subject": "",
        "observed": "", "expected": "", "remedy": "", "source": ""})";
    CHECK(error_of([&] { from_json<Finding>(text, "x.json"); }) ==
          R"(x.json.severity: expected one of "error", "warning", "unknown", "info", got "bad")");
}

TEST_CASE("what another build wrote is read leniently: unknown members are ignored, missing ones keep their default",
          "[base]") {
    const auto read = [](const std::string& text) { return detail::from_json_leniently<CheckedRule>(text, "x.json"); };
    CHECK(read(R"({"id": "a", "subjects": 2, "colour": {"red": 1}})") == CheckedRule{"a", "", 2, 0});
    CHECK(read(R"({"schema": "r1cluster.checked_rule", "version": 9, "id": "a", "passed": null})") ==
          CheckedRule{"a", "", 0, 0});
}

TEST_CASE("an enumerator of another build keeps the default of its member", "[base]") {
    const auto read = [](const std::string& text) {
        return detail::from_json_leniently<DeploymentSpec>(text, "x.json");
    };
    CHECK(read(R"({"fate": "eternal"})").fate == DeploymentSpec().fate);
    CHECK(read(R"({"fate": "attached"})").fate == Fate::attached);
    CHECK(read(R"({"hosts": [{"transport": "pigeon", "name": "n"}]})").hosts.at(0).name == "n");
}

TEST_CASE("lenient reading refuses types and bounds as strict reading does", "[base]") {
    const auto said = [](const std::string& text) {
        return error_of([&] { detail::from_json_leniently<CheckedRule>(text, "x.json"); });
    };
    CHECK(said(R"({"id": 1})") == "x.json.id: expected a text, got 1");
    CHECK(said(R"([])") == "x.json: expected an object, got []");
    CHECK(said(R"({"id": "a", "id": "b"})") == "x.json:1:16: the key \"id\" occurs twice in one object");
    CHECK(said(R"({"more": )" + std::string(65, '[') + std::string(65, ']') + "}") ==
          "x.json:1:73: nested deeper than 64");
}

TEST_CASE("a field named as one of the envelope is kept", "[base]") {
    EngineSpec engine;
    engine.version = "0.11.1";
    CHECK_THAT(to_json(engine),
               StartsWith("{\n  \"schema\": \"r1cluster.engine_spec\",\n  \"version\": 1,\n  \"value\": {\n"));
    CHECK(from_json<EngineSpec>(to_json(engine)) == engine);
    CHECK(error_of([] { from_json<EngineSpec>(R"({"schema": "r1cluster.engine_spec", "version": 1})", "x.json"); }) ==
          "x.json: expected \"value\" and nothing else, got {}");
}

TEST_CASE("a number keeps every digit", "[base]") {
    EngineSpec engine;
    engine.gpu_memory_utilization = 0.1 + 0.2;
    engine.kv_cache_bytes = UINT64_MAX;
    CHECK(from_json<EngineSpec>(to_json(engine)) == engine);
}

TEST_CASE("a number that no double holds is refused, because no JSON text could say it again", "[base]") {
    CHECK(read_error("{\"a\": 1,\n \"b\": [1e999]}") == "x.json:2:13: a number too large for a double");
}

TEST_CASE("a byte that is not UTF-8, as of a line cut inside a character, becomes U+FFFD", "[base]") {
    const CheckedRule rule{"\xe2\x96\x88 \xe2\x96", "\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80", 0, 0};
    const auto read = from_json<CheckedRule>(to_json(rule));
    CHECK(read.id == "\xe2\x96\x88 \xef\xbf\xbd\xef\xbf\xbd");
    CHECK(read.requirement.size() == 9 * 3);
}

TEST_CASE("a double is read as the nearest one, whatever its digits", "[base]") {
    PathProbe probe;
    probe.round_trip_us = 1.8446744073703719e+35;
    for (int i = 0; i < 1000; ++i, *probe.round_trip_us *= 0.7310585786300049) {
        CHECK(from_json<PathProbe>(to_json(probe)) == probe);
    }
}
