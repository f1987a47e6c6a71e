// SPDX-License-Identifier: Apache-2.0
#include "host/example/described_host.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace r1cluster::detail {

DescribedHost::DescribedHost(HostIdentity identity) : identity_(std::move(identity)) {
    readings_.host = identity_.name;
    readings_.reader = "described by hand";
    readings_.taken_at = "2026-11-30T00:00:00Z";
}

void DescribedHost::file(const std::string& path, std::string_view line) {
    readings_.files[path] = {fmt::format("{}\n", line), ""};
}

void DescribedHost::text(const std::string& path, std::string text) { readings_.files[path] = {std::move(text), ""}; }

void DescribedHost::link(const std::string& path, std::string target) {
    readings_.links[path] = {std::move(target), ""};
}

void DescribedHost::list(const std::string& folder, const std::vector<std::string>& names) {
    Answer& listing = readings_.listings[folder];
    std::set<std::string> all(names.begin(), names.end());
    std::istringstream known(listing.text.value_or(""));
    for (std::string name; std::getline(known, name);) all.insert(name);
    listing.text = all.empty() ? "" : fmt::format("{}\n", fmt::join(all, "\n"));
}

void DescribedHost::call(const std::string& call, std::string text) { readings_.calls[call] = {std::move(text), ""}; }

void DescribedHost::no_file(const std::string& path, std::string because, ReasonCode code) {
    readings_.files[path] = {std::nullopt, std::move(because), code};
}

void DescribedHost::no_call(const std::string& call, std::string because, ReasonCode code) {
    readings_.calls[call] = {std::nullopt, std::move(because), code};
}

}  // namespace r1cluster::detail
