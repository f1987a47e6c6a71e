// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/spec/deployment_spec.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;

TEST_CASE("a goal is one word, or so many users at so many tokens", "[spec]") {
    CHECK(parse_goal("latency") == Goal{GoalKind::latency, 1, 0});
    CHECK(parse_goal("throughput") == Goal{GoalKind::throughput, 1, 0});
    CHECK(parse_goal("context") == Goal{GoalKind::context, 1, 0});
    CHECK(parse_goal("32 users at 8192 tokens") == Goal{GoalKind::users, 32, 8192});
    CHECK(parse_goal("1 user at 131072 tokens") == Goal{GoalKind::users, 1, 131072});
    for (const char* text : {"latency", "throughput", "context", "32 users at 8192 tokens", "1 user at 7 tokens"}) {
        CHECK(text_of(parse_goal(text)) == text);
    }
}

TEST_CASE("anything else is no goal, and the error says what would be", "[spec]") {
    for (const char* text :
         {"", "fast", "latency ", "0 users at 5 tokens", "-1 users at 5 tokens", "3 users", "3 users at tokens",
          "3 users at 5 tokens and more", "99999999999999999999 users at 5 tokens"}) {
        CHECK(error_of([&] { parse_goal(text); }) == std::string("the goal is \"") + text +
                                                         "\"; expected \"latency\", \"throughput\", \"context\" or "
                                                         "\"32 users at 8192 tokens\"");
    }
}

TEST_CASE("what the spec says of engine, goal and layout comes back from TOML", "[spec]") {
    DeploymentSpec spec = parse_spec(R"(
[[host]]
name = "a"
address = "10.0.0.1"
[model]
path = "/m"
[engine]
python = "/p"
dtype = "float16"
kv_cache_dtype = "fp8"
max_batched_tokens = 4096
max_sequences = 64
is_eager = true
speculative_tokens = 1
[serve]
goal = "32 users at 8192 tokens"
[layout]
data_parallel = 2
expert_parallel = true
decode_context_parallel = 4
)");
    CHECK(spec.engine.dtype == "float16");
    CHECK(spec.engine.kv_cache_dtype == "fp8");
    CHECK(spec.engine.max_batched_tokens == 4096);
    CHECK(spec.engine.max_sequences == 64);
    CHECK(spec.engine.is_eager);
    CHECK(spec.engine.speculative_tokens == 1);
    CHECK(spec.serve.goal == Goal{GoalKind::users, 32, 8192});
    CHECK(spec.layout.data_parallel == 2);
    CHECK(spec.layout.expert_parallel == true);
    CHECK(spec.layout.decode_context_parallel == 4);
    CHECK(parse_spec(to_toml(spec)) == spec);
}
