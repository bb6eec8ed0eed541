//! Members of segments as files, as often as the segment says.

use rapport_domain::record::LetterBody;
use rapport_domain::time::{DAY_MS, HOUR_MS};
use rapport_domain::{EventKind, ResourceKind};
use rapport_engine::exports::write_due;
use rapport_testkit::world::World;
use serde_json::{Value, json};

fn identify(world: &mut World, user: &str, traits: Value) {
    world.send(EventKind::Identify, json!({"userId": user, "traits": traits}));
    world.settle();
}

/// The newest file: its columns, and user, e-mail and traits of each row.
fn newest(world: &World) -> (String, Vec<Vec<String>>) {
    let files = world.files("exports/ws1/pro");
    let text = std::fs::read_to_string(files.last().expect("a file")).expect("readable");
    let mut lines = text.lines().map(str::to_owned);
    let columns = lines.next().expect("columns");
    let mut rows: Vec<Vec<String>> = lines
        .map(|line| {
            line.split(',').enumerate().filter(|(i, _)| ![0, 3].contains(i)).map(|(_, v)| v.to_owned()).collect()
        })
        .collect();
    rows.sort();
    (columns, rows)
}

#[test]
fn files_are_written_by_schedule_and_forget_who_was_erased() {
    let mut world = World::new(3);
    let spec =
        json!({"name": "Pro", "rule": "traits.plan == 'pro'", "export": {"every": "1d", "traits": ["plan", "n"]}});
    world.publish(ResourceKind::Segment, "pro", &spec);
    // Before the segment is up to date nothing is written: a file would name half of its members.
    write_due(&world.shared).expect("looked");
    assert!(world.files("exports/ws1/pro").is_empty());
    world.settle();
    for n in 0..4 {
        let plan = if n < 3 { "pro" } else { "free" };
        identify(&mut world, &format!("u{n}"), json!({"plan": plan, "n": n, "email": format!("u{n}@example.com")}));
    }
    write_due(&world.shared).expect("written");
    let (columns, rows) = newest(&world);
    assert_eq!(columns, "profile,user_id,email,since,plan,n");
    let row = |n: usize| ["u", "u@example.com", "pro", ""].map(|t| t.replace('u', &format!("u{n}")));
    let expected: Vec<Vec<String>> = (0..3).map(|n| [&row(n)[..3], &[n.to_string()]].concat()).collect();
    assert_eq!(rows, expected);
    // Not again before its time, whatever happens; then with who is a member then.
    identify(&mut world, "u0", json!({"plan": "free"}));
    world.advance_ms(23 * HOUR_MS);
    write_due(&world.shared).expect("looked");
    assert_eq!(world.files("exports/ws1/pro").len(), 1);
    world.advance_ms(HOUR_MS);
    write_due(&world.shared).expect("written");
    assert_eq!((world.files("exports/ws1/pro").len(), newest(&world).1.len()), (2, 2));
    // After a crash the schedule goes on; only the newest thirty stay.
    world.crash();
    for _ in 0..35 {
        world.advance_ms(DAY_MS);
        write_due(&world.shared).expect("written");
    }
    let files = world.files("exports/ws1/pro");
    assert_eq!(files.len(), 30);
    assert!(files.iter().all(|f| f.extension().is_some_and(|e| e == "csv")), "{files:?}");
    // Whoever is erased is in no file any more; the next one is written without them.
    let id = world.profile("user_id", "u1").expect("a member").id;
    world.letter(id.home(), LetterBody::Erase { profile: id, reason: "asked".to_owned() });
    world.settle();
    assert!(world.files("exports/ws1/pro").is_empty());
    write_due(&world.shared).expect("written");
    assert_eq!(
        newest(&world).1,
        [vec!["u2".to_owned(), "u2@example.com".to_owned(), "pro".to_owned(), "2".to_owned()]]
    );
}
