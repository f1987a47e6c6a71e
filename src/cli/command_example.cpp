// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>

#include "cli/session.hpp"
#include "config/shell.hpp"

namespace r1cluster::cli {
namespace {

/// The commands that a newcomer tries first, with the paths as they were given.
std::string next_commands(const std::filesystem::path& folder) {
    const std::string spec = detail::shell_quoted((folder / example_spec_file).string());
    const std::string recording = detail::shell_quoted((folder / example_recording_folder).string());
    std::string text = "try next:\n";
    for (const char* verb : {"show", "check", "plan", "config", "launch"}) {
        text += fmt::format("  r1cluster {} {} --from {}\n", verb, spec, recording);
    }
    return text;
}

}  // namespace

void add_example(CLI::App& app, Session& session) {
    (void)session;
    CLI::App* verb = app.add_subcommand(
        "example", "write a folder to try the other verbs on: DeepSeek-R1 on two hosts of eight H100");
    static std::string folder;
    verb->add_option("folder", folder, "folder to create, or an empty one")->required();
    verb->callback([] {
        write_example(folder);
        const std::filesystem::path path = folder;
        print_out(fmt::format("wrote {}: two hosts of eight H100, described by hand, and the headers of DeepSeek-R1\n",
                              folder));
        print_out(fmt::format("  {:<12}  what you would write\n  {:<12}  what \"r1cluster record\" would save\n",
                              example_spec_file, example_recording_folder));
        print_out(next_commands(path));
    });
}

}  // namespace r1cluster::cli
