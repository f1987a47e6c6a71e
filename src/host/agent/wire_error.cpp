// SPDX-License-Identifier: Apache-2.0
#include "host/agent/wire_error.hpp"

#include <array>

namespace r1cluster::detail {

boost::json::value error_to_wire(const Error& error) {
    return boost::json::object{
        {"kind", to_text(error.kind())}, {"subject", error.subject()}, {"message", error.what()}};
}

Error error_from_wire(const boost::json::value& value, const std::string& host) {
    const auto text = [&](const char* name) {
        const auto* field = value.is_object() ? value.get_object().if_contains(name) : nullptr;
        return field && field->is_string() ? std::string(field->get_string()) : std::string();
    };
    ErrorKind kind = ErrorKind::unavailable;
    for (const ErrorKind known :
         {ErrorKind::invalid_input, ErrorKind::not_found, ErrorKind::unavailable, ErrorKind::timed_out,
          ErrorKind::interrupted, ErrorKind::system, ErrorKind::internal}) {
        if (to_text(known) == text("kind")) kind = known;
    }
    return Error(kind, text("subject"), host + ": " + text("message"));
}

}  // namespace r1cluster::detail
