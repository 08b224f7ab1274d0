//! `gatewatch check`: checks a gateway step by step and writes what was found.

mod output;

use std::io;

use self::output::{Output, write_json};
use super::report::report;
use super::target::{OpenError, OpenTarget, limits};
use super::{CheckArgs, CheckFormat, ExitStatus};
use crate::gateway::check::{self, CheckStep};
use crate::gateway::{Client, GatewayError};
use crate::sanitize::capitalize;

/// The reason why nothing was checked, or the result can't be written.
#[derive(Debug, thiserror::Error)]
enum CheckError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("Can't start the network runtime")]
    Runtime(#[source] io::Error),
    #[error("Can't write to standard output")]
    Output(#[source] io::Error),
}

/// Checks the gateway. The steps go to standard output.
#[must_use]
pub fn run(args: &CheckArgs) -> ExitStatus {
    match try_run(args) {
        Ok(status) => status,
        Err(CheckError::Open(error)) => {
            report(&error, error.hint());
            error.status()
        }
        Err(error) => {
            report(&error, None);
            ExitStatus::Failed
        }
    }
}

fn try_run(args: &CheckArgs) -> Result<ExitStatus, CheckError> {
    let target = OpenTarget::new(args.gateway.as_deref())?;
    let profile = &target.profile;
    let labels = profile.nodes().iter().map(|node| target.label(node)).collect();
    let mut output = Output::new(labels, args.format == CheckFormat::Text);
    let client = Client::with_trust(limits(args.timeout), profile.trust.clone()).with_one_rejection();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CheckError::Runtime)?;
    let options = profile.read_options();
    let is_readable = runtime.block_on(check::run(
        &client,
        profile.nodes(),
        &target.credentials,
        &options,
        async |index, step| output.add(index, with_hint(&target, step)),
    ));
    // Doesn't wait for names that are still looked up after the time limit.
    runtime.shutdown_background();
    let nodes = output.finish().map_err(CheckError::Output)?;
    if args.format == CheckFormat::Json {
        write_json(profile, &nodes, is_readable).map_err(CheckError::Output)?;
    }
    Ok(if is_readable { ExitStatus::Done } else { ExitStatus::Failed })
}

/// Replaces advice for the window by what to do on the command line. Advice about the certificate itself stays in front.
fn with_hint(target: &OpenTarget, step: CheckStep) -> CheckStep {
    // A step is one line.
    let hint = step.error.as_ref().and_then(|error: &GatewayError| target.short_hint(error));
    let Some(hint) = hint.map(|hint| capitalize(&hint)) else { return step };
    let rejected = step.error.as_ref().and_then(GatewayError::rejected_certificate);
    let advice = match rejected.and_then(|rejected| rejected.reason.advice()) {
        Some(own) => format!("{own}. {hint}"),
        None => hint,
    };
    CheckStep { advice: Some(advice), ..step }
}
