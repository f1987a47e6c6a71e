// SPDX-License-Identifier: Apache-2.0
#pragma once

/// XML from outside, by pugixml, which expands no entities of the document and follows nothing outside of it.

#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "r1cluster/base/error.hpp"
#include "r1cluster/facts/machine.hpp"

namespace r1cluster::detail {

class XmlText {
public:
    /// Parses from the first '<' on, so that a shell prompt before it does not matter. Throws Error (invalid_input)
    /// where it is not XML, has another root, nests deeper than 64, or holds more than a million elements and
    /// attributes.
    XmlText(std::string_view text, std::string source, const char* root_name);

    pugi::xml_node root() const { return document_.document_element(); }
    /// Error (invalid_input) that leads with the place of `node`.
    Error refusal(pugi::xml_node node, const std::string& what) const;

    /// Throws that error where excess_of(machine) says something: called for each element that describes a device.
    void check_excess(pugi::xml_node node, const Machine& machine) const;

    /// An attribute; nullopt where it is absent. As a number: an Error where it is something else.
    static std::optional<std::string> attribute(pugi::xml_node node, const char* name);
    std::optional<int> number(pugi::xml_node node, const char* name) const;
    /// The same with an Error where it is absent.
    std::string required(pugi::xml_node node, const char* name) const;

private:
    std::string_view text_;
    std::size_t start_ = 0;  ///< of the first '<'
    std::string source_;
    pugi::xml_document document_;
};

}  // namespace r1cluster::detail
