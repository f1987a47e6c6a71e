// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/shard/engine_plan.hpp"

#include "layout/machines.hpp"
#include "model/synthetic.hpp"
#include "shard/coverage.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using namespace r1cluster;
using namespace r1cluster::test;

namespace {

/// One file: "a" of 4 x 6 and "b" of 8 elements, both BF16, of a family that nobody knows.
const Checkpoint& small() {
    static const Checkpoint checkpoint = checkpoint_of({{"a", "BF16", {4, 6}}, {"b", "BF16", {8}}},
                                                       R"({"architectures": ["StrangeForCausalLM"],
        "model_type": "strange", "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2,
        "num_attention_heads": 4, "vocab_size": 100, "max_position_embeddings": 64})",
                                                       1'000, "/data/strange");
    return checkpoint;
}

std::uint64_t begin_of(std::size_t tensor) { return small().files[0].tensors[tensor].offset_bytes; }

Layout two_ranks(const std::string& second_host) {
    DeploymentSpec spec;
    spec.hosts = {{.name = "x"}};
    if (second_host != "x") spec.hosts.push_back({.name = second_host});
    return place_ranks(spec, 2, 1);
}

const std::string begin = R"({"question":0,"version":"0.32.0","tensors":["b","a"]})";
const std::string stages = R"({"layers_per_stage":[2]})";
const std::string hash(64, 'a');
const std::string end = R"({"end":0,"key_list_sha256":")" + hash + R"(","refusal":""})";

/// "rank", with these reads; a tensor is 0 for "b" and 1 for "a".
std::string rank_line(int rank, const std::string& reads, const std::string& computed = "") {
    return R"({"rank":)" + std::to_string(rank) + R"(,"tensor_rank":)" + std::to_string(rank) +
           R"(,"pipeline_rank":0,"parameters":[{"name":"w","dtype":"bfloat16","shape":[2,7],"bytes":28}],)" +
           R"("buffer_bytes":5,"reads":[)" + reads + R"(],"computed":[)" + computed + "]}";
}

std::string read_text(int tensor, std::uint64_t offset, int rows, int run, int stride) {
    std::string text = "[" + std::to_string(tensor);
    for (const std::uint64_t number :
         {begin_of(tensor == 1 ? 0 : 1) + offset, std::uint64_t(rows), std::uint64_t(run), std::uint64_t(stride)})
        text += "," + std::to_string(number);
    return text + "]";
}

std::string lines(std::initializer_list<std::string> all) {
    std::string text;
    for (const std::string& line : all) text += line + "\n";
    return text;
}

/// Left and right half of "a"'s columns; "b" on both.
std::string good_answer() {
    return lines({begin, stages, rank_line(0, read_text(1, 0, 4, 6, 12) + "," + read_text(0, 0, 1, 16, 16)),
                  rank_line(1, read_text(1, 6, 4, 6, 12) + "," + read_text(0, 0, 1, 16, 16)), end});
}

std::string refusal_of(const std::string& answer) {
    return error_of([&] { parse_engine_plan(answer, two_ranks("x"), small(), "answer"); });
}

}  // namespace

TEST_CASE("what the engine says of each rank is read with its parameters, its slices and its host", "[shard]") {
    const EnginePlan plan = parse_engine_plan(good_answer(), two_ranks("y"), small());
    CHECK(plan.engine_version == "0.32.0");
    CHECK(plan.key_list_sha256 == hash);
    CHECK(plan.refusal.empty());
    CHECK(plan.layers_per_stage == std::vector{2});
    REQUIRE(plan.ranks.size() == 2);
    const EngineRank& rank = plan.ranks[1];
    CHECK(rank.host == "y");
    CHECK(rank.parameters == std::vector{EngineParameter{"w", "bfloat16", {2, 7}, 28}});
    CHECK(rank.parameter_bytes == 28);
    CHECK(rank.buffer_bytes == 5);
    CHECK(rank.read_bytes == 24 + 16);
    CHECK(plan.files == std::vector{small().files[0].name});
    CHECK(rank.slices == std::vector{Slice{0, 0, begin_of(0) + 6, 4, 6, 12}, Slice{0, 1, begin_of(1), 1, 16, 16}});
}

TEST_CASE("bytes that two ranks of a host read count once for the host", "[shard]") {
    const EnginePlan together = parse_engine_plan(good_answer(), two_ranks("x"), small());
    REQUIRE(together.hosts.size() == 1);
    CHECK(together.hosts[0].bytes == 48 + 16);
    const EnginePlan apart = parse_engine_plan(good_answer(), two_ranks("y"), small());
    REQUIRE(apart.hosts.size() == 2);
    CHECK(apart.hosts[1] == HostShards{"y", {{small().files[0].name, 24 + 16, 48 + 16}}, 24 + 16});
}

TEST_CASE("the engine's refusal is an answer, and what came before it is none", "[shard]") {
    const std::string refused = R"({"end":0,"key_list_sha256":"","refusal":"ValueError: no"})";
    const EnginePlan plan = parse_engine_plan(lines({begin, stages, rank_line(0, read_text(1, 0, 4, 6, 12)), refused}),
                                              two_ranks("x"), small());
    CHECK(plan.refusal == "ValueError: no");
    CHECK(plan.ranks.empty());
    CHECK(show(plan) == "release 0.32.0 of the engine does not load this model: ValueError: no\n");
}

TEST_CASE("a tensor that the engine calculates with is told", "[shard]") {
    const std::string computed = R"({"tensor":1,"operation":"mul"})";
    const EnginePlan plan = parse_engine_plan(lines({begin, stages, rank_line(0, "", computed), rank_line(1, ""), end}),
                                              two_ranks("x"), small());
    CHECK(plan.warnings == std::vector<std::string>{"rank 0 calculates with \"a\" (mul)"});
}

TEST_CASE("an answer that is not whole is refused with its line", "[shard]") {
    CHECK(refusal_of("") == "answer:1: the answer is cut off after 0 of 2 ranks");
    CHECK(refusal_of(lines({begin, stages, rank_line(0, "")})) == "answer:4: the answer is cut off after 1 of 2 ranks");
    CHECK(refusal_of(lines({begin, stages, rank_line(0, ""), end})) == "answer:4: the answer ends after 1 of 2 ranks");
    CHECK(refusal_of(good_answer() + begin) == "answer:6: a line after the end of the answer");
    CHECK_THAT(refusal_of(lines({begin, stages, rank_line(0, "").substr(0, 30)})),
               StartsWith("answer:3:31: the JSON text ends too early"));
    CHECK_THAT(refusal_of(lines({begin, "[]"})), StartsWith("answer:2: expected an object, got"));
    CHECK(refusal_of(lines({begin, R"({"layers":[2]})"})) == "answer:2: the field \"layers_per_stage\" is missing");
}

TEST_CASE("an answer about another checkpoint or another layout is refused", "[shard]") {
    CHECK(refusal_of(R"({"question":0,"version":"1","tensors":["a"]})") ==
          "answer:1: 1 tensors, but the checkpoint has 2");
    CHECK(refusal_of(R"({"question":0,"version":"1","tensors":["a","c"]})") ==
          "answer:1: the checkpoint has no tensor \"c\"");
    CHECK(refusal_of(lines({begin, R"({"layers_per_stage":[1,1]})"})) ==
          "answer:2: layers of 2 stages, but 1 were asked for");
    CHECK(refusal_of(lines({begin, stages, rank_line(1, "")})) ==
          "answer:3: rank 1 (TP 1, PP 0) where rank 0 of TP 2 x PP 1 belongs");
    CHECK(refusal_of(lines({begin, stages, rank_line(0, ""), rank_line(1, ""), rank_line(2, "")})) ==
          "answer:5: rank 2 (TP 2, PP 0) where rank 2 of TP 2 x PP 1 belongs");
}

TEST_CASE("a read that is not within its tensor is refused", "[shard]") {
    const auto refusal = [](const std::string& read) { return refusal_of(lines({begin, stages, rank_line(0, read)})); };
    CHECK(refusal("[2,0,1,1,1]") == "answer:3: there is no tensor 2; there are 2");
    CHECK(refusal("[1,0,1,1]") == "answer:3: a read of 4 numbers; expected tensor, offset, rows, run and stride");
    CHECK_THAT(refusal(read_text(1, 1, 1, 48, 48)), StartsWith("answer:3: 1 runs of 48 bytes, 48 apart, at byte"));
    CHECK_THAT(refusal(read_text(1, 0, 4, 13, 12)), ContainsSubstring("are not in \"a\", which has bytes"));
    CHECK_THAT(refusal(read_text(1, 0, 0, 1, 1)), ContainsSubstring("are not in \"a\""));
    // The product and the sum would be small again if they were not watched.
    CHECK_THAT(refusal("[1," + std::to_string(begin_of(0)) + ",4294967297,16,4294967296]"),
               ContainsSubstring("are not in \"a\""));
    CHECK_THAT(refusal("[1,18446744073709551615,1,2,2]"), ContainsSubstring("are not in \"a\""));
    CHECK_THAT(refusal("[1,-1,1,2,2]"), StartsWith("answer:3.reads[0][1]: expected a whole number"));
}

TEST_CASE("the same bytes in other pieces are no difference, and other bytes are one for each tensor", "[shard]") {
    const EnginePlan engine = parse_engine_plan(good_answer(), two_ranks("x"), small());
    // Offsets count from the start of the tensor; "b" whole, in two pieces for the first rank.
    const Slice left{0, 0, 0, 4, 6, 12}, right{0, 0, 6, 4, 6, 12}, b{0, 0, 0, 1, 16, 16}, nothing{};
    const Slice b_first{0, 0, 0, 1, 4, 4}, b_rest{0, 0, 4, 3, 4, 4};
    const auto ours_with = [&](std::vector<SlicePattern> patterns) {
        ShardPlan ours;
        ours.patterns = std::move(patterns);
        ours.stages = {{{{0, 0, begin_of(0), 0}, {0, 1, begin_of(1), 1}, {0, 1, begin_of(1), 2}}}};
        ours.ranks = {{.rank = 0, .group_rank = 0}, {.rank = 1, .group_rank = 1}};
        return ours;
    };
    CHECK(compare(ours_with({{{left, right}}, {{b_first, b}}, {{b_rest, nothing}}}), engine, small()).empty());
    const std::string at = std::to_string(begin_of(0)), after = std::to_string(begin_of(0) + 6);
    CHECK(compare(ours_with({{{left, left}}, {{b, b}}, {{nothing, nothing}}}), engine, small()) ==
          std::vector<std::string>{"rank 1: \"a\": ours 4 x 6 bytes at " + at +
                                   " every 12, the engine's 4 x 6 bytes at " + after + " every 12"});
    CHECK(compare(ours_with({{{left, right}}, {{b, nothing}}, {{nothing, nothing}}}), engine, small()) ==
          std::vector<std::string>{"rank 1: \"b\": ours nothing, the engine's 1 x 16 bytes at " +
                                   std::to_string(begin_of(1))});
    ShardPlan one;
    one.ranks.resize(1);
    CHECK(compare(one, engine, small()) == std::vector<std::string>{"ours has 1 ranks, the engine's 2"});
}

TEST_CASE("bytes that pieces have in common are counted once, whatever their form", "[shard]") {
    using detail::covered_bytes;
    CHECK(covered_bytes({}) == 0);
    CHECK(covered_bytes({{0, 1, 10, 10}, {5, 1, 10, 10}}) == 15);
    CHECK(covered_bytes({{0, 4, 6, 12}, {6, 4, 6, 12}}) == 48);               // halves of a matrix
    CHECK(covered_bytes({{0, 4, 6, 12}, {3, 4, 6, 12}}) == 36);               // columns 0-5 and 3-8
    CHECK(covered_bytes({{0, 4, 6, 12}, {0, 1, 48, 48}}) == 48);              // a half and the whole
    CHECK(covered_bytes({{0, 4, 6, 12}, {0, 1, 24, 24}}) == 24 + 12);         // left half and upper half
    CHECK(covered_bytes({{6, 4, 6, 12}, {12, 4, 6, 12}}) == 6 + 3 * 12 + 6);  // the second begins a row later
    CHECK(covered_bytes({{0, 2, 4, 8}, {0, 2, 4, 8}}) == 8);
}

TEST_CASE("ranks are shared equally by the hosts, and sizes that cannot be say so", "[shard]") {
    DeploymentSpec spec;
    spec.hosts = {{.name = "x"}, {.name = "y"}};
    const Layout layout = place_ranks(spec, 2, 2);
    CHECK(layout.ranks[1].host == "x");
    CHECK(layout.ranks[2].host == "y");
    CHECK(layout.ranks[3].tensor_rank == 1);
    CHECK(layout.ranks[3].pipeline_rank == 1);
    CHECK(layout.is_engine_default_partition);
    spec.layout.layers_per_stage = {3, 1};
    CHECK_FALSE(place_ranks(spec, 2, 2).is_engine_default_partition);
    CHECK(error_of([&] { place_ranks(spec, 3, 1); }) ==
          "laying out TP 3 x PP 1: 3 ranks cannot be shared equally by 2 hosts");
    CHECK(error_of([&] { place_ranks(spec, 0, 2); }) == "laying out TP 0 x PP 2: both must be at least 1");
}

TEST_CASE("a layout takes its layers and bytes from the engine's answer", "[shard]") {
    const Layout asked = two_ranks("x");
    const Layout layout = apply_engine_plan(asked, parse_engine_plan(good_answer(), asked, small()));
    CHECK(layout.layers_per_stage == std::vector{2});
    CHECK(layout.ranks[1].layer_count == 2);
    CHECK(layout.ranks[1].weight_bytes == 40);
}
