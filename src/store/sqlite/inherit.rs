//! What an edited rule takes over of the deliveries of the rule that it was.
//!
//! Who is told by both keeps what is owed. Those who were told by the old rule alone hand it over to
//! those whom the new one alone tells, in order: what failed to a wrong address is for the right one.
//! What is left over then is as if its rule was removed. All this is about what is open, and about what
//! was given up, since that may be retried.

use std::collections::HashMap;

use rusqlite::{Transaction, params};

use super::super::Heirs;
use super::outbox::action_of;
use super::rules::wake_lanes;

/// Hands over what the deliveries to `from` owe, to `to`.
pub(super) fn hand_over(
    transaction: &Transaction<'_>,
    subject: i64,
    from: &str,
    to: &str,
    heirs: &Heirs<'_>,
) -> rusqlite::Result<()> {
    let lanes: Vec<(i64, String)> = transaction
        .prepare_cached(
            "SELECT id, recipient FROM lane WHERE subject_id = ? AND action = ? ORDER BY id",
        )?
        .query_map(params![subject, from], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let recipients = heirs(&action_of(from)?, &action_of(to)?);
    for (lane, heir) in successions(&lanes, recipients) {
        move_parts(transaction, subject, lane, to, &heir)?;
    }
    transaction
        .prepare_cached(
            "UPDATE delivery SET action = ?1 WHERE subject_id = ?2 AND action = ?3
             AND EXISTS (SELECT 1 FROM part p JOIN lane l ON l.id = p.lane_id
                         WHERE p.delivery_id = delivery.id AND l.action = ?1
                         AND (p.state < 4 OR p.state = 5))",
        )?
        .execute(params![to, subject, from])?;
    wake_lanes(transaction, subject, from)?;
    wake_lanes(transaction, subject, to)
}

/// Which recipient takes over from which lane. Whole deliveries stay whole.
fn successions(lanes: &[(i64, String)], recipients: Option<Vec<String>>) -> HashMap<i64, String> {
    let itself = |(lane, recipient): &(i64, String)| (*lane, recipient.clone());
    let Some(recipients) = recipients else {
        return lanes.iter().map(itself).collect();
    };
    let is_old = |heir: &String| lanes.iter().any(|(_, recipient)| recipient == heir);
    let (kept, ended): (Vec<_>, Vec<_>) = lanes
        .iter()
        .cloned()
        .partition(|(_, recipient)| recipient.is_empty() || recipients.contains(recipient));
    let new = recipients
        .iter()
        .filter(|heir| heir.is_empty() || !is_old(heir));
    let handed_over = ended
        .iter()
        .zip(new)
        .map(|((lane, _), heir)| (*lane, heir.clone()));
    kept.iter().map(itself).chain(handed_over).collect()
}

/// What waits for the old action's next try is tried with the new one at once, as if never tried.
fn move_parts(
    transaction: &Transaction<'_>,
    subject: i64,
    lane: i64,
    action: &str,
    recipient: &str,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT OR IGNORE INTO lane (subject_id, action, recipient) VALUES (?, ?, ?)",
        )?
        .execute(params![subject, action, recipient])?;
    transaction
        .prepare_cached(
            "UPDATE part SET
                 lane_id = (SELECT id FROM lane WHERE subject_id = ?2 AND action = ?3 AND recipient = ?4),
                 style = iif(?4 = '', 0, style),
                 due_at = iif(state = 2 OR ?4 = '', 0, due_at),
                 first_attempt_at = iif(state = 2, NULL, first_attempt_at)
             WHERE lane_id = ?1 AND (state < 4 OR state = 5)",
        )?
        .execute(params![lane, subject, action, recipient])
        .map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_go_hand_over_to_those_who_come() {
        let lanes: Vec<(i64, String)> = ["", "al", "bo", "cy", "di"]
            .iter()
            .zip(0..)
            .map(|(recipient, lane)| (lane, (*recipient).to_owned()))
            .collect();
        let after = |recipients: &[&str]| {
            let recipients = recipients.iter().map(|heir| (*heir).to_owned()).collect();
            let mut found: Vec<(i64, String)> =
                successions(&lanes, Some(recipients)).into_iter().collect();
            found.sort();
            let found = found.iter().map(|(lane, heir)| format!("{lane}{heir}"));
            found.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(after(&["bo", "al", "cy", "di"]), "0 1al 2bo 3cy 4di");
        assert_eq!(after(&["al", "eva", "cy", "flo"]), "0 1al 2eva 3cy 4flo");
        assert_eq!(after(&["eva", "cy"]), "0 1eva 3cy");
        assert_eq!(after(&["al", "bo", "cy", "di", "eva"]), "0 1al 2bo 3cy 4di");
        assert_eq!(after(&[""]), "0 1");
        assert_eq!(successions(&lanes, None).len(), 5);
    }
}
