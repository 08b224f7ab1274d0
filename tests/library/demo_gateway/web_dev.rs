//! The Web Dev resource: columns, filters and errors.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{Fixture, SESSIONS, SESSIONS_OF_7_9};

#[tokio::test]
async fn has_six_typed_columns_at_both_paths() {
    let demo = Fixture::new(|_| ());
    let response = demo.json(SESSIONS).await;
    assert_eq!(response["ok"], true);
    assert_eq!(response["v"], 1);
    assert_eq!(response["timezone"], "America/Los_Angeles");
    assert_eq!(
        response["columns"],
        json!([
            {"name": "username", "type": "String"},
            {"name": "project", "type": "String"},
            {"name": "address", "type": "String"},
            {"name": "isDesigner", "type": "Boolean"},
            {"name": "clientId", "type": "String"},
            {"name": "creationTime", "type": "Date"},
        ])
    );
    let rows = response["rows"].as_array().unwrap();
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
        assert!((previous..=response["now"].as_i64().unwrap()).contains(&created));
        previous = created;
    }
    assert_eq!(demo.json(SESSIONS_OF_7_9).await["rows"], response["rows"]);
}

#[tokio::test]
async fn applies_filters() {
    let demo = Fixture::new(|_| ());
    let names = async |parameters: &[(&str, &str)]| -> Vec<String> {
        let rows = demo.rows(parameters).await;
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
    for row in demo.rows(&[("projectFilter", "Packaging")]).await {
        assert_eq!(row[1], "Packaging");
    }
}

#[tokio::test]
async fn reports_invalid_pattern_in_the_body() {
    let demo = Fixture::new(|_| ());
    let response = demo.json(&format!("{SESSIONS}?projectFilter=%28")).await;
    assert_eq!(response["ok"], false);
    assert_eq!(response["v"], 1);
    let error = response["error"].as_str().unwrap();
    assert!(error.starts_with("projectFilter is not"), "{error}");
}

#[tokio::test]
async fn rejects_other_resources_and_methods() {
    let demo = Fixture::new(|_| ());
    for base in ["/system/webdev", "/main/system/webdev"] {
        for resource in ["gatewatch", "gatewatch/other", "other/sessions", "gatewatch/sessions/"] {
            let status = demo.status(Method::GET, &format!("{base}/{resource}")).await;
            assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED, "{resource}");
        }
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::HEAD] {
            let path = format!("{base}/gatewatch/sessions");
            let status = demo.status(method, &path).await;
            assert_eq!(status, StatusCode::NOT_IMPLEMENTED);
        }
    }
}
