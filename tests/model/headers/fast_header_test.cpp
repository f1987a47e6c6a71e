// SPDX-License-Identifier: Apache-2.0
#include "model/headers/fast_header.hpp"

#include "model/headers/fast_index.hpp"
#include "model/headers/fast_text.hpp"

#include <fmt/format.h>

#include <optional>
#include <random>

#include "model/synthetic.hpp"
#include "support/catch.hpp"

using namespace r1cluster;

namespace {

const std::string usual =
    R"({"__metadata__":{"format":"pt"},)"
    R"("model.layers.3.mlp.experts.17.up_proj.weight":{"dtype":"BF16","shape":[2,3],"data_offsets":[0,12]},)"
    R"("model.layers.3.mlp.experts.18.up_proj.weight":{"dtype":"BF16","shape":[2,3],"data_offsets":[12,24]},)"
    R"("model.layers.10.mlp.experts.0.up_proj.weight":{"dtype":"BF16","shape":[2,3],"data_offsets":[24,36]},)"
    R"("model.norm.weight":{"dtype":"F32","shape":[1],"data_offsets":[36,40]},)"
    R"("0.1.2":{"dtype":"I8","shape":[],"data_offsets":[40,41]}}      )";
constexpr std::uint64_t usual_data_bytes = 41;

std::optional<TensorList> read_fast(const std::string& header, std::uint64_t data_bytes) {
    return detail::FastHeaderReader().read(header, 8 + header.size() + data_bytes);
}

std::optional<TensorList> strictly(const std::string& header, std::uint64_t data_bytes) {
    try {
        return detail::parse_header_strictly(header, 8 + header.size() + data_bytes, "m");
    } catch (const Error&) {
        return std::nullopt;
    }
}

std::string one(const std::string& name) {
    return "{\"" + name + R"(":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}})";
}

}  // namespace

TEST_CASE("a header as the reference writer writes it is read without the strict parser", "[model]") {
    const auto tensors = read_fast(usual, usual_data_bytes);
    REQUIRE(tensors);
    CHECK(tensors == strictly(usual, usual_data_bytes));
    CHECK(tensors->name(1) == "model.layers.3.mlp.experts.18.up_proj.weight");
    CHECK(tensors->name(4) == "0.1.2");
    CHECK(tensors->kinds().size() == 3);
    const CheckpointText r1 = test::checkpoint_text(test::llama_tensors(4, 8, 16, 4, 100), "{}", 4'000, "/data/tiny");
    for (const ShardText& shard : r1.shards) {
        CHECK(read_fast(*shard.header.text, shard.size_bytes - 8 - shard.header.text->size()).has_value());
    }
}

TEST_CASE("one reader of many files finds in each what it finds alone", "[model]") {
    detail::FastHeaderReader reader;
    const auto read = [&](const std::string& header, std::uint64_t data_bytes) {
        return reader.read(header, 8 + header.size() + data_bytes);
    };
    CHECK(read(usual, usual_data_bytes) == read_fast(usual, usual_data_bytes));
    CHECK_FALSE(read(usual, usual_data_bytes + 1));
    CHECK(read(one("model.norm.weight"), 1) == read_fast(one("model.norm.weight"), 1));
    CHECK(read(usual, usual_data_bytes) == read_fast(usual, usual_data_bytes));
}

TEST_CASE("what is unusual or wrong is left to the strict parser", "[model]") {
    for (const std::string& header : {
             std::string("{}"),
             R"({"a": {"dtype":"I8","shape":[1],"data_offsets":[0,1]}})" + std::string(),
             R"({"a":{"shape":[1],"dtype":"I8","data_offsets":[0,1]}})" + std::string(),
             R"({"a":{"dtype":"I8","shape":[01],"data_offsets":[0,1]}})" + std::string(),
             R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[0,01]}})" + std::string(),
             R"({"a":{"dtype":"i8","shape":[1],"data_offsets":[0,1]}})" + std::string(),
             R"({"a":{"dtype":"I8","shape":[-1],"data_offsets":[0,1]}})" + std::string(),
             R"({"a":{"dtype":"I8","shape":[4294967296,4294967296,16],"data_offsets":[0,1]}})" + std::string(),
             R"({"a":{"dtype":"F4","shape":[1],"data_offsets":[0,1]}})" + std::string(),
             R"({"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},})" + std::string(),
             R"({"__metadata__":{"a":"b","a":"c"},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}})" +
                 std::string(),
             R"({"__metadata__":{"a":1},"a":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}})" + std::string(),
             one("\\u0061"),
             one("\xc3\xa9"),
             one("a\tb"),
             one("layer.#"),
             one("__metadata__"),
             one(std::string(1025, 'a')),
             one("a") + "x",
             one("a") + std::string(1, '\0'),
         }) {
        CAPTURE(header);
        CHECK_FALSE(read_fast(header, 1));
    }
    CHECK_FALSE(read_fast(R"({"a.1":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},)"
                          R"("a.1":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}})",
                          2));
    CHECK_FALSE(read_fast(R"({"a.1":{"dtype":"I8","shape":[1],"data_offsets":[0,1]},)"
                          R"("a.1":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                          2));
}

TEST_CASE("whatever is changed in a header, the fast path accepts nothing that the strict parser refuses", "[model]") {
    std::mt19937 random(20250120);
    const std::string letters = "{}[]\",:0123456789.#\\ -eaIFB\x01\x80";
    int accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string header = usual;
        for (int changes = 1 + static_cast<int>(random() % 3); changes > 0; --changes) {
            const std::size_t place = random() % header.size();
            const char letter = letters[random() % letters.size()];
            switch (random() % 3) {
                case 0: header[place] = letter; break;
                case 1: header.insert(place, 1, letter); break;
                default: header.erase(place, 1 + random() % 4); break;
            }
        }
        const auto fast = read_fast(header, usual_data_bytes);
        if (!fast) continue;
        ++accepted;
        CAPTURE(header);
        REQUIRE(fast == strictly(header, usual_data_bytes));
    }
    CHECK(accepted > 100);
}

TEST_CASE("an index as writers write it is read without the strict parser, and any other is left to it", "[model]") {
    const std::string text = R"({
  "metadata": {
    "format": "pt",
    "total_size": 41
  },
  "weight_map": {
    "model.layers.3.mlp.experts.17.up_proj.weight": "model-00001-of-00002.safetensors",
    "model.layers.3.mlp.experts.18.up_proj.weight": "model-00001-of-00002.safetensors",
    "model.layers.10.mlp.experts.0.up_proj.weight": "model-00002-of-00002.safetensors",
    "model.norm.weight": "model-00001-of-00002.safetensors"
  }
}
)";
    const auto index = detail::read_fast_index(text);
    REQUIRE(index);
    CHECK(index == detail::parse_index_strictly(text, "i"));
    CHECK(index->total_size == "41");
    CHECK(index->tensor_name(index->tensors[2]) == "model.layers.10.mlp.experts.0.up_proj.weight");
    CHECK(index->files.size() == 2);
    for (const char* other : {R"({})", R"({"weight_map":{}})", R"({"weight_map":{"a":"b","a":"b"}})",
                              R"({"weight_map":{"a.1":"b","c":"b","a.1":"b"}})", R"({"weight_map":{"a":"../b"}})",
                              R"({"weight_map":{"a":7}})", R"({"weight_map":{"a":"b"},"weight_map":{"c":"b"}})",
                              R"({"weight_map":{"\u0061":"b"}})", R"({"weight_map":{"a":"b"},"more":1})",
                              R"({"metadata":{"total_size":1.5},"weight_map":{"a":"b"}})",
                              R"({"metadata":{"total_size":"7"},"weight_map":{"a":"b"}})",
                              R"({"weight_map":{"a":"b"}},)", R"({"weight_map":{"#":"b"}})"}) {
        CAPTURE(other);
        CHECK_FALSE(detail::read_fast_index(other));
    }

    std::mt19937 random(20250120);
    const std::string letters = "{}[]\",:0123456789.#\\ \n-ea/\x01\x80";
    int accepted = 0;
    for (int round = 0; round < 5'000; ++round) {
        std::string changed = text;
        const std::size_t place = random() % changed.size();
        const char letter = letters[random() % letters.size()];
        switch (random() % 3) {
            case 0: changed[place] = letter; break;
            case 1: changed.insert(place, 1, letter); break;
            default: changed.erase(place, 1 + random() % 4); break;
        }
        const auto fast = detail::read_fast_index(changed);
        if (!fast) continue;
        ++accepted;
        CAPTURE(changed);
        REQUIRE(fast == detail::parse_index_strictly(changed, "i"));
    }
    CHECK(accepted > 100);
}

TEST_CASE("a name that comes again is found in every order of names", "[model]") {
    const auto header_of = [](const std::vector<std::string>& names) {
        std::string header;
        for (std::size_t i = 0; i < names.size(); ++i) {
            header += fmt::format(R"({}"{}":{{"dtype":"I8","shape":[1],"data_offsets":[{},{}]}})", i == 0 ? "{" : ",",
                                  names[i], i, i + 1);
        }
        return header + "}";
    };
    const std::vector<std::vector<std::string>> orders{
        {"a.0.1", "a.0.10", "a.0.2", "a.1.0", "a.10.0", "a.2.0", "b.0.0"},  // of text
        {"a.0.1", "a.0.2", "a.0.10", "a.1.0", "a.2.0", "a.10.0", "b.0.0"},  // of numbers
        {"b.0.0", "a.10.0", "a.0.10", "a.2.0", "a.1.0", "a.0.1", "a.0.2"},  // none
        {"a.0.0", "a.0.4294967295", "a.4294967295.0", "a.4294967295.4294967295"},
    };
    for (const std::vector<std::string>& names : orders) {
        CHECK(read_fast(header_of(names), names.size()) == strictly(header_of(names), names.size()));
        CHECK(read_fast(header_of(names), names.size()));
        for (std::size_t from = 0; from < names.size(); ++from) {
            for (std::size_t to = 0; to <= names.size(); ++to) {
                std::vector<std::string> with_twice = names;
                with_twice.insert(with_twice.begin() + static_cast<std::ptrdiff_t>(to), names[from]);
                CAPTURE(header_of(with_twice));
                CHECK_FALSE(read_fast(header_of(with_twice), with_twice.size()));
            }
        }
    }
}

TEST_CASE("the texts of two numbers are in the order that strings have", "[model]") {
    std::vector<std::uint32_t> numbers{0, 4'294'967'295, 4'294'967'294, 429'496'729};
    for (std::uint32_t power = 1; numbers.size() < 34; power *= 10) {
        numbers.insert(numbers.end(), {power, power + 1, power * 2, power - 1 + (power == 1 ? 7 : 0)});
    }
    for (const std::uint32_t a : numbers) {
        for (const std::uint32_t b : numbers) {
            CAPTURE(a, b);
            CHECK(detail::is_text_less(a, b) == (std::to_string(a) < std::to_string(b)));
        }
    }
}

TEST_CASE("numbers of any length are read, and such as do not fit are not", "[model]") {
    for (const char* text : {"0", "7", "12345678", "123456789", "4294967295", "18446744073709551615"}) {
        CAPTURE(text);
        detail::Cursor cursor(text);
        std::uint64_t number = 0;
        CHECK(cursor.take_number(number));
        CHECK(std::to_string(number) == text);
        CHECK(cursor.rest().empty());
    }
    std::uint32_t number = 0;
    CHECK(detail::Cursor("4294967295").take_number(number));
    CHECK(number == 4'294'967'295);
    for (const char* text : {"4294967296", "10000000000", "00", "01", "0123456789", "", "x", "-1"}) {
        CAPTURE(text);
        CHECK_FALSE(detail::Cursor(text).take_number(number));
    }
    for (const char* text : {"18446744073709551616", "100000000000000000000", "0000000012345678"}) {
        std::uint64_t large = 0;
        CAPTURE(text);
        CHECK_FALSE(detail::Cursor(text).take_number(large));
    }
    // Eight at once: a byte that is no digit in any place ends the number there.
    for (std::size_t place = 1; place < 10; ++place) {
        for (const char other : {'/', ':', ' ', '\x00', '\xb0', '\x3a', ']'}) {
            std::string text = "1234567890";
            text[place] = other;
            detail::Cursor cursor(text);
            std::uint64_t before = 0;
            CHECK(cursor.take_number(before));
            CHECK(std::to_string(before) == text.substr(0, place));
        }
    }
}

TEST_CASE("kinds that never repeat are left to the strict parser", "[model]") {
    std::string kinds;
    for (int i = 0; i < 300; ++i) {
        kinds += fmt::format(R"({}"a{}":{{"dtype":"I8","shape":[1],"data_offsets":[{},{}]}})", i == 0 ? "{" : ",", i, i,
                             i + 1);
    }
    kinds += "}";
    CHECK_FALSE(read_fast(kinds, 300));
    CHECK(parse_safetensors(kinds, 8 + kinds.size() + 300, "m").size() == 300);
}

TEST_CASE("a list of tensors gives back what was put in", "[model]") {
    const TensorList tensors{{"model.layers.3.w", "BF16", {2}, 10, 4},
                             {"model.layers.07.w", "BF16", {2}, 14, 4},
                             {"model.layers.4294967296.w", "I8", {}, 18, 1},
                             {"1.2.3", "I8", {}, 19, 1},
                             {"#", "I8", {}, 20, 1},
                             {"a.#.4", "I8", {}, 21, 1},
                             {"", "I8", {}, 22, 1},
                             {"..5.", "I8", {}, 23, 1}};
    const std::vector<std::string> names{
        "model.layers.3.w", "model.layers.07.w", "model.layers.4294967296.w", "1.2.3", "#", "a.#.4", "", "..5."};
    std::vector<std::string> found;
    for (const Tensor& tensor : tensors) found.push_back(tensor.name);
    CHECK(found == names);
    CHECK(tensors.back() == Tensor{"..5.", "I8", {}, 23, 1});
    CHECK(tensors.size_bytes() == 14);
    TensorList other;
    for (const Tensor& tensor : tensors) other.push_back(tensor);
    CHECK(other == tensors);
    other.push_back({"x", "I8", {}, 24, 1});
    CHECK_FALSE(other == tensors);
}
