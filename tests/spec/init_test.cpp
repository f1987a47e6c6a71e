// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/spec/deployment_spec.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

TEST_CASE("init writes a spec that reads as it stands", "[spec]") {
    const auto spec = parse_spec(init({"root@gpu-a", "gpu-b", "local", "local"}));
    REQUIRE(spec.hosts.size() == 4);
    CHECK(spec.hosts[0].name == "node0");
    CHECK(spec.hosts[0].ssh == "root@gpu-a");
    CHECK(spec.hosts[0].address == "gpu-a");
    CHECK(spec.hosts[1].ssh == "gpu-b");
    CHECK(spec.hosts[2].transport == Transport::local);
    CHECK(spec.hosts[2].address == "127.0.0.1");
    CHECK(spec.hosts[3].address == "127.0.0.2");
    CHECK(spec.model.path == "/data/DeepSeek-R1");
}

TEST_CASE("every key that init shows in a comment is a key that is read", "[spec]") {
    // "# key = value" becomes "key = value", and "# [table]" a table.
    std::string text = init({"gpu-a"}), uncommented;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        std::string line = text.substr(at, end - at);
        if (line.starts_with("# ") && (line.find(" = ") != std::string::npos || line[2] == '[')) line = line.substr(2);
        uncommented += line + "\n";
        at = end + 1;
    }
    const auto spec = parse_spec(uncommented);
    CHECK(spec.hosts.front().interface == "eth0");
    CHECK(spec.engine.version == "0.11.1");
    CHECK(spec.engine.kv_cache_bytes == std::uint64_t{1} << 30);
    CHECK(spec.serve.max_model_len == 32768);
    CHECK(spec.serve.api_key_file == "/etc/r1cluster/api-key");
    CHECK(spec.layout.tensor_parallel == 8);
    CHECK(spec.env.at("NCCL_DEBUG") == "INFO");
}

TEST_CASE("init refuses what is no ssh destination", "[spec]") {
    CHECK(error_of([] { init({"gpu-a; reboot"}); }) ==
          "init: the ssh destination \"gpu-a; reboot\" holds ';'; letters, digits and ._:@%- are allowed");
    CHECK(error_of([] { init({}); }) ==
          "init: 0 hosts; expected 1 to 1024 of \"user@host\", an alias of ssh, or \"local\"");
    CHECK(error_of([] { init({"a@gpu-a", "b@gpu-a"}); }) == "init: the host \"b@gpu-a\" is given twice");
}
