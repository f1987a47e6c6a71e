// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "cli/session.hpp"
#include "cli/usage.hpp"

namespace r1cluster::cli {
namespace {

void lint(const std::string& folder, Session& session) {
    const auto problems = lint_knowledge(read_knowledge_files(folder));
    for (const knowledge::TableProblem& problem : problems) {
        print_out(fmt::format("{}:{}:{}: {}\n", problem.file, problem.line, problem.column, problem.message));
    }
    if (problems.empty()) print_out("no problem\n");
    if (!problems.empty()) session.exit_code = has_findings;
}

}  // namespace

void add_knowledge_option(CLI::App& verb, Session& session) {
    verb.add_option("--knowledge", session.knowledge_folder,
                    "folder of tables that replace the built-in tables of the same name");
}

void add_knowledge(CLI::App& app, Session& session) {
    CLI::App* verb = app.add_subcommand(
        "knowledge", "print the tables of facts with their sources; knowledge lint DIR checks a folder");
    static std::string table, folder;
    verb->add_option("table", table, "one table, such as gpus or vllm/flags; or lint");
    verb->add_option("folder", folder, "with lint: the folder");
    add_knowledge_option(*verb, session);
    add_json(*verb, session);
    verb->callback([&session, &verb = *verb] {
        if (table == "lint" && !folder.empty()) return lint(folder, session);
        if (table == "lint" || !folder.empty()) {
            throw UsageError(verb, "expected \"knowledge\", \"knowledge TABLE\" or \"knowledge lint DIR\"");
        }
        const Knowledge& tables = session.knowledge();
        const std::string text = !session.is_json ? show(tables, table)
                                 : table.empty()  ? to_json(tables)
                                                  : table_json(tables, table);
        session.is_json ? print_json(text) : print_out(text);
    });
}

}  // namespace r1cluster::cli
