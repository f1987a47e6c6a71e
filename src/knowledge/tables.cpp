// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <set>
#include <tuple>

#include "base/reflect_toml.hpp"
#include "knowledge/describe.hpp"
#include "knowledge/embedded_file.hpp"

namespace r1cluster {
namespace {

using knowledge::TableProblem;

constexpr std::size_t most_bytes_of_file = std::size_t{1} << 20;
constexpr std::size_t most_files = 256;

/// A row's subject: of two rows with the same, at most one is for any release.
template <class Row>
std::string subject_of(const Row& row) {
    using First = boost::mp11::mp_front<detail::members_of<Row>>;
    return boost::json::serialize(detail::to_value(row.*First::pointer));
}
std::string subject_of(const knowledge::DivisionRule& row) { return row.division + " of " + row.family; }
std::string subject_of(const knowledge::ToolFeature& row) { return row.tool + ": " + row.feature; }
std::string subject_of(const knowledge::ContextMemory& row) { return fmt::format("{}, {} ranks", row.what, row.ranks); }
std::string subject_of(const knowledge::MemoryReserve& row) {
    return fmt::format("from {} MiB and {} ranks", row.least_mib, row.least_ranks);
}
std::string subject_of(const knowledge::EngineOverheads&) { return "of a step"; }
std::string subject_of(const knowledge::EngineRoute& row) { return row.methods + " " + row.route; }
std::string subject_of(const knowledge::Signature& row) {
    return fmt::format("{} ({})", row.id, fmt::join(row.parts, ", "));
}
std::string subject_of(const knowledge::NcclCpuRate& row) {
    return fmt::format("{}, family {}, model {} to {}", row.vendor, row.family.value_or(-1),
                       row.least_model.value_or(-1), row.most_model.value_or(-1));
}

template <class Row>
Releases releases_of(const Row& row) {
    if constexpr (requires { row.releases; }) {
        return row.releases;
    } else {
        return {};
    }
}

/// What is wrong with the row itself; empty: nothing.
template <class Row>
std::string complaint(const Row&) {
    return "";
}
std::string complaint(const knowledge::Variable& row) {
    if (row.decision.empty()) return "has no decision";
    const bool is_allowed = row.values.empty() || std::ranges::count(row.values, row.value) > 0;
    if (row.decision == "set" && !is_allowed) {
        return fmt::format("sets \"{}\", which is not one of its values", row.value);
    }
    return "";
}

struct Tables {
    Knowledge knowledge;
    std::vector<TableProblem> errors;   ///< without which the tables cannot be read
    std::vector<TableProblem> remarks;  ///< of rows that can be read
};

/// One file and the places of its rows, which the rows themselves do not keep.
class TableFile {
public:
    TableFile(std::string name, std::string_view text, Tables& tables) : name_(std::move(name)), tables_(tables) {
        try {
            table_ = detail::parse_toml(text, name_);
        } catch (const toml::parse_error& error) {
            const auto& at = error.source().begin;
            tables_.errors.push_back({name_, at.line, at.column, fmt::format("not TOML: {}", error.description())});
        }
    }

    template <class Row>
    void read(std::vector<Row>& rows) {
        for (auto&& [key, node] : table_) {
            const bool is_rows = key == "row" && (node.is_array_of_tables() || is_empty_list(node));
            const bool is_defaults = key == "default" && node.is_table();
            if (!is_rows && !is_defaults) {
                add(tables_.errors, key.source(),
                    "expected [[row]] for each row, and [default] for what rows leave out");
            }
        }
        const toml::table nothing;
        const toml::table* const given = table_["default"].as_table();
        const toml::table& defaults = given ? *given : nothing;
        std::vector<detail::TomlProblem> problems;
        detail::refuse_unknown_keys(defaults, detail::toml_fields<Row>(), problems);
        if (const toml::array* list = table_["row"].as_array()) {
            for (const toml::node& node : *list) {
                if (const toml::table* row = node.as_table()) rows.push_back(read_row<Row>(*row, defaults, problems));
            }
        }
        for (detail::TomlProblem& problem : problems) {
            tables_.errors.push_back({name_, problem.line, problem.column, std::move(problem.message)});
        }
        lint(rows);
    }

private:
    static bool is_empty_list(const toml::node& node) { return node.is_array() && node.as_array()->empty(); }

    void add(std::vector<TableProblem>& to, const toml::source_region& place, std::string message) {
        detail::TomlProblem problem = detail::problem_at(place, std::move(message));
        to.push_back({name_, problem.line, problem.column, std::move(problem.message)});
    }

    template <class Row>
    Row read_row(const toml::table& row, const toml::table& defaults, std::vector<detail::TomlProblem>& problems) {
        using First = boost::mp11::mp_front<detail::members_of<Row>>;
        constexpr bool is_key = !std::is_same_v<std::remove_cv_t<decltype(First::pointer)>, Releases Row::*>;
        if (is_key && !row.contains(First::name)) {
            problems.push_back(detail::problem_at(row.source(), fmt::format("the row has no \"{}\"", First::name)));
        }
        places_.push_back(row.source());
        Row result{};
        detail::read_toml_row(row, defaults, detail::toml_fields<Row>(), &result, problems);
        return result;
    }

    template <class Row>
    void lint(const std::vector<Row>& rows) {
        for (std::size_t i = 0; i < rows.size() && i < places_.size(); ++i) {
            const std::string subject = subject_of(rows[i]);
            const Releases releases = releases_of(rows[i]);
            const auto remark = [&](const std::string& what) {
                add(tables_.remarks, places_[i], fmt::format("the row {} {}", subject, what));
            };
            if (rows[i].source.empty()) remark("has no source");
            if (!rows[i].confidence) remark("has no confidence");
            if (releases.since && releases.until && *releases.since >= *releases.until) {
                remark(fmt::format("is for no release: since {} until {}", releases.since->text(),
                                   releases.until->text()));
            }
            if (const std::string what = complaint(rows[i]); !what.empty()) remark(what);
            for (std::size_t other = 0; other < i; ++other) {
                if (subject_of(rows[other]) != subject || !releases_of(rows[other]).overlap(releases)) continue;
                remark(fmt::format("and the one of line {} are for the same releases", places_[other].begin.line));
            }
        }
    }

    std::string name_;
    toml::table table_;
    Tables& tables_;
    std::vector<toml::source_region> places_;
};

/// The tables of a struct whose members are lists of rows.
template <class Owner>
std::string table_names() {
    std::string names;
    boost::mp11::mp_for_each<detail::members_of<Owner>>([&](auto member) {
        if constexpr (detail::is_vector<std::decay_t<decltype(std::declval<Owner>().*member.pointer)>>::value) {
            names += fmt::format("{}{}.toml", names.empty() ? "" : ", ", member.name);
        }
    });
    return names;
}

template <class Owner>
void read_file(Owner& owner, std::string_view table, const std::string& file, std::string_view text, Tables& tables) {
    bool is_known = false;
    boost::mp11::mp_for_each<detail::members_of<Owner>>([&](auto member) {
        if constexpr (detail::is_vector<std::decay_t<decltype(owner.*member.pointer)>>::value) {
            if (table != std::string(member.name) + ".toml") return;
            is_known = true;
            TableFile(file, text, tables).read(owner.*member.pointer);
        }
    });
    if (!is_known) {
        tables.errors.push_back(
            {file, 1, 1, fmt::format("no table has this name; expected one of {}", table_names<Owner>())});
    }
}

template <class Rows, class Holds>
void require(Tables& tables, std::string_view file, const Rows& rows, Holds holds, std::string_view what) {
    if (std::ranges::any_of(rows, holds)) return;
    tables.errors.push_back({std::string(file), 1, 1, fmt::format("the table needs {}", what)});
}

/// A row for each name, in their order.
template <class Name>
void require_figures(Tables& tables, std::string_view file, std::vector<knowledge::FigureRow<Name>>& rows) {
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Name>>([&](auto enumerator) {
        require(
            tables, file, rows, [&](const auto& row) { return row.name == enumerator.value; },
            fmt::format("a row \"{}\"", enumerator.name));
    });
    std::ranges::stable_sort(rows, {}, &knowledge::FigureRow<Name>::name);
}

/// Rows that lookups fall back on.
void require_fallbacks(Tables& tables) {
    const Knowledge& all = tables.knowledge;
    require(
        tables, "storage.toml", all.storage, [](const auto& row) { return row.filesystems.empty(); },
        "a row without filesystems, for any other");
    require(
        tables, "nccl_pcie.toml", all.nccl_pcie, [](const auto& row) { return row.is_default; },
        "a row with is_default, for any other speed");
    require(
        tables, "nccl_nvlink.toml", all.nccl_nvlink, [](const auto& row) { return row.compute_capability.empty(); },
        "a row with the compute capability \"\", for any other");
    require(
        tables, "nccl_cpus.toml", all.nccl_cpus, [](const auto& row) { return row.vendor.empty(); },
        "a row with the vendor \"\", for any other");
    require_figures(tables, "speed_figures.toml", tables.knowledge.speed_figures);
    require_figures(tables, "link_figures.toml", tables.knowledge.link_figures);
    require_figures(tables, "memory_figures.toml", tables.knowledge.memory_figures);
    for (const auto& [name, engine] : all.engines) {
        require(
            tables, name + "/memory.toml", engine.memory, [](const auto&) { return true; }, "a row");
    }
}

/// "NAME/flags.toml" -> {"NAME", "flags.toml"}; "gpus.toml" -> {"", "gpus.toml"}.
std::pair<std::string, std::string> folder_and_table(const std::string& file) {
    const std::size_t slash = file.find('/');
    if (slash == std::string::npos) return {"", file};
    return {file.substr(0, slash), file.substr(slash + 1)};
}

bool is_engine_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
    });
}

Tables read_tables(std::map<std::string, std::string> files) {
    Tables tables;
    if (files.size() > most_files) {
        const std::string& beyond = std::next(files.begin(), most_files)->first;
        tables.errors.push_back({beyond, 1, 1, fmt::format("more than {} files", most_files)});
        return tables;
    }
    for (const auto& [name, text] : embedded_knowledge_files()) files.try_emplace(name, text);
    for (const auto& [name, text] : files) {
        if (text.size() > most_bytes_of_file) {
            tables.errors.push_back({name, 1, 1, fmt::format("the file has more than {} bytes", most_bytes_of_file)});
            continue;
        }
        const auto [folder, table] = folder_and_table(name);
        if (folder.empty() && !name.starts_with('/')) {
            read_file(tables.knowledge, table, name, text, tables);
        } else if (is_engine_name(folder)) {
            read_file(tables.knowledge.engines[folder], table, name, text, tables);
        } else {
            tables.errors.push_back({name, 1, 1, "the folder must be the name of an engine, in small letters"});
        }
    }
    require_fallbacks(tables);
    return tables;
}

}  // namespace

const std::map<std::string, std::string>& embedded_knowledge_files() {
    static const std::map<std::string, std::string> files = [] {
        std::map<std::string, std::string> all;
        for (const detail::EmbeddedFile& file : detail::knowledge_tables()) all.emplace(file.name, file.content);
        return all;
    }();
    return files;
}

Knowledge parse_knowledge(const std::map<std::string, std::string>& files_by_name) {
    Tables tables = read_tables(files_by_name);
    if (tables.errors.empty()) return std::move(tables.knowledge);
    const TableProblem& first = tables.errors.front();
    throw Error(first.file, TextPosition{first.line, first.column}, first.message);
}

std::vector<TableProblem> lint_knowledge(const std::map<std::string, std::string>& files_by_name) {
    Tables tables = read_tables(files_by_name);
    std::vector<TableProblem> problems = std::move(tables.errors);
    problems.insert(problems.end(), tables.remarks.begin(), tables.remarks.end());
    std::ranges::stable_sort(
        problems, {}, [](const TableProblem& problem) { return std::tie(problem.file, problem.line, problem.column); });
    return problems;
}

const Knowledge& Knowledge::embedded() {
    static const Knowledge tables = parse_knowledge({});
    return tables;
}

}  // namespace r1cluster
