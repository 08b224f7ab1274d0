//! The REST API of 8.3: three lists of sessions that an API token opens, and the calls that end a session.
//!
//! Nothing needs to be installed on the gateway. The lists are asked for side by side and become one dataset. What they
//! don't say is worked out or left unknown; a list that the gateway does not have is left out, and told.
//!
//! - `page` is a list as text, or a part of one, and `value` what stands in its fields
//! - `merge` makes the dataset, `start_times` keeps when each session began
//! - `end` is about ending a session

mod kind;
mod merge;
mod page;
mod start_times;
mod terminate;
mod value;

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, DATE, HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response};

use super::body::{self, SizeLimit};
use super::{GatewayError, Limits, NodeUrl, proxy};
use crate::dataset::Dataset;
use merge::List;
use page::Page;

pub use kind::SessionKind;
pub(super) use start_times::Starts;
pub use terminate::Terminated;

/// What the token goes in.
const TOKEN_HEADER: &str = "X-Ignition-API-Token";
/// What a cell takes in memory. An item that leaves out its fields has cells for them all the same, so a small answer could
/// become a dataset without end.
const BYTES_PER_CELL: u64 = 8;
/// How far apart two clocks may seem to be that agree: a gateway tells its time in whole seconds, and telling takes time.
const SAME_CLOCK_MS: i64 = 2_000;

/// What the lists said together.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) dataset: Dataset,
    /// The kinds of which the gateway has no list.
    pub(super) missing: Vec<SessionKind>,
    /// This machine's clock when the last of them was whole.
    pub(super) received: SystemTime,
}

/// A node to be called with a token.
pub(super) struct Rest<'a> {
    http: &'a reqwest::Client,
    node: &'a NodeUrl,
    token: HeaderValue,
    limits: Limits,
}

impl<'a> Rest<'a> {
    /// Ready to call.
    pub(super) fn new(
        http: &'a reqwest::Client,
        node: &'a NodeUrl,
        token: &str,
        limits: Limits,
    ) -> Result<Self, GatewayError> {
        // What stands around a token was pasted along with it.
        let mut token =
            HeaderValue::from_str(token.trim()).map_err(|_invalid| GatewayError::TokenUnsendable)?;
        token.set_sensitive(true);
        Ok(Self { http, node, token, limits })
    }

    /// Reads the lists.
    pub(super) async fn read(&self, start_times: &Starts) -> Result<Lists, GatewayError> {
        let budget = SizeLimit::new(self.limits.body);
        let (vision, designer, perspective) = tokio::try_join!(
            self.list(SessionKind::Vision, &budget),
            self.list(SessionKind::Designer, &budget),
            self.list(SessionKind::Perspective, &budget),
        )?;

        let mut lists = Vec::new();
        let mut missing = Vec::new();
        for (kind, pages) in SessionKind::ALL.into_iter().zip([vision, designer, perspective]) {
            match pages {
                Some(pages) => lists.push(List { kind, pages }),
                None => missing.push(kind),
            }
        }
        if lists.is_empty() {
            return Err(GatewayError::NoLists);
        }
        if cells(&lists) > self.limits.body / BYTES_PER_CELL {
            return Err(GatewayError::TooLarge { limit: self.limits.body });
        }
        let bytes = lists.iter().flat_map(|list| &list.pages).map(Page::bytes).sum();
        let start_times = start_times.clone();
        let received = SystemTime::now();
        let dataset = body::aside(bytes, move || merge::merge(&lists, &start_times)).await;
        Ok(Lists { dataset, missing, received })
    }

    /// Ends a session.
    pub(super) async fn terminate(&self, kind: SessionKind, id: &str) -> Result<Terminated, GatewayError> {
        let response = self.send(self.http.delete(terminate::address(self.node, kind, id))).await?;
        terminate::outcome(response, kind).await
    }

    /// All pages of a list; `None` where the gateway has no such list.
    async fn list(&self, kind: SessionKind, budget: &SizeLimit) -> Result<Option<Vec<Page>>, GatewayError> {
        let mut pages: Vec<Page> = Vec::new();
        let mut len = 0;
        loop {
            // All at once; a gateway that gives fewer is asked for the rest.
            let mut request = self.http.get(self.node.join(kind.list())).query(&[("limit", "-1")]);
            if len > 0 {
                request = request.query(&[("offset", len)]);
            }
            let response = self.send(request).await?;
            if response.status() == reqwest::StatusCode::NOT_FOUND && pages.is_empty() {
                return Ok(None);
            }
            if let Some(error) = GatewayError::from_list_status(&response, kind) {
                return Err(error);
            }
            let now = gateway_clock(response.headers(), Utc::now());
            let body = body::whole(response, budget).await?;
            let page = body::aside(body.len(), move || Page::read(body, now)).await;
            let page = page.map_err(|reason| GatewayError::NotAList { kind, reason })?;

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
                return Err(GatewayError::ListCutShort { kind, len, total });
            }
        }
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, GatewayError> {
        let request = request.header(TOKEN_HEADER, self.token.clone()).header(ACCEPT, "application/json");
        let seconds = self.limits.connect.as_secs_f64();
        let response = request.send().await.map_err(|error| GatewayError::from_request(&error, seconds))?;
        proxy::behind_status(&response).map_or(Ok(response), Err)
    }
}

/// How many cells the dataset will have, at most.
fn cells(lists: &[List]) -> u64 {
    let pages = || lists.iter().flat_map(|list| &list.pages);
    let rows: usize = pages().map(|page| page.len).sum();
    // Nearly every page has the fields of the one before.
    let of_kind = |list: &List| list.pages.iter().map(|page| page.fields.names().len()).max().unwrap_or(0);
    let columns = merge::KNOWN.len() + lists.iter().map(of_kind).sum::<usize>();
    rows as u64 * columns as u64
}

/// The gateway's clock in epoch milliseconds, of an answer that has just come.
///
/// That is this machine's clock, which is exact to the millisecond, unless the answer's date shows that the two differ.
/// So the beginning of a session is the one that the gateway itself would name, as it does through Web Dev.
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
    fn a_clock_that_differs_is_taken_from_the_answer() {
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
