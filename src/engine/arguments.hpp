// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace r1cluster::detail {

/// Reads an engine's command line as the engine does: "--x y" and "--x=y" are the same, so are "--max_num_seqs" and
/// "--max-num-seqs", and the last one counts.
class EngineArguments {
public:
    explicit EngineArguments(const std::vector<std::string>& arguments);

    /// The value after a flag ("--dtype"); unset where the flag is not there.
    std::optional<std::string> text(std::string_view flag) const;
    /// Digits, or with a suffix: "32k" is 32,000 and "32K" 32,768. Unset also where that is no such number.
    std::optional<std::int64_t> whole_number(std::string_view flag) const;
    std::optional<double> number(std::string_view flag) const;
    /// "--x", "--x=True" and "--no-x".
    std::optional<bool> flag(std::string_view flag) const;

private:
    struct Argument {
        std::string name;
        std::optional<std::string> value;
    };
    std::vector<Argument> arguments_;
};

}  // namespace r1cluster::detail
