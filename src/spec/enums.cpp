// SPDX-License-Identifier: Apache-2.0
#include "r1cluster/spec/deployment_spec.hpp"

namespace r1cluster {

std::string_view to_text(Transport transport) {
    switch (transport) {
        case Transport::ssh: return "ssh";
        case Transport::local: return "local";
    }
    return "ssh";
}

std::string_view to_text(Fate fate) {
    switch (fate) {
        case Fate::service: return "service";
        case Fate::attached: return "attached";
    }
    return "service";
}

}  // namespace r1cluster
