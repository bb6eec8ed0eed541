//! Simulations keep WhatsApp's window for free text.

use rapport_domain::time::HOUR_MS;
use rapport_domain::{EventKind, ResourceKind};
use rapport_testkit::world::{START, World};
use serde_json::json;

use super::simulate::play;

#[test]
fn simulated_free_text_on_whatsapp_needs_a_customer_who_wrote() {
    let mut world = World::new(2);
    let template = json!({"name": "T", "channel": "whatsapp", "body": "Hi"});
    world.publish(ResourceKind::Template, "free", &template);
    for (user, phone) in [("ann", "+4915123456789"), ("bob", "+4915123456790")] {
        world.send(EventKind::Identify, json!({"userId": user, "traits": {"phone": phone}}));
    }
    let track = |world: &mut World, user: &str, event: &str| {
        world.send(EventKind::Track, json!({"userId": user, "event": event}));
        world.settle();
    };
    track(&mut world, "ann", "WhatsApp Received");
    world.advance_ms(23 * HOUR_MS);
    ["ann", "bob"].into_iter().for_each(|user| track(&mut world, user, "Ping"));
    world.advance_ms(HOUR_MS);
    track(&mut world, "ann", "Ping");
    // What she writes later opens nothing before it.
    track(&mut world, "ann", "WhatsApp Received");
    world.advance_ms(HOUR_MS);
    let spec = json!({"name": "P", "trigger": {"event": {"name": "Ping"}}, "reentry": "always",
        "steps": [{"id": "say", "send": {"channel": "whatsapp", "template": "free"}}]});
    let told = &play(&world, "ping", &spec, START).journey.channels["whatsapp"];
    assert_eq!((told.decided, told.sent), (3, 1), "{told:#?}");
    assert_eq!(told.skipped, [("window_closed".to_owned(), 2)].into());
}
