//! The demo gateway over a real socket: every path as a real gateway has it.

use std::{
    collections::HashSet,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
};

use gatewatch::demo::{DemoError, DemoGateway, Options};
use reqwest::{Client, Method, Response, StatusCode, header, redirect};
use serde_json::{Value, json};

/// Our script, where 8.x has it.
const SESSIONS: &str = "/system/webdev/gatewatch/sessions";
/// Our script, where 7.9 has it.
const SESSIONS_OF_7_9: &str = "/main/system/webdev/gatewatch/sessions";
/// The three REST lists.
const LISTS: [&str; 3] =
    ["/data/vision/api/v1/clients", "/data/api/v1/designers", "/data/perspective/api/v1/sessions/"];

/// A gateway on a free port where nobody comes or goes, and somebody who calls it.
struct Lab {
    gateway: DemoGateway,
    client: Client,
}

impl Lab {
    fn new(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options { listen: "127.0.0.1:0".to_owned(), still: true, ..Options::default() };
        change(&mut options);
        let client = Client::builder().no_proxy().gzip(false).redirect(redirect::Policy::none());
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
        let answer = self.send(Method::GET, path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json");
        body(answer).await
    }

    /// The rows of our script's answer to these parameters.
    async fn rows(&self, parameters: &[(&str, &str)]) -> Vec<Value> {
        let request = self.request(Method::GET, SESSIONS).query(parameters);
        let answer = body(request.send().await.unwrap()).await;
        assert_eq!(answer["ok"], true, "{answer}");
        answer["rows"].as_array().unwrap().clone()
    }

    async fn log_in(&self, who: &Value) -> Response {
        let request = self.request(Method::POST, "/demo/sessions");
        request.body(who.to_string()).send().await.unwrap()
    }

    fn address(&self) -> SocketAddr {
        let url = self.gateway.url();
        url.strip_prefix("http://").unwrap().parse().unwrap()
    }
}

async fn body(answer: Response) -> Value {
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}

/// The values at `key` of a list's items.
fn values<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|i| i[key].as_str().unwrap()).collect()
}

#[tokio::test]
async fn web_dev_answers_at_both_paths_with_six_typed_columns() {
    let lab = Lab::new(|_| ());
    let answer = lab.json(SESSIONS).await;
    assert_eq!(answer["ok"], true);
    assert_eq!(answer["v"], 1);
    assert_eq!(answer["timezone"], "America/Los_Angeles");
    assert_eq!(
        answer["columns"],
        json!([
            {"name": "username", "type": "String"},
            {"name": "project", "type": "String"},
            {"name": "address", "type": "String"},
            {"name": "isDesigner", "type": "Boolean"},
            {"name": "clientId", "type": "String"},
            {"name": "creationTime", "type": "Date"},
        ])
    );
    let rows = answer["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 120);
    let mut previous = 0;
    for row in rows {
        let [username, project, address, designer, id, created] = row.as_array().unwrap().as_slice() else {
            panic!("{row}");
        };
        assert!(username.is_string() && project.is_string() && address.is_string());
        assert!(designer.is_boolean());
        assert_eq!(id.as_str().unwrap().len(), 8);
        let created = created.as_i64().unwrap();
        assert!((previous..=answer["now"].as_i64().unwrap()).contains(&created));
        previous = created;
    }
    assert_eq!(lab.json(SESSIONS_OF_7_9).await["rows"], answer["rows"]);
}

#[tokio::test]
async fn web_dev_applies_the_filters_on_its_side() {
    let lab = Lab::new(|_| ());
    let names = async |parameters: &[(&str, &str)]| -> Vec<String> {
        let rows = lab.rows(parameters).await;
        rows.iter().map(|row| row[0].as_str().unwrap().to_owned()).collect()
    };
    let bi = ["billy", "bill.smith", "bianca.ericson", "billy"];
    assert_eq!(names(&[("usernameFilter", "bi.*")]).await, bi);
    assert_eq!(names(&[("usernameFilter", "billy")]).await, ["billy"; 2]);
    assert_eq!(names(&[("usernameFilter", "bi.ly")]).await, ["billy"; 2]);
    assert_eq!(names(&[("usernameFilter", "田中.+")]).await, ["田中.健"]);
    assert!(names(&[("usernameFilter", "bill")]).await.is_empty());
    let both = [("usernameFilter", "bi.*"), ("projectFilter", "Boiler_02")];
    assert_eq!(names(&both).await, ["bill.smith"]);
    let empty = [("usernameFilter", ""), ("projectFilter", "")];
    assert_eq!(names(&empty).await.len(), 120);
    for row in lab.rows(&[("projectFilter", "Packaging")]).await {
        assert_eq!(row[1], "Packaging");
    }
}

#[tokio::test]
async fn a_bad_pattern_is_answered_in_the_body() {
    let lab = Lab::new(|_| ());
    let answer = lab.json(&format!("{SESSIONS}?projectFilter=%28")).await;
    assert_eq!(answer["ok"], false);
    assert_eq!(answer["v"], 1);
    let error = answer["error"].as_str().unwrap();
    assert!(error.starts_with("projectFilter is not"), "{error}");
}

#[tokio::test]
async fn web_dev_knows_one_resource_and_one_method() {
    let lab = Lab::new(|_| ());
    for base in ["/system/webdev", "/main/system/webdev"] {
        for resource in ["gatewatch", "gatewatch/other", "other/sessions", "gatewatch/sessions/"] {
            let status = lab.status(Method::GET, &format!("{base}/{resource}")).await;
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{resource}");
        }
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::HEAD] {
            let path = format!("{base}/gatewatch/sessions");
            let status = lab.status(method, &path).await;
            assert_eq!(status, StatusCode::NOT_IMPLEMENTED);
        }
    }
}

#[tokio::test]
async fn basic_is_asked_for_on_web_dev_only() {
    let lab = Lab::new(|options| {
        options.require_basic = Some("operator:s3:crét".parse().unwrap());
    });
    for path in [SESSIONS, SESSIONS_OF_7_9] {
        let refused = lab.send(Method::GET, path).await;
        assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
        let challenge = refused.headers()[header::WWW_AUTHENTICATE].to_str();
        assert!(challenge.unwrap().starts_with("Basic"));
        assert!(refused.text().await.unwrap().contains("<html>"));

        for (user, password, expected) in [
            ("operator", "s3:crét", StatusCode::OK),
            ("operator", "s3:cret", StatusCode::UNAUTHORIZED),
            ("Operator", "s3:crét", StatusCode::UNAUTHORIZED),
            ("operator", "", StatusCode::UNAUTHORIZED),
        ] {
            let request = lab.request(Method::GET, path);
            let request = request.basic_auth(user, Some(password));
            assert_eq!(request.send().await.unwrap().status(), expected);
        }
        let token = lab.request(Method::GET, path).bearer_auth("operator");
        let status = token.send().await.unwrap().status();
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    }
    for path in ["/", "/StatusPing", "/system/gwinfo", LISTS[0]] {
        assert_eq!(lab.status(Method::GET, path).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_token_is_asked_for_under_data_only() {
    let lab = Lab::new(|options| options.require_token = Some("reader:k3y:2".parse().unwrap()));
    let with = async |path: &str, token: &str| {
        let request = lab.request(Method::GET, path);
        let request = request.header("X-Ignition-API-Token", token);
        request.send().await.unwrap().status()
    };
    for path in LISTS {
        assert_eq!(lab.status(Method::GET, path).await, StatusCode::UNAUTHORIZED);
        assert_eq!(with(path, "reader:k3y").await, StatusCode::UNAUTHORIZED);
        assert_eq!(with(path, "reader:k3y:2").await, StatusCode::OK);

        let request = lab.request(Method::GET, path);
        let basic = request.basic_auth("reader", Some("k3y:2")).send();
        assert_eq!(basic.await.unwrap().status(), StatusCode::UNAUTHORIZED);
    }
    let unknown = "/data/nothing/api/v1/here";
    assert_eq!(lab.status(Method::GET, unknown).await, StatusCode::UNAUTHORIZED);
    assert_eq!(with(unknown, "reader:k3y:2").await, StatusCode::NOT_FOUND);
    let end = lab.status(Method::DELETE, "/data/vision/api/v1/client/00000000");
    assert_eq!(end.await, StatusCode::UNAUTHORIZED);
    for path in ["/", "/StatusPing", "/system/gwinfo", SESSIONS] {
        assert_eq!(lab.status(Method::GET, path).await, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_rest_lists_hold_everybody_in_the_documented_fields() {
    let lab = Lab::new(|_| ());
    let rows = lab.rows(&[]).await;
    let of = |designer: bool| -> Vec<&str> {
        let wanted = rows.iter().filter(|row| row[3] == designer);
        wanted.map(|row| row[4].as_str().unwrap()).collect()
    };
    let lists = [lab.json(LISTS[0]).await, lab.json(LISTS[1]).await];
    for (list, designer) in lists.iter().zip([false, true]) {
        assert_eq!(values(list, "id"), of(designer));
        assert_eq!(
            list["metadata"],
            json!({
                "total": of(designer).len(), "matching": of(designer).len(), "limit": -1, "offset": 0,
            })
        );
        assert!(list["metrics"].is_object());
        for item in list["items"].as_array().unwrap() {
            for text in ["id", "user", "project", "address", "timezone"] {
                assert!(item[text].is_string(), "{text} of {item}");
            }
            for number in ["uptime", "lastcomm", "timeout"] {
                assert!(item[number].is_u64(), "{number} of {item}");
            }
            let memory = &item["memory"];
            assert!(memory["used"].as_u64().unwrap() < memory["max"].as_u64().unwrap());
            assert_eq!(item["tagCount"].is_u64(), !designer);
            assert_eq!(item.as_object().unwrap().len(), if designer { 9 } else { 10 });
        }
    }

    let perspective = lab.json(LISTS[2]).await;
    assert_eq!(perspective["metadata"]["total"], 24);
    for item in perspective["items"].as_array().unwrap() {
        for text in ["userAgent", "id", "username", "project", "clientAddress", "sessionScope"] {
            assert!(item[text].is_string(), "{text} of {item}");
        }
        for number in ["lastComm", "recentBytesSent", "totalBytesSent"] {
            assert!(item[number].is_u64(), "{number} of {item}");
        }
        assert_eq!(item["authorized"], item["username"] != "Unauthenticated");
        let pages = item["pageIds"].as_array().unwrap().len();
        assert_eq!(item["activePages"], pages);
        assert_eq!(item.as_object().unwrap().len(), 12);
    }
    let ids: HashSet<&str> = values(&perspective, "id").into_iter().collect();
    assert_eq!(ids.len(), 24);
    assert!(values(&perspective, "username").contains(&"Unauthenticated"));
}

#[tokio::test]
async fn the_rest_lists_page_and_ignore_other_parameters() {
    let lab = Lab::new(|_| ());
    for path in LISTS {
        let all = lab.json(path).await;
        let all_ids = values(&all, "id");
        for (query, first, last) in [
            ("limit=2&offset=1", 1, 3),
            ("limit=2", 0, 2),
            ("offset=3", 3, all_ids.len()),
            ("limit=-1&offset=0", 0, all_ids.len()),
            ("limit=0", 0, 0),
            ("limit=5&offset=100000", 0, 0),
            ("sortBy=asc(user)&search=x&filter=project[eq]=Lab", 0, all_ids.len()),
        ] {
            let page = lab.json(&format!("{path}?{query}")).await;
            assert_eq!(values(&page, "id"), all_ids[first..last], "{path}?{query}");
            assert_eq!(page["metadata"]["total"], all_ids.len());
        }
        let page = lab.json(&format!("{path}?limit=2&offset=1")).await;
        assert_eq!(page["metadata"]["limit"], 2);
        assert_eq!(page["metadata"]["offset"], 1);
        let wrong = lab.status(Method::GET, &format!("{path}?limit=all")).await;
        assert_eq!(wrong, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn the_rest_api_ends_sessions() {
    let lab = Lab::new(|_| ());
    let clients = lab.json(LISTS[0]).await;
    let id = values(&clients, "id")[3];
    let designer_path = format!("/data/api/v1/designer/{id}");
    let wrong_kind = lab.status(Method::DELETE, &designer_path).await;
    assert_eq!(wrong_kind, StatusCode::NOT_FOUND);
    let path = format!("/data/vision/api/v1/client/{id}");
    let ended = lab.send(Method::DELETE, &path).await;
    assert_eq!(ended.status(), StatusCode::OK);
    assert!(body(ended).await["message"].is_string());
    assert_eq!(lab.status(Method::DELETE, &path).await, StatusCode::NOT_FOUND);
    assert!(!values(&lab.json(LISTS[0]).await, "id").contains(&id));

    // A Designer is pruned only if it has long been silent.
    for item in lab.json(LISTS[1]).await["items"].as_array().unwrap() {
        let path = format!("/data/api/v1/designer/{}", item["id"].as_str().unwrap());
        let dormant = item["lastcomm"].as_i64() > item["timeout"].as_i64();
        let status = lab.status(Method::DELETE, &path).await;
        assert_eq!(status == StatusCode::OK, dormant, "{item}: {status}");
    }

    let sessions = lab.json(LISTS[2]).await;
    let ids = values(&sessions, "id");
    let path = "/data/perspective/api/v1/sessions";
    let two = format!("{path}?sessionId={}&sessionId={}&sessionId=x&message=Bye", ids[0], ids[5]);
    assert_eq!(body(lab.send(Method::DELETE, &two).await).await, json!({"terminated": 2}));
    let again = lab.status(Method::DELETE, &two).await;
    assert_eq!(again, StatusCode::NOT_FOUND);
    let nobody = lab.status(Method::DELETE, path).await;
    assert_eq!(nobody, StatusCode::BAD_REQUEST);
    assert_eq!(lab.json(LISTS[2]).await["metadata"]["total"], 22);
}

#[tokio::test]
async fn health_and_the_two_spellings_of_gwinfo() {
    let lab = Lab::new(|_| ());
    assert_eq!(lab.json("/StatusPing").await, json!({"state": "RUNNING"}));

    let info = lab.send(Method::GET, "/system/gwinfo").await;
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
    let where_7_9_has_it = lab.send(Method::GET, "/main/system/gwinfo").await;
    assert_eq!(where_7_9_has_it.text().await.unwrap(), info);
}

#[tokio::test]
async fn paths_that_no_gateway_has() {
    let lab = Lab::new(|_| ());
    for path in [
        "/nothing",
        "/data",
        "/data/vision/api/v1/nothing",
        "/data/vision/api/v1/clients/",
        "/data/perspective/api/v1/sessions",
        "/demo",
    ] {
        assert_eq!(lab.status(Method::GET, path).await, StatusCode::NOT_FOUND, "{path}");
    }
    for path in [LISTS[0], "/StatusPing"] {
        let status = lab.status(Method::POST, path).await;
        assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    }
    let about = lab.send(Method::GET, "/").await.text().await.unwrap();
    assert!(about.contains("demo gateway"));
}

#[tokio::test]
async fn tests_log_people_in_and_out() {
    let lab = Lab::new(|options| options.sessions = 3);
    let who = json!({"username": "åsa \"x\"", "project": "Lab", "address": "hmi-1", "isDesigner": true});
    let answer = lab.log_in(&who).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let id = body(answer).await["clientId"].as_str().unwrap().to_owned();
    let row = lab.rows(&[]).await.pop().unwrap();
    assert_eq!(
        row.as_array().unwrap()[..5],
        json!(["åsa \"x\"", "Lab", "hmi-1", true, id]).as_array().unwrap()[..]
    );
    assert!(values(&lab.json(LISTS[1]).await, "id").contains(&&*id));

    let path = format!("/demo/sessions/{id}");
    assert_eq!(lab.status(Method::DELETE, &path).await, StatusCode::NO_CONTENT);
    for path in [&path, "/demo/sessions/nobody"] {
        assert_eq!(lab.status(Method::DELETE, path).await, StatusCode::NOT_FOUND);
    }
    assert_eq!(lab.rows(&[]).await.len(), 3);

    let least = lab.log_in(&json!({"username": "a", "project": "b"})).await;
    assert_eq!(least.status(), StatusCode::OK);
    let row = lab.rows(&[]).await.pop().unwrap();
    assert_eq!((&row[2], &row[3]), (&json!("127.0.0.1"), &json!(false)));

    for (wrong, word) in [
        (json!({"project": "b"}), "username"),
        (json!({"username": "a"}), "project"),
        (json!({"username": 3, "project": "b"}), "string"),
        (json!({"username": "a", "project": "b", "isDesigner": "yes"}), "boolean"),
        (json!("text"), "expected"),
    ] {
        let answer = lab.log_in(&wrong).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{wrong}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(word), "{text}");
    }
}

#[tokio::test]
async fn packs_when_asked_to() {
    let lab = Lab::new(|_| ());
    let plain = lab.send(Method::GET, SESSIONS).await;
    assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
    let plain = plain.bytes().await.unwrap();

    let request = lab.request(Method::GET, SESSIONS);
    let packed = request.header(header::ACCEPT_ENCODING, "gzip").send();
    let packed = packed.await.unwrap();
    assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
    let packed = packed.bytes().await.unwrap();
    assert_eq!(packed[..2], [0x1f, 0x8b]);
    assert!(packed.len() < plain.len() / 2);

    let client = Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("{}{SESSIONS}", lab.gateway.url())).send();
    let answer = body(answer.await.unwrap()).await;
    assert_eq!(answer["rows"].as_array().unwrap().len(), 120);
}

#[test]
fn a_connection_serves_more_than_one_request() {
    let lab = Lab::new(|_| ());
    let mut connection = TcpStream::connect(lab.address()).unwrap();
    for _ in 0..3 {
        connection.write_all(b"GET /StatusPing HTTP/1.1\r\nHost: demo\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(br#"{"state":"RUNNING"}"#) {
            let mut bytes = [0; 512];
            let count = connection.read(&mut bytes).unwrap();
            assert!(count > 0, "closed");
            answer.extend_from_slice(&bytes[..count]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"));
    }
}

#[tokio::test]
async fn a_seed_makes_the_same_gateway_again() {
    let people = async |seed| {
        let lab = Lab::new(|options| options.seed = seed);
        let mut rows = lab.rows(&[]).await;
        for row in &mut rows {
            row.as_array_mut().unwrap().pop(); // The creation time, relative to the start.
        }
        let perspective = lab.json(LISTS[2]).await;
        (rows, values(&perspective, "id").join(" "))
    };
    assert_eq!(people(42).await, people(42).await);
    assert_ne!(people(42).await, people(43).await);
}

#[tokio::test]
async fn any_number_of_sessions() {
    for sessions in [0, 1, 2_000] {
        let lab = Lab::new(|options| options.sessions = sessions);
        assert_eq!(lab.rows(&[]).await.len(), sessions);
    }
}

#[test]
fn dropping_the_gateway_closes_its_port_and_connections() {
    for still in [true, false] {
        let lab = Lab::new(|options| options.still = still);
        let address = lab.address();
        let mut connection = TcpStream::connect(address).unwrap();
        drop(lab);
        assert!(TcpStream::connect(address).is_err());
        // An orderly end or a reset: closed either way.
        assert!(!matches!(connection.read(&mut [0; 16]), Ok(1..)));
        drop(TcpListener::bind(address).unwrap());
    }
}

#[test]
fn a_port_in_use_is_told_with_a_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let error = DemoGateway::start(Options { listen: listen.clone(), ..Options::default() }).unwrap_err();
    assert!(matches!(error, DemoError::Listen { .. }));
    assert_eq!(
        error.to_string(),
        format!("cannot listen on {listen}: address in use; choose another with --listen HOST:PORT")
    );
    let error = DemoGateway::start(Options { listen: "nonsense".to_owned(), ..Options::default() });
    assert!(error.unwrap_err().to_string().contains("cannot listen on nonsense: "));
}

#[test]
fn options_print_no_secret() {
    let options = Options {
        require_basic: Some("operator:s3cret".parse().unwrap()),
        require_token: Some("reader:s3cret".parse().unwrap()),
        ..Options::default()
    };
    assert!(!format!("{options:?}").contains("s3cret"));
}
