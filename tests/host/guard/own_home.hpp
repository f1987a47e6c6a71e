// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

#include "support/scratch_folder.hpp"

namespace r1cluster {

/// HOME and XDG_STATE_HOME of one test, for this process and the agents and guards that it starts.
class OwnHome {
public:
    OwnHome() : state_(folder_.path()) {
        set("HOME", state_);
        set("XDG_STATE_HOME", state_);
    }
    ~OwnHome() {
        for (const auto& [name, value] : before_) {
            if (value) {
                ::setenv(name.c_str(), value->c_str(), 1);
            } else {
                ::unsetenv(name.c_str());
            }
        }
    }
    OwnHome(const OwnHome&) = delete;
    OwnHome& operator=(const OwnHome&) = delete;

    const std::string& state() const { return state_; }

    /// A longer place for the state, below.
    void move_state(const std::string& below) {
        state_ = folder_.path(below);
        ::setenv("XDG_STATE_HOME", state_.c_str(), 1);
    }

private:
    void set(const std::string& name, const std::string& value) {
        const char* old = std::getenv(name.c_str());
        before_[name] = old ? std::optional<std::string>(old) : std::nullopt;
        ::setenv(name.c_str(), value.c_str(), 1);
    }

    ScratchFolder folder_;
    std::string state_;
    std::map<std::string, std::optional<std::string>> before_;
};

}  // namespace r1cluster
