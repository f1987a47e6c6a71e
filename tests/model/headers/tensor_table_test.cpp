// SPDX-License-Identifier: Apache-2.0
#include "model/headers/tensor_table.hpp"

#include "support/catch.hpp"

using namespace r1cluster;
using detail::TensorTable;

namespace {

ShardFile file_of(const std::string& name, const std::vector<std::string>& tensors) {
    ShardFile file;
    file.name = name;
    for (const std::string& tensor : tensors) file.tensors.push_back({tensor, "BF16", {2}, 0, 4});
    return file;
}

constexpr const char* expert = "layers.#.experts.#.w";

}  // namespace

TEST_CASE("tensors are found whether their numbers fill a rectangle or lie far apart", "[model]") {
    const std::vector<ShardFile> files{
        file_of("a",
                {"layers.0.experts.0.w", "layers.0.experts.1.w", "layers.1.experts.0.w", "norm", "far.4294967295.x"}),
        file_of("b", {"layers.1.experts.1.w", "wide.0.y.4294967295", "far.7.x"}),
    };
    const TensorTable table(files);
    CHECK(table.size() == 8);
    CHECK_FALSE(table.twice());
    std::size_t found = 0;
    for (const ShardFile& file : files) {
        for (const TensorEntry& entry : file.tensors.entries()) {
            const TensorKind& kind = file.tensors.kinds()[entry.kind];
            const TensorTable::Found* const tensor =
                table.find(table.name_of(kind.name, kind.number_count), entry.numbers);
            REQUIRE(tensor);
            CHECK(tensor->file == &file);
            CHECK(tensor->kind == &kind);
            ++found;
        }
    }
    CHECK(found == 8);
}

TEST_CASE("what a checkpoint does not have is not found beside what it has", "[model]") {
    const std::vector<ShardFile> files{
        file_of("a", {"layers.0.experts.0.w", "layers.0.experts.1.w", "layers.1.experts.0.w", "far.4294967295.x"})};
    const TensorTable table(files);
    const std::uint32_t name = table.name_of(expert, 2), far = table.name_of("far.#.x", 1);
    for (const std::array<std::uint32_t, 2> numbers :
         {std::array{1u, 1u}, std::array{0u, 2u}, std::array{2u, 0u}, std::array{4'294'967'295u, 4'294'967'295u}}) {
        CHECK(table.find(name, numbers) == nullptr);
    }
    CHECK(table.find(far, {4'294'967'294u, 0}) == nullptr);
    CHECK(table.find(far, {0, 0}) == nullptr);
    CHECK(table.name_of(expert, 1) == TensorTable::no_name);
    CHECK(table.name_of("norm", 0) == TensorTable::no_name);
    CHECK(table.find(TensorTable::no_name, {0, 0}) == nullptr);
}

TEST_CASE("a name that two files have is told with both, near the others or far", "[model]") {
    for (const std::string name : {"norm", "layers.0.experts.0.w", "far.4294967295.x", "wide.0.y.4294967295"}) {
        CAPTURE(name);
        const std::vector<ShardFile> files{file_of("a", {"layers.0.experts.1.w", name, "other"}),
                                           file_of("b", {"more", name})};
        const TensorTable table(files);
        REQUIRE(table.twice());
        CHECK(table.twice()->name == name);
        CHECK(table.twice()->first_file == "a");
        CHECK(table.twice()->second_file == "b");
    }
}
