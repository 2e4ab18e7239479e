// SPDX-License-Identifier: Apache-2.0
//! Which public functions of a crate no entry of the proof calls.
//!
//! Both are read as source text. From a crate: public functions, public methods, the functions of public traits, those of
//! trait implementations for public types, and every `message!`. From the entries: paths such as `Reader::text` or
//! `<Failure as From<Code>>::from`, the implementations of traits, and what the list `messages!` names.
//!
//! Not seen: implementations that other macros and derives make. A path anywhere in the entries counts: that it stands in a
//! function which is linked is seen to by the compiler, as an unused one is an error there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::Outcome;

/// Prints every public function without an entry; fails if there is one.
pub fn run(entries: &Path, crates: &[&str]) -> Outcome {
    let mut called = Called::default();
    for text in sources(entries)? {
        called.read(&text)?;
    }
    let mut wanted = Wanted::default();
    for folder in crates {
        for text in sources(&Path::new(folder).join("src"))? {
            wanted.read(&text)?;
        }
    }
    let functions = wanted.functions();
    let missing: Vec<_> = functions.difference(&called.paths).collect();
    for function in &missing {
        println!("no entry calls {function}");
    }
    println!("{} of {} public functions have an entry", functions.len() - missing.len(), functions.len());
    Ok(if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The text of every Rust file below a folder.
fn sources(folder: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let mut texts = Vec::new();
    for file in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = file?.path();
        if path.is_dir() {
            texts.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push(fs::read_to_string(path)?);
        }
    }
    Ok(texts)
}

/// What a crate offers.
#[derive(Default)]
struct Wanted {
    public_types: BTreeSet<String>,
    /// Functions of inherent implementations and of traits, and free ones.
    plain: BTreeSet<String>,
    /// Functions of trait implementations: the type and, written out, the path.
    implemented: BTreeSet<(String, String)>,
}

impl Wanted {
    fn read(&mut self, text: &str) -> syn::Result<()> {
        self.visit_file(&syn::parse_file(text)?);
        Ok(())
    }

    /// All of them; implementations for types that are not public are left out.
    fn functions(&self) -> BTreeSet<String> {
        let foreign = |name: &str| !name.starts_with(|first: char| first.is_ascii_uppercase());
        let reachable = self.implemented.iter().filter(|(name, _)| foreign(name) || self.public_types.contains(name));
        self.plain.iter().chain(reachable.map(|(_, path)| path)).cloned().collect()
    }

    fn add_type(&mut self, visibility: &syn::Visibility, name: &syn::Ident) {
        if public(visibility) {
            self.public_types.insert(name.to_string());
        }
    }
}

fn public(visibility: &syn::Visibility) -> bool {
    matches!(visibility, syn::Visibility::Public(_))
}

impl<'a> Visit<'a> for Wanted {
    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        let test = module.attrs.iter().any(|attribute| {
            attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
        });
        if !test {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_struct(&mut self, item: &'a syn::ItemStruct) {
        self.add_type(&item.vis, &item.ident);
    }

    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        self.add_type(&item.vis, &item.ident);
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        if public(&item.vis) {
            self.plain.insert(item.sig.ident.to_string());
        }
    }

    fn visit_item_trait(&mut self, item: &'a syn::ItemTrait) {
        for function in item
            .items
            .iter()
            .filter_map(|item| if let syn::TraitItem::Fn(function) = item { Some(function) } else { None })
        {
            if public(&item.vis) {
                self.plain.insert(format!("{}::{}", item.ident, function.sig.ident));
            }
        }
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        let name = type_name(&item.self_ty);
        for function in item
            .items
            .iter()
            .filter_map(|item| if let syn::ImplItem::Fn(function) = item { Some(function) } else { None })
        {
            let method = &function.sig.ident;
            match &item.trait_ {
                Some((_, path, _)) => {
                    self.implemented.insert((name.clone(), implementation(&name, path, method)));
                }
                None if public(&function.vis) => {
                    self.plain.insert(format!("{name}::{method}"));
                }
                None => {}
            }
        }
    }

    fn visit_item_macro(&mut self, item: &'a syn::ItemMacro) {
        if item.mac.path.segments.last().is_some_and(|last| last.ident == "message") {
            let tokens = flat(item.mac.tokens.clone());
            if let Some(place) = tokens.iter().position(|token| token == "struct") {
                self.plain.insert(format!("message {}", tokens[place + 1]));
            }
        }
    }
}

/// `Type::method`, or `<Type as Trait<Arguments>>::method` where the trait's arguments or a foreign type make a difference.
fn implementation(name: &str, path: &syn::Path, method: &syn::Ident) -> String {
    let last = path.segments.last().expect("a path has a segment");
    let arguments = plain_text(&last.arguments);
    if arguments.is_empty() && name.starts_with(|first: char| first.is_ascii_uppercase()) {
        format!("{name}::{method}")
    } else {
        format!("<{name} as {}{arguments}>::{method}", last.ident)
    }
}

/// The name of a type without its arguments, or its text if it has no name.
fn type_name(item: &syn::Type) -> String {
    match item {
        syn::Type::Path(path) => path.path.segments.last().expect("a path has a segment").ident.to_string(),
        other => plain_text(other),
    }
}

/// Source text without spaces and lifetimes.
fn plain_text(item: &impl quote::ToTokens) -> String {
    without_lifetimes(flat(item.to_token_stream())).concat().replace("<>", "")
}

/// Tokens one by one, delimiters among them. A lifetime is a token `'` and a name.
fn flat(tokens: TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => ("(", ")"),
                    proc_macro2::Delimiter::Brace => ("{", "}"),
                    proc_macro2::Delimiter::Bracket => ("[", "]"),
                    proc_macro2::Delimiter::None => ("", ""),
                };
                [vec![open.to_owned()], flat(group.stream()), vec![close.to_owned()]].concat()
            }
            other => vec![other.to_string()],
        })
        .collect()
}

fn without_lifetimes(tokens: Vec<String>) -> Vec<String> {
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if token == "'" {
            tokens.next();
            tokens.next_if(|next| next == ",");
        } else {
            kept.push(token);
        }
    }
    kept
}

/// What the entries call.
#[derive(Default)]
struct Called {
    paths: BTreeSet<String>,
}

impl Called {
    fn read(&mut self, text: &str) -> Result<(), Box<dyn std::error::Error>> {
        self.visit_file(&syn::parse_file(text)?);
        let tokens = without_lifetimes(flat(text.parse::<TokenStream>().map_err(|error| error.to_string())?));
        for place in 0..tokens.len() {
            self.add(&tokens, place);
        }
        Ok(())
    }

    /// The path that ends with the token at `place`, if one does.
    fn add(&mut self, tokens: &[String], place: usize) {
        let name = &tokens[place];
        let Some([front @ .., first, second]) = tokens.get(..place) else { return };
        if [first, second] != [":", ":"] {
            if second != "fn" && tokens.get(place + 1).is_some_and(|next| next == "(") {
                self.paths.insert(name.clone());
            }
            return;
        }
        let Some((last, before)) = front.split_last() else { return };
        if last != ">" {
            self.paths.insert(format!("{last}::{name}"));
            return;
        }
        let Some(open) = opening(front) else { return };
        match &before[..open] {
            [.., owner, first, second] if [first, second] == [":", ":"] => {
                self.paths.insert(format!("{owner}::{name}"));
            }
            _ => self.add_qualified(&before[open + 1..], name),
        }
    }

    /// `<Type as Trait>::name`, given what stands between the angle brackets.
    fn add_qualified(&mut self, inside: &[String], name: &str) {
        let Some(separator) = inside.iter().position(|token| token == "as") else { return };
        let (owner, path) = (inside[..separator].concat(), &inside[separator + 1..]);
        let path = path.concat().replace("<>", "");
        let short = path.split('<').next().unwrap_or_default();
        let short = short.rsplit("::").next().unwrap_or_default();
        self.paths.insert(format!("{short}::{name}"));
        self.paths.insert(format!("<{owner} as {path}>::{name}"));
        if short == path {
            self.paths.insert(format!("{owner}::{name}"));
        }
    }
}

/// Where the angle bracket opens that the last token closes.
fn opening(tokens: &[String]) -> Option<usize> {
    let mut depth = 0usize;
    for (place, token) in tokens.iter().enumerate().rev() {
        match token.as_str() {
            ">" => depth += 1,
            "<" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(place);
        }
    }
    None
}

impl<'a> Visit<'a> for Called {
    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        if let Some((_, path, _)) = &item.trait_ {
            let name = &path.segments.last().expect("a path has a segment").ident;
            for function in item
                .items
                .iter()
                .filter_map(|item| if let syn::ImplItem::Fn(function) = item { Some(function) } else { None })
            {
                self.paths.insert(format!("{name}::{}", function.sig.ident));
            }
        }
    }

    fn visit_item_macro(&mut self, item: &'a syn::ItemMacro) {
        if item.ident.is_none() && item.mac.path.is_ident("messages") {
            let names = flat(item.mac.tokens.clone());
            self.paths
                .extend(names.split(|token| token == ",").filter_map(|path| Some(format!("message {}", path.last()?))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(library: &str, entries: &str) -> Vec<String> {
        let (mut wanted, mut called) = (Wanted::default(), Called::default());
        wanted.read(library).unwrap();
        called.read(entries).unwrap();
        wanted.functions().difference(&called.paths).cloned().collect()
    }

    const LIBRARY: &str = "
        pub struct Shown; struct Hidden;
        pub fn free() {}
        fn private() {}
        impl<'a> Shown { pub fn method(&'a self) {} pub const fn new() -> Self { Self } pub(crate) fn inner() {} }
        impl<'a> Value<'a> for Shown { fn read() {} }
        impl From<other::Error> for Shown { fn from(_: other::Error) -> Self { Self } }
        impl<'b> Value<'b> for &'b str { fn read() {} }
        impl Value<'_> for Hidden { fn read() {} }
        pub trait Value<'a> { fn read(); }
        message! { /// Documented.
            pub struct Lamp<'b> { name: required &'b str = \"name\", } }
        #[cfg(test)] mod tests { pub fn unseen() {} }
    ";

    #[test]
    fn everything_public_is_wanted() {
        let all = [
            "<&str as Value>::read",
            "<Shown as From<other::Error>>::from",
            "Shown::method",
            "Shown::new",
            "Shown::read",
            "Value::read",
            "free",
            "message Lamp",
        ];
        assert_eq!(
            missing(LIBRARY, "use library::free; // free() Shown::method\n const TEXT: &str = \"Shown::method\";"),
            all
        );
    }

    #[test]
    fn calls_in_every_form_count() {
        let entries = "
            messages! { os::Lamp, os::Other }
            fn entry() {
                free();
                Shown::<4>::method(reference());
                sink(<Shown as From<other::Error>>::from(x));
                let _ = numbers.map(library::Shown::new);
                sink(<&'static str as Value<'_>>::read());
                sink(Shown::read());
            }
        ";
        assert_eq!(missing(LIBRARY, entries), [""; 0]);
    }

    #[test]
    fn an_implementation_counts_for_its_trait() {
        let library = "pub trait Os { fn tasks(&mut self); fn pools(&mut self); }";
        assert_eq!(missing(library, "impl Os for Device { fn tasks(&mut self) {} }"), ["Os::pools"]);
    }
}
