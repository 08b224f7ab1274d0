//! Runs the Web Dev script of `assets/ignition` under Jython behind an HTTP server, and reads it with the client.
//!
//! `tests/data/jython_gateway.py` is the gateway around the script. The tests need jython, and python3 to pack the project.
//! Without them they are skipped with one visible line; with `CI=true` they fail instead.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use crate::support::http::http_client;
use crate::support::screen::missing;
use gatewatch::dataset::{Cell, Dataset};
use gatewatch::gateway::webdev::{self, WebDevError};
use gatewatch::gateway::{
    Client, Credentials, GatewayError, Limits, NodeSnapshot, Notice, ReadOptions, SessionKind,
};

/// The sessions of all gateways except `many_sessions`, with `?` for null. The creation time of the last one isn't a date
/// on the gateway.
const PLANT: [&str; 6] = [
    "billy|Packaging|10.2.0.9|false|A1|1795365700123",
    "jürgen|Intake|hmi-7|true|B2|1795365600000",
    "山田|Kühlung|::1|false|C3|-1",
    "𝒷illy|Packaging|10.2.0.9|false|D4|253402300799999",
    "?|?|?|?|?|?",
    "anna|Boiler|hmi-10|false|E5|?",
];

/// The fake gateways, in one process because Jython starts slowly.
struct Gateways {
    ports: HashMap<String, u16>,
    /// Ends with its standard input, and so with this process.
    _jython: Child,
}

static GATEWAYS: LazyLock<Option<Gateways>> = LazyLock::new(|| {
    let missing = missing(&["jython", "python3"]);
    if !missing.is_empty() {
        crate::support::skip("the Web Dev script under Jython", &missing.join(" and "));
        return None;
    }
    let packed = tempfile::tempdir().unwrap();
    let mut jython = Command::new("jython")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/jython_gateway.py"))
        .args([assets().join("gatewatch"), zip(packed.path())])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Jython may print other messages before the ports.
    let mut lines = BufReader::new(jython.stdout.take().unwrap()).lines().map(Result::unwrap);
    let ports = lines.find(|line| line.starts_with('{')).expect("Jython printed its error above");
    Some(Gateways { ports: serde_json::from_str(&ports).unwrap(), _jython: jython })
});

fn assets() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/ignition")
}

/// Packs the project as the administrator does.
fn zip(folder: &Path) -> PathBuf {
    let packed = folder.join("gatewatch.zip");
    let status = Command::new("python3").arg(assets().join("zip")).arg(&packed).status().unwrap();
    assert!(status.success(), "{status}");
    packed
}

/// Returns the address of a gateway, or `None` without Jython.
fn gateway(name: &str) -> Option<String> {
    GATEWAYS.as_ref().map(|gateways| format!("http://127.0.0.1:{}", gateways.ports[name]))
}

fn user(name: &str) -> Credentials {
    Credentials::basic(name, "secret").unwrap()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn read_as(
    url: &str,
    credentials: &Credentials,
    options: &ReadOptions,
) -> Result<NodeSnapshot, GatewayError> {
    // Jython can take minutes on a busy machine.
    let limits = Limits { total_timeout: Duration::from_mins(10), ..Limits::default() };
    run(Client::new(limits).read(&url.parse().unwrap(), credentials, options))
}

fn read(url: &str, username: Option<&str>, project: Option<&str>) -> Result<NodeSnapshot, GatewayError> {
    let [username_filter, project_filter] = [username, project].map(|filter| filter.map(str::to_owned));
    read_as(
        url,
        &user("gatewatch"),
        &ReadOptions { username_filter, project_filter, ..ReadOptions::default() },
    )
}

/// Returns the response of the script to a request that includes Perspective sessions.
fn read_with_perspective(url: &str, filters: &[(&str, &str)]) -> String {
    let client = http_client().build().unwrap();
    let request = client
        .get(format!("{url}/system/webdev/gatewatch/sessions"))
        .query(&[("perspective", "1")])
        .query(filters)
        .basic_auth("gatewatch", Some("secret"));
    run(async { request.send().await.unwrap().error_for_status().unwrap().text().await.unwrap() })
}

fn rows(dataset: &Dataset) -> Vec<String> {
    let shown = |cell: Cell<'_>| match cell {
        Cell::Null => "?".to_owned(),
        Cell::Text(text) => text.to_owned(),
        Cell::Boolean(value) => value.to_string(),
        Cell::Date(value) | Cell::Integer(value) => value.to_string(),
        Cell::Real(value) => value.to_string(),
    };
    let row =
        |row| dataset.columns().map(|(_, column)| shown(column.cell(row))).collect::<Vec<_>>().join("|");
    (0..dataset.len()).map(row).collect()
}

fn refusal_message<T>(read: Result<T, GatewayError>) -> String {
    match read.err() {
        Some(GatewayError::InvalidResponse(WebDevError::Refused { message })) => message,
        other => panic!("not refused: {other:?}"),
    }
}

#[test]
fn all_versions_give_the_same_columns() {
    for (name, major) in [("version_7_9", 7), ("before_8_0_7", 8), ("without_perspective", 8), ("plant", 8)] {
        let Some(url) = gateway(name) else { return };
        let snapshot = read(&url, None, None).unwrap();
        assert_eq!(rows(&snapshot.dataset), PLANT, "{name}");
        assert_eq!(snapshot.dataset.columns().count(), 6);
        assert!(snapshot.dataset.now().is_some() && snapshot.dataset.timezone().is_some());
        assert_eq!(snapshot.info.unwrap().version.unwrap().major, major);
    }
}

#[test]
fn passes_filters_to_get_session_info() {
    let Some(url) = gateway("plant") else { return };
    for (username, project, expected) in [
        (Some("j.*"), None, &[1][..]),
        // The dot matches one character that is two units in UTF-16.
        (Some(".illy"), None, &[0, 3]),
        (Some("𝒷.*"), None, &[3]),
        (Some("bill"), None, &[]),
        (Some("BILLY"), None, &[]),
        (Some("(?i)BILLY|山."), None, &[0, 2]),
        (None, Some("Kühlung"), &[2]),
        (Some("b.*"), Some("P.*"), &[0]),
        (Some("b.*"), Some("Boiler"), &[]),
        // An empty pattern is no filter.
        (Some(""), Some(""), &[0, 1, 2, 3, 4, 5]),
        (Some(""), Some("Boiler"), &[5]),
        (Some("anna"), Some(""), &[5]),
    ] {
        let snapshot = read(&url, username, project).unwrap();
        let expected: Vec<&str> = expected.iter().map(|row| PLANT[*row]).collect();
        assert_eq!(rows(&snapshot.dataset), expected, "{username:?} {project:?}");
    }
}

#[test]
fn reports_invalid_pattern_with_text_of_java() {
    let Some(url) = gateway("plant") else { return };
    for (username, project, cause) in [
        (Some("("), None, "java.util.regex.PatternSyntaxException: Unclosed group near index 1"),
        (Some("[ü𝒷"), None, "[ü𝒷"),
        (None, Some("*"), "Dangling meta character '*' near index 0"),
    ] {
        let message = refusal_message(read(&url, username, project));
        assert!(message.contains(cause), "{message}");
    }
}

#[test]
fn reads_ten_thousand_sessions() {
    let Some(url) = gateway("many_sessions") else { return };
    let sessions = rows(&read(&url, None, None).unwrap().dataset);
    assert_eq!(sessions.len(), 10_000);
    assert_eq!(sessions[0], "user0|Line 0|10.0.0.0|true|00000000|1795365700000");
    assert_eq!(sessions[9_999], "user1999|Line 39|10.0.39.249|false|0000270F|1795365690001");
    assert_eq!(rows(&read(&url, Some("user7"), None).unwrap().dataset).len(), 5);
}

#[test]
fn requires_role_of_project() {
    let Some(url) = gateway("plant") else { return };
    let read = |credentials| {
        read_as(&url, &credentials, &ReadOptions::default()).map(|snapshot| snapshot.dataset.len())
    };
    assert_eq!(read(Credentials::None), Err(GatewayError::Unauthorized { tried: false }));
    assert_eq!(read(user("unknown")), Err(GatewayError::Unauthorized { tried: true }));
    assert_eq!(
        read(user("billy")),
        Err(GatewayError::Forbidden { token: false, https: false, message: None })
    );
    assert_eq!(read(user("gatewatch")), Ok(PLANT.len()));
}

#[test]
fn adds_perspective_sessions_on_request() {
    let Some(url) = gateway("plant") else { return };
    let response = read_with_perspective(&url, &[]);
    assert!(response.contains(r#""perspective": true"#), "{response}");
    let dataset = webdev::parse(response.as_bytes()).unwrap().dataset;
    let now = dataset.now().unwrap();
    let kinds = ["Vision", "Designer", "Vision", "Vision", "?", "Vision"];
    let mut expected: Vec<String> =
        PLANT.iter().zip(kinds).map(|(session, kind)| format!("{session}|{kind}|?|?|?")).collect();
    expected.extend([
        format!(
            "Unauthenticated|Packaging|10.2.0.50|false|p-1|{}|Perspective|{}|browser|Mozilla/5.0 \"X\" \\ \t\u{7f}",
            now - 60_000,
            now - 1500
        ),
        // The last communication as a time instead of an age.
        format!("𝒷illy|Kühlung|hmi-7|true|p-2|{}|Perspective|1795365700123|designer|?", now - 3_600_000),
        "?|?|?|?|p-3|?|Perspective|?|?|?".to_owned(),
        // Without address and scope, and with ages that aren't numbers.
        "anna|Boiler|?|?|p-4|?|Perspective|?|?|?".to_owned(),
    ]);
    assert_eq!(rows(&dataset), expected);
    let names: Vec<String> = dataset.columns().map(|(id, _)| id.to_string()).collect();
    assert_eq!(names[6..], ["kind", "lastComm", "sessionScope", "userAgent"]);
}

#[test]
fn gives_further_columns_of_vision_sessions_if_gateway_has_them() {
    let Some(url) = gateway("more_columns") else { return };
    let dataset = webdev::parse(read_with_perspective(&url, &[]).as_bytes()).unwrap().dataset;
    let expected = [(PLANT[0], "Vision"), (PLANT[1], "Designer")];
    assert_eq!(
        rows(&dataset),
        expected.map(|(session, kind)| format!("{session}|{kind}|1795365700456|browser|?"))
    );
    assert_eq!(rows(&read(&url, None, None).unwrap().dataset), PLANT[..2]);
}

#[test]
fn applies_filters_to_perspective_sessions() {
    let Some(url) = gateway("plant") else { return };
    for (filters, expected) in [
        (&[("usernameFilter", "𝒷.*")][..], &["D4", "p-2"][..]),
        (&[("usernameFilter", "Unauth")], &[]),
        (&[("projectFilter", "Pack.*")], &["A1", "D4", "p-1"]),
        (&[("usernameFilter", "U.*"), ("projectFilter", "Pack.*")], &["p-1"]),
        (&[("usernameFilter", ""), ("projectFilter", "Boiler")], &["E5", "p-4"]),
    ] {
        let response = read_with_perspective(&url, filters);
        let dataset = webdev::parse(response.as_bytes()).unwrap().dataset;
        let clients = rows(&dataset);
        let clients: Vec<&str> = clients.iter().map(|row| row.split('|').nth(4).unwrap()).collect();
        assert_eq!(clients, expected, "{filters:?}");
    }
}

#[test]
fn lists_other_sessions_without_perspective_module() {
    for name in ["without_perspective", "before_8_0_7"] {
        let Some(url) = gateway(name) else { return };
        let response = read_with_perspective(&url, &[("usernameFilter", "j.*")]);
        assert!(response.contains(r#""perspective": false"#), "{response}");
        let response = webdev::parse(response.as_bytes()).unwrap();
        assert_eq!(rows(&response.dataset), [format!("{}|Designer|?|?|?", PLANT[1])], "{name}");
        assert_eq!(response.has_perspective, Some(false));
        // The client reports it, too.
        let options = ReadOptions { perspective: true, ..ReadOptions::default() };
        let snapshot = read_as(&url, &user("gatewatch"), &options).unwrap();
        assert_eq!(
            (snapshot.dataset.len(), snapshot.notices),
            (PLANT.len(), vec![Notice::NoModule(SessionKind::Perspective)])
        );
    }
}

#[test]
fn reports_errors_of_the_script() {
    let Some(url) = gateway("perspective_fails") else { return };
    // The other sessions are still listed, and the response says what is missing and why.
    let response = read_with_perspective(&url, &[("usernameFilter", "j.*")]);
    assert!(response.is_ascii() && response.contains(r#""perspective": false"#), "{response}");
    let response = webdev::parse(response.as_bytes()).unwrap();
    let message = "java.lang.IllegalStateException: Störung 𝒷";
    assert_eq!(
        (response.has_perspective, response.perspective_error.as_deref()),
        (Some(false), Some(message))
    );
    assert_eq!(rows(&response.dataset), [format!("{}|Designer|?|?|?", PLANT[1])]);
    // The client reports it, too.
    let options = ReadOptions { perspective: true, ..ReadOptions::default() };
    let snapshot = read_as(&url, &user("gatewatch"), &options).unwrap();
    let error = GatewayError::InvalidResponse(WebDevError::Refused { message: message.to_owned() });
    let failed = Notice::ListFailed { kind: SessionKind::Perspective, error };
    assert_eq!((snapshot.dataset.len(), snapshot.notices), (PLANT.len(), vec![failed]));
    assert_eq!(read(&url, None, None).unwrap().dataset.len(), PLANT.len());
    // An invalid filter is still an error.
    let invalid = webdev::parse(read_with_perspective(&url, &[("usernameFilter", "*")]).as_bytes());
    assert!(
        refusal_message(invalid.map_err(GatewayError::InvalidResponse)).contains("Dangling meta character")
    );

    let url = gateway("missing_column").unwrap();
    let message = refusal_message(read(&url, None, None));
    assert!(message.contains("creationTime"), "{message}");
}

#[test]
fn zip_is_reproducible() {
    if !missing(&["python3"]).is_empty() {
        crate::support::skip("packing the Web Dev project", "python3");
        return;
    }
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let [first, second] = folders.each_ref().map(|folder| fs::read(zip(folder.path())).unwrap());
    assert!(!first.is_empty(), "the zip is empty");
    assert!(first == second, "the zips differ");
}
