//! Rules about the account of a customer: its traits live in one partition, its members in all.

use rapport_domain::time::DAY_MS;
use rapport_domain::{EventKind, ProfileId, ResourceKind, Timestamp};
use rapport_engine::read;
use rapport_testkit::world::{Now, START, World};
use serde_json::{Value, json};

const RULE: &str = r#"account.plan == "pro""#;

fn join(world: &mut World, user: &str, account: &str, traits: Value) {
    world.send(EventKind::Group, json!({"userId": user, "groupId": account, "traits": traits}));
}

/// A team of that many people in one account, spread over the partitions.
fn team(world: &mut World, people: usize) -> Vec<ProfileId> {
    (0..people).for_each(|n| join(world, &format!("u{n}"), "acme", json!({})));
    world.settle();
    (0..people).map(|n| world.profile("user_id", &format!("u{n}")).expect("a member").id).collect()
}

fn edges(world: &World, id: ProfileId) -> Vec<String> {
    world.timeline(id).into_iter().filter(|name| name.starts_with("Segment ")).collect()
}

#[test]
fn a_trait_of_the_account_moves_all_its_members() {
    let mut world = World::new(4);
    world.segment("pro-teams", RULE);
    let people = team(&mut world, 12);
    let homes: std::collections::BTreeSet<_> = people.iter().map(|id| id.home()).collect();
    assert!(homes.len() > 1, "members live in several partitions");
    assert_eq!(world.members("pro-teams"), 0);
    for (plan, members) in [("pro", 12), ("free", 0), ("pro", 12)] {
        join(&mut world, "u3", "acme", json!({"plan": plan}));
        world.settle();
        assert_eq!(world.members("pro-teams"), members, "{plan}");
        assert_eq!(world.preview(RULE), members, "{plan}, recomputed");
    }
    for id in &people {
        assert_eq!(edges(&world, *id), ["Segment Entered", "Segment Exited", "Segment Entered"], "no edge twice");
    }
    // What says nothing new moves nobody, nor does a statement that comes late.
    join(&mut world, "u4", "acme", json!({"plan": "pro", "note": "seen"}));
    let late = json!({"userId": "u5", "groupId": "acme", "traits": {"plan": "free"}});
    world.send_as(EventKind::Group, "late", START.plus_ms(-DAY_MS), false, &late);
    world.settle();
    assert_eq!((world.members("pro-teams"), edges(&world, people[5]).len()), (12, 3));
    // From a cold start the copies are still there.
    world.crash();
    join(&mut world, "new", "acme", json!({}));
    world.settle();
    assert_eq!((world.members("pro-teams"), world.preview(RULE)), (13, 13));
}

#[test]
fn of_several_accounts_the_latest_call_counts() {
    let mut world = World::new(3);
    world.segment("pro-teams", RULE);
    world.segment("consultants", "accounts() > 1");
    world.segment("crowds", "account_members() >= 3");
    join(&mut world, "u", "big", json!({"plan": "pro"}));
    join(&mut world, "v", "big", json!({}));
    world.settle();
    assert_eq!((world.members("pro-teams"), world.members("consultants"), world.members("crowds")), (2, 0, 0));
    world.clock.advance_ms(1_000);
    join(&mut world, "u", "small", json!({"plan": "free"}));
    join(&mut world, "w", "big", json!({}));
    world.settle();
    // `u` still belongs to both, and counts as a member of both; its rules are about the one it named last.
    assert_eq!((world.members("pro-teams"), world.members("consultants"), world.members("crowds")), (2, 1, 2));
    world.clock.advance_ms(1_000);
    join(&mut world, "u", "big", json!({}));
    world.settle();
    assert_eq!((world.members("pro-teams"), world.members("crowds")), (3, 3));
    for rule in [RULE, "accounts() > 1", "account_members() >= 3"] {
        let id = world.shared.live().workspaces[&world.ws]
            .rules
            .rules()
            .find(|r| r.1 == rule)
            .and_then(|r| r.2.map(str::to_owned));
        assert_eq!(world.member_ids(&id.expect("a segment")), world.preview_ids(rule), "{rule}");
    }
}

#[test]
fn a_new_rule_knows_accounts_at_once_and_tells_history() {
    let mut world = World::new(3);
    team(&mut world, 5);
    join(&mut world, "u0", "acme", json!({"plan": "pro", "address": {"city": "Ulm"}}));
    world.settle();
    world.segment("in-ulm", r#"account.address.city == "Ulm" && account.id == "acme""#);
    world.settle();
    assert_eq!(world.members("in-ulm"), 5);
    let id = world.profile("user_id", "u2").unwrap().id;
    let rows = world.rows(id);
    let entered = rows.iter().find(|r| &*r.event.name == "Segment Entered").expect("entered");
    assert_eq!(entered.event.properties.get("backfill"), Some(&json!(true)));
}

#[test]
fn imported_accounts_start_no_journeys() {
    let mut world = World::new(2);
    world.segment("pro-teams", RULE);
    let welcome = json!({
        "name": "Pro", "trigger": {"segment": {"id": "pro-teams", "on": "entered"}},
        "exit_when": r#"account.plan == "cancelled""#,
        "steps": [{"id": "wait", "wait": "3d"}, {"id": "go", "send": {"channel": "email", "template": "pro"}}]
    });
    world.publish(ResourceKind::Journey, "pro", &welcome);
    let said = json!({"userId": "old", "groupId": "import", "traits": {"plan": "pro"}});
    world.send_as(EventKind::Group, "h1", Timestamp(START.0 - DAY_MS), true, &said);
    world.settle();
    let count = |world: &World, user: &str, name: &str| {
        let id = world.profile("user_id", user).expect(user).id;
        world.timeline(id).iter().filter(|n| *n == name).count()
    };
    assert_eq!((world.members("pro-teams"), count(&world, "old", "Journey Entered")), (1, 0));
    // News does; and an account that changes takes its members out where the exit rule says so, without any event of theirs.
    join(&mut world, "new", "fresh", json!({"plan": "pro"}));
    world.settle();
    assert_eq!(count(&world, "new", "Journey Entered"), 1);
    world.advance_ms(DAY_MS);
    join(&mut world, "boss", "fresh", json!({"plan": "cancelled"}));
    world.settle();
    assert_eq!((count(&world, "new", "Journey Exited"), world.members("pro-teams")), (1, 1));
    world.advance_ms(5 * DAY_MS);
    assert_eq!(count(&world, "new", "Message Queued"), 0);
}

#[test]
fn a_large_account_is_asked_in_portions_and_everybody_has_a_turn() {
    let mut world = World::new(1);
    world.segment("pro-teams", RULE);
    let people = team(&mut world, 700);
    join(&mut world, "u0", "acme", json!({"plan": "pro"}));
    let mut seen = vec![0];
    while seen.last() != Some(&700) {
        assert!(seen.len() < 100, "{seen:?}");
        world.step_some(1);
        let now = world.members("pro-teams");
        if seen.last() != Some(&now) {
            seen.push(now);
        }
        // Traits that no rule asks for change all the time; they start no pass.
        join(&mut world, "u1", "acme", json!({"visits": seen.len()}));
    }
    let most = seen.windows(2).map(|w| w[1] - w[0]).max().unwrap();
    assert!(most <= 251, "{seen:?}");
    // It changes again while a pass is under way, and a crash comes on top.
    join(&mut world, "u0", "acme", json!({"plan": "free"}));
    world.step_some(3);
    world.crash();
    world.clock.advance_ms(1);
    join(&mut world, "u0", "acme", json!({"plan": "pro"}));
    world.step_some(3);
    world.crash();
    world.settle();
    assert_eq!((world.members("pro-teams"), world.preview(RULE)), (700, 700));
    assert!(people.iter().all(|id| edges(&world, *id).len() % 2 == 1));
    assert!(world.clock.now_ts() > START);
}

#[test]
fn a_merge_brings_the_account_along() {
    let mut world = World::new(4);
    world.segment("pro-teams", RULE);
    join(&mut world, "boss", "acme", json!({"plan": "pro"}));
    world.send(EventKind::Group, json!({"anonymousId": "a1", "groupId": "acme", "traits": {}}));
    world.send(EventKind::Track, json!({"userId": "u1", "event": "Seen"}));
    world.settle();
    assert_eq!(world.members("pro-teams"), 2);
    world.send(EventKind::Identify, json!({"anonymousId": "a1", "userId": "u1", "traits": {}}));
    world.settle();
    assert_eq!((world.members("pro-teams"), world.member_ids("pro-teams")), (2, world.preview_ids(RULE)));
    let account = read::profiles::account(&world.shared, world.ws, "acme").unwrap().unwrap();
    assert_eq!(account.members, 2, "the merged profile is one member");
    let known = world.profile("user_id", "u1").unwrap();
    let rule = rapport_rules::parse(RULE).unwrap();
    let why = read::audiences::explain(&world.shared, world.ws, &known, &rule).unwrap();
    assert!(why.clause.holds);
    assert_eq!(why.clause.values, [("account.plan".to_owned(), json!("pro"))]);
    // An account of which the members are gone moves nobody.
    join(&mut world, "boss", "acme", json!({"plan": "free"}));
    world.settle();
    assert_eq!(world.members("pro-teams"), 0);
}
