// SPDX-License-Identifier: Apache-2.0
#include "cli/help.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <vector>

#include "base/nearest_name.hpp"

namespace r1cluster::cli {
namespace {

constexpr std::size_t width = 80;
constexpr std::size_t description_column = 26;
constexpr std::string_view exit_codes = "Exit codes: 0 clean, 1 findings, 2 wrong usage, 3 error, 130 interrupted.";

const std::map<std::string, std::string_view> examples{
    {"example", "r1cluster example r1-on-two-hosts"},
    {"init", "r1cluster init root@10.0.0.1 root@10.0.0.2"},
    {"record", "r1cluster record cluster.toml -o before-the-update"},
    {"show", "r1cluster show cluster.toml --matrix"},
    {"model", "r1cluster model /data/DeepSeek-R1"},
    {"plan", "r1cluster plan cluster.toml --for \"32 users at 8192 tokens\""},
    {"check", "r1cluster check cluster.toml --explain"},
    {"config", "r1cluster config cluster.toml --host node0 --format env"},
    {"launch", "r1cluster launch cluster.toml --from before-the-update"},
    {"up", "r1cluster up cluster.toml --dry-run"},
    {"status", "r1cluster status cluster.toml"},
    {"logs", "r1cluster logs cluster.toml --follow --host node1"},
    {"down", "r1cluster down cluster.toml"},
    {"diagnose", "r1cluster diagnose head.log worker-1.log"},
    {"knowledge", "r1cluster knowledge vllm/flags"},
};

class Formatter : public CLI::Formatter {
public:
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
        return wrap_help(CLI::Formatter::make_help(app, std::move(name), mode));
    }
    /// " FILE", " N=16", " on|off": without a range, which a wrong value is told, and without what it excludes.
    std::string make_option_opts(const CLI::Option* option) const override {
        const std::string type = option->get_type_name();
        std::string out = type.empty() ? "" : " " + type;
        if (!option->get_default_str().empty()) out += "=" + option->get_default_str();
        return out;
    }
};

/// Where a line goes on: below its description, if it has one, else below its beginning.
std::size_t continuation_of(std::string_view line) {
    const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t gap = line.find("  ", begin);
    const std::size_t description = gap == std::string_view::npos ? gap : line.find_first_not_of(' ', gap);
    return description == std::string_view::npos || description > width / 2 ? begin : description;
}

void append_wrapped(std::string& out, std::string_view line) {
    const std::size_t indent = continuation_of(line);
    std::string row(line);
    while (row.size() > width) {
        std::size_t space = row.rfind(' ', width);
        if (space == std::string::npos || space <= indent) space = row.find(' ', width);
        if (space == std::string::npos) break;
        out += row.substr(0, space) + "\n";
        row = std::string(indent, ' ') + row.substr(space + 1);
    }
    out += row + "\n";
}

std::string suggestion(const std::string& mistyped, const std::vector<std::string>& names) {
    const auto nearest = detail::nearest_name(mistyped, names);
    return nearest ? fmt::format(" did you mean \"{}\"?", *nearest) : "";
}

}  // namespace

std::string wrap_help(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        append_wrapped(out, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

void format_help(CLI::App& app) {
    const auto formatter = std::make_shared<Formatter>();
    formatter->column_width(description_column);
    app.formatter(formatter);
    app.footer(std::string(exit_codes));
    for (CLI::App* verb : app.get_subcommands(nullptr)) {
        verb->formatter(formatter);
        verb->footer(fmt::format("Example: {}\n{}", example_of(verb->get_name()), exit_codes));
    }
}

std::string_view example_of(const std::string& verb) {
    const auto example = examples.find(verb);
    return example == examples.end() ? "r1cluster --help" : example->second;
}

std::string suggest_verb(const CLI::App& app, const std::string& mistyped) {
    std::vector<std::string> names;
    for (const CLI::App* verb : app.get_subcommands(nullptr)) names.push_back(verb->get_name());
    return suggestion(mistyped, names);
}

std::string suggest_option(const CLI::App& verb, const std::string& mistyped) {
    std::vector<std::string> names;
    for (const CLI::Option* option : verb.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    names.emplace_back("--help");
    return suggestion(mistyped.substr(0, mistyped.find('=')), names);
}

}  // namespace r1cluster::cli
