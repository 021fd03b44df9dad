//! What was measured, as a table, and what was wanted of it. Goals are told, never enforced: a busy machine misses them
//! without anybody's fault.

use std::fmt::Write as _;

/// One measurement, or the middle of several.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) connections: u32,
    /// Requests, or round trips.
    pub(crate) per_second: f64,
    /// To the bare handler, before and after.
    pub(crate) ratio: f64,
    /// Of a request, also where round trips are counted.
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// CPU of the server's processes for each.
    pub(crate) cpu_us: f64,
    /// CPU of the database server for each; 0 where there is none.
    pub(crate) database_us: f64,
    /// Writing steps that shared a commit; 0 where nothing is known.
    pub(crate) steps_a_commit: f64,
    /// The most memory seen under load.
    pub(crate) peak_mib: f64,
    pub(crate) errors: f64,
    /// Cores that everybody else on this machine used meanwhile.
    pub(crate) others_cores: f64,
}

/// The middle of several numbers, between the two middle ones when their count is even; 0 of none.
pub(crate) fn middle(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    let at = |place: usize| all.get(place).copied().unwrap_or_default();
    f64::midpoint(at(all.len().saturating_sub(1) / 2), at(all.len() / 2))
}

impl Figure {
    /// The middle of each number; errors are added up, and of memory the most is taken.
    pub(crate) fn of(name: &str, connections: u32, turns: &[Self]) -> Self {
        let number = |of: fn(&Self) -> f64| middle(turns.iter().map(of));
        Self {
            name: name.to_owned(),
            connections,
            per_second: number(|turn| turn.per_second),
            ratio: number(|turn| turn.ratio),
            p50_ms: number(|turn| turn.p50_ms),
            p99_ms: number(|turn| turn.p99_ms),
            cpu_us: number(|turn| turn.cpu_us),
            database_us: number(|turn| turn.database_us),
            steps_a_commit: number(|turn| turn.steps_a_commit),
            peak_mib: turns.iter().map(|turn| turn.peak_mib).fold(0.0, f64::max),
            errors: turns.iter().map(|turn| turn.errors).sum(),
            others_cores: number(|turn| turn.others_cores),
        }
    }

    /// One row of the table.
    pub(crate) fn line(&self) -> String {
        let database = if self.database_us > 0.0 { format!(" + {:.0}", self.database_us) } else { String::new() };
        let group = if self.steps_a_commit > 0.0 { format!("{:.1}", self.steps_a_commit) } else { String::new() };
        let ratio = if self.ratio > 0.0 { format!("{:.3}", self.ratio) } else { String::new() };
        format!(
            "| {} | {} | {:.0} | {ratio} | {:.2} | {:.2} | {:.0}{database} | {group} | {:.1} | {:.0} | {:.1} |",
            self.name,
            self.connections,
            self.per_second,
            self.p50_ms,
            self.p99_ms,
            self.cpu_us,
            self.peak_mib,
            self.errors,
            self.others_cores
        )
    }
}

/// The head of the table.
pub(crate) const HEAD: &str = "\
| what | connections | per second | of bare HTTP | p50 ms | p99 ms | server CPU µs | steps a commit | peak MiB | errors | others' cores |
|---|---|---|---|---|---|---|---|---|---|---|";

/// The whole table.
pub(crate) fn table(figures: &[Figure]) -> String {
    let mut text = format!("{HEAD}\n");
    for figure in figures {
        let _ = writeln!(text, "{}", figure.line());
    }
    text
}

/// Something that is wanted of a number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Goal {
    pub(crate) what: String,
    pub(crate) measured: f64,
    pub(crate) wanted: Wanted,
    /// Of the numbers.
    pub(crate) unit: &'static str,
}

/// How a number must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Wanted {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
}

impl Goal {
    fn is_reached(&self) -> bool {
        match self.wanted {
            Wanted::AtLeast(least) => self.measured >= least,
            Wanted::AtMost(most) => self.measured <= most,
            Wanted::Below(bound) => self.measured < bound,
        }
    }
}

/// The goals as a table.
pub(crate) fn goals(goals: &[Goal]) -> String {
    let mut text = "| goal | wanted | measured | reached |\n|---|---|---|---|\n".to_owned();
    for goal in goals {
        let (word, number) = match goal.wanted {
            Wanted::AtLeast(least) => ("at least", least),
            Wanted::AtMost(most) => ("at most", most),
            Wanted::Below(bound) => ("below", bound),
        };
        let digits = if number < 10.0 { 2 } else { 0 };
        let reached = if goal.is_reached() { "yes" } else { "**no**" };
        let _ = writeln!(
            text,
            "| {} | {word} {number}{} | {:.*}{} | {reached} |",
            goal.what,
            goal.unit,
            digits + 1,
            goal.measured,
            goal.unit
        );
    }
    text
}

#[cfg(test)]
mod tests;
