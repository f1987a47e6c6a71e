// SPDX-License-Identifier: Apache-2.0
// Counts what the readers of a checkpoint allocate for inputs that were made to cost much, and holds them to the bounds
// that their headers state. A program of its own, because it replaces operator new.
//
// Usage: memory_bounds [MEGABYTES]     size of each input, default 2
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <vector>

#include "r1cluster/base/error.hpp"
#include "r1cluster/model/checkpoint.hpp"

namespace {

std::size_t live_bytes = 0, peak_bytes = 0;

void* counted(std::size_t size) {
    void* const memory = std::malloc(size > 0 ? size : 1);
    if (memory == nullptr) std::abort();
    live_bytes += malloc_usable_size(memory);
    peak_bytes = live_bytes > peak_bytes ? live_bytes : peak_bytes;
    return memory;
}

void uncount(void* memory) {
    if (memory != nullptr) live_bytes -= malloc_usable_size(memory);
    std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { uncount(memory); }
void operator delete[](void* memory) noexcept { uncount(memory); }
void operator delete(void* memory, std::size_t) noexcept { uncount(memory); }
void operator delete[](void* memory, std::size_t) noexcept { uncount(memory); }

namespace {

using namespace r1cluster;

/// `piece(i)` for i = 0, 1, ... until there are so many bytes.
std::string repeated(std::size_t bytes, const std::function<std::string(std::size_t)>& piece) {
    std::string text;
    for (std::size_t i = 0; text.size() < bytes; ++i) text += piece(i);
    return text;
}

std::string in_base_64(std::size_t number) {
    static constexpr char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-";
    std::string text;
    do text += digits[number % 64];
    while (number /= 64);
    return text;
}

// include/r1cluster/model/safetensors.hpp and checkpoint.hpp state these.
constexpr std::size_t most_times_of_header = 12;
constexpr std::size_t most_times_of_index = 32;

struct Input {
    const char* name;
    std::string text;
    std::size_t most_times;  ///< allocated bytes for each byte of the text
    std::function<void(const std::string&)> read;
};

void read_header(const std::string& text) { parse_safetensors(text, 8 + text.size(), "m"); }

void read_with_index(const std::string& index) {
    CheckpointText text;
    text.path = "/m";
    text.config = R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8, "vocab_size": 8,
        "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "max_position_embeddings": 8})";
    text.index = index;
    model(text);
}

void read_config(const std::string& config) { parse_config(config); }

std::vector<Input> inputs(std::size_t bytes) {
    const auto list = [&](const std::string& before, const std::string& piece, const std::string& after) {
        return before + repeated(bytes, [&](std::size_t) { return piece; }) + after;
    };
    const auto entry = [](std::size_t i) {
        return "\"" + in_base_64(i) + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]},";
    };
    const std::string last = "\"__metadata__\":{}}";
    std::vector<Input> all;
    const auto header = [&](const char* name, std::string text) {
        all.push_back({name, std::move(text), most_times_of_header, read_header});
    };
    header("smallest entries", "{" + repeated(bytes, entry) + last);
    header("entries that overlap", "{" + repeated(bytes, [&](std::size_t i) {
                                       return "\"" + in_base_64(i) +
                                              "\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},";
                                   }) + last);
    header("entries of many dimensions", "{" + repeated(bytes, [&](std::size_t i) {
                                             std::string shape = "0";
                                             for (int axis = 1; axis < 64; ++axis) shape += ",0";
                                             return "\"" + in_base_64(i) + "\":{\"dtype\":\"U8\",\"shape\":[" + shape +
                                                    "],\"data_offsets\":[0,0]},";
                                         }) + last);
    header("one shape", list("{\"a\":{\"dtype\":\"U8\",\"shape\":[0", ",0", "],\"data_offsets\":[0,0]}}"));
    header("one data_offsets", list("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0", ",0", "]}}"));
    header("one name", list("{\"", "n", "\":{}}"));
    header("one name of escapes", list("{\"", "\\u0061", "\":{}}"));
    header("one dtype", list("{\"a\":{\"dtype\":\"", "U", "\"}}"));
    header("one number", list("{\"a\":{\"dtype\":\"U8\",\"shape\":[", "1", "]}}"));
    header("metadata of small keys", "{\"__metadata__\":{" + repeated(bytes, [](std::size_t i) {
                                         return "\"" + in_base_64(i) + "\":\"\",";
                                     }) + "\"\":\"\"}}");
    header("metadata of one text", list("{\"__metadata__\":{\"a\":\"", "x", "\"}}"));
    header("unknown fields of small keys", "{\"a\":{\"x\":{" + repeated(bytes, [](std::size_t i) {
                                               return "\"" + in_base_64(i) + "\":0,";
                                           }) + "\"\":0}}}");
    header("lists in lists", list("{\"a\":{\"x\":", "[", "]}}"));
    header("objects in objects", list("{\"a\":", "{\"a\":", "}"));
    header("blanks", list("{", " ", "}"));

    all.push_back({"index of small names",
                   "{\"weight_map\":{" +
                       repeated(bytes, [](std::size_t i) { return "\"" + in_base_64(i) + "\":\"f\","; }) +
                       "\"\":\"f\"}}",
                   most_times_of_index, read_with_index});
    all.push_back(
        {"index of a file for each",
         "{\"weight_map\":{" +
             repeated(bytes, [](std::size_t i) { return "\"" + in_base_64(i) + "\":\"" + in_base_64(i) + "\","; }) +
             "\"\":\"f\"}}",
         most_times_of_index, read_with_index});
    all.push_back({"index of lists", list("{\"metadata\":[[]", ",[]", "],\"weight_map\":{}}"), most_times_of_index,
                   read_with_index});
    all.push_back({"config of small keys",
                   "{" + repeated(bytes, [](std::size_t i) { return "\"" + in_base_64(i) + "\":0,"; }) + "\"\":0}",
                   most_times_of_index, read_config});
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t bytes = (argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2) * 1'000'000;
    constexpr std::size_t allowance = 1 << 20;  // for what does not grow with the input
    bool is_within = true;
    for (const Input& input : inputs(bytes)) {
        const std::size_t before = live_bytes;
        peak_bytes = live_bytes;
        std::string outcome = "accepted";
        try {
            input.read(input.text);
        } catch (const Error& error) {
            outcome = error.what();
        }
        const std::size_t used = peak_bytes - before;
        const bool is_fine = used <= allowance + input.most_times * input.text.size();
        is_within = is_within && is_fine && outcome.size() < 4096;
        std::printf("%-30s %6.1f MB of text, %7.1f MB allocated (%5.1f times)%s: %.100s\n", input.name,
                    static_cast<double>(input.text.size()) / 1e6, static_cast<double>(used) / 1e6,
                    static_cast<double>(used) / static_cast<double>(input.text.size()),
                    is_fine ? "" : ", MORE THAN THE BOUND", outcome.c_str());
    }
    return is_within ? 0 : 1;
}
