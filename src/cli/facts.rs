//! `gouji facts`

use clap::Args;

use super::terminal::Terminal;
use super::{AuditArgs, CLEAN, Common, INCOMPLETE, REFUSED, Said};
use crate::audit::{Audit, Reach, load};
use crate::diagnostic::Report;
use crate::render::facts;

/// `gouji facts`
#[derive(Debug, Args)]
pub(super) struct FactsArgs {
    #[command(flatten)]
    audit: AuditArgs,
}

pub(super) fn facts(args: &FactsArgs, common: &Common, terminal: &Terminal) -> Said {
    let mut audit = Audit::default();
    let mut report = Report::new();
    let request = args.audit.request(common, terminal.lang());
    let _ = load(&mut audit, &request, &mut report);
    // How many different texts there are is part of what is told.
    audit.store.settle_all(request.engine.threads());
    let stderr = terminal.complaints(&audit.sources, &report.sorted());
    let stdout = facts::loaded(&audit.sources, &audit.schema, &audit.store, terminal.out);
    let code = match audit.reach {
        Reach::Refused => REFUSED,
        Reach::Incomplete => INCOMPLETE,
        Reach::Complete => CLEAN,
    };
    Said { stdout, stderr, code }
}
