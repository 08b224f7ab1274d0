//! `gatewatch sessions`: reads a gateway once and writes its sessions.

mod error;

use std::borrow::Cow;
use std::sync::Arc;

use self::error::SessionsError;
use super::node_error::{NodeError, NodeNotice};
use super::report::report;
use super::rows::RowWriter;
use super::target::{OpenTarget, limits};
use super::{ExitStatus, KindArg, SessionsArgs};
use crate::dataset::{Dataset, concat};
use crate::gateway::{Client, Credentials, GatewayError, Notice, ReadOptions, node_names};

/// Reads the gateway, filters, sorts and writes. Warnings and errors go to standard error.
#[must_use]
pub fn run(args: &SessionsArgs) -> ExitStatus {
    match try_run(args) {
        Ok(status) => status,
        Err(error) => {
            report(&error, error.hint());
            error.status()
        }
    }
}

fn try_run(args: &SessionsArgs) -> Result<ExitStatus, SessionsError> {
    // Wrong usage is reported before the first request.
    let writer =
        if args.ask_gateway { RowWriter::without_patterns(&args.rows) } else { RowWriter::new(&args.rows) }?;
    let target = OpenTarget::new(args.gateway.as_deref())?;

    let pattern = |pattern: Option<&str>| pattern.filter(|_| args.ask_gateway).map(str::to_owned);
    let options = ReadOptions {
        username_filter: pattern(args.rows.username_pattern()),
        project_filter: pattern(args.rows.project_pattern()),
        perspective: target.profile.perspective || args.rows.kind.contains(&KindArg::Perspective),
        ..target.profile.read_options()
    };
    let (dataset, status) = read(args, &target, &options)?;
    if let Some(dataset) = dataset {
        writer.write(&dataset)?;
    }
    Ok(status)
}

/// Reads all nodes at the same time, and reports errors. Returns the rows as one dataset, or `None` if no node could be
/// read.
fn read(
    args: &SessionsArgs,
    target: &OpenTarget,
    options: &ReadOptions,
) -> Result<(Option<Arc<Dataset>>, ExitStatus), SessionsError> {
    let profile = &target.profile;
    // A job that runs every few minutes with a wrong password would lock the account.
    let client = Client::with_trust(limits(args.timeout), profile.trust.clone()).with_one_rejection();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(SessionsError::Runtime)?;
    let results = runtime.block_on(client.read_all(profile.nodes(), &target.credentials, options));
    // Doesn't wait for answers that are still parsed or names that are still resolved after the time limit.
    runtime.shutdown_background();

    let infos = results.iter().map(|result| result.as_ref().ok().and_then(|snapshot| snapshot.info.as_ref()));
    let names = node_names(&profile.nodes().iter().zip(infos).collect::<Vec<_>>());
    let mut parts = Vec::new();
    let mut has_failed = false;
    for ((node, name), result) in profile.nodes().iter().zip(names).zip(results) {
        match result {
            Ok(snapshot) => {
                for notice in snapshot.notices {
                    has_failed |= matches!(notice, Notice::ListFailed { .. });
                    report(&NodeNotice { node: target.label(node), notice }, None);
                }
                parts.push((name, snapshot.dataset));
            }
            Err(error) => {
                has_failed = true;
                let hint = filter_hint(&error, &target.credentials, args.ask_gateway);
                let hint = hint.map(Cow::Borrowed).or_else(|| target.hint(&error));
                report(&NodeError { node: target.label(node), error }, hint.as_deref());
            }
        }
    }
    let status = match (parts.is_empty(), has_failed) {
        (true, _) => return Ok((None, ExitStatus::Failed)),
        (false, true) => ExitStatus::Partial,
        (false, false) => ExitStatus::Done,
    };
    let dataset = match &parts[..] {
        [(_, only)] if profile.nodes().len() == 1 => only.clone(),
        _ => Arc::new(concat(&parts)),
    };
    Ok((Some(dataset), status))
}

/// Returns a hint about a list that is too large, if the gateway can filter it.
fn filter_hint(error: &GatewayError, credentials: &Credentials, asks_gateway: bool) -> Option<&'static str> {
    let can_filter = !asks_gateway && !matches!(credentials, Credentials::Token(_));
    (can_filter && matches!(error, GatewayError::TooLarge { .. }))
        .then_some("use --ask-gateway to filter on the gateway")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_to_filter_on_the_gateway_if_it_can() {
        let too_large = GatewayError::TooLarge { limit: 1 << 20 };
        assert!(filter_hint(&too_large, &Credentials::None, false).is_some());
        assert!(filter_hint(&too_large, &Credentials::None, true).is_none());
        let token = Credentials::token("reader:open-sesame").unwrap();
        assert!(filter_hint(&too_large, &token, false).is_none());
        assert!(filter_hint(&GatewayError::LoginNotTried, &Credentials::None, false).is_none());
    }
}
