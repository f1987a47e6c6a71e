// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a safetensors header's JSON events mean: the handler of a boost::json::basic_parser, which goes
/// from text to tensors without a tree in between.

#include <boost/json/basic_parser.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "r1cluster/model/safetensors.hpp"

namespace r1cluster::detail {

class HeaderEvents {
public:
    using error_code = boost::system::error_code;
    using text = boost::json::string_view;

    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = 1024;  // names reach logs and messages
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    std::string_view header;
    std::vector<Tensor> tensors;           ///< offset_bytes still counted from the start of the data
    std::vector<std::uint32_t> positions;  ///< of each tensor's name in the header
    std::string refusal;                   ///< why the parser was told to stop
    std::size_t refusal_position = 0;

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code& error);
    bool on_object_end(std::size_t, error_code& error);
    bool on_array_begin(error_code& error);
    bool on_array_end(std::size_t, error_code&);
    bool on_key_part(text part, std::size_t, error_code&);
    bool on_key(text part, std::size_t, error_code& error);
    bool on_string_part(text part, std::size_t, error_code&);
    bool on_string(text part, std::size_t, error_code& error);
    bool on_number_part(text, error_code&) { return true; }
    bool on_int64(std::int64_t number, text digits, error_code& error);
    bool on_uint64(std::uint64_t number, text digits, error_code& error);
    bool on_double(double value, text digits, error_code& error);
    bool on_bool(bool value, error_code& error) { return other_value(value ? "true" : "false", error); }
    bool on_null(error_code& error) { return other_value("null", error); }
    bool on_comment_part(text, error_code&) { return true; }
    bool on_comment(text, error_code&) { return true; }

private:
    enum class Field { none, metadata, dtype, shape, data_offsets, unknown };

    bool refuse(std::string what, error_code& error);
    /// A scalar or container where the header has no place for it; fine inside a field that we do not know.
    bool other_value(std::string_view what, error_code& error);
    bool number(std::uint64_t value, text digits, error_code& error);
    bool begin_entry(error_code& error);
    bool finish_tensor(error_code& error);
    std::string expectation() const;
    void note_position(text part);
    bool begin_nested(std::string_view what, error_code& error);

    std::size_t depth_ = 0;  ///< open objects and arrays
    std::size_t position_ = 0;
    std::string key_;
    std::string string_;
    std::string entry_;  ///< tensor name, or "__metadata__"
    bool has_metadata_ = false;
    Field field_ = Field::none;
    std::vector<std::set<std::string>> nested_keys_;  ///< of the open objects below the outermost
    std::vector<std::uint64_t> offsets_;
    bool has_dtype_ = false, has_shape_ = false, has_offsets_ = false;
};

/// "[2, 3]", cut after a few dimensions.
std::string shown(const std::vector<std::uint64_t>& shape);

}  // namespace r1cluster::detail
