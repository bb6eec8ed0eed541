//! Types of other crates in the OpenAPI document, by the JSON Schema they publish (OpenAPI 3.1 schemas are JSON Schema
//! 2020-12). So a stage describes its documents once, with its doc comments, and knows nothing of OpenAPI.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// The published shape of `T`.
pub(crate) struct Described<T>(PhantomData<T>);

/// Every schema `T` needs, its own included.
fn definitions<T: JsonSchema>() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|s| s.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    generator.subschema_for::<T>();
    generator.take_definitions(true)
}

/// `const` is not known to the document's types; it is the same as an enumeration of one.
fn without_const(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(only) = object.remove("const") {
                object.insert("enum".to_owned(), Value::Array(vec![only]));
            }
            object.values_mut().for_each(without_const);
        }
        Value::Array(list) => list.iter_mut().for_each(without_const),
        _ => {}
    }
}

fn read(mut schema: Value) -> RefOr<Schema> {
    without_const(&mut schema);
    // A JSON Schema that the document's types cannot hold is described as anything; a test sees to it that none is.
    serde_json::from_value(schema).unwrap_or_else(|_| ObjectBuilder::new().into())
}

impl<T: JsonSchema> PartialSchema for Described<T> {
    fn schema() -> RefOr<Schema> {
        read(definitions::<T>().remove(&*T::schema_name()).unwrap_or_default())
    }
}

impl<T: JsonSchema> ToSchema for Described<T> {
    fn name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend(definitions::<T>().into_iter().map(|(name, schema)| (name, read(schema))));
    }
}

#[cfg(test)]
mod tests {
    use rapport_insights::funnel::{FunnelReport, FunnelRequest};

    use super::*;

    fn published<T: JsonSchema>() -> Value {
        serde_json::to_value(Described::<T>::schema()).unwrap()
    }

    #[test]
    fn published_shapes_are_the_real_ones() {
        let request = published::<FunnelRequest>();
        let real = serde_json::to_value(FunnelRequest::default()).unwrap();
        for member in real.as_object().unwrap().keys() {
            let described = &request["properties"][member];
            assert!(described["description"].is_string() || described["$ref"].is_string(), "{member}: {described}");
        }
        assert_eq!(request["properties"]["steps"]["items"]["$ref"], "#/components/schemas/FunnelStep");
        let report = published::<FunnelReport>();
        assert!(report["properties"]["warnings"]["items"]["type"] == "string", "{report}");
        let mut all = Vec::new();
        Described::<FunnelRequest>::schemas(&mut all);
        let order = all.iter().find(|(name, _)| name == "Order").unwrap();
        let text = serde_json::to_string(&order.1).unwrap();
        assert!(text.contains("strict") && text.contains("unordered"), "{text}");
        for (name, schema) in all {
            let described = serde_json::to_value(schema).unwrap();
            assert!(described.as_object().is_some_and(|s| s.len() > 1), "{name} lost its description: {described}");
        }
    }
}
