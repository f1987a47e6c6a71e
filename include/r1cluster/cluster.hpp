// SPDX-License-Identifier: Apache-2.0
#pragma once

/// r1cluster takes bare GPU machines to a served DeepSeek-R1, and any model of its kind.
///
///           read           interpret         check, config, plan            launch, up            diagnose
///  hosts ---------> Recording ------> Cluster ------> Report, Settings, ----------> a deployment ----------> Report
///          I/O                 pure            pure    Plan, LaunchPlan     I/O     (running, watched)  pure
///
/// Readings are verbatim, and a machine that they describe carries a Gap for whatever could not be seen.
/// Every decision holds its `because`. Only the functions of host/ touch the world; all others are functions
/// from values to values, and work on a laptop from a recording as they do on the machines.
///
///     r1cluster::DeploymentSpec spec = r1cluster::parse_spec(text);
///     r1cluster::Recording recording = r1cluster::read(spec);
///     r1cluster::Decision decision = r1cluster::decide(spec, recording);
///     std::cout << r1cluster::show(decision.plan) << r1cluster::show(decision.report);
///
/// decide() is interpret(), parse_checkpoint(), plan_layouts(), choose_settings(), plan_launch() and check(), in this
/// order; each can be called alone. r1cluster::up(spec) reads, decides and starts.

#include "r1cluster/base/error.hpp"
#include "r1cluster/base/json.hpp"
#include "r1cluster/base/units.hpp"
#include "r1cluster/base/version.hpp"
#include "r1cluster/check/check.hpp"
#include "r1cluster/config/settings.hpp"
#include "r1cluster/decide/decide.hpp"
#include "r1cluster/diagnose/diagnose.hpp"
#include "r1cluster/documents/documents.hpp"
#include "r1cluster/engine/engine.hpp"
#include "r1cluster/facts/cluster.hpp"
#include "r1cluster/host/checkpoint/checkpoint.hpp"
#include "r1cluster/host/deploy/deploy.hpp"
#include "r1cluster/host/engine/ask_engine.hpp"
#include "r1cluster/host/os/knowledge_files.hpp"
#include "r1cluster/host/os/text_file.hpp"
#include "r1cluster/host/read/read.hpp"
#include "r1cluster/knowledge/knowledge.hpp"
#include "r1cluster/launch/launch_plan.hpp"
#include "r1cluster/launch/supervise.hpp"
#include "r1cluster/memory/memory.hpp"
#include "r1cluster/model/checkpoint.hpp"
#include "r1cluster/model/slicing.hpp"
#include "r1cluster/model/summary.hpp"
#include "r1cluster/plan/plan.hpp"
#include "r1cluster/readings/import.hpp"
#include "r1cluster/readings/recording.hpp"
#include "r1cluster/report/report.hpp"
#include "r1cluster/shard/engine_plan.hpp"
#include "r1cluster/shard/shard_plan.hpp"
#include "r1cluster/spec/deployment_spec.hpp"
#include "r1cluster/spec/ports.hpp"
#include "r1cluster/speed/speed.hpp"
#include "r1cluster/views/views.hpp"
