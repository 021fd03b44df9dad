//! Do two rows of times differ? Welch's t, and how large the difference is in standard deviations.

/// Above this a difference is no accident: the bound of the security cases, a chance of one in 150,000.
pub(crate) const BOUND: f64 = 4.5;

/// Mean, variance and size of a row of times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moments {
    pub(crate) count: usize,
    pub(crate) mean: f64,
    /// Of the population, estimated from the sample: divided by one less than the count.
    pub(crate) variance: f64,
}

impl Moments {
    pub(crate) fn of(times: &[f64]) -> Self {
        let count = times.len();
        let mean = times.iter().sum::<f64>() / count.max(1) as f64;
        let squares: f64 = times.iter().map(|time| (time - mean).powi(2)).sum();
        Self { count, mean, variance: squares / count.saturating_sub(1).max(1) as f64 }
    }
}

/// How two rows compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Comparison {
    /// Welch's t: the difference of the means in standard errors; 0 when nothing varies.
    pub(crate) t: f64,
    /// Cohen's d: the same in standard deviations of a single time.
    pub(crate) effect: f64,
    /// The second mean less the first.
    pub(crate) difference: f64,
}

/// Compares two rows.
pub(crate) fn compare(first: &[f64], second: &[f64]) -> Comparison {
    let (a, b) = (Moments::of(first), Moments::of(second));
    let difference = b.mean - a.mean;
    let error = (a.variance / a.count.max(1) as f64 + b.variance / b.count.max(1) as f64).sqrt();
    let deviation = f64::midpoint(a.variance, b.variance).sqrt();
    let over = |spread: f64| if spread > 0.0 { difference / spread } else { 0.0 };
    Comparison { t: over(error), effect: over(deviation), difference }
}

/// Leaves out of each row what took longer than this part of all of them together: what the machine did meanwhile says
/// nothing about the server, and hides a small difference. One bound for all rows, so that none is favoured.
pub(crate) fn without_the_slowest(rows: &[Vec<f64>], part: f64) -> Vec<Vec<f64>> {
    let mut all: Vec<f64> = rows.iter().flatten().copied().collect();
    all.sort_by(f64::total_cmp);
    let keep = (all.len() as f64 * (1.0 - part)).ceil() as usize;
    let bound = all.get(keep.saturating_sub(1)).copied().unwrap_or(f64::INFINITY);
    rows.iter().map(|row| row.iter().copied().filter(|time| *time <= bound).collect()).collect()
}

#[cfg(test)]
mod tests;
