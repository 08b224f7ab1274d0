//! The REST API of 8.3: three lists of sessions, and the calls that terminate a session. It requires an API token.
//!
//! Nothing needs to be installed on the gateway. The lists are requested concurrently and combined into one dataset.
//! Missing values are computed or null. A list that the gateway doesn't have, or that fails while others don't, is
//! reported in a [`Notice`].
//!
//! - `page`: a list as text, or a part of one; `value`: conversion of its fields; `error_body`: an error instead of it
//! - `merge`: the dataset; `start_times`: the start time of each session
//! - `terminate`: the end of a session

mod error_body;
mod kind;
mod merge;
mod page;
mod start_times;
mod terminate;
mod value;

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, DATE, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use tokio::time::{Instant, timeout_at};

use super::body::{self, SizeLimit};
use super::checked_node::CheckedNode;
use super::{Credentials, Endpoint, GatewayError, Limits, Notice, redact, request};
use crate::dataset::Dataset;
use error_body::ErrorBody;
use merge::{List, Merged};
use page::Page;

pub use kind::SessionKind;
pub use page::ListError;
pub(super) use start_times::StartTimes;
pub use terminate::Terminated;

/// The header that holds the token.
const TOKEN_HEADER: &str = "X-Ignition-API-Token";
/// The memory of a cell. An item without fields has null cells, so a small response could become a huge dataset.
const BYTES_PER_CELL: u64 = 8;
/// The largest difference of two clocks that agree: the `Date` header has whole seconds, and the transfer takes time.
const SAME_CLOCK_MS: i64 = 2_000;

/// The lists of one read.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) dataset: Dataset,
    /// The lists that are missing and why, and the number of replaced values.
    pub(super) notices: Vec<Notice>,
    /// This machine's clock when the last list was complete.
    pub(super) received: SystemTime,
}

/// The REST API of a node.
pub(super) struct Rest<'a> {
    node: &'a CheckedNode<'a>,
    credentials: &'a Credentials,
    /// The token as it is sent.
    token: HeaderValue,
    limits: Limits,
}

impl<'a> Rest<'a> {
    /// Returns the API of a node.
    ///
    /// # Errors
    /// If the credentials aren't a token.
    pub(super) fn new(
        node: &'a CheckedNode<'a>,
        credentials: &'a Credentials,
        limits: Limits,
    ) -> Result<Self, GatewayError> {
        let Credentials::Token(token) = credentials else {
            let has_password = matches!(credentials, Credentials::Basic(_));
            return Err(GatewayError::TokenNeeded { has_password });
        };
        Ok(Self { node, credentials, token: token.header(), limits })
    }

    /// Reads the lists until `deadline`. One that fails or isn't complete by then doesn't hide the others.
    ///
    /// # Errors
    /// If no list can be read.
    pub(super) async fn read(
        &self,
        start_times: &StartTimes,
        deadline: Instant,
    ) -> Result<Lists, GatewayError> {
        let limit = SizeLimit::new(self.limits.max_body);
        let (vision, designer, perspective) = tokio::join!(
            self.list_until(deadline, SessionKind::Vision, &limit),
            self.list_until(deadline, SessionKind::Designer, &limit),
            self.list_until(deadline, SessionKind::Perspective, &limit),
        );

        // The limit applies to all lists together, so it doesn't matter which of them exceeded it.
        let too_large = [&vision, &designer, &perspective].into_iter().find_map(|list| match list {
            Err(error @ GatewayError::TooLarge { .. }) => Some(error.clone()),
            _ => None,
        });
        if let Some(error) = too_large {
            return Err(error);
        }
        let (mut lists, mut notices, mut errors) = (Vec::new(), Vec::new(), Vec::new());
        for (kind, pages) in SessionKind::ALL.into_iter().zip([vision, designer, perspective]) {
            match pages {
                Ok(Some(pages)) => lists.push(List { kind, pages }),
                Ok(None) => notices.push(Notice::NoModule(kind)),
                Err(error) => {
                    let error = redact::redacted(error, self.credentials);
                    tracing::debug!(node = %self.node.url, %kind, %error, "can't read a list");
                    // Its columns stay, and so do the start times of its sessions.
                    lists.push(List { kind, pages: Vec::new() });
                    errors.push(error.clone());
                    notices.push(Notice::ListFailed { kind, error });
                }
            }
        }
        if lists.iter().all(|list| list.pages.is_empty()) {
            return Err(error_of_all(errors));
        }
        if cells(&lists) > self.limits.max_body / BYTES_PER_CELL {
            return Err(GatewayError::TooLarge { limit: self.limits.max_body });
        }
        let bytes = lists.iter().flat_map(|list| &list.pages).map(Page::bytes).sum();
        let start_times = start_times.clone();
        let received = SystemTime::now();
        let Merged { dataset, replaced } =
            body::offload(bytes, move || merge::merge(&lists, &start_times)).await;
        notices.extend(Notice::replaced(replaced));
        Ok(Lists { dataset, notices, received })
    }

    /// Terminates a session. `message` is shown to the user of a Perspective session.
    pub(super) async fn terminate(
        &self,
        kind: SessionKind,
        id: &str,
        message: Option<&str>,
    ) -> Result<Terminated, GatewayError> {
        let response =
            self.send(self.node.http.delete(terminate::url(self.node.url, kind, id, message))).await?;
        terminate::outcome(response, kind).await
    }

    async fn list_until(
        &self,
        deadline: Instant,
        kind: SessionKind,
        limit: &SizeLimit,
    ) -> Result<Option<Vec<Page>>, GatewayError> {
        let seconds = self.limits.total_timeout.as_secs_f64();
        timeout_at(deadline, self.list(kind, limit)).await.unwrap_or(Err(GatewayError::Timeout { seconds }))
    }

    /// Reads all pages of a list; `None` if the gateway has no such list.
    async fn list(&self, kind: SessionKind, limit: &SizeLimit) -> Result<Option<Vec<Page>>, GatewayError> {
        let mut pages: Vec<Page> = Vec::new();
        let mut len = 0;
        loop {
            // All items. If the gateway sends fewer, the rest is requested.
            let mut request =
                self.node.http.get(self.node.url.join(kind.list_path())).query(&[("limit", "-1")]);
            if len > 0 {
                request = request.query(&[("offset", len)]);
            }
            let response = self.send(request).await?;
            let is_https = response.url().scheme() == "https";
            if response.status() != StatusCode::OK {
                if response.status() == StatusCode::NOT_FOUND && pages.is_empty() {
                    return Ok(None);
                }
                return Err(list_error(response, kind).await);
            }
            let now = gateway_clock(response.headers(), Utc::now());
            let body = body::read_to_end(response, limit).await?;
            let page = match body::offload(body.len(), move || Page::parse(body, now)).await {
                Ok(page) => page,
                // Some errors come with the status 200.
                Err((_, ErrorBody { status: Some(404), .. })) if pages.is_empty() => return Ok(None),
                Err((_, ErrorBody { status: Some(status), message })) => {
                    return Err(GatewayError::from_list_status(status, is_https, kind, message));
                }
                Err((source, _)) => return Err(GatewayError::InvalidList { kind, source }),
            };

            let total = page.total.unwrap_or(0);
            let first = pages.first();
            let repeated =
                page.first_id.is_some() && first.is_some_and(|first| first.first_id == page.first_id);
            let is_new = page.len > 0 && !repeated;
            if is_new || pages.is_empty() {
                len += page.len;
                pages.push(page);
            }
            if len >= total {
                return Ok(Some(pages));
            }
            if !is_new {
                let source = ListError::Incomplete { received: len, total };
                return Err(GatewayError::InvalidList { kind, source });
            }
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, GatewayError> {
        let request = request.header(TOKEN_HEADER, self.token.clone()).header(ACCEPT, "application/json");
        request::send(&self.node.http, request, self.credentials).await
    }
}

/// Returns the error of a list that is answered by another status than success.
async fn list_error(response: Response, kind: SessionKind) -> GatewayError {
    if response.status().is_redirection()
        && let Some(error) = GatewayError::from_token_status(&response)
    {
        return error;
    }
    let (status, is_https) = (response.status().as_u16(), response.url().scheme() == "https");
    let body = body::read_error(response).await;
    GatewayError::from_list_status(status, is_https, kind, ErrorBody::parse(&body).message)
        .with_response(&body)
}

/// Returns the error of a gateway none of whose lists can be read: what the user can fix first.
fn error_of_all(errors: Vec<GatewayError>) -> GatewayError {
    let login = errors.iter().position(GatewayError::is_login_rejected_or_missing);
    match errors.into_iter().nth(login.unwrap_or(0)) {
        None => GatewayError::NoRestApi,
        Some(GatewayError::Status { status: 503, endpoint: Endpoint::List(_), .. }) => {
            GatewayError::starting()
        }
        Some(error) => error,
    }
}

/// Returns the largest possible number of cells in the dataset.
fn cells(lists: &[List]) -> u64 {
    let pages = || lists.iter().flat_map(|list| &list.pages);
    let rows: usize = pages().map(|page| page.len).sum();
    // The pages of one list have nearly the same fields.
    let of_kind = |list: &List| list.pages.iter().map(|page| page.fields.names().len()).max().unwrap_or(0);
    let columns = merge::KNOWN.len() + lists.iter().map(of_kind).sum::<usize>();
    rows as u64 * columns as u64
}

/// Returns the gateway's clock for a response that has just arrived, in epoch milliseconds.
///
/// Uses this machine's clock, which is exact to the millisecond, unless the response's date
/// differs. The start time of a session is therefore the same as through Web Dev.
fn gateway_clock(headers: &HeaderMap, here: DateTime<Utc>) -> i64 {
    let here = here.timestamp_millis();
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    let there = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let there = there.map(|date| date.timestamp_millis());
    there.filter(|there| there.abs_diff(here) > SAME_CLOCK_MS.unsigned_abs()).unwrap_or(here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_differing_clock_from_the_response() {
        let here = DateTime::from_timestamp_millis(784_111_777_123).unwrap();
        for (date, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_123),
            ("Sun, 06 Nov 1994 08:49:36 GMT", 784_111_777_123),
            ("Sun, 06 Nov 1994 08:54:37 GMT", 784_112_077_000),
            ("Sun, 06 Nov 1994 08:44:37 GMT", 784_111_477_000),
            ("yesterday", 784_111_777_123),
        ] {
            let headers = HeaderMap::from_iter([(DATE, HeaderValue::from_static(date))]);
            assert_eq!(gateway_clock(&headers, here), expected, "{date}");
        }
        assert_eq!(gateway_clock(&HeaderMap::new(), here), 784_111_777_123);
    }
}
