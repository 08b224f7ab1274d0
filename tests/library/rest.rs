//! The REST API of 8.3 through the client: the three lists as one dataset, and ending a session.

use std::io::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::support::{FakeGateway, Request, ok, status};
use gatewatch::dataset::{Cell, ColumnId, Dataset};
use gatewatch::demo::{DemoGateway, Options};
use gatewatch::gateway::{
    Client, Credentials, Endpoint, GatewayError, Limits, ListError, NodeSnapshot, NodeUrl, ReadOptions,
    SessionKind, Terminated,
};

const VISION: &str = "/data/vision/api/v1/clients";
const DESIGNER: &str = "/data/api/v1/designers";
const PERSPECTIVE: &str = "/data/perspective/api/v1/sessions/";
const LISTS: [&str; 3] = [VISION, DESIGNER, PERSPECTIVE];

/// A client with a token, and a runtime to run it.
struct Lab {
    client: Client,
    token: Credentials,
}

impl Lab {
    fn new() -> Self {
        Self::within(Limits::default())
    }

    fn within(limits: Limits) -> Self {
        Self { client: Client::new(limits), token: Credentials::Token("reader:k3y:2".into()) }
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let done = runtime.block_on(work);
        runtime.shutdown_background();
        done
    }

    fn read(&self, url: &str) -> Result<NodeSnapshot, GatewayError> {
        Self::run(self.client.read(&node(url), &self.token, &ReadOptions::default()))
    }

    fn terminate(&self, url: &str, kind: SessionKind, id: &str) -> Result<Terminated, GatewayError> {
        Self::run(self.client.terminate(&node(url), &self.token, kind, id))
    }
}

fn node(url: &str) -> NodeUrl {
    url.parse().unwrap()
}

fn read(url: &str) -> Result<NodeSnapshot, GatewayError> {
    Lab::new().read(url)
}

fn list_status(status: u16) -> GatewayError {
    GatewayError::Status { status, endpoint: Endpoint::List(SessionKind::Designer), message: None }
}

fn terminate_status(status: u16, message: Option<String>) -> GatewayError {
    GatewayError::Status { status, endpoint: Endpoint::Terminate, message }
}

fn not_running_starting() -> GatewayError {
    GatewayError::NotRunning { state: "STARTING".into() }
}

fn error(url: &str) -> GatewayError {
    read(url).unwrap_err()
}

/// The demo gateway, of which nobody comes or goes, and which wants the lab's token.
fn demo() -> DemoGateway {
    let require_token = Some("reader:k3y:2".parse().unwrap());
    DemoGateway::start(Options { require_token, still: true, ..Options::in_process() }).unwrap()
}

/// A gateway of 8.3 with these lists.
fn gateway(list: impl Fn(&Request) -> Vec<u8> + Send + Sync + 'static) -> FakeGateway {
    FakeGateway::new(move |request, stream| {
        let response = match request.path() {
            "/system/gwinfo" => ok("ContextStatus=RUNNING;Version=8.3.4"),
            _ => list(request),
        };
        let _gone = stream.write_all(&response);
    })
}

/// A gateway of 8.3 whose lists hold these items.
fn gateway_of(vision: &'static str, designer: &'static str, perspective: &'static str) -> FakeGateway {
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

fn further(dataset: &Dataset) -> Vec<String> {
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
fn the_three_lists_are_one_dataset() {
    let demo = demo();
    let NodeSnapshot { info, dataset, missing, .. } = read(demo.url()).unwrap();
    assert!(info.unwrap().version.unwrap().has_rest());
    assert!(missing.is_empty());

    let kinds = cells(&dataset, "kind");
    let count = |kind| kinds.iter().filter(|cell| **cell == Cell::Text(kind)).count();
    assert_eq!((count("Vision") + count("Designer"), count("Perspective")), (120, 24));
    assert!(count("Designer") > 0);
    assert_eq!(
        further(&dataset),
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
        for known in ["username", "project", "address", "clientId"] {
            assert!(matches!(at(known), Cell::Text(_)), "{known} in row {row}");
        }
        let of_perspective = at("kind") == Cell::Text("Perspective");
        assert_eq!(at("creationTime") == Cell::Null, of_perspective);
        assert_eq!(at("memoryUsed") == Cell::Null, of_perspective);
        assert_eq!(at("userAgent") != Cell::Null, of_perspective);
        assert_eq!(at("authorized") != Cell::Null, of_perspective);
        assert_eq!(at("tagCount") != Cell::Null, at("kind") == Cell::Text("Vision"));
        assert!(date(at("lastComm")) <= dataset.now().unwrap());
        let is_designer =
            at("kind") == Cell::Text("Designer") || at("sessionScope") == Cell::Text("designer");
        assert_eq!(at("isDesigner"), Cell::Boolean(is_designer));
    }
}

#[test]
fn the_lists_name_the_same_sessions_as_web_dev_does() {
    let demo = demo();
    let lists = read(demo.url()).unwrap().dataset;
    let client = Client::new(Limits::default());
    let web_dev =
        Lab::run(client.read(&node(demo.url()), &Credentials::None, &ReadOptions::default())).unwrap();
    assert!(web_dev.missing.is_empty());
    let web_dev = web_dev.dataset;
    let by_id = |dataset: &Dataset, row: usize| {
        let six = ["clientId", "username", "project", "address"];
        let texts = six.map(|column| text(cell(dataset, row, column)));
        (texts, cell(dataset, row, "isDesigner") == Cell::Boolean(true))
    };
    let sorted = |dataset: &Dataset, rows: usize| {
        let mut rows: Vec<_> = (0..rows).map(|row| (by_id(dataset, row), row)).collect();
        rows.sort();
        rows
    };
    let (ours, theirs) = (sorted(&lists, 120), sorted(&web_dev, 120));
    for ((our, our_row), (their, their_row)) in ours.iter().zip(&theirs) {
        assert_eq!(our, their);
        let created = |dataset, row| date(cell(dataset, row, "creationTime"));
        let apart = created(&lists, *our_row) - created(&web_dev, *their_row);
        assert!(apart.abs() < 2_000, "{apart} ms");
    }
}

#[test]
fn a_wrong_token_is_told_and_never_repeated() {
    let demo = demo();
    let mut lab = Lab::new();
    lab.token = Credentials::Token("reader:wrong".into());
    let error = lab.read(demo.url()).unwrap_err();
    assert_eq!(error, GatewayError::TokenRejected);
    assert_eq!(lab.terminate(demo.url(), SessionKind::Vision, "00000000"), Err(GatewayError::TokenRejected));
    assert!(!format!("{error} {error:?}").contains("wrong"));

    lab.token = Credentials::Token("reader:se\ncret".into());
    let error = lab.read(demo.url()).unwrap_err();
    assert_eq!(error, GatewayError::TokenRejected);
    assert!(!format!("{error} {error:?}").contains("cret"));
}

#[test]
fn the_token_goes_to_the_lists_alone_and_all_items_are_asked_for() {
    let gateway = gateway_of("", "", "");
    let mut lab = Lab::new();
    lab.token = Credentials::Token(" reader:k3y\n".into());
    assert!(lab.read(&gateway.url).unwrap().dataset.is_empty());
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
fn a_gateway_that_does_not_say_its_version_is_asked_for_its_lists() {
    let gateway = FakeGateway::new(|request, stream| {
        let response = match request.path() {
            DESIGNER => ok(&list(r#"{"id":"A"}"#)),
            _ => status("404 Not Found", ""),
        };
        stream.write_all(&response).unwrap();
    });
    let reading = read(&gateway.url).unwrap();
    assert_eq!((reading.info, reading.dataset.len()), (None, 1));
}

#[test]
fn patterns_for_the_gateway_are_refused_rather_than_left_out() {
    let gateway = gateway_of("", "", "");
    let lab = Lab::new();
    let ask = ReadOptions { username_filter: Some("bi.*".into()), ..ReadOptions::default() };
    let read = Lab::run(lab.client.read(&node(&gateway.url), &lab.token, &ask));
    assert_eq!(read.unwrap_err(), GatewayError::FiltersUnsupported);
}

#[test]
fn the_beginning_of_a_session_does_not_move_from_read_to_read() {
    let reads = AtomicI64::new(0);
    let gateway = gateway(move |request| match request.path() {
        VISION => {
            let read = reads.fetch_add(1, Ordering::Relaxed);
            // Some seconds off each time. The Designer of this id is another session.
            let item = |id: &str| format!(r#"{{"id":"{id}","uptime":{}}}"#, 60_000 + 7_000 * read);
            let items = if read == 2 { item("B") } else { format!("{},{}", item("A"), item("B")) };
            ok(&list(&items))
        }
        DESIGNER => ok(&list(r#"{"id":"A","uptime":"3600000"}"#)),
        _ => ok(&list(r#"{"id":"A"}"#)),
    });
    let lab = Lab::new();
    let starts = || {
        let dataset = lab.read(&gateway.url).unwrap().dataset;
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
    // Whoever was away begins anew; whoever stayed does not.
    let last = starts();
    assert!(last[0].unwrap() < client - 10_000);
    assert_eq!(last[1..], first[1..]);
}

#[test]
fn a_read_that_fails_forgets_no_beginning() {
    let [vision, designer] = [AtomicI64::new(0), AtomicI64::new(0)];
    let gateway = gateway(move |request| match request.path() {
        VISION => {
            let uptime = 60_000 + 7_000 * vision.fetch_add(1, Ordering::Relaxed);
            ok(&list(&format!(r#"{{"id":"A","uptime":{uptime}}}"#)))
        }
        DESIGNER if designer.fetch_add(1, Ordering::Relaxed) == 1 => status("500 Server Error", ""),
        _ => ok(&list("")),
    });
    let lab = Lab::new();
    let read = || lab.read(&gateway.url).map(|reading| date(cell(&reading.dataset, 0, "creationTime")));
    let first = read().unwrap();
    assert_eq!(read(), Err(list_status(500)));
    assert_eq!(read().unwrap(), first);
}

#[test]
fn each_node_has_its_own_sessions() {
    let nodes = [60_000, 90_000].map(|uptime| {
        gateway(move |request| match request.path() {
            VISION => ok(&list(&format!(r#"{{"id":"A","uptime":{uptime}}}"#))),
            _ => ok(&list("")),
        })
    });
    let lab = Lab::new();
    let [one, other] = nodes.map(|node| {
        let dataset = lab.read(&node.url).unwrap().dataset;
        date(cell(&dataset, 0, "creationTime"))
    });
    assert!(one - other > 20_000);
}

#[test]
fn a_field_of_any_type_costs_no_session() {
    let gateway = gateway_of(
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
    let unknown = Cell::Null;
    let t = Cell::Text;
    assert_eq!(column("clientId"), [t("17"), unknown, t("C"), t("D"), t("P1"), t("P2")]);
    assert_eq!(column("username"), [unknown, unknown, t("anna"), unknown, unknown, t("müller\n")]);
    assert_eq!(column("project")[..2], [t(r#"{"name":"P"}"#), unknown]);
    assert_eq!(column("address")[..2], [t(r#"["h"]"#), unknown]);
    assert_eq!(column("creationTime"), [unknown; 6]);
    assert_eq!(column("lastComm"), [unknown; 6]);
    assert_eq!(column("timeout")[..2], [Cell::Integer(60_000), unknown]);
    assert_eq!(column("memoryUsed")[..2], [Cell::Integer(1 << 20), unknown]);
    assert_eq!(column("memoryMax")[..2], [Cell::Integer(2 << 20), unknown]);
    assert_eq!(column("timezone")[..2], [t("5"), unknown]);
    assert_eq!(column("tagCount")[..2], [unknown, unknown]);
    assert_eq!(column("memory.free")[..2], [t("3"), unknown]);
    assert_eq!(column("memory")[2..4], [unknown, t("much")]);
    let yes = Cell::Boolean(true);
    let no = Cell::Boolean(false);
    assert_eq!(column("isDesigner"), [no, no, no, no, yes, unknown]);
    assert_eq!(column("authorized")[4..], [yes, unknown]);
    assert_eq!(column("activePages")[4..], [Cell::Integer(2), unknown]);
    assert_eq!(column("pageIds")[4..], [t(r#"["a","b"]"#), unknown]);
    assert_eq!(column("totalBytesSent")[4..], [Cell::Integer(1_000), unknown]);
}

#[test]
fn unknown_fields_are_kept_under_their_own_names() {
    let gateway = gateway_of(
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
fn the_last_communication_is_a_moment_or_an_age() {
    let gateway = gateway_of(
        r#"{"id":"A","lastcomm":2500},{"id":"B","lastcomm":"1790000000000"}"#,
        "",
        r#"{"id":"C","lastComm":0}"#,
    );
    let dataset = read(&gateway.url).unwrap().dataset;
    let now = dataset.now().unwrap();
    let [age, moment, just_now] = cells(&dataset, "lastComm")[..] else { panic!() };
    // Each list has a moment of its own, and the dataset the first of them.
    assert!((now..now + 5_000).contains(&(date(age) + 2_500)));
    assert_eq!(date(moment), 1_790_000_000_000);
    assert!((now..now + 5_000).contains(&date(just_now)));
}

#[test]
fn a_gateway_with_another_clock_is_believed() {
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
fn a_missing_module_is_left_out_and_told() {
    for (place, kind) in SessionKind::ALL.into_iter().enumerate() {
        let gateway = gateway(move |request| match request.path() {
            path if path == LISTS[place] => status("404 Not Found", "<html>No such route</html>"),
            _ => ok(&list(r#"{"id":"A"}"#)),
        });
        let reading = read(&gateway.url).unwrap();
        assert_eq!(reading.missing, [kind]);
        assert_eq!(reading.dataset.len(), 2);
        assert!(!cells(&reading.dataset, "kind").contains(&Cell::Text(kind.name())));
        let columns = further(&reading.dataset);
        assert_eq!(columns.iter().any(|name| name == "tagCount"), kind != SessionKind::Vision);
        assert_eq!(columns.iter().any(|name| name == "userAgent"), kind != SessionKind::Perspective);
    }
}

#[test]
fn a_gateway_without_any_list_says_what_to_do() {
    let gateway = gateway(|_| status("404 Not Found", "<html>No such route</html>"));
    let error = error(&gateway.url);
    assert_eq!(error, GatewayError::NoRestApi);
    assert!(error.to_string().contains("no REST API"));
}

#[test]
fn each_status_is_an_error_of_its_own() {
    for (line, expected) in [
        ("401 Unauthorized", GatewayError::TokenRejected),
        ("403 Forbidden", GatewayError::Forbidden { token: true, https: false }),
        ("405 Method Not Allowed", list_status(405)),
        ("500 Server Error", list_status(500)),
        ("503 Service Unavailable", not_running_starting()),
    ] {
        let gateway = gateway(move |request| match request.path() {
            DESIGNER => status(line, "<html><title>a\nb</title></html>"),
            _ => ok(&list("")),
        });
        let error = error(&gateway.url);
        assert_eq!(error, expected, "{line}");
        assert!(!error.to_string().contains('\n'));
    }
    // Whether https would help is only said to whom it could.
    let secure = GatewayError::Forbidden { token: true, https: true }.to_string();
    let plain = GatewayError::Forbidden { token: true, https: false }.to_string();
    assert!(plain.contains("https") && !secure.contains("https"));
}

#[test]
fn a_redirect_is_told_and_the_token_never_follows() {
    let elsewhere = gateway_of("", "", "");
    let location = format!("{}{VISION}", elsewhere.url);
    let response = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let gateway = gateway(move |_| response.clone().into_bytes());
    assert_eq!(error(&gateway.url), GatewayError::Redirect { location });
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn what_is_no_list_is_told_with_its_fault() {
    for (body, expected) in [
        ("", "empty"),
        ("<html><title>Welcome</title>", "web page"),
        (r#"{"message":"no"}"#, "missing field `items`"),
        (r#"{"items":[{"id":"A"},"#, "EOF"),
        (r#"{"items":[{"id":"A"} "#, "EOF"),
    ] {
        let gateway = gateway(move |request| match request.path() {
            PERSPECTIVE => ok(body),
            _ => ok(&list("")),
        });
        let GatewayError::InvalidList { kind: SessionKind::Perspective, source } = error(&gateway.url) else {
            panic!("{body}: {:?}", error(&gateway.url));
        };
        let text = format!("{source} {source:?}");
        assert!(text.contains(expected), "{text}");
    }
}

/// A part of a list of seven clients, A to G, of which no more than three are given at once.
fn part(request: &Request) -> String {
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
fn a_list_that_comes_in_parts_is_read_to_its_end() {
    let gateway = gateway(|request| match request.path() {
        VISION => ok(&part(request)),
        _ => status("404 Not Found", ""),
    });
    let dataset = read(&gateway.url).unwrap().dataset;
    let ids: Vec<String> = cells(&dataset, "clientId").into_iter().map(text).collect();
    assert_eq!(ids, ["A", "B", "C", "D", "E", "F", "G"]);
}

#[test]
fn who_moves_to_another_part_while_it_is_read_is_listed_once() {
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
fn who_leaves_while_the_parts_are_read_is_no_fault() {
    let gateway = gateway(|request| match request.path() {
        VISION if request.target.contains("offset=2") => ok(r#"{"items":[],"metadata":{"total":2}}"#),
        VISION => ok(r#"{"items":[{"id":"A"},{"id":"B"}],"metadata":{"total":3}}"#),
        _ => status("404 Not Found", ""),
    });
    assert_eq!(read(&gateway.url).unwrap().dataset.len(), 2);
}

#[test]
fn a_list_that_does_not_go_on_is_not_taken_for_whole() {
    for second in
        [r#"{"items":[],"metadata":{"total":7}}"#, r#"{"items":[{"id":"A"}],"metadata":{"total":7}}"#]
    {
        let gateway = gateway(move |request| match request.path() {
            VISION if request.target.contains("offset=") => ok(second),
            VISION => ok(&part(request)),
            _ => status("404 Not Found", ""),
        });
        let source = ListError::Incomplete { received: 3, total: 7 };
        let expected = GatewayError::InvalidList { kind: SessionKind::Vision, source };
        assert_eq!(error(&gateway.url), expected);
    }
}

#[test]
fn the_limit_of_size_is_for_all_lists_together() {
    let item = format!(r#"{{"id":"{}"}}"#, "x".repeat(400));
    let gateway = gateway(move |_| ok(&list(&item)));
    let within = |max_body| Lab::within(Limits { max_body, ..Limits::default() }).read(&gateway.url);
    assert_eq!(within(2_000).unwrap().dataset.len(), 3);
    assert_eq!(within(1_000).unwrap_err(), GatewayError::TooLarge { limit: 1_000 });
}

#[test]
fn a_list_that_never_ends_meets_the_time_limit() {
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
    let lab = Lab::within(Limits { total_timeout: Duration::from_millis(300), ..Limits::default() });
    assert_eq!(lab.read(&gateway.url).unwrap_err(), GatewayError::Timeout { seconds: 0.3 });
}

#[test]
fn a_long_list_is_read_aside_and_whole() {
    let items: Vec<String> = (0..5_000).map(|id| format!(r#"{{"id":"{id}","uptime":{id}}}"#)).collect();
    let items = list(&items.join(","));
    let gateway = gateway(move |request| match request.path() {
        VISION => ok(&items),
        _ => status("404 Not Found", ""),
    });
    let lab = Lab::new();
    let first = lab.read(&gateway.url).unwrap().dataset;
    assert_eq!(first.len(), 5_000);
    let second = lab.read(&gateway.url).unwrap().dataset;
    assert_eq!(cells(&first, "creationTime"), cells(&second, "creationTime"));
}

/// The ids of the demo gateway's sessions of this kind.
fn ids(dataset: &Dataset, kind: SessionKind) -> Vec<String> {
    let of_kind = |row: &usize| cell(dataset, *row, SessionKind::COLUMN) == Cell::Text(kind.name());
    (0..dataset.len()).filter(of_kind).map(|row| text(cell(dataset, row, "clientId"))).collect()
}

#[test]
fn a_session_is_ended_and_then_gone() {
    let demo = demo();
    let lab = Lab::new();
    let before = lab.read(demo.url()).unwrap().dataset;
    for kind in [SessionKind::Vision, SessionKind::Perspective] {
        let id = &ids(&before, kind)[1];
        let Terminated { message } = lab.terminate(demo.url(), kind, id).unwrap();
        assert_eq!(message.is_some(), kind == SessionKind::Vision);
        let after = lab.read(demo.url()).unwrap().dataset;
        assert!(!ids(&after, kind).contains(id));
        assert_eq!(ids(&after, kind).len() + 1, ids(&before, kind).len());
        assert_eq!(lab.terminate(demo.url(), kind, id), Err(GatewayError::NoSuchSession { kind }));
    }
}

#[test]
fn of_designers_only_a_dormant_one_is_ended() {
    let demo = DemoGateway::start(Options { sessions: 2_000, still: true, ..Options::in_process() }).unwrap();
    let lab = Lab::new();
    let dataset = lab.read(demo.url()).unwrap().dataset;
    let kind = SessionKind::Designer;
    let silent_for = |row| dataset.now().unwrap() - date(cell(&dataset, row, "lastComm"));
    let designers = (0..dataset.len()).filter(|row| cell(&dataset, *row, "kind") == Cell::Text("Designer"));
    let (dormant, lively): (Vec<usize>, Vec<usize>) = designers.partition(|row| silent_for(*row) > 60_000);
    let end = |row| lab.terminate(demo.url(), kind, &text(cell(&dataset, row, "clientId")));
    assert!(end(dormant[0]).is_ok());
    let error = end(lively[0]).unwrap_err();
    assert_eq!(error, GatewayError::NoSuchSession { kind });
    assert!(error.to_string().contains("dormant"));
}

#[test]
fn a_session_is_not_ended_without_a_token() {
    let demo = demo();
    let client = Client::new(Limits::default());
    let node = node(demo.url());
    let end = client.terminate(&node, &Credentials::None, SessionKind::Vision, "A");
    assert_eq!(Lab::run(end), Err(GatewayError::TokenNeeded));
}

#[test]
fn what_a_gateway_says_to_the_end_of_a_session_is_told() {
    let kind = SessionKind::Perspective;
    let message = |text: &str| Some(text.to_owned());
    let no_words = terminate_status(400, None);
    let no = terminate_status(500, message("no"));
    for (line, body, expected) in [
        ("200 OK", r#"{"message":"Session\n ended"}"#, Ok(Terminated { message: message("Session ended") })),
        ("200 OK", r#"{"terminated":1}"#, Ok(Terminated { message: None })),
        ("200 OK", r#"{"terminated":0}"#, Err(GatewayError::NoSuchSession { kind })),
        ("200 OK", "<html>done</html>", Ok(Terminated { message: None })),
        ("204 No Content", "", Ok(Terminated { message: None })),
        ("400 Bad Request", "<html>bad</html>", Err(no_words)),
        ("401 Unauthorized", "<html>who</html>", Err(GatewayError::TokenRejected)),
        ("403 Forbidden", "", Err(GatewayError::Forbidden { token: true, https: false })),
        ("404 Not Found", "<html>gone</html>", Err(GatewayError::NoSuchSession { kind })),
        ("500 Server Error", r#"{"message":"no"}"#, Err(no)),
        ("503 Service Unavailable", "", Err(not_running_starting())),
    ] {
        let gateway = gateway(move |_| status(line, body));
        let said = Lab::new().terminate(&gateway.url, kind, "A&B");
        assert_eq!(said, expected, "{line}");
        if let Err(error) = said {
            assert!(!error.to_string().contains(['\n', '<']), "{error}");
        }
        assert_eq!(gateway.requests()[0].target, "/data/perspective/api/v1/sessions?sessionId=A%26B");
    }
}
