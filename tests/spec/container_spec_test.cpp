// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/spec/deployment_spec.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

namespace {

/// A spec with this text as its part [container].
DeploymentSpec with(const std::string& container, const std::string& host = "") {
    return parse_spec(
        "[[host]]\nname = \"a\"\ntransport = \"local\"\n" + host + "[model]\npath = \"/m\"\n[container]\n" + container,
        "c.toml");
}

std::string error_with(const std::string& container, const std::string& host = "") {
    return error_of([&] { with(container, host); });
}

}  // namespace

TEST_CASE("a part [container] needs an image and nothing else", "[spec]") {
    const DeploymentSpec spec = with("image = \"vllm/vllm-openai:v0.11.1\"\n");
    REQUIRE(spec.container);
    CHECK(spec.container->runtime == RuntimeKind::docker);
    CHECK(spec.container->pull == Pull::missing);
    CHECK(spec.container->shm_bytes == std::uint64_t{16} << 30);
    CHECK(spec.engine.python == "/usr/bin/python3");
    CHECK(spec.hosts[0].python == "/usr/bin/python3");
    CHECK(!spec.hosts[0].runtime);
}

TEST_CASE("a host of a deployment in containers may have a runtime of its own", "[spec]") {
    CHECK(with("image = \"i\"\n", "runtime = \"podman\"\n").hosts[0].runtime == RuntimeKind::podman);
}

TEST_CASE("a wrong part [container] is refused with its place and what would be right", "[spec]") {
    CHECK(error_with("runtime = \"docker\"\n") ==
          "c.toml:6:1: the image is missing; expected such as image = \"vllm/vllm-openai:v0.11.1\"");
    CHECK(error_with("runtime = \"lxc\"\nimage = \"i\"\n") ==
          "c.toml:7:11: container.runtime is \"lxc\"; expected \"docker\" or \"podman\"");
    CHECK(error_with("image = \"i\"\npull = \"always\"\n") ==
          "c.toml:8:8: container.pull is \"always\"; expected \"missing\" or \"never\"");
    CHECK(error_with("image = \"--privileged\"\n") ==
          "c.toml:7:9: the image \"--privileged\" starts with '-', which programs take for an option");
    CHECK(error_with("image = \"i\"\narchive = \"vllm.tar\"\n") ==
          "c.toml:8:11: the path \"vllm.tar\" is not absolute; it must start with '/', because it is the same on every "
          "host");
    CHECK(error_with("image = \"i\"\nmounts = [\"/data\"]\n") ==
          "c.toml:8:11: the mount \"/data\" is not of the form \"/HOST/PATH:/CONTAINER/PATH\" or \"...:ro\"");
    CHECK(error_with("image = \"i\"\nmounts = [\"/a,b:/c\"]\n") ==
          "c.toml:8:11: the path \"/a,b\" has a comma or a quotation mark; expected a path without, which a container "
          "can mount");
    CHECK(error_with("image = \"i\"\noptions = [\"--network=bridge\"]\n") ==
          "c.toml:8:12: the option \"--network\" is set by r1cluster itself; expected a list without it");
}

TEST_CASE("a runtime of a host without a part [container] is refused", "[spec]") {
    CHECK(error_of([] {
              parse_spec(
                  "[[host]]\nname = \"a\"\ntransport = \"local\"\nruntime = \"podman\"\n[model]\npath = \"/m\"\n"
                  "[engine]\npython = \"/p\"\n",
                  "c.toml");
          }) == "c.toml:4:11: a runtime without [container]; expected [container] with image = \"...\"");
}
