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

std::string_view to_text(RuntimeKind runtime) {
    switch (runtime) {
        case RuntimeKind::process: return "process";
        case RuntimeKind::docker: return "docker";
        case RuntimeKind::podman: return "podman";
    }
    return "process";
}

std::string_view to_text(Pull pull) {
    switch (pull) {
        case Pull::missing: return "missing";
        case Pull::never: return "never";
    }
    return "missing";
}

}  // namespace r1cluster
