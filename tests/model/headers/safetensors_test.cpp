// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/model/safetensors.hpp"

#include <random>

#include "model/synthetic.hpp"
#include "support/catch.hpp"

using namespace r1cluster;
using test::message_of;

namespace {

/// The Error of a header in a file that has `data_bytes` after it.
std::string refusal(const std::string& header, std::uint64_t data_bytes) {
    return message_of([&] { parse_safetensors(header, 8 + header.size() + data_bytes, "m"); });
}

/// A header of one tensor "a" with these three values.
std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets) {
    return "{\"a\":{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}}";
}

struct Case {
    std::string header;
    std::uint64_t data_bytes;
    std::string message;
};

}  // namespace

TEST_CASE("tensors come back ordered by offset, counted from the start of the file", "[model]") {
    const std::string header =
        R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"__metadata__":{"format":"pt"},)"
        R"("a":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]}}  )";
    const TensorList tensors = parse_safetensors(header, 8 + header.size() + 8, "m");
    const std::uint64_t data = 8 + header.size();
    CHECK(tensors == TensorList{{"a", "BF16", {2, 1}, data, 4}, {"b", "F32", {1}, data + 4, 4}});
}

TEST_CASE("a tensor of no dimension has one element, one with a zero dimension has none", "[model]") {
    const std::string header =
        R"({"none":{"dtype":"F32","shape":[0,5],"data_offsets":[8,8]},"one":{"dtype":"F64","shape":[],"data_offsets":[0,8]},)"
        R"("none too":{"dtype":"I8","shape":[0],"data_offsets":[0,0]}})";
    const TensorList tensors = parse_safetensors(header, 8 + header.size() + 8, "m");
    REQUIRE(tensors.size() == 3);
    CHECK(tensors[0].name == "none too");
    CHECK(tensors[1].size_bytes == 8);
    CHECK(tensors[2].size_bytes == 0);
}

TEST_CASE("an empty header is a file without tensors", "[model]") { CHECK(parse_safetensors("{}", 10, "m").empty()); }

TEST_CASE("escapes in a name are decoded, and fields that nobody knows are left alone", "[model]") {
    const std::string header =
        R"({"\u0061\"":{"dtype":"U\u0038","shape":[1],"data_offsets":[0,1],"note":{"x":[1.5,null,{"y":-1}]}}})";
    CHECK(parse_safetensors(header, 8 + header.size() + 1, "m").front().name == "a\"");
}

TEST_CASE("the length of a header is refused before anything is read", "[model]") {
    CHECK(header_length_refusal(9, 12) == "a header of 9 bytes in a file of 12");
    CHECK(header_length_refusal(4, 12).empty());
    CHECK(header_length_refusal(0, 0) == "a file of 0 bytes: the 8 that give the length of the header do not fit");
    CHECK(header_length_refusal(0, 7) == "a file of 7 bytes: the 8 that give the length of the header do not fit");
    CHECK(header_length_refusal(0, 8) == "a header of 0 bytes, shorter than an empty JSON object");
    CHECK(header_length_refusal(1, 9) == "a header of 1 byte, shorter than an empty JSON object");
    CHECK(header_length_refusal(100'000'000, 200'000'000).empty());
    CHECK(header_length_refusal(100'000'001, 200'000'000) ==
          "a header of 100,000,001 bytes, more than the 100,000,000 that safetensors allows");
    for (const std::uint64_t huge : {std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{7}}) {
        CHECK_THAT(header_length_refusal(huge, 1000), ContainsSubstring("more than the 100,000,000"));
    }
}

TEST_CASE("every rule of a header has its message", "[model]") {
    const std::string ok = "\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]}";
    const Case cases[] = {
        {"[]", 0, "m:byte 8: the header begins with '[', expected '{'"},
        {"null", 0, "m:byte 8: the header begins with 'n', expected '{'"},
        {" {}", 0, "m:byte 8: the header begins with byte 0x20, expected '{'"},
        {"\xef\xbb\xbf{}", 0, "m:byte 8: the header begins with byte 0xef, expected '{'"},
        {"{} x", 0, "m:byte 11: text after the header's \"}\""},
        {std::string("{}\0", 3), 0, "m:byte 10: NUL after the header's \"}\""},
        {"{\"a\":1}", 0, "m:byte 13: \"a\" must be an object, got 1"},
        {"{\"a\":[]}", 0, "m:byte 10: \"a\" must be an object, got a list"},
        {"{\"__metadata__\":3}", 0, "m:byte 24: \"__metadata__\" must be an object, got 3"},
        {"{\"__metadata__\":{\"x\":3}}", 0, "m:byte 29: __metadata__ may hold only texts, got 3"},
        {"{\"__metadata__\":{\"x\":\"\",\"x\":\"\"}}", 0, "m:byte 33: the key \"x\" occurs twice in one object"},
        {"{\"__metadata__\":{},\"__metadata__\":{}}", 0,
         "m:byte 28: the key \"__metadata__\" occurs twice in one object"},
        {"{" + ok + "," + ok + "}", 4, "m:byte 62: the key \"a\" occurs twice in one object"},
        {"{" + ok + R"(,"\u0061":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})", 8,
         "m:byte 57: the key \"a\" occurs twice in one object"},
        {R"({"a":{"dtype":"U8","dtype":"U8","shape":[0],"data_offsets":[0,0]}})", 0,
         "m:byte 28: the key \"dtype\" occurs twice in one object"},
        {R"({"a":{"x":{"y":1,"y":1},"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", 0,
         "m:byte 26: the key \"y\" occurs twice in one object"},
        {R"({"a":{"dtype":"U8","shape":[0]}})", 0, "m:byte 36: tensor \"a\" has no data_offsets"},
        {R"({"a":{"shape":[0],"data_offsets":[0,0]}})", 0, "m:byte 44: tensor \"a\" has no dtype"},
        {one("\"f32\"", "[1]", "[0,4]"), 4, "m:byte 23: tensor \"a\": safetensors has no dtype \"f32\""},
        {one("7", "[1]", "[0,4]"), 4, "m:byte 22: tensor \"a\": dtype must be a text, got 7"},
        {one("\"U8\"", "4", "[0,4]"), 4, "m:byte 35: tensor \"a\": shape must be a list of whole numbers, got 4"},
        {one("\"U8\"", "[-4]", "[0,4]"), 4, "m:byte 36: tensor \"a\": shape must be a list of whole numbers, got -4"},
        {one("\"U8\"", "[4.0]", "[0,4]"), 4, "m:byte 36: tensor \"a\": shape must be a list of whole numbers, got 4.0"},
        {one("\"U8\"", "[1e3]", "[0,4]"), 4, "m:byte 36: tensor \"a\": shape must be a list of whole numbers, got 1e3"},
        {one("\"U8\"", "[18446744073709551616]", "[0,4]"), 4,
         "m:byte 36: tensor \"a\": shape must be a list of whole numbers, got 18446744073709551616"},
        {one("\"U8\"", "[[4]]", "[0,4]"), 4,
         "m:byte 28: tensor \"a\": shape must be a list of whole numbers, got a list"},
        {one("\"U8\"", "[\"4\"]", "[0,4]"), 4,
         "m:byte 37: tensor \"a\": shape must be a list of whole numbers, got a text"},
        {one("\"U8\"", "[4]", "[0]"), 4,
         "m:byte 55: tensor \"a\": data_offsets must be a list of two whole numbers, got [0]"},
        {one("\"U8\"", "[4]", "[0,2,4]"), 4,
         "m:byte 59: tensor \"a\": data_offsets must be a list of two whole numbers, got [0, 2, 4]"},
        {one("\"U8\"", "[4]", "[4,0]"), 4, "m:byte 57: tensor \"a\": data_offsets [4, 0] end before they begin"},
        {one("\"F32\"", "[4]", "[0,15]"), 15,
         "m:byte 10: tensor \"a\": F32 [4] takes 16 bytes, but its data_offsets span 15"},
        {one("\"F4\"", "[3]", "[0,2]"), 2, "m:byte 10: tensor \"a\": F4 [3] is no whole number of bytes"},
        {one("\"U8\"", "[4294967296,4294967296]", "[0,0]"), 0,
         "m:byte 10: tensor \"a\": the size of U8 [4294967296, 4294967296] does not fit in 64 bits"},
        {one("\"F64\"", "[2305843009213693952]", "[0,0]"), 0,
         "m:byte 10: tensor \"a\": the size of F64 [2305843009213693952] does not fit in 64 bits"},
        {"{" + ok + R"(,"b":{"dtype":"U8","shape":[1],"data_offsets":[6,7]}})", 7,
         "m:byte 62: the data of \"b\" begin at 6, expected 4: a hole of 2 bytes"},
        {"{" + ok + R"(,"b":{"dtype":"U8","shape":[3],"data_offsets":[2,5]}})", 5,
         "m:byte 62: the data of \"b\" begin at 2, but those of \"a\" end at 4"},
        {one("\"U8\"", "[4]", "[1,5]"), 5, "m:byte 10: the data of \"a\" begin at 1, expected 0: a hole of 1 byte"},
        {"{" + ok + "}", 3, "m:byte 10: the file is cut by 1 byte: its header says 65, the file has 64"},
        {"{" + ok + "}", 6, "m:byte 10: the file is too long by 2 bytes: its header says 65, the file has 67"},
        {"{\"a\\n\":{}}", 0, "m:byte 10: a name with a control character"},
        {"{\"a\x7f\":{}}", 0, "m:byte 10: a name with a control character"},
        {"{\"a\xc2\x9b\":{}}", 0, "m:byte 10: a name with a control character"},
        {"{\"a\\u0000\":{}}", 0, "m:byte 10: a name with a control character"},
        {"{\"../../x\":{}}", 0, "m:byte 10: a name with a slash"},
        {"{\"..\":{}}", 0, "m:byte 10: a name that is no name"},
        {"{\"\":{}}", 0, "m:byte 10: a name that is no name"},
        {"{\"__metadata__\":null}", 0, "m:byte 10: \"__metadata__\" must be an object, got null"},
        {R"({"a":{"x":1e999}})", 0, "m:byte 18: a number too large for a double"},
        {"{\"" + std::string(1025, 'n') + "\":{}}", 0, "m:byte 10: a name longer than 1,024 bytes"},
    };
    for (const Case& example : cases) {
        CAPTURE(example.header.substr(0, 200));
        std::string message = refusal(example.header, example.data_bytes);
        if (example.message.find("a name longer") != std::string::npos) {  // where exactly is the parser's choice
            CHECK_THAT(message, ContainsSubstring("a name longer than 1,024 bytes"));
        } else {
            CHECK(message == example.message);
        }
    }
}

TEST_CASE("what is not JSON is refused", "[model]") {
    const std::string headers[] = {
        "{",
        "{\"a\"",
        "{\"a\":}",
        "{\"a\":{},}",
        "{'a':{}}",
        "{\"\xff\":{}}",
        "{\"\xc0\xaf\":{}}",
        "{\"\\ud800\":{}}",
        one("\"U8\"", "[04]", "[0,4]"),
        one("\"U8\"", "[NaN]", "[0,4]"),
        "{/**/}",
        "{\"a\n\":{}}",
    };
    for (const std::string& header : headers) {
        CAPTURE(header);
        CHECK_THAT(refusal(header, 4), StartsWith("m:byte "));
    }
}

TEST_CASE("deep nesting is refused without recursion", "[model]") {
    const std::string header = "{\"a\":{\"x\":" + std::string(200'000, '[');
    CHECK_THAT(refusal(header, 0), ContainsSubstring("nested deeper than 8"));
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    CHECK_THAT(refusal(objects, 0), ContainsSubstring("nested deeper than 8"));
}

TEST_CASE("a tensor has as many dimensions as numpy and torch have", "[model]") {
    const auto of = [](int dimensions) {
        std::string shape = "[0";
        for (int i = 1; i < dimensions; ++i) shape += ",1";
        return refusal(one("\"U8\"", shape + "]", "[0,0]"), 0);
    };
    CHECK(of(64) == "");
    CHECK_THAT(of(65), ContainsSubstring("tensor \"a\": more than 64 dimensions"));
    CHECK_THAT(of(1'000'000), ContainsSubstring("tensor \"a\": more than 64 dimensions"));
}

TEST_CASE("offsets beyond what a double holds are exact", "[model]") {
    const std::string end = "9007199254740993";  // 2^53 + 1
    const std::string header = one("\"U8\"", "[" + end + "]", "[0," + end + "]");
    CHECK(parse_safetensors(header, 8 + header.size() + 9'007'199'254'740'993, "m").front().size_bytes ==
          9'007'199'254'740'993);
    CHECK_THAT(refusal(header, 9'007'199'254'740'992), ContainsSubstring("is cut by 1 byte"));
}

TEST_CASE("a file cut at any byte of its data is refused", "[model]") {
    const std::string header = one("\"U8\"", "[9]", "[0,9]");
    for (std::uint64_t data = 0; data < 9; ++data) CHECK_THAT(refusal(header, data), ContainsSubstring("is cut by"));
    CHECK(refusal(header, 9).empty());
}

TEST_CASE("every dtype of the format has its size", "[model]") {
    for (const char* dtype : {"BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"}) {
        CHECK(dtype_bits(dtype) == 8);
    }
    for (const char* dtype : {"I16", "U16", "F16", "BF16"}) CHECK(dtype_bits(dtype) == 16);
    for (const char* dtype : {"I32", "U32", "F32"}) CHECK(dtype_bits(dtype) == 32);
    for (const char* dtype : {"I64", "U64", "F64", "C64"}) CHECK(dtype_bits(dtype) == 64);
    CHECK(dtype_bits("F4") == 4);
    CHECK(dtype_bits("F6_E2M3") == 6);
    CHECK(dtype_bits("F6_E3M2") == 6);
    CHECK(dtype_bits("bf16") == 0);
    CHECK(dtype_bits("") == 0);
}

TEST_CASE("twenty thousand overlapping tensors are refused without comparing each with each", "[model]") {
    std::string header = "{\"t\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
    for (int i = 0; i < 20'000; ++i) {
        header += ",\"" + std::to_string(i) + "\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
    }
    CHECK_THAT(refusal(header + "}", 1), ContainsSubstring("begin at 0, but those of \"t\" end at 1"));
}

TEST_CASE("whatever is accepted tiles its file", "[model]") {
    const std::string good = R"({"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"__metadata__":{"format":"pt"},)"
                             R"("a":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]}})";
    const std::string letters = "0123456789,:[]{}\"ab\\ \xff-.eF";
    std::mt19937 random(20250120);
    int accepted = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string header = good;
        for (unsigned i = 0; i <= random() % 3; ++i)
            header[random() % header.size()] = letters[random() % letters.size()];
        try {
            std::uint64_t end = 8 + header.size();
            for (const Tensor& tensor : parse_safetensors(header, end + 8, "m")) {
                REQUIRE(tensor.offset_bytes == end);
                end += tensor.size_bytes;
            }
            REQUIRE(end == 8 + header.size() + 8);
            ++accepted;
        } catch (const Error& refusal) {
            REQUIRE_THAT(refusal.what(), StartsWith("m:byte "));
        }
    }
    CHECK(accepted > 100);  // names and blanks may change
}
