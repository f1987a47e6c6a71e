// SPDX-License-Identifier: Apache-2.0
#include "host/agent/images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "host/agent/protocol.hpp"
#include "host/os/command.hpp"
#include "host/read/sources.hpp"
#include "r1cluster/base/json.hpp"

namespace r1cluster::detail {
namespace {

namespace fs = std::filesystem;
constexpr double inspect_s = 20;
constexpr double fetch_s = 3600;  // 10 to 25 GB, from a disk or a registry
constexpr double remove_s = 120;

/// Images that r1cluster brought to this host, one a line: "PROGRAM IMAGE".
std::string record_path() { return user_folders().state + "/r1cluster/fetched_images"; }

std::vector<std::string> fetched_images() {
    std::vector<std::string> lines;
    std::ifstream file(record_path());
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
}

void write_fetched_images(const std::vector<std::string>& lines) {
    const std::string path = record_path();
    std::error_code ignored;
    if (lines.empty()) {
        fs::remove(path, ignored);
        fs::remove(fs::path(path).parent_path(), ignored);  // where nothing else is there
        return;
    }
    fs::create_directories(fs::path(path).parent_path(), ignored);
    std::ofstream file(path + ".new");
    for (const std::string& line : lines) file << line << "\n";
    file.close();
    if (!file) throw Error(ErrorKind::system, path, fmt::format("writing \"{}.new\"", path));
    fs::rename(path + ".new", path);
}

std::string program_path(const std::string& program) {
    if (program.find('/') != std::string::npos) return program;
    Readings readings;
    if (const auto found = find_program(HostTree(readings), program)) return *found;
    throw Error(ErrorKind::not_found, program, fmt::format("there is no {} in the usual folders", program));
}

Error failed(const std::string& what, const std::string& subject, const CommandOutput& said) {
    return {ErrorKind::unavailable, subject, fmt::format("{}: {}", what, said.complaint())};
}

asio::awaitable<bool> has_image(asio::io_context& context, std::string program, std::string image) {
    std::vector<std::string> command{program, "image", "inspect", image};
    const CommandOutput said = co_await run_command(context, std::move(command), inspect_s);
    co_return said.is_success();
}

asio::awaitable<protocol::FetchImage::Reply> fetch(asio::io_context& context, protocol::FetchImage request) {
    const std::string program = program_path(request.program);
    if (co_await has_image(context, program, request.image)) co_return protocol::Fetched{};
    std::string what;
    std::vector<std::string> command;
    if (!request.archive.empty()) {
        if (!fs::exists(request.archive)) {
            throw Error(ErrorKind::not_found, request.archive,
                        fmt::format("loading the image {}: there is no file \"{}\", as [container] archive names it",
                                    request.image, request.archive));
        }
        what = fmt::format("loading the image {} from \"{}\"", request.image, request.archive);
        command = {program, "load", "--input", request.archive};
    } else if (request.may_pull) {
        what = fmt::format("pulling the image {}", request.image);
        command = {program, "pull", request.image};
    } else {
        throw Error(ErrorKind::not_found, request.image,
                    fmt::format("looking for the image {}: {} does not have it, and [container] pull is \"never\"; "
                                "expected the image, an archive or pull = \"missing\"",
                                request.image, program));
    }
    const CommandOutput said = co_await run_command(context, std::move(command), fetch_s);
    if (!said.is_success()) throw failed(what, request.image, said);
    if (!co_await has_image(context, program, request.image)) {
        throw Error(ErrorKind::invalid_input, request.image,
                    fmt::format("{}: the archive holds no image of this name; {} said \"{}\"", what, program,
                                said.complaint()));
    }
    std::vector<std::string> lines = fetched_images();
    lines.push_back(program + " " + request.image);
    write_fetched_images(lines);
    co_return protocol::Fetched{true};
}

}  // namespace

asio::awaitable<void> remove_fetched_image(asio::io_context& context, std::string program, std::string image) {
    std::vector<std::string> lines = fetched_images();
    if (std::erase(lines, program + " " + image) == 0) co_return;
    std::vector<std::string> command{program, "rmi", image};
    const CommandOutput said = co_await run_command(context, std::move(command), remove_s);
    if (said.is_success()) write_fetched_images(lines);
}

void add_image_handlers(asio::io_context& context, Handlers& handlers) {
    add_handler<protocol::FetchImage>(
        handlers, [&context](protocol::FetchImage request) { return fetch(context, std::move(request)); });
}

int print_engine_environment(const char* python, const char* python_path) {
    std::cout << to_json(read_engine_environment(python, python_path)) << std::endl;
    return 0;
}

}  // namespace r1cluster::detail
