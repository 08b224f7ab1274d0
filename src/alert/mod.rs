//! Rules over events and status, which decide which alerts an operator gets.
//!
//! - `rule`, `hours`: rules and their parts
//! - `observation`: the input of rules: reads of a node, live or from a stored history
//! - `engine`: evaluates rules; a state machine without clock, files or threads
//! - `evaluate`, `selection`, `entry`, `gather`: its parts
//! - `incident`, `text`, `json`, `key`: the alerts to send
//! - `delivery`, `command`: the receivers of alerts
//! - `store`: the state that survives a restart, and the alerts that other processes have sent
//! - `replay`: the alerts that a rule would have sent over a stored history
//! - `worker`: the thread that evaluates the reads of pollers

mod command;
mod delivery;
mod engine;
mod entry;
mod evaluate;
mod gather;
mod hours;
mod incident;
mod json;
mod key;
mod observation;
mod replay;
mod rule;
mod selection;
mod store;
#[cfg(test)]
mod testing;
mod text;
mod worker;

pub use command::{COMMAND_TIMEOUT, CommandError, CommandFailure, CommandRunner, MAX_COMMANDS};
pub use delivery::{Channel, Delivery, Outlet};
pub use engine::Engine;
pub use hours::{Hours, HoursError};
pub use incident::{Alert, Incident, Phase};
pub use observation::{Changes, Failure, List, Observation, Outcome};
pub use replay::{Replay, replay};
pub use rule::{CommandLine, Condition, ConditionKind, DEFAULT_COOLDOWN, Parameter, Rule, SessionFilters};
pub use store::ALERTS_FILE;
pub use worker::{ActiveAlert, AlertOptions, AlertSessions, Alerts, Gateways};
