//! What a process with all its descendants has taken: CPU time and memory, as the system keeps account of them.

use std::collections::HashMap;
use std::path::Path;

/// Linux tells CPU time in these.
const TICKS_A_SECOND: f64 = 100.0;

/// One process as its `stat` tells.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stat {
    parent: u32,
    cpu_seconds: f64,
}

/// Seconds of CPU, user and system, that the process and its descendants have taken.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    let all = everybody();
    family(pid, &all).iter().filter_map(|pid| all.get(pid)).map(|stat| stat.cpu_seconds).sum()
}

/// Memory of the process and its descendants in MiB, with pages that several share divided between them.
pub(crate) fn memory_mib(pid: u32) -> f64 {
    let kib = |pid: &u32| {
        let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        pss_kib(&text).unwrap_or_default()
    };
    family(pid, &everybody()).iter().map(kib).sum::<f64>() / 1024.0
}

/// Seconds of CPU that the whole machine has spent on something, all cores together.
pub(crate) fn machine_seconds() -> f64 {
    busy_seconds(&std::fs::read_to_string("/proc/stat").unwrap_or_default())
}

/// The child of this process that has this name.
pub(crate) fn child_named(name: &str) -> Option<u32> {
    let (us, all) = (std::process::id(), everybody());
    let mut children = all.iter().filter(|(_, stat)| stat.parent == us).map(|(pid, _)| *pid);
    children.find(|pid| std::fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|comm| comm.trim() == name))
}

fn everybody() -> HashMap<u32, Stat> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter_map(|pid| {
            let text = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).ok()?;
            Some((pid, stat(&text)?))
        })
        .collect()
}

fn family(pid: u32, all: &HashMap<u32, Stat>) -> Vec<u32> {
    let mut found = vec![pid];
    let mut at = 0;
    while let Some(parent) = found.get(at).copied() {
        found.extend(all.iter().filter(|(pid, stat)| stat.parent == parent && **pid != parent).map(|(pid, _)| *pid));
        at += 1;
    }
    found
}

/// The name, in parentheses, may hold anything; what follows the last of them is plain. The CPU time is the process's own,
/// and that of its children that have ended.
fn stat(text: &str) -> Option<Stat> {
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |at: usize| fields.get(at)?.parse::<f64>().ok();
    let ticks = number(11)? + number(12)? + number(13)? + number(14)?;
    Some(Stat { parent: fields.get(1)?.parse().ok()?, cpu_seconds: ticks / TICKS_A_SECOND })
}

fn pss_kib(text: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix("kB")?.trim().parse().ok())
}

/// The first line: user, nice, system, idle, waiting, interrupts, soft interrupts, stolen.
fn busy_seconds(text: &str) -> f64 {
    let all: Vec<f64> = text
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .take(8)
        .filter_map(|n| n.parse().ok())
        .collect();
    let idle: f64 = all.iter().skip(3).take(2).sum();
    (all.iter().sum::<f64>() - idle) / TICKS_A_SECOND
}

#[cfg(test)]
mod tests;
