// SPDX-License-Identifier: Apache-2.0
// docs/schemas/ is what the code says. R1CLUSTER_UPDATE_GOLDEN=1 writes it anew.
#include <set>

#include "base/reflect_schema.hpp"

#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "host/deploy/describe.hpp"
#include "knowledge/describe.hpp"
#include "memory/describe.hpp"
#include "model/describe.hpp"
#include "plan/describe.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "readings/describe.hpp"
#include "shard/describe.hpp"
#include "speed/describe.hpp"
#include "support/catch.hpp"
#include "views/describe.hpp"

using namespace r1cluster;

namespace {

const std::string folder = std::string(R1CLUSTER_SOURCE_DIR) + "/docs/schemas/";

struct Leaf {
    std::optional<std::uint64_t> bytes;
};
BOOST_DESCRIBE_STRUCT(Leaf, (), (bytes))

struct Tree {
    std::vector<Leaf> leaves;
    std::map<std::string, bool> flags;
    Severity severity = Severity::info;
    double seconds = 0;
};
BOOST_DESCRIBE_STRUCT(Tree, (), (leaves, flags, severity, seconds))

template <class T>
struct Document {
    std::string schema;
    int version = 0;

    Document() {
        const auto json = detail::parse_json(to_json(T{}), "json");
        schema = detail::from_value<std::string>(json.at("schema"), "schema");
        version = detail::from_value<int>(json.at("version"), "version");
    }
    std::string file() const { return schema.substr(std::string("r1cluster.").size()) + ".json"; }
};

/// Compares, or writes, the schema of T under the name in its own JSON.
template <class T>
void check_schema(const detail::DocumentFiles& documents) {
    const Document<T> document;
    const std::string expected = detail::schema_of<T>(document.schema, document.version, documents);
    INFO(document.file() << ": R1CLUSTER_UPDATE_GOLDEN=1 writes it anew");
    if (std::getenv("R1CLUSTER_UPDATE_GOLDEN")) std::ofstream(folder + document.file()) << expected;
    CHECK(read_text_file(folder + document.file()) == expected);
}

/// Names of the files.
template <class... T>
std::set<std::string> check_schemas() {
    const detail::DocumentFiles documents{{detail::plain_name<T>(), Document<T>().file()}...};
    (check_schema<T>(documents), ...);
    return {Document<T>().file()...};
}

}  // namespace

TEST_CASE(
    "a schema has required fields, closed objects, one definition for each struct, and null for what may be unset",
    "[schemas]") {
    CHECK(detail::schema_of<Tree>("r1cluster.tree", 2) == R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Tree",
  "type": "object",
  "properties": {
    "schema": {
      "const": "r1cluster.tree"
    },
    "version": {
      "const": 2
    },
    "leaves": {
      "type": "array",
      "items": {
        "$ref": "#/$defs/Leaf"
      }
    },
    "flags": {
      "type": "object",
      "additionalProperties": {
        "type": "boolean"
      }
    },
    "severity": {
      "enum": [
        "error",
        "warning",
        "unknown",
        "info"
      ]
    },
    "seconds": {
      "type": "number"
    }
  },
  "required": [
    "schema",
    "version",
    "leaves",
    "flags",
    "severity",
    "seconds"
  ],
  "additionalProperties": false,
  "$defs": {
    "Leaf": {
      "type": "object",
      "properties": {
        "bytes": {
          "anyOf": [
            {
              "type": "integer",
              "minimum": 0,
              "maximum": 18446744073709551615
            },
            {
              "type": "null"
            }
          ]
        }
      },
      "required": [
        "bytes"
      ],
      "additionalProperties": false
    }
  }
}
)");
}

TEST_CASE("a struct that is a document of its own refers to the file of that document", "[schemas]") {
    const auto schema = detail::parse_json(
        detail::schema_of<Tree>("r1cluster.tree", 2, {{"Leaf", "leaf.json"}, {"Tree", "tree.json"}}), "schema");
    CHECK(boost::json::serialize(schema.at("$defs")) ==
          R"({"Leaf":{"type":"object","properties":{"bytes":{"$ref":"leaf.json#/properties/bytes"}},)"
          R"("required":["bytes"],"additionalProperties":false}})");
}

TEST_CASE("docs/schemas has the schema of everything that a verb prints as JSON, as the code has it", "[schemas]") {
    const std::set<std::string> expected =
        check_schemas<Cluster, Checkpoint, CheckpointSummary, Plan, MemoryForecast, SpeedForecast, Report, Settings,
                      LaunchPlan, UpResult, DeploymentStatus, Recording, DeploymentSpec, EnginePlan, Knowledge>();
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        found.insert(entry.path().filename().string());
    CHECK(found == expected);
}
