//! One endpoint: where it is, who may call it, what it does, and how it is described. The router, the OpenAPI document
//! and the test of permissions are all made from the same list of these.

use axum::handler::Handler;
use axum::routing::{MethodRouter, on};
use utoipa::openapi::path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Ref, RefOr, Required, ResponseBuilder, Schema, Type};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Access;
use crate::codes::{ItemCode, ProblemCode};
use crate::problem::{PROBLEM_JSON, ProblemBody, ProblemItem};
use crate::state::ApiState;

/// The HTTP methods used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Does or creates something.
    Post,
    /// Writes a document.
    Put,
    /// Changes members of something.
    Patch,
    /// Removes something.
    Delete,
}

impl Method {
    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }

    fn filter(self) -> axum::routing::MethodFilter {
        use axum::routing::MethodFilter;
        match self {
            Method::Get => MethodFilter::GET,
            Method::Post => MethodFilter::POST,
            Method::Put => MethodFilter::PUT,
            Method::Patch => MethodFilter::PATCH,
            Method::Delete => MethodFilter::DELETE,
        }
    }

    pub(crate) fn openapi(self) -> HttpMethod {
        match self {
            Method::Get => HttpMethod::Get,
            Method::Post => HttpMethod::Post,
            Method::Put => HttpMethod::Put,
            Method::Patch => HttpMethod::Patch,
            Method::Delete => HttpMethod::Delete,
        }
    }
}

/// What the guard needs to know of an endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) method: Method,
    pub(crate) access: Access,
    /// Answers may be remembered under an `Idempotency-Key`; not so when they hold a secret or the body is a stream.
    pub(crate) remembers: bool,
}

/// One endpoint.
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its path, with `{parameters}`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    pub(crate) rules: Rules,
    pub(crate) handler: MethodRouter<ApiState>,
    pub(crate) operation: OperationBuilder,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
    /// The same path with a slash at its end works too, as some SDKs send it.
    pub(crate) slash: bool,
}

impl Endpoint {
    /// An endpoint; `summary` says in one line what it does, `tag` is its noun.
    pub(crate) fn new<H, T>(
        method: Method,
        path: &'static str,
        access: Access,
        tag: &str,
        summary: &str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, ApiState>,
        T: 'static,
    {
        let mut operation =
            OperationBuilder::new().tag(tag).summary(Some(summary)).operation_id(Some(operation_id(method, path)));
        for name in rapport_domain::holes(path) {
            let text = ObjectBuilder::new().schema_type(Type::String);
            let name = name.trim_start_matches('*');
            let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Path);
            operation = operation.parameter(parameter.required(Required::True).schema(Some(text)).build());
        }
        let rules = Rules { method, access, remembers: method == Method::Post };
        let handler = on(method.filter(), handler);
        Endpoint { method, path, access, rules, handler, operation, schemas: Vec::new(), slash: false }
    }

    /// Takes these query parameters.
    pub(crate) fn query<Q: IntoParams>(self) -> Self {
        let parameters: Vec<Parameter> = Q::into_params(|| Some(ParameterIn::Query));
        let operation = parameters.into_iter().fold(self.operation, OperationBuilder::parameter);
        Endpoint { operation, ..self }
    }

    /// Takes this header.
    pub(crate) fn header(self, name: &str, description: &str) -> Self {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let parameter = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
        let parameter = parameter.required(Required::False).description(Some(description)).schema(Some(text));
        Endpoint { operation: self.operation.parameter(parameter.build()), ..self }
    }

    /// Takes this body.
    pub(crate) fn body<B: ToSchema>(mut self) -> Self {
        let schema = self.reference::<B>();
        let body = RequestBodyBuilder::new().required(Some(Required::True));
        let body = body.content("application/json", ContentBuilder::new().schema(Some(schema)).build());
        Endpoint { operation: self.operation.request_body(Some(body.build())), ..self }
    }

    /// Takes a body of these media types that is described in words.
    pub(crate) fn takes(self, media: &[&str], description: &str) -> Self {
        let body = RequestBodyBuilder::new().description(Some(description)).required(Some(Required::True));
        let body = media.iter().fold(body, |body, media| {
            let any = ObjectBuilder::new();
            body.content(*media, ContentBuilder::new().schema(Some(any)).build())
        });
        Endpoint { operation: self.operation.request_body(Some(body.build())), ..self }
    }

    /// Answers this with `status`.
    pub(crate) fn answers<A: ToSchema>(mut self, status: u16, description: &str) -> Self {
        let schema = self.reference::<A>();
        let response = ResponseBuilder::new().description(description);
        let response = response.content("application/json", ContentBuilder::new().schema(Some(schema)).build());
        Endpoint { operation: self.operation.response(status.to_string(), response.build()), ..self }
    }

    /// Answers something of this media type with `status`.
    pub(crate) fn sends(self, status: u16, media: &str, description: &str) -> Self {
        let mut response = ResponseBuilder::new().description(description);
        if !media.is_empty() {
            let text = ObjectBuilder::new().schema_type(Type::String);
            response = response.content(media, ContentBuilder::new().schema(Some(text)).build());
        }
        Endpoint { operation: self.operation.response(status.to_string(), response.build()), ..self }
    }

    /// Its answers are not remembered under an `Idempotency-Key`.
    pub(crate) fn forgets(self) -> Self {
        Endpoint { rules: Rules { remembers: false, ..self.rules }, ..self }
    }

    /// The path with a slash at its end works too.
    pub(crate) fn with_slash(self) -> Self {
        Endpoint { slash: true, ..self }
    }

    /// The finished description: what was said, and the problems every endpoint may answer.
    pub(crate) fn describe(&mut self) -> Operation {
        self.reference::<ProblemItem>();
        self.reference::<ProblemCode>();
        self.reference::<ItemCode>();
        let problem = self.reference::<ProblemBody>();
        let response = ResponseBuilder::new().description("What is wrong (RFC 9457).");
        let response = response.content(PROBLEM_JSON, ContentBuilder::new().schema(Some(problem)).build());
        let mut operation = std::mem::take(&mut self.operation).response("default", response.build());
        if self.rules.remembers && matches!(self.access, Access::Role(_)) {
            let text = ObjectBuilder::new().schema_type(Type::String);
            let key = ParameterBuilder::new().name("Idempotency-Key").parameter_in(ParameterIn::Header);
            let key = key.description(Some("The same key again gets the first answer, for a day.")).schema(Some(text));
            operation = operation.parameter(key.required(Required::False).build());
        }
        if let Access::Role(role) = self.access {
            operation = operation.description(Some(format!("Needs the role {}.", role.as_str())));
        }
        operation.securities(Some(crate::openapi::security(self.access))).build()
    }

    fn reference<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = T::name().into_owned();
        self.schemas.push((name.clone(), T::schema()));
        T::schemas(&mut self.schemas);
        RefOr::Ref(Ref::from_schema_name(name))
    }
}

/// `GET /api/v1/profiles/{id}` → `get_profiles_by_id`.
fn operation_id(method: Method, path: &str) -> String {
    let words = path.split('/').filter(|w| !w.is_empty() && !matches!(*w, "api" | "v1"));
    let words = words.map(|w| match w.strip_prefix('{').and_then(|w| w.strip_suffix('}')) {
        Some(parameter) => format!("by_{}", parameter.trim_start_matches('*')),
        None => w.replace(['-', '.'], "_"),
    });
    let prefix = if path.starts_with("/v1/") { "collect_" } else { "" };
    let name = words.collect::<Vec<_>>().join("_");
    let name = if name.is_empty() { "start".to_owned() } else { name };
    format!("{prefix}{}_{name}", method.as_str().to_ascii_lowercase())
}
