//! `gatewatch sessions`: reads a gateway once and writes its sessions.

mod error;

use std::borrow::Cow;
use std::sync::Arc;

use self::error::SessionsError;
use super::node_error::{NodeError, NodeNotice};
use super::report::report;
use super::rows::{RowWriter, RowsArgs};
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
                let can_filter = !matches!(target.credentials, Credentials::Token(_));
                let hint = filter_hint(&error, &args.rows, args.ask_gateway).filter(|_| can_filter);
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

/// Returns a hint about a list that is too large, for a gateway that can filter it.
fn filter_hint(error: &GatewayError, rows: &RowsArgs, asks_gateway: bool) -> Option<&'static str> {
    let has_pattern = rows.username_pattern().is_some() || rows.project_pattern().is_some();
    match error {
        GatewayError::TooLarge { .. } if !has_pattern => {
            Some("use --username or --project with --ask-gateway to filter on the gateway")
        }
        GatewayError::TooLarge { .. } if !asks_gateway => Some("use --ask-gateway to filter on the gateway"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_to_filter_on_the_gateway_if_it_can() {
        let too_large = GatewayError::TooLarge { limit: 1 << 20 };
        let all = RowsArgs::default();
        let filtered = RowsArgs { username: Some("bi.*".to_owned()), ..RowsArgs::default() };
        for asks_gateway in [false, true] {
            let hint = filter_hint(&too_large, &all, asks_gateway);
            assert!(hint.is_some_and(|hint| hint.starts_with("use --username")));
        }
        let hint = filter_hint(&too_large, &filtered, false);
        assert!(hint.is_some_and(|hint| hint.starts_with("use --ask-gateway")));
        assert_eq!(filter_hint(&too_large, &filtered, true), None);
        assert_eq!(filter_hint(&GatewayError::LoginNotTried, &filtered, false), None);
    }
}
