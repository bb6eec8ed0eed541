//! The OpenAPI 3.1 document, made from the same list of endpoints as the router.

use utoipa::PartialSchema;
use utoipa::openapi::path::{PathItem, PathsBuilder};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

use crate::auth::Access;
use crate::codes::{JourneyExit, JourneyRefusal, SkipCode};
use crate::endpoint::Endpoint;

/// What a request must carry to call an endpoint.
pub(crate) fn security(access: Access) -> Vec<SecurityRequirement> {
    let one = |name: &str| SecurityRequirement::new(name, Vec::<String>::new());
    match access {
        Access::Public | Access::Link => vec![SecurityRequirement::default()],
        Access::WriteKey => vec![one("write_key")],
        Access::Role(_) => vec![one("api_token"), one("session")],
    }
}

/// The document that describes these endpoints.
#[must_use]
pub fn document(endpoints: Vec<Endpoint>) -> OpenApi {
    let mut paths = PathsBuilder::new();
    let mut components = ComponentsBuilder::new();
    for mut endpoint in endpoints {
        let operation = endpoint.describe();
        paths = paths.path(endpoint.path, PathItem::new(endpoint.method.openapi(), operation));
        components = components.schemas_from_iter(endpoint.schemas);
    }
    let token = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let basic = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Basic).build());
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("rapport_session")));
    let components = components
        .schema("SkipReason", SkipCode::schema())
        .schema("JourneyRefusal", JourneyRefusal::schema())
        .schema("JourneyExit", JourneyExit::schema())
        .security_scheme("api_token", token)
        .security_scheme("write_key", basic)
        .security_scheme("session", cookie);
    let licence = LicenseBuilder::new().name("Apache-2.0").identifier(Some("Apache-2.0")).build();
    let info = InfoBuilder::new()
        .title("Rapport")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Collection takes events as Segment's HTTP API does. Management needs a bearer token, or a session's cookie \
             with the header X-CSRF-Token on writes. Lists are paged with ?limit= and ?cursor=; errors are RFC 9457.",
        ))
        .license(Some(licence))
        .build();
    OpenApiBuilder::new().info(info).paths(paths.build()).components(Some(components.build())).build()
}
