//! The client against the REST API of 8.3: the three lists as one dataset, and terminating sessions.

use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use crate::support::{FakeGateway, Request, ok, status, without_source};
use gatewatch::dataset::{Cell, ColumnId, Dataset};
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{
    Client, Credentials, Endpoint, GatewayError, Limits, ListError, NodeSnapshot, NodeUrl, Notice,
    ReadOptions, SessionKind, Terminated,
};

const VISION: &str = "/data/vision/api/v1/clients";
const DESIGNER: &str = "/data/api/v1/designers";
const PERSPECTIVE: &str = "/data/perspective/api/v1/sessions/";
const LISTS: [&str; 3] = [VISION, DESIGNER, PERSPECTIVE];

/// A client with a token.
struct TokenClient {
    inner: Client,
    token: Credentials,
}

impl TokenClient {
    fn new() -> Self {
        Self::with_limits(Limits::default())
    }

    fn with_limits(limits: Limits) -> Self {
        Self { inner: Client::new(limits), token: Credentials::token("reader:k3y:2").unwrap() }
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let done = runtime.block_on(work);
        runtime.shutdown_background();
        done
    }

    fn read(&self, url: &str) -> Result<NodeSnapshot, GatewayError> {
        Self::run(self.inner.read(&node(url), &self.token, &ReadOptions::default()))
    }

    fn terminate(&self, url: &str, kind: SessionKind, id: &str) -> Result<Terminated, GatewayError> {
        Self::run(self.inner.terminate(&node(url), &self.token, kind, id, None))
    }
}

fn node(url: &str) -> NodeUrl {
    url.parse().unwrap()
}

fn read(url: &str) -> Result<NodeSnapshot, GatewayError> {
    TokenClient::new().read(url)
}

fn terminate_status(status: u16, message: Option<String>) -> GatewayError {
    GatewayError::Status { status, endpoint: Endpoint::Terminate, message, source: None }
}

fn not_running_starting() -> GatewayError {
    GatewayError::NotRunning { state: "STARTING".into() }
}

fn error(url: &str) -> GatewayError {
    read(url).unwrap_err()
}

/// Starts a demo gateway with fixed sessions that requires the token of [`TokenClient`].
fn demo() -> DemoGateway {
    let require_token = Some("reader:k3y:2".parse().unwrap());
    DemoGateway::start(Options { require_token, still: true, ..Options::in_process() }).unwrap()
}

/// Starts a gateway of 8.3 with these lists.
fn gateway(list: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> FakeGateway {
    FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            _ => list(request),
        };
        let _closed = stream.write_all(&response);
    })
}

/// Starts a gateway of 8.3 whose lists have these items.
fn gateway_with_items(
    vision: &'static str,
    designer: &'static str,
    perspective: &'static str,
) -> FakeGateway {
    gateway(move |request| match request.path() {
        VISION => ok(&list(vision)),
        DESIGNER => ok(&list(designer)),
        PERSPECTIVE => ok(&list(perspective)),
        _ => status("404 Not Found", ""),
    })
}

fn list(items: &str) -> String {
    format!(r#"{{"items":[{items}],"metadata":{{"limit":-1,"offset":0}},"metrics":{{}}}}"#)
}

fn cell<'a>(dataset: &'a Dataset, row: usize, column: &str) -> Cell<'a> {
    let column = dataset.column(&column.into()).unwrap_or_else(|| panic!("no column {column}"));
    column.cell(row)
}

fn cells<'a>(dataset: &'a Dataset, column: &str) -> Vec<Cell<'a>> {
    (0..dataset.len()).map(|row| cell(dataset, row, column)).collect()
}

/// Returns the names of the columns that aren't standard.
fn other_columns(dataset: &Dataset) -> Vec<String> {
    let columns = dataset.columns().map(|(id, _)| id);
    columns.filter(|id| matches!(id, ColumnId::Other(_))).map(|id| id.to_string()).collect()
}

fn text(cell: Cell<'_>) -> String {
    match cell {
        Cell::Text(text) => text.to_owned(),
        other => panic!("{other:?}"),
    }
}

fn date(cell: Cell<'_>) -> i64 {
    match cell {
        Cell::Date(date) => date,
        other => panic!("{other:?}"),
    }
}

#[test]
fn merges_three_lists() {
    let demo = demo();
    let NodeSnapshot { info, dataset, notices, .. } = read(demo.url()).unwrap();
    assert!(info.unwrap().version.unwrap().has_rest());
    assert!(notices.is_empty());
    // The lists are read one after the other, and the time is that of the first.
    let read_until = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();

    let kinds = cells(&dataset, "kind");
    let count = |kind| kinds.iter().filter(|cell| **cell == Cell::Text(kind)).count();
    assert_eq!((count("Vision") + count("Designer"), count("Perspective")), (120, 24));
    assert!(count("Designer") > 0);
    assert_eq!(
        other_columns(&dataset),
        [
            "kind",
            "lastComm",
            "timeout",
            "timezone",
            "memoryUsed",
            "memoryMax",
            "tagCount",
            "sessionScope",
            "authorized",
            "userAgent",
            "activePages",
            "pageIds",
            "recentBytesSent",
            "totalBytesSent"
        ]
    );
    for row in 0..dataset.len() {
        let at = |column| cell(&dataset, row, column);
        for column in ["username", "project", "address", "clientId"] {
            assert!(matches!(at(column), Cell::Text(_)), "{column} in row {row}");
        }
        let is_perspective = at("kind") == Cell::Text("Perspective");
        assert_eq!(at("creationTime") == Cell::Null, is_perspective);
        assert_eq!(at("memoryUsed") == Cell::Null, is_perspective);
        assert_eq!(at("userAgent") != Cell::Null, is_perspective);
        assert_eq!(at("authorized") != Cell::Null, is_perspective);
        assert_eq!(at("tagCount") != Cell::Null, at("kind") == Cell::Text("Vision"));
        assert!(u128::try_from(date(at("lastComm"))).unwrap() <= read_until);
        let is_designer =
            at("kind") == Cell::Text("Designer") || at("sessionScope") == Cell::Text("designer");
        assert_eq!(at("isDesigner"), Cell::Boolean(is_designer));
    }
}

#[test]
fn lists_same_sessions_as_web_dev() {
    let demo = demo();
    let lists = read(demo.url()).unwrap().dataset;
    let client = Client::new(Limits::default());
    let web_dev =
        TokenClient::run(client.read(&node(demo.url()), &Credentials::None, &ReadOptions::default()))
            .unwrap();
    assert!(web_dev.notices.is_empty());
    let web_dev = web_dev.dataset;
    let by_id = |dataset: &Dataset, row: usize| {
        let columns = ["clientId", "username", "project", "address"];
        let texts = columns.map(|column| text(cell(dataset, row, column)));
        (texts, cell(dataset, row, "isDesigner") == Cell::Boolean(true))
    };
    let sorted = |dataset: &Dataset, rows: usize| {
        let mut rows: Vec<_> = (0..rows).map(|row| (by_id(dataset, row), row)).collect();
        rows.sort();
        rows
    };
    for ((rest, rest_row), (web, web_row)) in sorted(&lists, 120).iter().zip(&sorted(&web_dev, 120)) {
        assert_eq!(rest, web);
        let created = |dataset, row| date(cell(dataset, row, "creationTime"));
        let difference = created(&lists, *rest_row) - created(&web_dev, *web_row);
        assert!(difference.abs() < 2_000, "{difference} ms");
    }
}

#[test]
fn rejects_wrong_token_without_repeating_it() {
    let demo = demo();
    let mut client = TokenClient::new();
    client.token = Credentials::token("reader:wrong").unwrap();
    let error = client.read(demo.url()).unwrap_err();
    assert_eq!(error, GatewayError::TokenRejected);
    assert_eq!(
        client.terminate(demo.url(), SessionKind::Vision, "00000000"),
        Err(GatewayError::TokenRejected)
    );
    assert!(!format!("{error} {error:?}").contains("wrong"));

    let error = Credentials::token("reader:se\ncret").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("cret"));
}

#[test]
fn sends_token_to_the_lists_only() {
    let gateway = gateway_with_items("", "", "");
    let mut client = TokenClient::new();
    client.token = Credentials::token(" reader:k3y\n").unwrap();
    assert!(client.read(&gateway.url).unwrap().dataset.is_empty());
    let mut requests = gateway.requests();
    assert_eq!(requests[0].target, "/system/gwinfo");
    assert_eq!(requests.remove(0).header("x-ignition-api-token"), None);
    for request in &requests {
        assert_eq!(request.header("x-ignition-api-token"), Some("reader:k3y"));
        assert_eq!(request.header("authorization"), None);
    }
    let mut targets: Vec<String> = requests.into_iter().map(|request| request.target).collect();
    targets.sort();
    let mut expected = LISTS.map(|path| format!("{path}?limit=-1"));
    expected.sort();
    assert_eq!(targets, expected);
}

#[test]
fn reads_lists_without_a_version() {
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path() {
            DESIGNER => ok(&list(r#"{"id":"A"}"#)),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    let snapshot = read(&gateway.url).unwrap();
    assert_eq!((snapshot.info, snapshot.dataset.len()), (None, 1));
}

#[test]
fn rejects_filters_for_the_gateway() {
    let gateway = gateway_with_items("", "", "");
    let client = TokenClient::new();
    let options = ReadOptions { username_filter: Some("bi.*".into()), ..ReadOptions::default() };
    let read = TokenClient::run(client.inner.read(&node(&gateway.url), &client.token, &options));
    assert_eq!(read.unwrap_err(), GatewayError::FiltersUnsupported);
}

#[test]
fn keeps_start_time_across_reads() {
    let reads = AtomicI64::new(0);
    let gateway = gateway(move |request| match request.path() {
        VISION => {
            let read = reads.fetch_add(1, Ordering::Relaxed);
            // The uptimes are some seconds off at each read. The Designer with this id is another session.
            let item = |id: &str| format!(r#"{{"id":"{id}","uptime":{}}}"#, 60_000 + 7_000 * read);
            let items = if read == 2 { item("B") } else { format!("{},{}", item("A"), item("B")) };
            ok(&list(&items))
        }
        DESIGNER => ok(&list(r#"{"id":"A","uptime":"3600000"}"#)),
        _ => ok(&list(r#"{"id":"A"}"#)),
    });
    let client = TokenClient::new();
    let starts = || {
        let dataset = client.read(&gateway.url).unwrap().dataset;
        cells(&dataset, "creationTime")
            .into_iter()
            .map(|cell| (cell != Cell::Null).then(|| date(cell)))
            .collect::<Vec<_>>()
    };
    let first = starts();
    let [Some(client), Some(_), Some(designer), None] = first[..] else { panic!("{first:?}") };
    assert!(client - designer > 3_500_000);
    assert_eq!(starts(), first);
    assert_eq!(starts(), first[1..]);
    // A session that was missing has a new start time.
    let last = starts();
    assert!(last[0].unwrap() < client - 10_000);
    assert_eq!(last[1..], first[1..]);
}

#[test]
fn keeps_start_time_across_failed_read() {
    let [vision, designer] = [AtomicI64::new(0), AtomicI64::new(0)];
    let gateway = gateway(move |request| match request.path() {
        VISION => {
            let uptime = 60_000 + 7_000 * vision.fetch_add(1, Ordering::Relaxed);
            ok(&list(&format!(r#"{{"id":"A","uptime":{uptime}}}"#)))
        }
        DESIGNER => {
            let read = designer.fetch_add(1, Ordering::Relaxed);
            match read {
                1 => status("500 Server Error", ""),
                _ => ok(&list(&format!(r#"{{"id":"A","uptime":{}}}"#, 90_000 + 7_000 * read))),
            }
        }
        _ => ok(&list("")),
    });
    let client = TokenClient::new();
    let read = || {
        let dataset = client.read(&gateway.url).unwrap().dataset;
        cells(&dataset, "creationTime").into_iter().map(date).collect::<Vec<_>>()
    };
    let first = read();
    assert_eq!(first.len(), 2);
    assert_eq!(read(), first[..1]);
    assert_eq!(read(), first);
}

#[test]
fn keeps_start_times_by_node() {
    let nodes = [60_000, 90_000].map(|uptime| {
        gateway(move |request| match request.path() {
            VISION => ok(&list(&format!(r#"{{"id":"A","uptime":{uptime}}}"#))),
            _ => ok(&list("")),
        })
    });
    let client = TokenClient::new();
    let [first, second] = nodes.map(|node| {
        let dataset = client.read(&node.url).unwrap().dataset;
        date(cell(&dataset, 0, "creationTime"))
    });
    assert!(first - second > 20_000);
}

#[test]
fn keeps_sessions_with_fields_of_any_type() {
    let gateway = gateway_with_items(
        r#"{"id":17,"user":null,"project":{"name": "P"},"address":["h"],"uptime":"long","lastcomm":{},"timeout":"60000",
            "memory":{"used":"1048576","max":2097152.0,"free":3},"timezone":5,"tagCount":"many"},
           {},
           {"id":"C","uptime":-1,"memory":null,"lastcomm":null,"User":"anna","uptime2":1},
           {"id":"D","uptime":9223372036854775807,"lastcomm":9223372036854775807,"memory":"much"}"#,
        "",
        r#"{"id":"P1","authorized":"TRUE","activePages":"2","pageIds":["a", "b"],"sessionScope":"Designer",
            "totalBytesSent":1e3},
           {"id":"P2","authorized":7,"username":"müller\n"}"#,
    );
    let dataset = read(&gateway.url).unwrap().dataset;
    let column = |name| cells(&dataset, name);
    let null = Cell::Null;
    let t = Cell::Text;
    assert_eq!(column("clientId"), [t("17"), null, t("C"), t("D"), t("P1"), t("P2")]);
    assert_eq!(column("username"), [null, null, t("anna"), null, null, t("müller\n")]);
    assert_eq!(column("project")[..2], [t(r#"{"name":"P"}"#), null]);
    assert_eq!(column("address")[..2], [t(r#"["h"]"#), null]);
    assert_eq!(column("creationTime"), [null; 6]);
    assert_eq!(column("lastComm"), [null; 6]);
    assert_eq!(column("timeout")[..2], [Cell::Integer(60_000), null]);
    assert_eq!(column("memoryUsed")[..2], [Cell::Integer(1 << 20), null]);
    assert_eq!(column("memoryMax")[..2], [Cell::Integer(2 << 20), null]);
    assert_eq!(column("timezone")[..2], [t("5"), null]);
    assert_eq!(column("tagCount")[..2], [null, null]);
    assert_eq!(column("memory.free")[..2], [t("3"), null]);
    assert_eq!(column("memory")[2..4], [null, t("much")]);
    let yes = Cell::Boolean(true);
    let no = Cell::Boolean(false);
    assert_eq!(column("isDesigner"), [no, no, no, no, yes, null]);
    assert_eq!(column("authorized")[4..], [yes, null]);
    assert_eq!(column("activePages")[4..], [Cell::Integer(2), null]);
    assert_eq!(column("pageIds")[4..], [t(r#"["a","b"]"#), null]);
    assert_eq!(column("totalBytesSent")[4..], [Cell::Integer(1_000), null]);
}

#[test]
fn keeps_unknown_fields_under_their_own_names() {
    let gateway = gateway_with_items(
        r#"{"id":"A","licence":{"id": 1, "kind": "x"},"kind":"theirs","gateway.kind":4,"creationTime":5}"#,
        r#"{"id":"B","licence":"none","tagCount":8}"#,
        "",
    );
    let dataset = read(&gateway.url).unwrap().dataset;
    let column = |name| cells(&dataset, name);
    let t = Cell::Text;
    assert_eq!(column("licence"), [t(r#"{"id":1,"kind":"x"}"#), t("none")]);
    assert_eq!(column("kind"), [t("Vision"), t("Designer")]);
    assert_eq!(column("gateway.kind"), [t("theirs"), Cell::Null]);
    assert_eq!(column("gateway.gateway.kind"), [t("4"), Cell::Null]);
    assert_eq!(column("creationTime"), [Cell::Null; 2]);
    assert_eq!(column("gateway.creationTime"), [t("5"), Cell::Null]);
    assert_eq!(column("tagCount"), [Cell::Null, Cell::Integer(8)]);
}

#[test]
fn reads_last_communication_as_timestamp_or_age() {
    let gateway = gateway_with_items(
        r#"{"id":"A","lastcomm":2500},{"id":"B","lastcomm":"1790000000000"}"#,
        "",
        r#"{"id":"C","lastComm":0}"#,
    );
    let dataset = read(&gateway.url).unwrap().dataset;
    let now = dataset.now().unwrap();
    let [age, timestamp, just_now] = cells(&dataset, "lastComm")[..] else { panic!() };
    // Each list has its own time, and the dataset has the earliest.
    assert!((now..now + 5_000).contains(&(date(age) + 2_500)));
    assert_eq!(date(timestamp), 1_790_000_000_000);
    assert!((now..now + 5_000).contains(&date(just_now)));
}

#[test]
fn uses_clock_of_the_gateway() {
    let gateway = gateway(|request| match request.path() {
        VISION => {
            let body = list(r#"{"id":"A","uptime":1000,"lastcomm":500}"#);
            let length = body.len();
            format!("HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: {length}\r\n\r\n{body}")
                .into_bytes()
        }
        _ => status("404 Not Found", ""),
    });
    let dataset = read(&gateway.url).unwrap().dataset;
    assert_eq!(dataset.now(), Some(784_111_777_000));
    assert_eq!(cell(&dataset, 0, "creationTime"), Cell::Date(784_111_776_000));
    assert_eq!(cell(&dataset, 0, "lastComm"), Cell::Date(784_111_776_500));
}

#[test]
fn reports_missing_module() {
    for (index, kind) in SessionKind::ALL.into_iter().enumerate() {
        let gateway = gateway(move |request| match request.path() {
            path if path == LISTS[index] => status("404 Not Found", "<html>No such route</html>"),
            _ => ok(&list(r#"{"id":"A"}"#)),
        });
        let snapshot = read(&gateway.url).unwrap();
        assert_eq!(snapshot.notices, [Notice::NoModule(kind)]);
        assert_eq!(snapshot.dataset.len(), 2);
        assert!(!cells(&snapshot.dataset, "kind").contains(&Cell::Text(kind.name())));
        let columns = other_columns(&snapshot.dataset);
        assert_eq!(columns.iter().any(|name| name == "tagCount"), kind != SessionKind::Vision);
        assert_eq!(columns.iter().any(|name| name == "userAgent"), kind != SessionKind::Perspective);
    }
}

#[test]
fn reports_gateway_without_lists() {
    let gateway = gateway(|_| status("404 Not Found", "<html>No such route</html>"));
    let error = error(&gateway.url);
    assert_eq!(error, GatewayError::NoRestApi);
    assert!(error.to_string().contains("no REST API"));
}

/// A failing list and its error.
fn failures() -> Vec<(Vec<u8>, GatewayError)> {
    let kind = SessionKind::Designer;
    let web_page = "<html><title>a\nb</title></html>";
    let message = |text: &str| Some(text.to_owned());
    let failed = |status, message| GatewayError::Status {
        status,
        endpoint: Endpoint::List(kind),
        message,
        source: None,
    };
    let forbidden = |message| GatewayError::Forbidden { token: true, https: false, message };
    vec![
        (status("401 Unauthorized", web_page), GatewayError::TokenRejected),
        (status("402 Payment Required", web_page), failed(402, None)),
        (status("403 Forbidden", web_page), forbidden(None)),
        (
            status("403 Forbidden", r#"{"status":"403","message":"needs\n a level"}"#),
            forbidden(message("needs a level")),
        ),
        (status("405 Method Not Allowed", ""), failed(405, None)),
        (status("500 Server Error", web_page), failed(500, None)),
        (
            status("500 Server Error", r#"{"error":{"message":"k3y:2 \u001b no"}}"#),
            failed(500, message("… \u{fffd} no")),
        ),
        (status("503 Service Unavailable", web_page), failed(503, None)),
        (ok(r#"{"status":"500","message":"broken"}"#), failed(500, message("broken"))),
        (ok(" "), GatewayError::InvalidList { kind, source: ListError::Empty }),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://other.example/\r\nContent-Length: 0\r\n\r\n".to_vec(),
            GatewayError::Redirect { location: "http://other.example/".into() },
        ),
    ]
}

#[test]
fn shows_the_other_lists_when_one_fails() {
    for (response, expected) in failures() {
        let gateway = gateway(move |request| match request.path() {
            DESIGNER => response.clone(),
            _ => ok(&list(r#"{"id":"A"}"#)),
        });
        let snapshot = read(&gateway.url).unwrap();
        assert_eq!(cells(&snapshot.dataset, "kind"), [Cell::Text("Vision"), Cell::Text("Perspective")]);
        let [Notice::ListFailed { kind: SessionKind::Designer, error }] = &snapshot.notices[..] else {
            panic!("{:?}", snapshot.notices);
        };
        assert_eq!(without_source(error), expected);
        let notice = snapshot.notices[0].to_string();
        assert!(notice.contains("Designer") && !notice.contains('\n'), "{notice}");
    }
}

#[test]
fn shows_the_other_lists_when_one_hangs() {
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            VISION => {
                // Ends when the client gives up.
                let _closed = stream.read(&mut [0]);
                return;
            }
            _ => ok(&list(r#"{"id":"A"}"#)),
        };
        stream.write_all(&response).unwrap();
    });
    // Also the time that a busy machine has for the other lists.
    let limits = Limits { total_timeout: Duration::from_secs(5), ..Limits::default() };
    let snapshot = TokenClient::with_limits(limits).read(&gateway.url).unwrap();
    assert_eq!(snapshot.dataset.len(), 2);
    let error = GatewayError::Timeout { seconds: 5.0 };
    assert_eq!(snapshot.notices, [Notice::ListFailed { kind: SessionKind::Vision, error }]);
}

#[test]
fn maps_each_status_to_an_error_when_all_lists_fail() {
    for (response, expected) in failures() {
        let expected = match expected {
            GatewayError::Status { status: 503, .. } => not_running_starting(),
            expected => expected,
        };
        let gateway = gateway(move |request| match request.path() {
            DESIGNER => response.clone(),
            _ => status("404 Not Found", ""),
        });
        let error = error(&gateway.url);
        assert_eq!(without_source(&error), expected);
        assert!(!error.to_string().contains('\n'));
    }
    // A login that is missing in one list explains the other failures.
    let gateway = gateway(move |request| match request.path() {
        PERSPECTIVE => status("401 Unauthorized", ""),
        _ => status("500 Server Error", ""),
    });
    assert_eq!(error(&gateway.url), GatewayError::TokenRejected);
    // https is suggested only over http.
    let over_https = GatewayError::Forbidden { token: true, https: true, message: None }.to_string();
    let over_http = GatewayError::Forbidden { token: true, https: false, message: None }.to_string();
    assert!(over_http.contains("https") && !over_https.contains("https"));
}

#[test]
fn takes_a_json_404_with_status_200_for_a_missing_module() {
    let gateway = gateway(|request| match request.path() {
        PERSPECTIVE => ok(r#"{"status":"404","message":"no such route"}"#),
        _ => ok(&list("")),
    });
    let notices = read(&gateway.url).unwrap().notices;
    assert_eq!(notices, [Notice::NoModule(SessionKind::Perspective)]);
}

#[test]
fn counts_values_that_cannot_be_represented() {
    let gateway = gateway_with_items(
        r#"{"id":"A","user":"a\ud83db","uptime":1e999,"timeout":9223372036854775808},
           {"id":"B","user":"\ud83d\ude00","uptime":"1.0","lastcomm":253402300800000,"tagCount":2.0}"#,
        r#"{"id":"C","uptime":-1,"lastcomm":"","timeout":null,"memory":{"used":"much","max":1.79E12}}"#,
        "",
    );
    let snapshot = read(&gateway.url).unwrap();
    let column = |name| cells(&snapshot.dataset, name);
    assert_eq!(column("username"), [Cell::Text("a\u{fffd}b"), Cell::Text("😀"), Cell::Null]);
    assert_eq!(column("memoryMax")[2], Cell::Integer(1_790_000_000_000));
    assert_eq!(column("tagCount")[1], Cell::Integer(2));
    assert_eq!(column("lastComm"), [Cell::Null; 3]);
    // The user, the uptime and the timeout of A, the last communication of B, the memory of C.
    assert_eq!(snapshot.notices, [Notice::ReplacedValues(5)]);
}

#[test]
fn follows_no_redirect_with_a_token() {
    let other = gateway_with_items("", "", "");
    let location = other.url.clone();
    let response = format!("HTTP/1.1 302 Found\r\nLocation: {location}{VISION}\r\nContent-Length: 0\r\n\r\n");
    let gateway = gateway(move |_| response.clone().into_bytes());
    assert_eq!(error(&gateway.url), GatewayError::Redirect { location });
    assert!(other.requests().is_empty());
}

#[test]
fn reports_invalid_lists() {
    for (body, expected) in [
        ("", "empty"),
        ("<html><title>Welcome</title>", "web page"),
        (r#"{"message":"no"}"#, "missing field `items`"),
        (r#"{"items":[{"id":"A"},"#, "EOF"),
        (r#"{"items":[{"id":"A"} "#, "EOF"),
    ] {
        let gateway = gateway(move |request| match request.path() {
            PERSPECTIVE => ok(body),
            _ => status("404 Not Found", ""),
        });
        let GatewayError::InvalidList { kind: SessionKind::Perspective, source } = error(&gateway.url) else {
            panic!("{body}: {:?}", error(&gateway.url));
        };
        let text = format!("{source} {source:?}");
        assert!(text.contains(expected), "{text}");
    }
}

/// Returns a page of a list of seven clients, A to G: at most three of them.
fn page(request: &Request) -> String {
    let query = request.target.split_once('?').map_or("", |(_, query)| query);
    let offset = query.split('&').find_map(|pair| pair.strip_prefix("offset="));
    let offset: usize = offset.map_or(0, |offset| offset.parse().unwrap());
    let items: Vec<String> = ["A", "B", "C", "D", "E", "F", "G"]
        .into_iter()
        .skip(offset)
        .take(3)
        .map(|id| format!(r#"{{"id":"{id}"}}"#))
        .collect();
    format!(r#"{{"items":[{}],"metadata":{{"total":7,"offset":{offset}}}}}"#, items.join(","))
}

#[test]
fn reads_all_pages() {
    let gateway = gateway(|request| match request.path() {
        VISION => ok(&page(request)),
        _ => status("404 Not Found", ""),
    });
    let dataset = read(&gateway.url).unwrap().dataset;
    let ids: Vec<String> = cells(&dataset, "clientId").into_iter().map(text).collect();
    assert_eq!(ids, ["A", "B", "C", "D", "E", "F", "G"]);
}

#[test]
fn lists_session_on_two_pages_once() {
    let gateway = gateway(|request| match request.path() {
        VISION if request.target.contains("offset=2") => {
            ok(r#"{"items":[{"id":"B"},{"id":"C"}],"metadata":{"total":4}}"#)
        }
        VISION => ok(r#"{"items":[{"id":"A"},{"id":"B"}],"metadata":{"total":4}}"#),
        _ => status("404 Not Found", ""),
    });
    let dataset = read(&gateway.url).unwrap().dataset;
    assert_eq!(cells(&dataset, "clientId"), [Cell::Text("A"), Cell::Text("B"), Cell::Text("C")]);
}

#[test]
fn accepts_sessions_that_end_between_pages() {
    let gateway = gateway(|request| match request.path() {
        VISION if request.target.contains("offset=2") => ok(r#"{"items":[],"metadata":{"total":2}}"#),
        VISION => ok(r#"{"items":[{"id":"A"},{"id":"B"}],"metadata":{"total":3}}"#),
        _ => status("404 Not Found", ""),
    });
    assert_eq!(read(&gateway.url).unwrap().dataset.len(), 2);
}

#[test]
fn rejects_incomplete_list() {
    for second in
        [r#"{"items":[],"metadata":{"total":7}}"#, r#"{"items":[{"id":"A"}],"metadata":{"total":7}}"#]
    {
        let gateway = gateway(move |request| match request.path() {
            VISION if request.target.contains("offset=") => ok(second),
            VISION => ok(&page(request)),
            _ => status("404 Not Found", ""),
        });
        let source = ListError::Incomplete { received: 3, total: 7 };
        let expected = GatewayError::InvalidList { kind: SessionKind::Vision, source };
        assert_eq!(error(&gateway.url), expected);
    }
}

#[test]
fn applies_size_limit_to_all_lists_together() {
    let item = format!(r#"{{"id":"{}"}}"#, "x".repeat(400));
    let gateway = gateway(move |_| ok(&list(&item)));
    let read =
        |max_body| TokenClient::with_limits(Limits { max_body, ..Limits::default() }).read(&gateway.url);
    assert_eq!(read(2_000).unwrap().dataset.len(), 3);
    assert_eq!(read(1_000).unwrap_err(), GatewayError::TooLarge { limit: 1_000 });
}

#[test]
fn stops_endless_list_at_the_time_limit() {
    let gateway = FakeGateway::new(|request, stream| {
        let head = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            _ => b"HTTP/1.1 200 OK\r\n\r\n".to_vec(),
        };
        stream.write_all(&head).unwrap();
        while request.path() != "/system/gwinfo" && stream.write_all(b" ").is_ok() {
            std::thread::yield_now();
        }
    });
    let client =
        TokenClient::with_limits(Limits { total_timeout: Duration::from_millis(300), ..Limits::default() });
    assert_eq!(client.read(&gateway.url).unwrap_err(), GatewayError::Timeout { seconds: 0.3 });
}

#[test]
fn reads_long_list() {
    let items: Vec<String> = (0..5_000).map(|id| format!(r#"{{"id":"{id}","uptime":{id}}}"#)).collect();
    let items = list(&items.join(","));
    let gateway = gateway(move |request| match request.path() {
        VISION => ok(&items),
        _ => status("404 Not Found", ""),
    });
    let client = TokenClient::new();
    let first = client.read(&gateway.url).unwrap().dataset;
    assert_eq!(first.len(), 5_000);
    let second = client.read(&gateway.url).unwrap().dataset;
    assert_eq!(cells(&first, "creationTime"), cells(&second, "creationTime"));
}

/// Returns the ids of the sessions of this kind.
fn ids(dataset: &Dataset, kind: SessionKind) -> Vec<String> {
    let of_kind = |row: &usize| cell(dataset, *row, SessionKind::COLUMN) == Cell::Text(kind.name());
    (0..dataset.len()).filter(of_kind).map(|row| text(cell(dataset, row, "clientId"))).collect()
}

#[test]
fn terminates_sessions() {
    let demo = demo();
    let client = TokenClient::new();
    let before = client.read(demo.url()).unwrap().dataset;
    for kind in [SessionKind::Vision, SessionKind::Perspective] {
        let is_in_designer = |id: &&String| {
            (0..before.len()).any(|row| {
                cell(&before, row, "clientId") == Cell::Text(id)
                    && cell(&before, row, "isDesigner") == Cell::Boolean(true)
            })
        };
        let ids_before = ids(&before, kind);
        let id = ids_before.iter().find(|id| !is_in_designer(id)).unwrap();
        let Terminated { message } = client.terminate(demo.url(), kind, id).unwrap();
        assert_eq!(message.is_some(), kind == SessionKind::Vision);
        let after = client.read(demo.url()).unwrap().dataset;
        assert!(!ids(&after, kind).contains(id));
        assert_eq!(ids(&after, kind).len() + 1, ids(&before, kind).len());
        assert_eq!(client.terminate(demo.url(), kind, id), Err(GatewayError::NoSuchSession { kind }));
    }
}

#[test]
fn terminates_dormant_designers_only() {
    let demo = DemoGateway::start(Options { sessions: 2_000, still: true, ..Options::in_process() }).unwrap();
    let client = TokenClient::new();
    let dataset = client.read(demo.url()).unwrap().dataset;
    let kind = SessionKind::Designer;
    let idle_ms = |row| dataset.now().unwrap() - date(cell(&dataset, row, "lastComm"));
    let designers = (0..dataset.len()).filter(|row| cell(&dataset, *row, "kind") == Cell::Text("Designer"));
    let (dormant, active): (Vec<usize>, Vec<usize>) = designers.partition(|row| idle_ms(*row) > 60_000);
    let terminate = |row| client.terminate(demo.url(), kind, &text(cell(&dataset, row, "clientId")));
    assert!(terminate(dormant[0]).is_ok());
    let error = terminate(active[0]).unwrap_err();
    assert_eq!(error, GatewayError::DesignerInUse);
    assert_eq!(error.to_string(), "The Designer is in use. Close it first");
    // It ends between the two requests.
    assert_eq!(terminate(dormant[0]), Err(GatewayError::NoSuchSession { kind }));
}

#[test]
fn reports_a_designer_in_use_whatever_the_body() {
    for (line, body) in
        [("409 Conflict", ""), ("409 Conflict", r#"{"message":"active"}"#), ("200 OK", r#"{"status":409}"#)]
    {
        let gateway = gateway(move |_| status(line, body));
        let result = TokenClient::new().terminate(&gateway.url, SessionKind::Designer, "A");
        assert_eq!(result, Err(GatewayError::DesignerInUse), "{line} {body}");
    }
}

#[test]
fn terminating_requires_a_token() {
    let demo = demo();
    let client = Client::new(Limits::default());
    let node = node(demo.url());
    let terminated = client.terminate(&node, &Credentials::None, SessionKind::Vision, "A", None);
    assert_eq!(TokenClient::run(terminated), Err(GatewayError::TokenNeeded { has_password: false }));
}

#[test]
fn maps_responses_to_a_termination() {
    let kind = SessionKind::Perspective;
    let message = |text: &str| Some(text.to_owned());
    let without_message = terminate_status(400, None);
    let with_message = terminate_status(500, message("no"));
    for (line, body, expected) in [
        ("200 OK", r#"{"message":"Session\n ended"}"#, Ok(Terminated { message: message("Session ended") })),
        (
            "200 OK",
            r#"{"message":"ended for reader:k3y:2"}"#,
            Ok(Terminated { message: message("ended for …") }),
        ),
        ("200 OK", r#"{"terminated":1}"#, Ok(Terminated { message: None })),
        ("200 OK", r#"{"terminated":0}"#, Err(GatewayError::NoSuchSession { kind })),
        ("200 OK", "<html>done</html>", Ok(Terminated { message: None })),
        ("204 No Content", "", Ok(Terminated { message: None })),
        ("400 Bad Request", "<html>bad</html>", Err(without_message)),
        ("401 Unauthorized", "<html>who</html>", Err(GatewayError::TokenRejected)),
        ("403 Forbidden", "", Err(GatewayError::Forbidden { token: true, https: false, message: None })),
        ("404 Not Found", "<html>gone</html>", Err(GatewayError::NoSuchSession { kind })),
        ("404 Not Found", r#"{"status":"404"}"#, Err(GatewayError::NoSuchSession { kind })),
        ("200 OK", r#"{"status":"404","message":"gone"}"#, Err(GatewayError::NoSuchSession { kind })),
        ("409 Conflict", r#"{"detail":"busy"}"#, Err(terminate_status(409, message("busy")))),
        ("500 Server Error", r#"{"message":"no"}"#, Err(with_message)),
        ("503 Service Unavailable", "", Err(not_running_starting())),
    ] {
        let gateway = gateway(move |_| status(line, body));
        let result = TokenClient::new().terminate(&gateway.url, kind, "A&B");
        let result = result.map_err(|error| without_source(&error));
        assert_eq!(result, expected, "{line}");
        if let Err(error) = result {
            assert!(!error.to_string().contains(['\n', '<']), "{error}");
        }
        assert_eq!(
            gateway.requests().last().unwrap().target,
            "/data/perspective/api/v1/sessions?sessionId=A%26B"
        );
    }
}
