//! The version of the program.

/// The version, which build.rs completes in releases that are built from git by commit and date.
pub const VERSION: &str = env!("GATEWATCH_VERSION");
