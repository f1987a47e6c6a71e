// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/model/safetensors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <numeric>
#include <optional>
#include <tuple>

#include "model/headers/fast_header.hpp"
#include "model/headers/safetensors_events.hpp"
#include "r1cluster/base/error.hpp"
#include "r1cluster/base/units.hpp"

namespace r1cluster {
namespace {

using detail::HeaderEvents;
using detail::shown;

constexpr std::uint64_t length_field_bytes = 8;
constexpr std::uint64_t max_header_bytes = 100'000'000;
constexpr std::size_t max_depth = 8;

struct DtypeBits {
    std::string_view name;
    int bits;
};
// huggingface/safetensors, safetensors/src/tensor.rs (enum Dtype).
constexpr DtypeBits dtypes[] = {
    {"BF16", 16},       {"F8_E4M3", 8},     {"F32", 32}, {"F16", 16}, {"BOOL", 8},    {"F4", 4},
    {"F6_E2M3", 6},     {"F6_E3M2", 6},     {"U8", 8},   {"I8", 8},   {"F8_E5M2", 8}, {"F8_E8M0", 8},
    {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16}, {"U16", 16}, {"I32", 32},    {"U32", 32},
    {"C64", 64},        {"F64", 64},        {"I64", 64}, {"U64", 64},
};

[[noreturn]] void refuse(std::string_view source, std::size_t header_offset, const std::string& what) {
    throw Error(ErrorKind::invalid_input, std::string(source),
                fmt::format("{}:byte {}: {}", source, length_field_bytes + header_offset, what));
}

std::string bytes_in_words(std::uint64_t count) { return fmt::format("{} byte{}", count, count == 1 ? "" : "s"); }

/// Bits of the whole tensor; nullopt where the product does not fit in 64 bits.
std::optional<std::uint64_t> tensor_bits(const Tensor& tensor) {
    std::uint64_t bits = static_cast<std::uint64_t>(dtype_bits(tensor.dtype));
    std::uint64_t elements = 1;
    for (const std::uint64_t dimension : tensor.shape) {
        if (__builtin_mul_overflow(elements, dimension, &elements)) return std::nullopt;
    }
    if (__builtin_mul_overflow(elements, bits, &bits)) return std::nullopt;
    return bits;
}

/// Why dtype, shape and size of one tensor do not agree; empty where they do.
std::string size_refusal(const Tensor& tensor) {
    const std::optional<std::uint64_t> bits = tensor_bits(tensor);
    if (!bits) return fmt::format("the size of {} {} does not fit in 64 bits", tensor.dtype, shown(tensor.shape));
    if (*bits % 8 != 0) return fmt::format("{} {} is no whole number of bytes", tensor.dtype, shown(tensor.shape));
    if (*bits / 8 == tensor.size_bytes) return "";
    return fmt::format("{} {} takes {}, but its data_offsets span {}", tensor.dtype, shown(tensor.shape),
                       bytes_in_words(*bits / 8), tensor.size_bytes);
}

void check_names(const HeaderEvents& events, std::string_view source) {
    const std::vector<Tensor>& tensors = events.tensors;
    std::vector<std::uint32_t> order(tensors.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        const int by_name = tensors[a].name.compare(tensors[b].name);
        return by_name != 0 ? by_name < 0 : a < b;
    });
    for (std::size_t i = 1; i < order.size(); ++i) {
        if (tensors[order[i]].name == tensors[order[i - 1]].name) {
            refuse(source, events.positions[order[i]],
                   fmt::format("the key \"{}\" occurs twice in one object", tensors[order[i]].name));
        }
    }
}

/// Sorted by offset, the tensors must cover the data exactly: no hole, no overlap, nothing after them.
void check_tiling(const HeaderEvents& events, const std::vector<std::uint32_t>& order, std::uint64_t header_bytes,
                  std::uint64_t file_size_bytes, std::string_view source) {
    std::uint64_t covered = 0;
    std::size_t last_position = 0;
    const Tensor* previous = nullptr;
    for (const std::uint32_t i : order) {
        const Tensor& tensor = events.tensors[i];
        last_position = events.positions[i];
        if (tensor.offset_bytes > covered) {
            refuse(source, last_position,
                   fmt::format("the data of \"{}\" begin at {}, expected {}: a hole of {}", tensor.name,
                               tensor.offset_bytes, covered, bytes_in_words(tensor.offset_bytes - covered)));
        }
        if (tensor.offset_bytes < covered) {
            refuse(source, last_position,
                   fmt::format("the data of \"{}\" begin at {}, but those of \"{}\" end at {}", tensor.name,
                               tensor.offset_bytes, previous->name, covered));
        }
        covered += tensor.size_bytes;
        previous = &tensor;
    }
    const std::uint64_t data_bytes = file_size_bytes - length_field_bytes - header_bytes;
    if (covered == data_bytes) return;
    const bool is_cut = covered > data_bytes;
    std::uint64_t expected = 0;
    if (__builtin_add_overflow(covered, length_field_bytes + header_bytes, &expected)) {
        refuse(source, last_position, fmt::format("data that end at {} are in no file", covered));
    }
    refuse(source, last_position,
           fmt::format("the file {} {}: its header says {}, the file has {}", is_cut ? "is cut by" : "is too long by",
                       bytes_in_words(is_cut ? covered - data_bytes : data_bytes - covered), format_count(expected),
                       format_count(file_size_bytes)));
}

std::string syntax_refusal(const HeaderEvents& events, const boost::system::error_code& error, std::string_view rest) {
    namespace json = boost::json;
    if (!events.refusal.empty()) return events.refusal;
    if (!error) return rest.front() == '\0' ? "NUL after the header's \"}\"" : "text after the header's \"}\"";
    if (error == json::error::too_deep) return fmt::format("nested deeper than {}", max_depth);
    if (error == json::error::key_too_large) {
        return fmt::format("a name longer than {} bytes", format_count(HeaderEvents::max_key_size));
    }
    if (error == json::error::incomplete) return "the header ends too early";
    return "not JSON: " + error.message();
}

/// Runs the parser over the whole header; throws at the first thing that is wrong.
void read_header(HeaderEvents& events, std::string_view header, std::string_view source) {
    if (header.front() != '{') {
        const auto first = static_cast<unsigned char>(header.front());
        refuse(source, 0,
               first > 0x20 && first < 0x7f ? fmt::format("the header begins with '{}', expected '{{'", header.front())
                                            : fmt::format("the header begins with byte {:#04x}, expected '{{'", first));
    }
    boost::json::parse_options options;
    options.max_depth = max_depth;
    boost::json::basic_parser<HeaderEvents> parser(options, std::move(events));
    boost::system::error_code error;
    const std::size_t read = parser.write_some(false, header.data(), header.size(), error);
    events = std::move(parser.handler());
    if (!error && read == header.size()) return;
    refuse(source, events.refusal.empty() ? std::min(read, header.size()) : events.refusal_position,
           syntax_refusal(events, error, header.substr(std::min(read, header.size() - 1))));
}

}  // namespace

int dtype_bits(std::string_view dtype) {
    for (const DtypeBits& known : dtypes) {
        if (known.name == dtype) return known.bits;
    }
    return 0;
}

std::string header_length_refusal(std::uint64_t declared_header_bytes, std::uint64_t file_size_bytes) {
    if (file_size_bytes < length_field_bytes) {
        return fmt::format("a file of {}: the 8 that give the length of the header do not fit",
                           bytes_in_words(file_size_bytes));
    }
    if (declared_header_bytes > max_header_bytes) {
        return fmt::format("a header of {} bytes, more than the {} that safetensors allows",
                           format_count(declared_header_bytes), format_count(max_header_bytes));
    }
    if (declared_header_bytes > file_size_bytes - length_field_bytes) {
        return fmt::format("a header of {} in a file of {}", bytes_in_words(declared_header_bytes), file_size_bytes);
    }
    if (declared_header_bytes < 2) {
        return fmt::format("a header of {}, shorter than an empty JSON object", bytes_in_words(declared_header_bytes));
    }
    return "";
}

TensorList parse_safetensors(std::string_view header, std::uint64_t file_size_bytes, std::string_view source) {
    detail::FastHeaderReader fast;
    return detail::parse_header(fast, header, file_size_bytes, source);
}

TensorList detail::parse_header(FastHeaderReader& fast, std::string_view header, std::uint64_t file_size_bytes,
                                std::string_view source) {
    const bool has_room = header_length_refusal(header.size(), file_size_bytes).empty();
    std::optional<TensorList> tensors = has_room ? fast.read(header, file_size_bytes) : std::nullopt;
    return tensors ? *std::move(tensors) : parse_header_strictly(header, file_size_bytes, source);
}

TensorList detail::parse_header_strictly(std::string_view header, std::uint64_t file_size_bytes,
                                         std::string_view source) {
    const std::string refusal = header_length_refusal(header.size(), file_size_bytes);
    if (!refusal.empty()) {
        throw Error(ErrorKind::invalid_input, std::string(source), fmt::format("{}:byte 0: {}", source, refusal));
    }
    HeaderEvents events;
    events.header = header;
    read_header(events, header, source);
    check_names(events, source);

    std::vector<std::uint32_t> order(events.tensors.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        const Tensor &first = events.tensors[a], &second = events.tensors[b];
        return std::tie(first.offset_bytes, first.size_bytes, a) < std::tie(second.offset_bytes, second.size_bytes, b);
    });
    for (std::size_t i = 0; i < events.tensors.size(); ++i) {
        const std::string wrong = size_refusal(events.tensors[i]);
        if (!wrong.empty()) {
            refuse(source, events.positions[i], fmt::format("tensor \"{}\": {}", events.tensors[i].name, wrong));
        }
    }
    check_tiling(events, order, header.size(), file_size_bytes, source);

    TensorList tensors;
    tensors.reserve(order.size());
    for (const std::uint32_t i : order) {
        events.tensors[i].offset_bytes += length_field_bytes + header.size();
        tensors.push_back(events.tensors[i]);
    }
    return tensors;
}

}  // namespace r1cluster
