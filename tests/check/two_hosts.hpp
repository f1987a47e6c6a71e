// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "r1cluster/check/check.hpp"

/// A good cluster, made by hand: two hosts with two H100 each, tensor parallel inside, pipeline parallel between.
/// Tests break one thing of it.
struct TwoHosts {
    r1cluster::DeploymentSpec spec;
    r1cluster::Cluster cluster;
    r1cluster::Checkpoint checkpoint;
    r1cluster::Layout layout;
    r1cluster::Settings settings;
    r1cluster::LaunchPlan launch_plan;

    TwoHosts();
    r1cluster::Machine& machine(int index) { return cluster.machines[static_cast<std::size_t>(index)]; }
    /// The same with an engine built for the CPU and no GPUs.
    void make_cpu();
    r1cluster::Decision decision() const;
    r1cluster::Report check() const { return r1cluster::check(decision()); }
    /// Findings of one rule.
    std::vector<r1cluster::Finding> findings(const std::string& id) const;
    std::string passed(const std::string& id) const;  ///< "2 of 2"
};

/// "node1: error: observed | expected | remedy", the whole finding but its id and source.
std::string text_of(const r1cluster::Finding& finding);
