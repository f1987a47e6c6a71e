// SPDX-License-Identifier: Apache-2.0
// Input: parts in threes: what the next two are ("file" or "link"), a path, and its content or target.
#include "r1cluster/readings/import.hpp"

#include "fuzz/parts.hpp"
#include "fuzz/targets.hpp"

namespace r1cluster::fuzz {

void import(std::string_view bytes) {
    const auto input = parts(bytes);
    ImportedFiles files;
    for (std::size_t i = 0; i + 1 < input.size(); i += 3) {
        const std::string path(input[i + 1]);
        const std::string content(part(input, i + 2));
        if (path.find('\0') != std::string::npos) continue;  // no file can be called so
        if (input[i] == "link")
            files.links[path] = content;
        else
            files.files[path] = content;
    }
    const auto read = accepted([&] { return import_files(files, "node0"); });
    if (!read) return;
    expect(read->host == "node0" && read->taken_at.empty(), "an import is of one host, and of no time");
    for (const auto& [kind, text] : read->documents) expect(kind_of_document(text) == kind, "a document is what it is");
    for (const auto* answers : {&read->files, &read->links, &read->listings}) {
        for (const auto& [path, answer] : *answers) {
            expect(path.starts_with("/sys") || path.starts_with("/proc"), "an import knows /sys and /proc only");
            expect(answer.text.has_value(), "what was imported has a text");
        }
    }
    const Recording recording{{*read}, {}, std::nullopt};
    expect(from_folder(to_folder(recording)) == recording, "what was imported can be saved");
}

}  // namespace r1cluster::fuzz
