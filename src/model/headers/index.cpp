// SPDX-License-Identifier: Apache-2.0
#include "model/headers/index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <map>

#include "base/reflect_json.hpp"
#include "model/headers/fast_index.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster::detail {
namespace {

constexpr std::size_t max_index_bytes = 64'000'000;  // R1's has 8.9 million
constexpr std::size_t max_index_depth = 8;
constexpr std::size_t max_name_bytes = 255;  // NAME_MAX

}  // namespace

std::string file_name_refusal(std::string_view name) {
    if (name.empty() || name == "." || name == "..") return "is no file name";
    if (name.size() > max_name_bytes) return "is longer than a file name can be";
    if (name.find_first_of("/\\") != std::string_view::npos) return "is not a plain file name, but a path";
    const bool has_control =
        std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    return has_control ? "has a control character" : "";
}

namespace {

/// For a message: short, and without anything that a terminal would act on.
std::string quoted(std::string_view text) {
    return json::serialize(json::value(text.substr(0, 80))) + (text.size() > 80 ? "..." : "");
}

[[noreturn]] void refuse_index(std::string_view source, const std::string& what) {
    throw Error(ErrorKind::invalid_input, std::string(source), fmt::format("{}: {}", source, what));
}

}  // namespace

std::string impostor(std::string_view text) {
    std::string start(text.substr(0, 64));
    std::transform(start.begin(), start.end(), start.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
    start.erase(0, std::min(start.find_first_not_of(" \t\r\n"), start.size()));
    if (start.starts_with("version ")) return "a git-LFS pointer instead of the file itself: run git lfs pull";
    if (start.starts_with("<!doct") || start.starts_with("<html")) {
        return "an HTML page, as a failed download leaves it: fetch the file again";
    }
    return "";
}

Index parse_index(std::string_view text, std::string_view source) {
    if (const std::string what = impostor(text); !what.empty()) refuse_index(source, what);
    if (text.size() > max_index_bytes)
        refuse_index(source,
                     fmt::format("{} bytes, more than {}", format_count(text.size()), format_count(max_index_bytes)));
    std::optional<Index> fast = read_fast_index(text);
    return fast ? *std::move(fast) : parse_index_strictly(text, source);
}

Index parse_index_strictly(std::string_view text, std::string_view source) {
    const json::value document = parse_json(text, source, max_index_depth);
    const json::value* map = document.is_object() ? document.get_object().if_contains("weight_map") : nullptr;
    if (!map || !map->is_object()) refuse_index(source, "expected an object with an object \"weight_map\"");

    Index index;
    std::map<std::string, std::uint32_t, std::less<>> files;
    std::map<std::pair<std::string, int>, std::uint32_t> names;
    for (const auto& field : map->get_object()) {
        const std::string_view tensor(field.key().data(), field.key().size());
        if (!field.value().is_string()) {
            wrong_value(fmt::format("{}: weight_map: {}", source, quoted(tensor)), "a file name", field.value());
        }
        const std::string file(field.value().get_string().data(), field.value().get_string().size());
        if (const std::string wrong = file_name_refusal(file); !wrong.empty()) {
            refuse_index(source, fmt::format("weight_map: {}: the file {} {}", quoted(tensor), quoted(file), wrong));
        }
        const NumberedName name = numbered(tensor);
        const auto [file_at, is_new_file] = files.try_emplace(file, static_cast<std::uint32_t>(files.size()));
        if (is_new_file) index.files.push_back(file);
        const auto [name_at, is_new_name] =
            names.try_emplace({name.text, name.number_count}, static_cast<std::uint32_t>(names.size()));
        if (is_new_name) index.names.push_back({name.text, name.number_count});
        index.tensors.push_back({name_at->second, name.numbers, file_at->second});
    }
    if (index.tensors.empty()) refuse_index(source, "weight_map names no tensor");
    const json::value* metadata = document.get_object().if_contains("metadata");
    if (metadata && metadata->is_object()) {
        const json::value* total = metadata->get_object().if_contains("total_size");
        if (total) index.total_size = json::serialize(*total).substr(0, 40);
    }
    return index;
}

}  // namespace r1cluster::detail
