//! The demo gateway over a real socket: all paths, with their authentication and formats.

mod rest;
mod web_dev;

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
};

use crate::support::http::http_client;
use gatewatch::demo::{DemoError, DemoGateway, Options};
use reqwest::{Client, Method, Response, StatusCode, header, redirect};
use serde_json::{Value, json};

/// Web Dev resource at the path of 8.x.
const SESSIONS: &str = "/system/webdev/gatewatch/sessions";
/// Web Dev resource at the path of 7.9.
const SESSIONS_OF_7_9: &str = "/main/system/webdev/gatewatch/sessions";
/// The three REST lists.
const LISTS: [&str; 3] =
    ["/data/vision/api/v1/clients", "/data/api/v1/designers", "/data/perspective/api/v1/sessions/"];

/// A demo gateway on a free port, without simulated changes, and an HTTP client.
struct Fixture {
    gateway: DemoGateway,
    client: Client,
}

impl Fixture {
    fn new(configure: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options { listen: "127.0.0.1:0".to_owned(), still: true, ..Options::default() };
        configure(&mut options);
        let client = http_client().redirect(redirect::Policy::none());
        Self { gateway: DemoGateway::start(options).unwrap(), client: client.build().unwrap() }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.gateway.url()))
    }

    async fn send(&self, method: Method, path: &str) -> Response {
        self.request(method, path).send().await.unwrap()
    }

    async fn status(&self, method: Method, path: &str) -> StatusCode {
        self.send(method, path).await.status()
    }

    async fn json(&self, path: &str) -> Value {
        let response = self.send(Method::GET, path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        body(response).await
    }

    /// Returns the rows of the Web Dev response to these parameters.
    async fn rows(&self, parameters: &[(&str, &str)]) -> Vec<Value> {
        let request = self.request(Method::GET, SESSIONS).query(parameters);
        let response = body(request.send().await.unwrap()).await;
        assert_eq!(response["ok"], true, "{response}");
        response["rows"].as_array().unwrap().clone()
    }

    async fn create_session(&self, session: &Value) -> Response {
        let request = self.request(Method::POST, "/demo/sessions");
        request.body(session.to_string()).send().await.unwrap()
    }

    fn address(&self) -> SocketAddr {
        let url = self.gateway.url();
        url.strip_prefix("http://").unwrap().parse().unwrap()
    }
}

async fn body(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// Returns the values of `key` of all items of a list.
fn values<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|i| i[key].as_str().unwrap()).collect()
}

#[tokio::test]
async fn basic_is_required_for_web_dev_only() {
    let demo = Fixture::new(|options| {
        options.require_basic = Some("operator:s3:crét".parse().unwrap());
    });
    for path in [SESSIONS, SESSIONS_OF_7_9] {
        let response = demo.send(Method::GET, path).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let challenge = response.headers()[header::WWW_AUTHENTICATE].to_str();
        assert!(challenge.unwrap().starts_with("Basic"));
        assert!(response.text().await.unwrap().contains("<html>"));

        for (user, password, expected) in [
            ("operator", "s3:crét", StatusCode::OK),
            ("operator", "s3:cret", StatusCode::UNAUTHORIZED),
            ("Operator", "s3:crét", StatusCode::UNAUTHORIZED),
            ("operator", "", StatusCode::UNAUTHORIZED),
        ] {
            let request = demo.request(Method::GET, path);
            let request = request.basic_auth(user, Some(password));
            assert_eq!(request.send().await.unwrap().status(), expected);
        }
        let token = demo.request(Method::GET, path).bearer_auth("operator");
        let status = token.send().await.unwrap().status();
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    for path in ["/", "/StatusPing", "/system/gwinfo", LISTS[0]] {
        assert_eq!(demo.status(Method::GET, path).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn token_is_required_for_data_only() {
    let demo = Fixture::new(|options| options.require_token = Some("reader:k3y:2".parse().unwrap()));
    let status_with = async |path: &str, token: &str| {
        let request = demo.request(Method::GET, path);
        let request = request.header("X-Ignition-API-Token", token);
        request.send().await.unwrap().status()
    };
    for path in LISTS {
        assert_eq!(demo.status(Method::GET, path).await, StatusCode::UNAUTHORIZED);
        assert_eq!(status_with(path, "reader:k3y").await, StatusCode::UNAUTHORIZED);
        assert_eq!(status_with(path, "reader:k3y:2").await, StatusCode::OK);

        let request = demo.request(Method::GET, path);
        let basic = request.basic_auth("reader", Some("k3y:2")).send();
        assert_eq!(basic.await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
    let unknown = "/data/nothing/api/v1/here";
    assert_eq!(demo.status(Method::GET, unknown).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status_with(unknown, "reader:k3y:2").await, StatusCode::NOT_FOUND);
    let end = demo.status(Method::DELETE, "/data/vision/api/v1/client/00000000");
    assert_eq!(end.await, StatusCode::UNAUTHORIZED);
    for path in ["/", "/StatusPing", "/system/gwinfo", SESSIONS] {
        assert_eq!(demo.status(Method::GET, path).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn serves_health_and_both_gwinfo_paths() {
    let demo = Fixture::new(|_| ());
    assert_eq!(demo.json("/StatusPing").await, json!({"state": "RUNNING"}));

    let info = demo.send(Method::GET, "/system/gwinfo").await;
    let info = info.text().await.unwrap();
    for pair in [
        "ContextStatus=RUNNING;",
        "Version=8.3.4;",
        "RedundancyStatus=Independent;",
        "RedundantState=Good;",
        "RedundantNodeActiveStatus=Active;",
        "RequireSsl=false;",
        "PlatformName=",
    ] {
        assert!(info.contains(pair), "{pair} in {info}");
    }
    let at_7_9_path = demo.send(Method::GET, "/main/system/gwinfo").await;
    assert_eq!(at_7_9_path.text().await.unwrap(), info);
}

#[tokio::test]
async fn rejects_unknown_paths_and_methods() {
    let demo = Fixture::new(|_| ());
    for path in [
        "/nothing",
        "/data",
        "/data/vision/api/v1/nothing",
        "/data/vision/api/v1/clients/",
        "/data/perspective/api/v1/sessions",
        "/demo",
    ] {
        assert_eq!(demo.status(Method::GET, path).await, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [LISTS[0], "/StatusPing"] {
        let status = demo.status(Method::POST, path).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    }
    let about = demo.send(Method::GET, "/").await.text().await.unwrap();
    assert!(about.contains("demo gateway"));
}

#[tokio::test]
async fn creates_and_ends_sessions() {
    let demo = Fixture::new(|options| options.sessions = 3);
    let session = json!({"username": "åsa \"x\"", "project": "Lab", "address": "hmi-1", "isDesigner": true});
    let response = demo.create_session(&session).await;
    assert_eq!(response.status(), StatusCode::OK);
    let id = body(response).await["clientId"].as_str().unwrap().to_owned();
    let row = demo.rows(&[]).await.pop().unwrap();
    assert_eq!(
        row.as_array().unwrap()[..5],
        json!(["åsa \"x\"", "Lab", "hmi-1", true, id]).as_array().unwrap()[..]
    );
    assert!(values(&demo.json(LISTS[1]).await, "id").contains(&&*id));

    let path = format!("/demo/sessions/{id}");
    assert_eq!(demo.status(Method::DELETE, &path).await, StatusCode::NO_CONTENT);
    for path in [&path, "/demo/sessions/unknown"] {
        assert_eq!(demo.status(Method::DELETE, path).await, StatusCode::NOT_FOUND);
    }
    assert_eq!(demo.rows(&[]).await.len(), 3);

    let minimal = demo.create_session(&json!({"username": "a", "project": "b"})).await;
    assert_eq!(minimal.status(), StatusCode::OK);
    let row = demo.rows(&[]).await.pop().unwrap();
    assert_eq!((&row[2], &row[3]), (&json!("127.0.0.1"), &json!(false)));

    for (invalid, word) in [
        (json!({"project": "b"}), "username"),
        (json!({"username": "a"}), "project"),
        (json!({"username": 3, "project": "b"}), "string"),
        (json!({"username": "a", "project": "b", "isDesigner": "yes"}), "boolean"),
        (json!("text"), "Expected"),
    ] {
        let response = demo.create_session(&invalid).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{invalid}");
        let text = response.text().await.unwrap();
        assert!(text.contains(word), "{text}");
    }
}

#[tokio::test]
async fn compresses_if_accepted() {
    let demo = Fixture::new(|_| ());
    let plain = demo.send(Method::GET, SESSIONS).await;
    assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
    let plain = plain.bytes().await.unwrap();

    let request = demo.request(Method::GET, SESSIONS);
    let compressed = request.header(header::ACCEPT_ENCODING, "gzip").send();
    let compressed = compressed.await.unwrap();
    assert_eq!(compressed.headers()[header::CONTENT_ENCODING], "gzip");
    let compressed = compressed.bytes().await.unwrap();
    assert_eq!(compressed[..2], [0x1f, 0x8b]);
    assert!(compressed.len() < plain.len() / 2);

    let client = http_client().build().unwrap();
    let response = client.get(format!("{}{SESSIONS}", demo.gateway.url())).send();
    let response = body(response.await.unwrap()).await;
    assert_eq!(response["rows"].as_array().unwrap().len(), 120);
}

#[test]
fn keeps_connections_alive() {
    let demo = Fixture::new(|_| ());
    let mut connection = TcpStream::connect(demo.address()).unwrap();
    for _ in 0..3 {
        connection.write_all(b"GET /StatusPing HTTP/1.1\r\nHost: demo\r\n\r\n").unwrap();
        let mut response = Vec::new();
        while !response.ends_with(br#"{"state":"RUNNING"}"#) {
            let mut bytes = [0; 512];
            let count = connection.read(&mut bytes).unwrap();
            assert!(count > 0, "closed");
            response.extend_from_slice(&bytes[..count]);
        }
        assert!(response.starts_with(b"HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn same_seed_gives_the_same_sessions() {
    let sessions = async |seed| {
        let demo = Fixture::new(|options| options.seed = seed);
        let mut rows = demo.rows(&[]).await;
        for row in &mut rows {
            row.as_array_mut().unwrap().pop(); // The creation time, relative to the start.
        }
        let perspective = demo.json(LISTS[2]).await;
        (rows, values(&perspective, "id").join(" "))
    };
    assert_eq!(sessions(42).await, sessions(42).await);
    assert_ne!(sessions(42).await, sessions(43).await);
}

#[tokio::test]
async fn supports_any_number_of_sessions() {
    for sessions in [0, 1, 2_000] {
        let demo = Fixture::new(|options| options.sessions = sessions);
        assert_eq!(demo.rows(&[]).await.len(), sessions);
    }
}

#[test]
fn drop_closes_port_and_connections() {
    for still in [true, false] {
        let demo = Fixture::new(|options| options.still = still);
        let address = demo.address();
        let mut connection = TcpStream::connect(address).unwrap();
        drop(demo);
        assert!(TcpStream::connect(address).is_err());
        // Closed, in an orderly way or by a reset.
        assert!(!matches!(connection.read(&mut [0; 16]), Ok(1..)));
        drop(TcpListener::bind(address).unwrap());
    }
}

#[test]
fn reports_a_port_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let error = DemoGateway::start(Options { listen: listen.clone(), ..Options::default() }).unwrap_err();
    assert!(matches!(error, DemoError::Listen { .. }));
    assert_eq!(
        error.to_string(),
        format!("Can't listen on {listen}. Choose another address with --listen HOST:PORT")
    );
    assert!(std::error::Error::source(&error).is_some());
    let error = DemoGateway::start(Options { listen: "nonsense".to_owned(), ..Options::default() });
    assert!(error.unwrap_err().to_string().starts_with("Can't listen on nonsense. "));
}

#[test]
fn options_hide_secrets_in_debug_output() {
    let options = Options {
        require_basic: Some("operator:s3cret".parse().unwrap()),
        require_token: Some("reader:s3cret".parse().unwrap()),
        ..Options::default()
    };
    assert!(!format!("{options:?}").contains("s3cret"));
}
