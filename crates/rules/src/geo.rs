//! Places and the distance between them.

use rapport_domain::compare::number;
use rapport_domain::event::Scalar;
use serde_json::Value;

/// Mean radius of the earth in kilometres (IUGG).
const EARTH_KM: f64 = 6_371.008_8;

/// Degrees north and east that a scalar names: an object with `lat`/`latitude` and `lon`/`lng`/`longitude`, a GeoJSON
/// point, or a text `52.5,13.4`. `None` for anything else and for places that do not exist.
pub(crate) fn place(scalar: &Scalar<'_>) -> Option<(f64, f64)> {
    let (latitude, longitude) = match scalar {
        Scalar::Text(text) => {
            let (latitude, longitude) = text.split_once(',')?;
            (number(latitude)?, number(longitude)?)
        }
        Scalar::Json(json) => match json.get("coordinates").and_then(Value::as_array) {
            // RFC 7946 §3.1.1: longitude first.
            Some(list) => (list.get(1).and_then(Value::as_f64)?, list.first().and_then(Value::as_f64)?),
            None => (member(json, &["lat", "latitude"])?, member(json, &["lon", "lng", "longitude"])?),
        },
        _ => return None,
    };
    exists(latitude, longitude).then_some((latitude, longitude))
}

fn member(json: &Value, names: &[&str]) -> Option<f64> {
    match names.iter().find_map(|name| json.get(name))? {
        Value::Number(n) => n.as_f64(),
        Value::String(text) => number(text),
        _ => None,
    }
}

/// Whether there is such a place.
pub(crate) fn exists(latitude: f64, longitude: f64) -> bool {
    (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude)
}

/// Kilometres along the great circle (haversine formula).
pub(crate) fn distance_km(from: (f64, f64), to: (f64, f64)) -> f64 {
    let half_sine = |degrees: f64| (degrees.to_radians() / 2.0).sin();
    let (north, east) = (half_sine(to.0 - from.0), half_sine(to.1 - from.1));
    let a = north * north + from.0.to_radians().cos() * to.0.to_radians().cos() * east * east;
    2.0 * EARTH_KM * a.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn places_as_people_write_them() {
        for (value, expected) in [
            (json!({"lat": 52.5, "lng": "13.4"}), Some((52.5, 13.4))),
            (json!({"latitude": -1, "longitude": 2}), Some((-1.0, 2.0))),
            (json!({"type": "Point", "coordinates": [13.4, 52.5]}), Some((52.5, 13.4))),
            (json!("52.5, 13.4"), Some((52.5, 13.4))),
            (json!({"lat": 91, "lon": 0}), None),
            (json!([52.5, 13.4]), None),
            (json!("Berlin"), None),
            (json!(null), None),
        ] {
            assert_eq!(place(&Scalar::of(Some(&value))), expected, "{value}");
        }
    }

    #[test]
    fn distances() {
        let (berlin, paris) = ((52.52, 13.405), (48.8566, 2.3522));
        for (from, to, km) in [
            (berlin, berlin, 0.0),
            (berlin, paris, 877.5),
            (paris, berlin, 877.5),
            ((0.0, 179.5), (0.0, -179.5), 111.2),
            ((90.0, 0.0), (-90.0, 77.0), 20_015.1),
        ] {
            assert!((distance_km(from, to) - km).abs() < 0.1, "{from:?} {to:?} {}", distance_km(from, to));
        }
    }
}
