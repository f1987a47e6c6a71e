// SPDX-License-Identifier: Apache-2.0
#include "host/os/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "r1cluster/base/error.hpp"

namespace r1cluster::detail {

std::string to_hex(const unsigned char* bytes, std::size_t size) {
    std::string hex;
    for (std::size_t i = 0; i < size; ++i) hex += fmt::format("{:02x}", bytes[i]);
    return hex;
}

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
        throw Error(ErrorKind::system, "sha256", "computing a SHA-256 failed");
    }
    return to_hex(digest.data(), size);
}

}  // namespace r1cluster::detail
