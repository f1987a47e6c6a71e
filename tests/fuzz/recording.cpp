// SPDX-License-Identifier: Apache-2.0
// Input: parts in pairs, the name of a file and its content.
#include "r1cluster/readings/recording.hpp"
#include "fuzz/parts.hpp"
#include "fuzz/targets.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/facts/cluster.hpp"

namespace r1cluster::fuzz {

void recording(std::string_view bytes) {
    const auto input = parts(bytes);
    Folder folder;
    for (std::size_t i = 0; i < input.size(); i += 2) {
        if (input[i].find('\0') != std::string_view::npos) continue;  // no file can be called so
        folder[std::string(input[i])] = std::string(part(input, i + 1));
    }
    const auto read = accepted([&] { return from_folder(folder); });
    if (!read) return;
    const Folder again = to_folder(*read);
    expect(from_folder(again) == *read, "an accepted recording survives its folder form");
    for (const auto& [name, content] : again) {
        expect(!name.starts_with('/') && name.find("../") == std::string::npos, "a folder's files stay inside it");
    }
    expect(interpret(*read).machines.size() == read->hosts.size(), "every host is a machine");
    const Scrubbed scrubbed = scrub(*read);
    expect(scrubbed.recording.hosts.size() == read->hosts.size(), "scrubbing keeps every host");
    expect(from_folder(to_folder(scrubbed.recording)) == scrubbed.recording, "what was scrubbed is a recording");
}

}  // namespace r1cluster::fuzz
