//! What is wrong with the declarations of functions that others would define.

use std::collections::BTreeMap;

use super::components::Flat;
use super::infer::Infer;
use super::types::declared_twice;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text;

/// Complains about them; one that is never used is no fault, whoever would define it.
pub(super) fn check(flat: &Flat, infer: &mut Infer) {
    let mut known: BTreeMap<&str, Span> = BTreeMap::new();
    for functor in &flat.functors {
        let name = &functor.name;
        match known.get(name.text.as_str()) {
            Some(first) => infer.report.push(declared_twice(name, Some(*first))),
            None => _ = known.insert(&name.text, name.span),
        }
        let found: Vec<_> =
            functor.types.iter().filter_map(|ty| Some((ty, infer.types.find(ty, &mut infer.report)?))).collect();
        let structured = found.iter().find(|(_, id)| infer.types.is_structured(*id));
        if let Some((ty, _)) = structured.filter(|_| !functor.is_stateful) {
            let message = text!(
                "没有写 `stateful` 的函数不能用记录或代数类型",
                "a functor that is not `stateful` has no records or algebraic types"
            );
            let help = text!("在声明末尾加 `stateful`", "add `stateful` at the end of its declaration");
            infer.report.push(Diagnostic::error(Code::BadDeclaration, message).at(ty.span).help(help));
        }
    }
}
