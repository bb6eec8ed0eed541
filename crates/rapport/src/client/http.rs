//! Calls of the API, and its problems in words.

use std::io::Read;
use std::time::Duration;

use rapport_domain::Problem;
use serde::Deserialize;
use serde_json::Value;
use ureq::{Agent, SendBody};

const CONNECT: Duration = Duration::from_secs(5);
/// How long the server may think about one request; queries end earlier.
const ANSWER: Duration = Duration::from_secs(300);
/// The largest answer read, bytes; long lists come in pages.
const MAX_ANSWER_BYTES: u64 = 256 << 20;

/// The management API of one server.
#[derive(Clone, Debug)]
pub struct Http {
    agent: Agent,
    base: String,
    token: String,
}

/// A good answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its text.
    pub text: String,
}

/// A request that failed.
#[derive(Debug, thiserror::Error)]
pub enum ApiFailure {
    /// The server answered with a problem (RFC 9457).
    #[error("{}", words(.0))]
    Problem(ProblemBody),
    /// There was no answer.
    #[error("{server} does not answer: {detail}")]
    Unreachable {
        /// The server's address.
        server: String,
        /// Why.
        detail: String,
    },
    /// The answer is not of the expected form.
    #[error("{server} sent an answer that is not understood ({detail}); is it a Rapport server of this version?")]
    Unexpected {
        /// The server's address.
        server: String,
        /// What was expected.
        detail: String,
    },
}

/// A problem as the API describes it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProblemBody {
    /// The HTTP status.
    pub status: u16,
    /// The problem's stable name.
    pub code: String,
    /// What is wrong, for people.
    pub detail: String,
    /// Each thing wrong, with its place.
    pub errors: Vec<ProblemItem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProblemItem {
    /// Where.
    pub at: String,
    /// What was expected.
    pub message: String,
    /// The nearest known name.
    pub did_you_mean: Option<String>,
}

fn words(problem: &ProblemBody) -> String {
    let item = |e: &ProblemItem| Problem::new(&e.at, &e.message).with_suggestion(e.did_you_mean.clone()).to_string();
    let items: Vec<String> = problem.errors.iter().map(item).collect();
    let hint = match problem.status {
        401 => "\n  the token is unknown, expired or revoked",
        _ => "",
    };
    // A single error is already the detail.
    match items.as_slice() {
        [one] if problem.detail.contains(one.as_str()) => format!("{}{hint}", problem.detail),
        [] => format!("{}{hint}", problem.detail),
        many => format!("{}{hint}\n  {}", problem.detail, many.join("\n  ")),
    }
}

impl ApiFailure {
    /// The HTTP status; 0 when there was no answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            ApiFailure::Problem(problem) => problem.status,
            _ => 0,
        }
    }
}

impl Http {
    /// The API of the server at `base`, with a token.
    #[must_use]
    pub fn new(base: &str, token: &str) -> Http {
        let builder = Agent::config_builder();
        // A proxy of the environment is for other machines.
        let builder = if is_this_machine(base) { builder.proxy(None) } else { builder };
        let config = builder
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_recv_response(Some(ANSWER))
            .max_redirects(3)
            .user_agent(concat!("rapport-cli/", env!("CARGO_PKG_VERSION")))
            .build();
        Http { agent: config.into(), base: base.trim_end_matches('/').to_owned(), token: token.to_owned() }
    }

    /// The server's address.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether a server answers there.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.agent.get(format!("{}/healthz", self.base)).call().is_ok_and(|r| r.status().as_u16() < 500)
    }

    /// Reads.
    ///
    /// # Errors
    /// See [`ApiFailure`].
    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, ApiFailure> {
        self.parsed(self.get_text(path, query)?)
    }

    /// Reads, and answers the text as it came.
    ///
    /// # Errors
    /// See [`ApiFailure`].
    pub fn get_text(&self, path: &str, query: &[(&str, &str)]) -> Result<Answer, ApiFailure> {
        let request = self.agent.get(self.url(path)).header("Authorization", self.bearer());
        let request = query.iter().fold(request, |request, (name, value)| request.query(*name, *value));
        self.answer(request.call())
    }

    /// Reads an answer of any length as it comes.
    ///
    /// # Errors
    /// See [`ApiFailure`]; later the reader's own.
    pub fn get_stream(&self, path: &str) -> Result<impl Read + use<>, ApiFailure> {
        let sent = self.agent.get(self.url(path)).header("Authorization", self.bearer()).call();
        let response =
            sent.map_err(|e| ApiFailure::Unreachable { server: self.base.clone(), detail: e.to_string() })?;
        if response.status().as_u16() < 400 {
            return Ok(response.into_body().into_reader());
        }
        match self.answer(Ok(response)) {
            Err(failure) => Err(failure),
            Ok(_) => Err(ApiFailure::Unexpected { server: self.base.clone(), detail: "no stream".to_owned() }),
        }
    }

    /// Does or creates something.
    ///
    /// # Errors
    /// See [`ApiFailure`].
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, ApiFailure> {
        self.parsed(self.post_text(path, body)?)
    }

    /// Asks, and answers the text as it came.
    ///
    /// # Errors
    /// See [`ApiFailure`].
    pub fn post_text(&self, path: &str, body: &Value) -> Result<Answer, ApiFailure> {
        let request = self.agent.post(self.url(path)).header("Authorization", self.bearer());
        self.answer(request.send_json(body))
    }

    /// Writes a document.
    ///
    /// # Errors
    /// See [`ApiFailure`].
    pub fn put(&self, path: &str, body: &Value) -> Result<Value, ApiFailure> {
        let request = self.agent.put(self.url(path)).header("Authorization", self.bearer());
        self.parsed(self.answer(request.send_json(body))?)
    }

    /// Removes something.
    ///
    /// # Errors
    /// See [`ApiFailure`].
    pub fn delete(&self, path: &str) -> Result<Value, ApiFailure> {
        let request = self.agent.delete(self.url(path)).header("Authorization", self.bearer());
        self.parsed(self.answer(request.call())?)
    }

    /// Sends what `body` reads, as it is read.
    ///
    /// # Errors
    /// See [`ApiFailure`].
    pub fn upload(
        &self,
        path: &str,
        query: &[(&str, &str)],
        content_type: &str,
        body: &mut dyn Read,
    ) -> Result<Value, ApiFailure> {
        let request = self.agent.post(self.url(path)).header("Authorization", self.bearer());
        let request = query.iter().fold(request, |request, (name, value)| request.query(*name, *value));
        let request = request.header("Content-Type", content_type);
        self.parsed(self.answer(request.send(SendBody::from_reader(body)))?)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn bearer(&self) -> String {
        format!("Bearer {}", self.token)
    }

    fn answer(&self, sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Answer, ApiFailure> {
        let unreachable = |e: ureq::Error| ApiFailure::Unreachable { server: self.base.clone(), detail: e.to_string() };
        let mut response = sent.map_err(unreachable)?;
        let status = response.status().as_u16();
        let etag = response.headers().get("etag").and_then(|v| v.to_str().ok()).map(str::to_owned);
        let text = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_string().map_err(unreachable)?;
        if status < 400 {
            return Ok(Answer { status, etag, text });
        }
        match serde_json::from_str::<ProblemBody>(&text) {
            Ok(problem) => Err(ApiFailure::Problem(ProblemBody { status, ..problem })),
            Err(_) => Err(ApiFailure::Unexpected { server: self.base.clone(), detail: format!("status {status}") }),
        }
    }

    fn parsed(&self, answer: Answer) -> Result<Value, ApiFailure> {
        if answer.text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&answer.text)
            .map_err(|e| ApiFailure::Unexpected { server: self.base.clone(), detail: e.to_string() })
    }
}

fn is_this_machine(base: &str) -> bool {
    let host = base.trim_start_matches("http://").trim_start_matches("https://");
    ["127.", "localhost", "[::1]"].iter().any(|own| host.starts_with(own))
}

/// A text as one segment of a path.
#[must_use]
pub fn segment(text: &str) -> String {
    let keeps = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if keeps(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_shown_with_their_places() {
        let item = |at: &str, name: Option<&str>| ProblemItem {
            at: at.to_owned(),
            message: "unknown".to_owned(),
            did_you_mean: name.map(str::to_owned),
        };
        let problem = |detail: &str, errors| ProblemBody {
            status: 400,
            detail: detail.to_owned(),
            errors,
            ..ProblemBody::default()
        };
        for (body, expected) in [
            (problem("no", vec![]), "no"),
            (problem("a: unknown", vec![item("a", None)]), "a: unknown"),
            (
                problem("2 problems", vec![item("a", Some("b")), item("c", None)]),
                "2 problems\n  a: unknown (did you mean \"b\"?)\n  c: unknown",
            ),
        ] {
            assert_eq!(ApiFailure::Problem(body).to_string(), expected);
        }
    }

    #[test]
    fn path_segments_are_escaped() {
        assert_eq!(segment("a b/c@d.é"), "a%20b%2Fc%40d.%C3%A9");
    }
}
