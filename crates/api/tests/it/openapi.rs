//! The published description is the router's.

use std::collections::BTreeSet;

use rapport_api::{Access, endpoints};
use serde_json::Value;

use crate::fixture::App;

#[tokio::test]
async fn every_endpoint_is_described_and_every_description_answers() {
    let app = App::new();
    let document = app.as_token("", "GET", "/api/openapi.json", Value::Null).await.expect(200);
    assert_eq!(document["openapi"], "3.1.0");
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            described.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let listed: BTreeSet<String> = endpoints().iter().map(|e| format!("{} {}", e.method.as_str(), e.path)).collect();
    assert_eq!(described, listed);
    for endpoint in endpoints() {
        let path = endpoint.path.replace(['{', '}'], "");
        let answer = app.as_token("", endpoint.method.as_str(), &path, Value::Null).await;
        let code = serde_json::from_slice::<Value>(&answer.body).ok();
        let detail = code.as_ref().map_or("", |c| c["detail"].as_str().unwrap_or(""));
        assert!(
            !detail.contains("no path") && answer.status != 405,
            "{} {path}: {}",
            endpoint.method.as_str(),
            answer.text()
        );
    }
}

#[tokio::test]
async fn every_reference_and_operation_id_is_good() {
    let app = App::new();
    let answer = app.as_token("", "GET", "/api/openapi.json", Value::Null).await;
    let (text, document) = (answer.text(), answer.json());
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let prefix = "#/components/schemas/";
    for reference in text.split(prefix).skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(schemas.contains_key(reference), "{reference} is referred to and not there");
    }
    let mut ids = BTreeSet::new();
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap().to_owned()), "{}", operation["operationId"]);
            assert!(operation["summary"].as_str().is_some_and(|s| !s.is_empty()));
            assert!(operation["responses"]["default"].is_object());
        }
    }
    let guarded = endpoints().iter().filter(|e| matches!(e.access, Access::Role(_))).count();
    assert!(guarded > 60, "{guarded}");
}

#[test]
fn the_index_of_the_product() {
    let lines: Vec<String> =
        endpoints().iter().map(|e| format!("{:6} {:55} {:?}", e.method.as_str(), e.path, e.access)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
