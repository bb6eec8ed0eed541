//! Web links within plain text.

/// `text` with each of its web links replaced by what `change` makes of it; `None` when it changes none.
pub(crate) fn rewrite_text_links(text: &str, mut change: impl FnMut(&str) -> Option<String>) -> Option<String> {
    let (mut out, mut rest, mut is_changed) = (String::with_capacity(text.len()), text, false);
    while let Some(at) = rest.find("https://").into_iter().chain(rest.find("http://")).min() {
        let (before, link) = rest.split_at(at);
        let end = link.find(|c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>')).unwrap_or(link.len());
        // A full stop or bracket at the end belongs to the sentence.
        let url = link[..end].trim_end_matches(['.', ',', '!', '?', ')', ';', ':', ']']);
        out.push_str(before);
        let changed = if url.len() > "https://".len() { change(url) } else { None };
        is_changed |= changed.is_some();
        // At least its first letters are behind us, so that the search goes on.
        let taken = url.len().max("http".len());
        out.push_str(changed.as_deref().unwrap_or(&link[..taken]));
        rest = &link[taken..];
    }
    out.push_str(rest);
    is_changed.then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_end_where_people_see_their_end() {
        let bare = |url: &str| Some(format!("[{}]", url.split_once("://").unwrap().1));
        for (text, expected) in [
            ("See https://a.example/b?c=1. Or (http://x.y/z), ok", Some("See [a.example/b?c=1]. Or ([x.y/z]), ok")),
            ("<https://a.example> \"http://b.example/#d\"", Some("<[a.example]> \"[b.example/#d]\"")),
            ("https:// and http://", None),
            ("http://.", None),
            ("no link", None),
            ("ünd https://a.example/ü\nnext", Some("ünd [a.example/ü]\nnext")),
        ] {
            assert_eq!(rewrite_text_links(text, bare).as_deref(), expected, "{text}");
        }
        assert_eq!(rewrite_text_links("https://a.example", |_| None), None);
    }
}
