// SPDX-License-Identifier: Apache-2.0
#include "model/loader.hpp"

#include <utility>

#include "engine/names/names.hpp"

namespace r1cluster::detail {

Loader::Loader(Loading loading, const Knowledge& knowledge) : loading_(std::move(loading)) {
    if (!loading_.engine.empty()) version_ = Version::parse(loading_.engine);
    const knowledge::EngineKnowledge& engine = knowledge.engine(launchable_engines().front());
    for (const knowledge::EngineFeatureRow& row : engine.features) {
        if (row.releases.contain(version_)) features_.set(static_cast<std::size_t>(row.feature));
    }
    drafts_since_ = engine.since(EngineFeature::draft_layers);
}

}  // namespace r1cluster::detail
