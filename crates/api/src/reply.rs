//! The shapes answers share: pages, times, documents.

use std::borrow::Cow;

use axum::Json;
use rapport_domain::Timestamp;
use serde::{Serialize, Serializer};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ArrayBuilder, KnownFormat, ObjectBuilder, Ref, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::error::ApiError;

/// What a handler answers.
pub(crate) type Reply<T> = Result<Json<T>, ApiError>;

/// An instant as answers show it: RFC 3339, UTC, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl From<Timestamp> for Time {
    fn from(at: Timestamp) -> Self {
        Time(at)
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .into()
    }
}

impl ToSchema for Time {}

/// Which rows of a list.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchQuery {
    /// Text to find.
    pub(crate) q: Option<String>,
    /// The `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// Rows, 1 to 500; 50 when absent.
    pub(crate) limit: Option<usize>,
}

/// One page of a list.
#[derive(Debug, Serialize)]
pub(crate) struct Paged<T> {
    /// The rows.
    pub(crate) items: Vec<T>,
    /// Give this as `cursor` for the next page; null on the last.
    pub(crate) next_cursor: Option<String>,
}

impl<T: ToSchema> PartialSchema for Paged<T> {
    fn schema() -> RefOr<Schema> {
        let rows = ArrayBuilder::new().items(Ref::from_schema_name(T::name())).description(Some("The rows."));
        let either = SchemaType::from_iter([Type::String, Type::Null]);
        let cursor = ObjectBuilder::new().schema_type(either);
        let cursor = cursor.description(Some("Give this as cursor for the next page; null on the last."));
        let page = ObjectBuilder::new().property("items", rows).required("items");
        page.property("next_cursor", cursor).required("next_cursor").into()
    }
}

impl<T: ToSchema> ToSchema for Paged<T> {
    fn name() -> Cow<'static, str> {
        format!("PageOf{}", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T> Paged<T> {
    /// A page of a store's list.
    pub(crate) fn of<U>(page: rapport_store::Page<U>, show: impl FnMut(U) -> T) -> Self {
        let page = page.map(show);
        Paged { items: page.items, next_cursor: page.next }
    }

    /// A list that is whole.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Paged { items, next_cursor: None }
    }
}

/// The answer to something that was done and has nothing to say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// Always true.
    pub(crate) ok: bool,
}

impl Done {
    pub(crate) fn json() -> Json<Done> {
        Json(Done { ok: true })
    }
}
