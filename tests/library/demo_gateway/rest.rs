//! The REST API of 8.3: lists and ends sessions.

use std::collections::HashSet;

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::{Fixture, LISTS, body, values};

#[tokio::test]
async fn lists_have_all_sessions_and_documented_fields() {
    let demo = Fixture::new(|_| ());
    let rows = demo.rows(&[]).await;
    let ids = |designer: bool| -> Vec<&str> {
        let selected = rows.iter().filter(|row| row[3] == designer);
        selected.map(|row| row[4].as_str().unwrap()).collect()
    };
    let lists = [demo.json(LISTS[0]).await, demo.json(LISTS[1]).await];
    for (list, designer) in lists.iter().zip([false, true]) {
        assert_eq!(values(list, "id"), ids(designer));
        assert_eq!(
            list["metadata"],
            json!({
                "total": ids(designer).len(), "matching": ids(designer).len(), "limit": -1, "offset": 0,
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

    let perspective = demo.json(LISTS[2]).await;
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
async fn lists_support_paging_and_ignore_other_parameters() {
    let demo = Fixture::new(|_| ());
    for path in LISTS {
        let all = demo.json(path).await;
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
            let page = demo.json(&format!("{path}?{query}")).await;
            assert_eq!(values(&page, "id"), all_ids[first..last], "{path}?{query}");
            assert_eq!(page["metadata"]["total"], all_ids.len());
        }
        let page = demo.json(&format!("{path}?limit=2&offset=1")).await;
        assert_eq!(page["metadata"]["limit"], 2);
        assert_eq!(page["metadata"]["offset"], 1);
        let invalid = demo.status(Method::GET, &format!("{path}?limit=all")).await;
        assert_eq!(invalid, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn ends_sessions() {
    let demo = Fixture::new(|_| ());
    let clients = demo.json(LISTS[0]).await;
    let id = values(&clients, "id")[3];
    let designer_path = format!("/data/api/v1/designer/{id}");
    let wrong_kind = demo.status(Method::DELETE, &designer_path).await;
    assert_eq!(wrong_kind, StatusCode::NOT_FOUND);
    let path = format!("/data/vision/api/v1/client/{id}");
    let ended = demo.send(Method::DELETE, &path).await;
    assert_eq!(ended.status(), StatusCode::OK);
    assert!(body(ended).await["message"].is_string());
    assert_eq!(demo.status(Method::DELETE, &path).await, StatusCode::NOT_FOUND);
    assert!(!values(&demo.json(LISTS[0]).await, "id").contains(&id));

    // Only a dormant Designer is pruned.
    for item in demo.json(LISTS[1]).await["items"].as_array().unwrap() {
        let path = format!("/data/api/v1/designer/{}", item["id"].as_str().unwrap());
        let dormant = item["lastcomm"].as_i64() > item["timeout"].as_i64();
        let response = demo.send(Method::DELETE, &path).await;
        if dormant {
            assert_eq!(response.status(), StatusCode::OK, "{item}");
            assert_eq!(demo.status(Method::DELETE, &path).await, StatusCode::NOT_FOUND);
        } else {
            assert_eq!(response.status(), StatusCode::CONFLICT, "{item}");
            assert_eq!(response.content_length(), Some(0));
        }
    }

    let sessions = demo.json(LISTS[2]).await;
    let items = sessions["items"].as_array().unwrap().iter();
    let (in_designer, others): (Vec<_>, Vec<_>) = items.partition(|item| item["sessionScope"] == "designer");
    let ids: Vec<&str> = others.iter().map(|item| item["id"].as_str().unwrap()).collect();
    let path = "/data/perspective/api/v1/sessions";
    // The gateway doesn't end a session that runs in a Designer.
    let preview = in_designer[0]["id"].as_str().unwrap();
    let of_designer = demo.status(Method::DELETE, &format!("{path}?sessionId={preview}")).await;
    assert_eq!(of_designer, StatusCode::NOT_FOUND);
    let two = format!("{path}?sessionId={}&sessionId={}&sessionId=x&message=Bye", ids[0], ids[5]);
    assert_eq!(body(demo.send(Method::DELETE, &two).await).await, json!({"terminated": 2}));
    let again = demo.status(Method::DELETE, &two).await;
    assert_eq!(again, StatusCode::NOT_FOUND);
    let without_ids = demo.status(Method::DELETE, path).await;
    assert_eq!(without_ids, StatusCode::BAD_REQUEST);
    assert_eq!(demo.json(LISTS[2]).await["metadata"]["total"], 22);
}
