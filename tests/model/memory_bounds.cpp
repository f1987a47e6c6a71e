// SPDX-License-Identifier: Apache-2.0
// Counts what the readers of a checkpoint allocate for inputs that were made to cost much, and holds them to the bounds
// that their headers state: for the most that is held at once, and for the sum over all time, which shows work that
// grows faster than the input. A program of its own, because it replaces operator new.
//
// Usage: memory_bounds [MEGABYTES [INPUT]]     size of each input, default 2; one of them alone
#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "r1cluster/base/error.hpp"
#include "r1cluster/model/checkpoint.hpp"

namespace {

std::size_t live_bytes = 0, peak_bytes = 0, all_bytes = 0;

void* counted(std::size_t size) {
    void* const memory = std::malloc(size > 0 ? size : 1);
    if (memory == nullptr) std::abort();
    live_bytes += malloc_usable_size(memory);
    all_bytes += malloc_usable_size(memory);
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

/// `piece(i)` for i = 0, 1, ... until there are about so many bytes.
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
// Of all that is ever allocated, freed or not. An entry of a header is 50 bytes or more, and costs some texts and
// vectors; a quadratic reader of 2 MB would need thousands.
constexpr std::size_t most_times_in_sum = 80;

struct Input {
    const char* name;
    std::function<std::string()> text;
    std::size_t most_times;  ///< allocated bytes for each byte of the text
    std::function<void(const std::string&)> read;
};

void read_header(const std::string& text) {
    if (!header_length_refusal(text.size(), 8 + text.size()).empty())
        throw std::runtime_error("larger than any header");
    parse_safetensors(text, 8 + text.size(), "m");
}

void read_with_index(const std::string& index) {
    CheckpointText text;
    text.path = "/m";
    text.config = R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 8, "vocab_size": 8,
        "intermediate_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "max_position_embeddings": 8})";
    text.index = index;
    parse_checkpoint(text);
}

void read_config(const std::string& config) { parse_config(config); }

std::vector<Input> inputs(std::size_t bytes) {
    bytes -= 400;  // for what stands around the pieces, and the last of them
    const auto list = [=](const std::string& before, const std::string& piece, const std::string& after) {
        return [=] { return before + repeated(bytes, [&](std::size_t) { return piece; }) + after; };
    };
    const auto numbered = [=](const std::string& before, std::function<std::string(const std::string&)> piece,
                              const std::string& after) {
        return [=] { return before + repeated(bytes, [&](std::size_t i) { return piece(in_base_64(i)); }) + after; };
    };
    const auto entry = [](const std::string& name, const std::string& shape, const std::string& offsets) {
        return "\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[" + shape + "],\"data_offsets\":[" + offsets + "]},";
    };
    const std::string last = "\"__metadata__\":{}}";
    std::string dimensions = "0";
    for (int axis = 1; axis < 64; ++axis) dimensions += ",0";
    std::vector<Input> all;
    const auto header = [&](const char* name, std::function<std::string()> text) {
        all.push_back({name, std::move(text), most_times_of_header, read_header});
    };
    header("smallest entries", numbered(
                                   "{", [=](const std::string& name) { return entry(name, "0", "0,0"); }, last));
    header("entries in a common form", [=] {
        // As the reference writer has them, but in no order: R1's own would be 450,000.
        return "{" +
               repeated(bytes,
                        [&](std::size_t i) {
                            return entry("model.layers." + std::to_string(i % 61) + ".mlp.experts." +
                                             std::to_string(i * 2'654'435'761 % 4'294'967'296) + ".w",
                                         "0", "0,0");
                        }) +
               "\"last\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}";
    });
    header("entries that overlap", numbered(
                                       "{", [=](const std::string& name) { return entry(name, "1", "0,1"); }, last));
    header("entries of many dimensions",
           numbered(
               "{", [=](const std::string& name) { return entry(name, dimensions, "0,0"); }, last));
    header("one shape", list("{\"a\":{\"dtype\":\"U8\",\"shape\":[0", ",0", "],\"data_offsets\":[0,0]}}"));
    header("one data_offsets", list("{\"a\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0", ",0", "]}}"));
    header("one name", list("{\"", "n", "\":{}}"));
    header("one name of escapes", list("{\"", "\\u0061", "\":{}}"));
    header("one dtype", list("{\"a\":{\"dtype\":\"", "U", "\"}}"));
    header("one number", list("{\"a\":{\"dtype\":\"U8\",\"shape\":[", "1", "]}}"));
    header("metadata of small keys",
           numbered(
               "{\"__metadata__\":{", [](const std::string& name) { return "\"" + name + "\":\"\","; }, "\"\":\"\"}}"));
    header("metadata of one text", list("{\"__metadata__\":{\"a\":\"", "x", "\"}}"));
    header("unknown fields of small keys",
           numbered(
               "{\"a\":{\"x\":{", [](const std::string& name) { return "\"" + name + "\":0,"; }, "\"\":0}}}"));
    header("lists in lists", list("{\"a\":{\"x\":", "[", "]}}"));
    header("objects in objects", list("{\"a\":", "{\"a\":", "}"));
    header("blanks", list("{", " ", "}"));

    all.push_back(
        {"index of small names",
         numbered(
             "{\"weight_map\":{", [](const std::string& name) { return "\"" + name + "\":\"f\","; }, "\"\":\"f\"}}"),
         most_times_of_index, read_with_index});
    all.push_back({"index of a file for each",
                   numbered(
                       "{\"weight_map\":{",
                       [](const std::string& name) { return "\"" + name + "\":\"" + name + "\","; }, "\"\":\"f\"}}"),
                   most_times_of_index, read_with_index});
    all.push_back({"index of lists", list("{\"metadata\":[[]", ",[]", "],\"weight_map\":{}}"), most_times_of_index,
                   read_with_index});
    all.push_back({"config of small keys",
                   numbered(
                       "{", [](const std::string& name) { return "\"" + name + "\":0,"; }, "\"\":0}"),
                   most_times_of_index, read_config});
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t bytes = (argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2) * 1'000'000;
    constexpr std::size_t allowance = 1 << 20;  // for what does not grow with the input
    bool is_within = true;
    int count = 0;
    for (const Input& input : inputs(bytes)) {
        if (argc > 2 && std::strcmp(argv[2], input.name) != 0) continue;
        ++count;
        const std::string text = input.text();
        const std::size_t before = live_bytes, all_before = all_bytes;
        peak_bytes = live_bytes;
        std::string outcome = "accepted";
        try {
            input.read(text);
        } catch (const Error& error) {
            outcome = error.what();
        }
        const std::size_t used = peak_bytes - before, sum = all_bytes - all_before;
        const bool is_fine =
            used <= allowance + input.most_times * text.size() && sum <= allowance + most_times_in_sum * text.size();
        is_within = is_within && is_fine && outcome.size() < 4096;
        const auto times = [&](std::size_t n) { return static_cast<double>(n) / static_cast<double>(text.size()); };
        std::printf("%-28s %6.1f MB of text, %7.1f MB at once (%4.1f times), in sum %4.1f times%s: %.100s\n",
                    input.name, static_cast<double>(text.size()) / 1e6, static_cast<double>(used) / 1e6, times(used),
                    times(sum), is_fine ? "" : ", MORE THAN THE BOUND", outcome.c_str());
    }
    return is_within && count > 0 ? 0 : 1;
}
