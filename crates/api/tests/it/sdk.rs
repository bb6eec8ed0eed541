//! The browser SDK is served to pages of any origin, or the reason why it is not.

use axum::http::HeaderMap;
use serde_json::Value;

use crate::fixture::App;

#[tokio::test]
async fn any_page_may_load_it_and_a_missing_one_says_how_to_build_it() {
    let app = App::new();
    let answer = app.as_token("", "GET", "/sdk/rapport.js", Value::Null).await;
    let header = |headers: &HeaderMap, name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(header(&answer.headers, "access-control-allow-origin"), "*");
    assert_eq!(header(&answer.headers, "cross-origin-resource-policy"), "cross-origin");
    // `web/sdk` may be built or not where the tests run.
    match answer.status {
        200 => assert!(header(&answer.headers, "content-type").starts_with("text/javascript")),
        404 => assert!(answer.text().contains("make web"), "{}", answer.text()),
        other => panic!("{other}: {}", answer.text()),
    }
    for path in ["/sdk/nothing.js", "/sdk/..%2Fpackage.json", "/sdk/.built", "/sdk/rapport.js.gz"] {
        let answer = app.as_token("", "GET", path, Value::Null).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}
