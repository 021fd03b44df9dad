//! An answer of the admin API as a person reads it: a list as a table, anything else line by line.

use serde_json::{Map, Value};

/// The widest that a column gets.
const WIDEST: usize = 44;

/// Its lines.
pub fn read(answer: &Value) -> Vec<String> {
    let mut all = Vec::new();
    match answer.get("items").and_then(Value::as_array) {
        Some(items) => {
            all.extend(table(items));
            if let Some(next) = answer.get("next").and_then(Value::as_str) {
                all.extend([String::new(), format!("more: --after {next}")]);
            }
        }
        None => lines(answer, 0, &mut all),
    }
    all
}

fn table(items: &[Value]) -> Vec<String> {
    let rows: Vec<&Map<String, Value>> = items.iter().filter_map(Value::as_object).collect();
    let mut columns: Vec<&String> = Vec::new();
    for key in rows.iter().flat_map(|row| row.keys()) {
        if !columns.contains(&key) {
            columns.push(key);
        }
    }
    if rows.is_empty() {
        return vec!["none".to_owned()];
    }
    let cell = |row: &Map<String, Value>, column: &String| short(row.get(column).map_or_else(String::new, shown));
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| {
            let longest = rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
            longest.max(column.chars().count())
        })
        .collect();
    let line = |cells: Vec<String>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = line(columns.iter().map(|column| column.replace('_', " ")).collect());
    let rows = rows.iter().map(|row| line(columns.iter().map(|column| cell(row, column)).collect()));
    std::iter::once(head).chain(rows).collect()
}

fn short(text: String) -> String {
    if text.chars().count() <= WIDEST { text } else { text.chars().take(WIDEST - 1).chain(['…']).collect() }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => fields.values().map(shown).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn lines(value: &Value, depth: usize, all: &mut Vec<String>) {
    let margin = "  ".repeat(depth);
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let key = key.replace('_', " ");
                match value {
                    Value::Object(inner) if !inner.is_empty() => {
                        all.push(format!("{margin}{key}"));
                        lines(value, depth + 1, all);
                    }
                    Value::Array(items) if items.iter().any(Value::is_object) => {
                        all.push(format!("{margin}{key}"));
                        for line in table(items) {
                            all.push(format!("{margin}  {line}"));
                        }
                    }
                    other => all.push(format!("{margin}{key:<18} {}", shown(other))),
                }
            }
        }
        other => all.push(format!("{margin}{}", shown(other))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::table;

    #[test]
    fn lists_are_tables() {
        let items = [
            json!({"zuid": 1, "email": "a@x.example", "disabled": false}),
            json!({"zuid": 22, "email": "a-very-long-address-that-goes-on-and-on@and-on.example", "portal": "60001"}),
        ];
        let lines = table(&items);
        assert_eq!(lines.len(), 3);
        assert!(lines[0].contains("zuid") && lines[0].contains("portal"));
        assert!(lines[2].contains("a-very-long-address-that-goes-on-and-on@and…"));
        assert_eq!(table(&[]), ["none"]);
    }
}
