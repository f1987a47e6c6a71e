// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <optional>
#include <string>

#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/model/slicing.hpp"

namespace r1cluster::detail {

using knowledge::EngineFeature;

/// How one release of the engine loads a checkpoint: Loading, with what the tables say of the release.
class Loader {
public:
    /// A release without any feature, which does not matter for the names and kinds of tensors.
    Loader() = default;
    /// The tables are those of the engine that a spec gets by default. Throws Error (invalid_input) for a text of
    /// `loading.engine` that is no version.
    Loader(Loading loading, const Knowledge& knowledge);

    const Loading& loading() const { return loading_; }
    /// nullopt: the newest that is known.
    const std::optional<Version>& version() const { return version_; }
    bool has(EngineFeature feature) const { return features_[static_cast<std::size_t>(feature)]; }
    /// The first release with next-token layers that draft; empty: none.
    const std::string& drafts_since() const { return drafts_since_; }

private:
    Loading loading_;
    std::optional<Version> version_;
    std::bitset<64> features_;
    std::string drafts_since_;
};

/// Releases that have a feature, or that lack it.
struct OfReleases {
    std::optional<EngineFeature> with = {};
    std::optional<EngineFeature> without = {};

    bool contain(const Loader& loader) const {
        return (!with || loader.has(*with)) && (!without || !loader.has(*without));
    }
};

/// Parts of slicing.hpp for a loader that is known.
ModelConfig loaded_config(const Checkpoint& checkpoint, const Loader& loader);
Slice slice_tensor(const ModelConfig& config, const Tensor& tensor, const TensorPlace& place, const GroupRank& rank,
                   const Loader& loader);
Cast cast_of(const ModelConfig& config, const Tensor& tensor, const TensorPlace& place, const Loader& loader);

}  // namespace r1cluster::detail
