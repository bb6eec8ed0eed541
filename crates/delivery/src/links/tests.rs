//! Links against servers of this machine.

use super::*;
use crate::catcher::http::{Act, HttpCatcher};
use crate::channels::http::Outbound;

fn near() -> Http {
    Http::new(Duration::from_millis(500), &Outbound::of(&["127.0.0.1"]).unwrap()).unwrap()
}

fn to(status: u16, place: &str) -> Act {
    Act::Answer(status, vec![("location", place.to_owned())], String::new())
}

async fn one(http: &Http, link: &str) -> Checked {
    check(http, &[link.to_owned()]).await.remove(0)
}

#[tokio::test]
async fn each_answer_is_a_verdict() {
    let (http, server) = (near(), HttpCatcher::local(Act::answer(200, "page")).await.unwrap());
    let link = format!("{}/a?b=1#top", server.url());
    for (acts, verdict, status, asked) in [
        (vec![], Verdict::Works, Some(200), "HEAD"),
        (vec![Act::answer(204, "")], Verdict::Works, Some(204), "HEAD"),
        // What HEAD is not answered to, a browser may be shown.
        (vec![Act::answer(405, "")], Verdict::Works, Some(200), "HEAD GET"),
        (vec![Act::answer(404, "")], Verdict::Works, Some(200), "HEAD GET"),
        (vec![Act::Close], Verdict::Works, Some(200), "HEAD GET"),
        (vec![Act::answer(404, ""), Act::answer(404, "no")], Verdict::Broken, Some(404), "HEAD GET"),
        (vec![Act::answer(410, ""), Act::answer(410, "")], Verdict::Broken, Some(410), "HEAD GET"),
        (vec![Act::answer(400, ""), Act::answer(400, "")], Verdict::Broken, Some(400), "HEAD GET"),
        (vec![Act::answer(403, ""), Act::answer(403, "")], Verdict::Unsure, Some(403), "HEAD GET"),
        (vec![Act::answer(429, ""), Act::answer(429, "")], Verdict::Unsure, Some(429), "HEAD GET"),
        (vec![Act::answer(500, ""), Act::answer(503, "")], Verdict::Failing, Some(503), "HEAD GET"),
        (vec![Act::Hang, Act::Hang], Verdict::Failing, None, "HEAD GET"),
        (vec![to(302, "")], Verdict::Broken, Some(302), "HEAD"),
        (vec![to(302, "app:open")], Verdict::Broken, Some(302), "HEAD"),
    ] {
        drop(server.take());
        server.script(acts.clone());
        let found = one(&http, &link).await;
        assert_eq!(
            (found.verdict, found.status, found.leads_to.clone()),
            (verdict, status, None),
            "{acts:?} {found:?}"
        );
        let caught = server.take();
        let methods: Vec<_> = caught.iter().map(|c| c.method.as_str()).collect();
        assert_eq!(methods.join(" "), asked, "{acts:?}");
        assert!(caught.iter().all(|c| c.path == "/a?b=1" && c.header("user-agent") == Some(AGENT)), "{caught:?}");
    }
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(one(&http, &format!("http://{nobody}/")).await.verdict, Verdict::Failing);
}

#[tokio::test]
async fn redirects_are_followed_each_through_the_guard() {
    let (http, server) = (near(), HttpCatcher::local(Act::answer(200, "")).await.unwrap());
    let (link, base) = (format!("{}/old", server.url()), server.url());
    for (acts, verdict, leads_to) in [
        (vec![to(301, "/new")], Verdict::Moved, Some("/new")),
        (vec![to(308, "new?c=%C3%BC")], Verdict::Moved, Some("/new?c=%C3%BC")),
        (vec![to(302, "/new")], Verdict::Works, Some("/new")),
        (vec![to(301, "/a"), to(307, "/b")], Verdict::Works, Some("/b")),
        (vec![to(301, "/gone"), Act::answer(404, ""), Act::answer(404, "")], Verdict::Broken, Some("/gone")),
    ] {
        server.script(acts.clone());
        let found = one(&http, &link).await;
        let expected = leads_to.map(|path| format!("{base}{path}"));
        assert_eq!((found.verdict, found.leads_to), (verdict, expected), "{acts:?}");
    }
    let round = HttpCatcher::local(to(302, "/round")).await.unwrap();
    let found = one(&http, &round.url()).await;
    assert!(found.verdict == Verdict::Broken && found.detail.contains("on and on"), "{found:?}");
    assert_eq!(round.caught().len(), MAX_STEPS + 1);
    // What a server leads to is no more open than what the author wrote.
    for place in ["http://169.254.169.254/latest", "http://10.0.0.1/", "//[::1]/"] {
        server.script([to(302, place)]);
        let found = one(&http, &link).await;
        assert!(found.verdict == Verdict::Refused && found.detail.contains("private address"), "{place}: {found:?}");
    }
    for link in ["ftp://shop.example/", "https://", "https://a b.example/"] {
        assert_eq!(one(&http, link).await.verdict, Verdict::Refused, "{link}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_ends_in_time_and_in_order() {
    let server = HttpCatcher::local(Act::Hang).await.unwrap();
    let http = Http::new(EACH, &Outbound::of(&["127.0.0.1"]).unwrap()).unwrap();
    let links: Vec<String> = (0..MAX_LINKS + 50).map(|n| format!("{}/{n}", server.url())).collect();
    let begun = Instant::now();
    let found = check(&http, &links).await;
    assert_eq!(found.len(), MAX_LINKS);
    assert!(begun.elapsed() <= ALL + Duration::from_secs(1), "{:?}", begun.elapsed());
    // Two questions of eight seconds each, eight links at once: the second eight are cut off.
    let verdicts: Vec<_> = found.iter().map(|c| c.verdict).collect();
    assert_eq!(verdicts[..AT_ONCE], [Verdict::Failing; AT_ONCE]);
    assert!(verdicts[AT_ONCE..].iter().all(|v| *v == Verdict::Unchecked), "{verdicts:?}");
}

#[test]
fn addresses_go_over_the_wire_as_browsers_send_them() {
    for (url, sent) in [
        ("https://a.example/x#y", "https://a.example/x"),
        (" https://a.example/ä b?q=ö|1 ", "https://a.example/%C3%A4%20b?q=%C3%B6%7C1"),
        ("https://a.example?q=a%20b", "https://a.example?q=a%20b"),
        ("https://a.example", "https://a.example"),
    ] {
        assert_eq!(sendable(url), sent);
    }
    for (location, expected) in [
        ("https://b.example/x", Some("https://b.example/x")),
        ("//b.example/x", Some("https://b.example/x")),
        ("/x", Some("https://a.example/x")),
        ("x/y", Some("https://a.example/d/x/y")),
        ("?p=2", Some("https://a.example/d/e?p=2")),
        ("mailto:a@b.example", None),
        ("", None),
    ] {
        assert_eq!(onward("https://a.example/d/e?p=1", location).as_deref(), expected, "{location}");
    }
}
