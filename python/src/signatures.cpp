// SPDX-License-Identifier: Apache-2.0
#include "signatures.hpp"

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster::python {
namespace {

namespace py = pybind11;

/// Parts of `text` at commas outside of brackets and quotes.
std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> parts(1);
    int depth = 0;
    char quote = 0;
    for (const char c : text) {
        if (quote) {
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '(' || c == '[' || c == '<' || c == '{') {
            ++depth;
        } else if (c == ')' || c == ']' || c == '>' || c == '}') {
            --depth;
        } else if (c == ',' && depth == 0) {
            parts.emplace_back();
            continue;
        }
        if (!(c == ' ' && parts.back().empty())) parts.back() += c;
    }
    return parts;
}

/// What inspect can read back: a number, a text or a name that Python knows.
bool is_literal(std::string_view text) {
    if (text == "None" || text == "True" || text == "False") return true;
    return !text.empty() &&
           (text.front() == '\'' || text.find_first_not_of("0123456789.-+e") == std::string_view::npos);
}

/// "spec: DeploymentSpec", "limit: int = 16" -> "spec", "limit=16".
std::string without_type(const std::string& parameter) {
    const std::string name = parameter.substr(0, parameter.find(':'));
    const std::size_t value = parameter.rfind(" = ");
    if (value == std::string::npos) return name;
    const std::string text = parameter.substr(value + 3);
    return name + "=" + (is_literal(text) ? text : "...");
}

/// The parameters of "name(a: int, b: str = '') -> None" without types. Of "self" inspect drops "$self".
std::string text_signature(std::string_view line, bool is_method) {
    const std::size_t begin = line.find('(');
    const std::size_t end = line.rfind(") ->");
    if (begin == std::string_view::npos || end == std::string_view::npos) return "";
    std::string out = "(";
    bool is_first = true;
    if (end > begin + 1) {
        for (const std::string& parameter : split(line.substr(begin + 1, end - begin - 1))) {
            std::string text = without_type(parameter);
            if (is_first && is_method) text = "$self";
            out += (is_first ? "" : ", ") + text;
            is_first = false;
        }
    }
    return out + ")";
}

void set_signature(py::handle function, const std::string& name, bool is_method) {
    if (!PyCFunction_Check(function.ptr())) return;
    PyMethodDef* definition = reinterpret_cast<PyCFunctionObject*>(function.ptr())->m_ml;
    if (!definition->ml_doc) return;
    const std::string doc = definition->ml_doc;
    if (doc.find("\n--\n\n") != std::string::npos) return;
    std::string signature = text_signature(std::string_view(doc).substr(0, doc.find('\n')), is_method);
    const bool is_overloaded = doc.find("\nOverloaded function.") != std::string::npos;
    if (is_overloaded) signature = is_method ? "($self, *args, **kwargs)" : "(*args, **kwargs)";
    if (signature.empty()) return;
    const std::string text = name + signature + "\n--\n\n" + doc;
    char* copy = strdup(text.c_str());  // pybind11 frees it as it does its own
    if (!copy) throw std::bad_alloc();
    std::free(const_cast<char*>(definition->ml_doc));
    definition->ml_doc = copy;
}

}  // namespace

void set_signatures(py::handle scope) {
    const bool is_class = PyType_Check(scope.ptr()) != 0;
    for (const auto& item : py::dict(scope.attr("__dict__"))) {
        const std::string name = py::str(item.first);
        py::handle member = item.second;
        if (PyType_Check(member.ptr())) {
            if (!is_class) set_signatures(member);
        } else if (PyInstanceMethod_Check(member.ptr())) {
            set_signature(PyInstanceMethod_GET_FUNCTION(member.ptr()), name, true);
        } else if (py::isinstance<py::staticmethod>(member)) {
            set_signature(member.attr("__func__"), name, false);
        } else {
            set_signature(member, name, is_class);
        }
    }
}

}  // namespace r1cluster::python
