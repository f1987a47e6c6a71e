// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>

#include "spec/describe.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

std::string docs() {
    std::ifstream file(R1CLUSTER_SOURCE_DIR "/docs/spec.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// Each field of the type has a row in the part of the page that starts with the heading.
template <class Part>
void expect_rows(const std::string& heading) {
    const std::string page = docs();
    const std::size_t begin = page.find(heading);
    REQUIRE(begin != std::string::npos);
    const std::string part = page.substr(begin, page.find("\n## ", begin + 1) - begin);
    boost::mp11::mp_for_each<detail::members_of<Part>>([&](auto member) {
        INFO(heading << ": " << member.name);
        CHECK(part.find(std::string("| `") + member.name + "` |") != std::string::npos);
    });
}

}  // namespace

TEST_CASE("docs/spec.md has a row for every key", "[spec]") {
    expect_rows<HostSpec>("## `[[host]]`");
    expect_rows<ModelSpec>("## `[model]`");
    expect_rows<EngineSpec>("## `[engine]`");
    expect_rows<ContainerSpec>("## `[container]`");
    expect_rows<ServeSpec>("## `[serve]`");
    expect_rows<LayoutSpec>("## `[layout]`");
}

TEST_CASE("the example of docs/spec.md can be read", "[spec]") {
    const std::string page = docs(), fence = "```toml\n";
    const std::size_t begin = page.find(fence) + fence.size();
    const DeploymentSpec spec = parse_spec(page.substr(begin, page.find("```", begin) - begin));
    CHECK(spec.hosts.size() == 2);
    CHECK(spec.name == "DeepSeek-R1");
}
