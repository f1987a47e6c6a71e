// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <set>

#include "base/reflect_json.hpp"
#include "base/text.hpp"

namespace r1cluster::detail {
namespace {

/// A value takes tens of bytes of memory for as few as two of text. The index of R1's checkpoint has 92,000.
constexpr std::size_t max_values = 4'000'000;

/// Reads what json::parse leaves out: numbers to the last place. And looks for what it accepts and we do not: a key
/// that occurs twice in one object, a number that no double holds (it becomes infinite, which no JSON text can say
/// again), and more values than any document of ours has.
struct strict_reader {
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = 1 << 20;
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    std::vector<std::set<std::string>> open_objects;
    std::string key;
    std::string duplicate;
    std::string digits;
    std::vector<double> doubles;  ///< in the order of the document
    bool has_endless_number = false;
    std::size_t values = 0;

    using error_code = boost::system::error_code;
    using text = json::string_view;
    bool count(error_code& error) {
        if (++values > max_values) error = json::make_error_code(json::error::syntax);
        return values <= max_values;
    }
    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code& error) {
        open_objects.emplace_back();
        return count(error);
    }
    bool on_object_end(std::size_t, error_code&) {
        open_objects.pop_back();
        return true;
    }
    bool on_array_begin(error_code& error) { return count(error); }
    bool on_array_end(std::size_t, error_code&) { return true; }
    bool on_key_part(text part, std::size_t, error_code&) {
        key.append(part.data(), part.size());
        return true;
    }
    bool on_key(text part, std::size_t, error_code& error) {
        key.append(part.data(), part.size());
        if (!open_objects.back().insert(key).second) {
            duplicate = key;
            error = json::make_error_code(json::error::syntax);
            return false;
        }
        key.clear();
        return true;
    }
    bool on_string_part(text, std::size_t, error_code&) { return true; }
    bool on_string(text, std::size_t, error_code& error) { return count(error); }
    bool on_number_part(text part, error_code&) {
        digits.append(part.data(), part.size());
        return true;
    }
    bool on_int64(std::int64_t, text, error_code& error) {
        digits.clear();
        return count(error);
    }
    bool on_uint64(std::uint64_t, text, error_code& error) {
        digits.clear();
        return count(error);
    }
    // Boost.JSON before 1.84 may miss the nearest double by one place; from_chars does not.
    bool on_double(double number, text last_part, error_code& error) {
        digits.append(last_part.data(), last_part.size());
        double nearest = 0;
        const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), nearest);
        digits.clear();
        doubles.push_back(result.ec == std::errc{} ? nearest : number);  // else too small or too large for one
        has_endless_number = !std::isfinite(doubles.back());
        if (has_endless_number) error = json::make_error_code(json::error::syntax);
        return !has_endless_number && count(error);
    }
    bool on_bool(bool, error_code& error) { return count(error); }
    bool on_null(error_code& error) { return count(error); }
    bool on_comment_part(text, error_code&) { return true; }
    bool on_comment(text, error_code&) { return true; }
};

/// Replaces every double by the next one of the list, in the order of the document.
void put_doubles(json::value& value, const double*& next) {
    if (value.is_double()) {
        value = *next++;
    } else if (value.is_array()) {
        for (json::value& item : value.get_array()) put_doubles(item, next);
    } else if (value.is_object()) {
        for (auto& field : value.get_object()) put_doubles(field.value(), next);
    }
}

/// Bytes of the character at the start of `text`, which is not empty; 0 where there is none (Unicode 15, table 3-7).
std::size_t character_bytes(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto follows = [&](std::size_t i, unsigned least = 0x80, unsigned most = 0xbf) {
        return byte(i) >= least && byte(i) <= most;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        return follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        return follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

void print(const json::value& value, int indent, std::string& out) {
    const std::string pad(static_cast<std::size_t>(indent) + 2, ' ');
    if (value.is_object() && !value.get_object().empty()) {
        out += '{';
        bool is_first = true;
        for (const auto& field : value.get_object()) {
            out += is_first ? "\n" : ",\n";
            is_first = false;
            out += pad + json::serialize(json::value(field.key())) + ": ";
            print(field.value(), indent + 2, out);
        }
        out += "\n" + std::string(static_cast<std::size_t>(indent), ' ') + "}";
    } else if (value.is_array() && !value.get_array().empty()) {
        out += '[';
        bool is_first = true;
        for (const auto& item : value.get_array()) {
            out += (is_first ? "\n" : ",\n") + pad;
            is_first = false;
            print(item, indent + 2, out);
        }
        out += "\n" + std::string(static_cast<std::size_t>(indent), ' ') + "]";
    } else if (value.is_double()) {
        out += fmt::format("{}", value.get_double());  // shortest text that reads back as the same number
    } else {
        out += json::serialize(value);
    }
}

}  // namespace

json::value parse_json(std::string_view text, std::string_view source, std::size_t max_depth) {
    json::parse_options options;
    options.max_depth = max_depth;
    boost::system::error_code error;

    json::basic_parser<strict_reader> reader(options);
    const std::size_t read = reader.write_some(false, text.data(), text.size(), error);
    if (!error && read == text.size()) {
        json::value value = json::parse(json::string_view(text.data(), text.size()), {}, options);
        const double* next = reader.handler().doubles.data();
        put_doubles(value, next);
        return value;
    }

    std::string what;
    if (!reader.handler().duplicate.empty()) {
        what = fmt::format("the key \"{}\" occurs twice in one object", reader.handler().duplicate);
    } else if (reader.handler().has_endless_number) {
        what = "a number too large for a double";
    } else if (reader.handler().values > max_values) {
        what = "more than 4,000,000 values";
    } else if (!error) {
        what = "text after the end of the JSON value";
    } else if (error == json::error::incomplete) {
        what = "the JSON text ends too early";
    } else if (error == json::error::too_deep) {
        what = fmt::format("nested deeper than {}", max_depth);
    } else {
        what = "not JSON: " + error.message();
    }
    throw Error(std::string(source), position_in(text, read), what);
}

std::string print_json(const json::value& value) {
    std::string out;
    print(value, 0, out);
    return out + "\n";
}

std::string valid_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t bytes = character_bytes(text);
        out += bytes > 0 ? text.substr(0, bytes) : std::string_view("\xef\xbf\xbd");
        text.remove_prefix(bytes > 0 ? bytes : 1);
    }
    return out;
}

void wrong_value(std::string_view path, std::string_view expected, const json::value& got) {
    std::string shown = got.is_double() ? fmt::format("{}", got.get_double()) : json::serialize(got);
    if (shown.size() > 60) shown = shown.substr(0, 57) + "...";
    throw Error(ErrorKind::invalid_input, std::string(path),
                fmt::format("{}: expected {}, got {}", path, expected, shown));
}

json::value struct_to_value(const void* value, std::span<const JsonField> fields) {
    json::object object;
    for (const JsonField& field : fields) {
        const void* member = static_cast<const char*>(value) + field.offset;
        if (field.is_later && field.type->is_empty && field.type->is_empty(member)) continue;
        object[field.name] = field.type->to(member);
    }
    return object;
}

void struct_from_value(const json::value& value, const std::string& path, void* target,
                       std::span<const JsonField> fields) {
    if (!value.is_object()) wrong_value(path, "an object", value);
    const json::object& object = value.get_object();
    std::size_t known = 0;
    for (const JsonField& field : fields) {
        const json::value* member = object.if_contains(field.name);
        if (!member && field.is_later) continue;
        if (!member) {
            throw Error(ErrorKind::invalid_input, path,
                        fmt::format("{}: the field \"{}\" is missing", path, field.name));
        }
        ++known;
        field.type->from(*member, fmt::format("{}.{}", path, field.name), static_cast<char*>(target) + field.offset);
    }
    if (known == object.size()) return;
    for (const auto& member : object) {
        const std::string_view key = member.key();
        if (std::ranges::any_of(fields, [&](const JsonField& field) { return field.name == key; })) continue;
        throw Error(ErrorKind::invalid_input, path, fmt::format("{}: unknown field \"{}\"", path, key));
    }
}

std::size_t name_from_value(const json::value& value, const std::string& path,
                            std::span<const std::string_view> names) {
    if (!value.is_string()) wrong_value(path, "a text", value);
    const std::string_view text = value.get_string();
    const auto found = std::ranges::find(names, text);
    if (found == names.end()) wrong_value(path, fmt::format("one of \"{}\"", fmt::join(names, "\", \"")), value);
    return static_cast<std::size_t>(found - names.begin());
}

R1CLUSTER_COMMON_JSON_TYPES()

void check_envelope(json::value& document, std::string_view schema, int version, std::string_view source) {
    if (!document.is_object()) wrong_value(source, "an object", document);
    json::object& object = document.get_object();
    const json::value* name = object.if_contains("schema");
    const json::value* number = object.if_contains("version");
    if (!name || *name != json::value(schema) || !number || *number != json::value(version)) {
        throw Error(ErrorKind::invalid_input, std::string(source),
                    fmt::format("{}: expected \"schema\": \"{}\", \"version\": {}, got {}, {}", source, schema, version,
                                name ? json::serialize(*name) : "none", number ? json::serialize(*number) : "none"));
    }
    object.erase("schema");
    object.erase("version");
}

}  // namespace r1cluster::detail
