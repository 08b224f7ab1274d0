//! Runs the program as a process of its own.

use std::path::Path;
use std::process::Command;

/// The zone of the program under test, 9.5 hours behind UTC: a time in the wrong zone must not look right. In this form it
/// needs no files of zones.
pub(crate) const ZONE: &str = "<-0930>9:30";

/// Returns a command that runs the program with this folder for settings and history in [`ZONE`], without the variables of
/// this environment that it reads.
pub(crate) fn gatewatch(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gatewatch"));
    isolate(&mut command, config);
    command.env("TZ", ZONE);
    command
}

/// Gives the program this folder for settings and history, and removes the variables of this environment that it reads.
pub(crate) fn isolate(command: &mut Command, config: &Path) {
    command.env("GATEWATCH_CONFIG_DIR", config).env("GATEWATCH_DATA_DIR", config);
    // Not the settings of this machine.
    command.env("GATEWATCH_MACHINE_CONFIG_DIR", config.join("machine"));
    for name in ["LOG", "PASSWORD", "TOKEN", "USER"] {
        command.env_remove(format!("GATEWATCH_{name}"));
    }
    for name in ["PGPASSWORD", "PGPASSFILE"] {
        command.env_remove(name);
    }
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
}
