// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "readings/address_pseudonyms.hpp"

namespace r1cluster::detail {

/// Which words a text can hold that only structure tells from others.
struct WordRules {
    bool has_host_names = true;   ///< false in texts of the kernel alone, where "node0" is no host
    bool has_identifiers = true;  ///< false where 64 hex digits are a checksum that must survive
};

/// Remembers what stands for what, over a whole recording.
class Pseudonyms {
public:
    /// Names that are to be found as words. A host's domain is learnt apart from its first label; addresses,
    /// "localhost" and, for text, names of fewer than three letters are left alone.
    void learn_host(const std::string& name);
    void learn_user(const std::string& name);
    void learn_serial(const std::string& serial);

    /// A host name as a whole value.
    std::string host(const std::string& name);
    std::string user(const std::string& name);
    /// Everything that can be recognised in a text.
    std::string text(std::string_view text, const WordRules& rules = {});

    /// Hex digits that follow `before` in a text, each time; zero and all ones stay.
    std::string numbers_after(std::string_view text, std::string_view before);

    std::map<std::string, int> counts() const;

private:
    struct Match {
        std::size_t length = 0;
        std::string replacement;
    };
    Match match_at(std::string_view text, std::size_t at, const WordRules& rules);
    Match match_hex(std::string_view rest, const WordRules& rules);
    Match match_address(std::string_view text, std::size_t at);
    Match match_word(std::string_view text, std::size_t at, const WordRules& rules);
    std::string numbered(const std::string& kind, const std::string& value);

    using Words = std::map<std::string, std::string, std::less<>>;
    Words hosts_, domains_, users_, serials_;
    std::map<std::string, std::map<std::string, std::string>> hex_;  // kind -> real -> made up
    AddressPseudonyms addresses_;
};

}  // namespace r1cluster::detail
