//! The arithmetic of masses and counts (rules M1, M2, M3, M5, M7): every change of a balance goes through here, so
//! that "entered + gained = lost + passed on + left" holds after each.

use crate::event::body::Loss;
use crate::mass::Milligrams;
use crate::record::{CountBalance, Item, MassBalance, Policy};
use crate::violation::{Reason, Violation};
use crate::vocab::LossReason;

/// Rule M1 for a mass.
pub(super) fn positive(mass: Milligrams, field: &str) -> Result<Milligrams, Violation> {
    if mass.is_zero() {
        return Err(Violation::new(Reason::NotPositive).field(field));
    }
    Ok(mass)
}

/// The sum of masses, each above zero.
pub(super) fn total(masses: impl Iterator<Item = Milligrams>, field: &str) -> Result<Milligrams, Violation> {
    let mut sum = Milligrams::default();
    for (n, mass) in masses.enumerate() {
        let mass = positive(mass, &format!("{field}[{n}].mass_mg"))?;
        sum = add(sum, mass)?;
    }
    Ok(sum)
}

pub(super) fn add(a: Milligrams, b: Milligrams) -> Result<Milligrams, Violation> {
    a.checked_add(b).ok_or_else(|| Violation::new(Reason::OutOfRange))
}

impl MassBalance {
    /// The balance of something that begins with this mass.
    pub(super) fn of(mass: Milligrams) -> Self {
        let none = Milligrams::default();
        Self { entered: mass, gained: none, lost: none, passed_on: none, left: mass }
    }

    /// Takes mass out, to other items.
    pub(super) fn pass_on(&mut self, mass: Milligrams) -> Result<(), Violation> {
        self.take(mass)?;
        self.passed_on = add(self.passed_on, mass)?;
        Ok(())
    }

    /// Takes mass out, lost.
    pub(super) fn lose(&mut self, mass: Milligrams) -> Result<(), Violation> {
        self.take(mass)?;
        self.lost = add(self.lost, mass)?;
        Ok(())
    }

    /// Adds mass.
    pub(super) fn gain(&mut self, mass: Milligrams) -> Result<(), Violation> {
        self.left = add(self.left, mass)?;
        self.gained = add(self.gained, mass)?;
        // Both sides of the balance stay in range, so that no later sum can fail.
        add(self.entered, self.gained).map(drop)
    }

    /// Takes back what went into another item and should not have.
    pub(super) fn give_back(&mut self, mass: Milligrams) -> Result<(), Violation> {
        let too_much = || Violation::new(Reason::TooMuchTaken).with(mass).with(self.passed_on);
        self.passed_on = self.passed_on.checked_sub(mass).ok_or_else(too_much)?;
        self.left = add(self.left, mass)?;
        Ok(())
    }

    fn take(&mut self, mass: Milligrams) -> Result<(), Violation> {
        self.left = self
            .left
            .checked_sub(mass)
            .ok_or_else(|| Violation::new(Reason::TooMuchTaken).with(mass).with(self.left))?;
        Ok(())
    }

    /// Rule M2: what the author says is left is what is left.
    pub(super) fn check_left(&self, stated: Milligrams, field: &str) -> Result<(), Violation> {
        if self.left == stated {
            return Ok(());
        }
        let (was, accounted) = (self.left, stated);
        let difference = was.abs_diff(accounted);
        let violation = Violation::new(Reason::NotBalanced).with(was).with(accounted).with(difference);
        Err(violation.field(field))
    }

    /// Books what a second scale measured.
    pub(super) fn measure(&mut self, measured: Milligrams) -> Result<(), Violation> {
        if measured > self.left {
            self.gain(measured.abs_diff(self.left))
        } else if measured < self.left {
            self.lose(measured.abs_diff(self.left))
        } else {
            Ok(())
        }
    }
}

impl CountBalance {
    /// The balance of a batch that begins with this count.
    pub(super) const fn of(count: u32) -> Self {
        Self { entered: count, lost: 0, passed_on: 0, left: count }
    }

    fn take(&mut self, count: u32) -> Result<(), Violation> {
        self.left = self
            .left
            .checked_sub(count)
            .ok_or_else(|| Violation::new(Reason::TooMuchTaken).with(count).with(self.left))?;
        Ok(())
    }
}

/// Rule M7: a batch needs a count, nothing else may have one.
fn count_of<'a>(
    item: &'a mut Item,
    count: Option<u32>,
    field: &str,
) -> Result<Option<(&'a mut CountBalance, u32)>, Violation> {
    match (item.count.as_mut(), count) {
        (None, None) => Ok(None),
        (Some(_), Some(0)) => Err(Violation::new(Reason::NotPositive).field(field)),
        (Some(balance), Some(count)) => Ok(Some((balance, count))),
        _ => Err(Violation::new(Reason::CountMissing).field(field)),
    }
}

/// Takes mass, and count of a batch, out of an item into another.
pub(super) fn pass_on(
    item: &mut Item,
    mass: Milligrams,
    count: Option<u32>,
    field: &str,
) -> Result<(), Violation> {
    positive(mass, field)?;
    item.mass.pass_on(mass).map_err(|violation| violation.field(field))?;
    if let Some((balance, count)) = count_of(item, count, field)? {
        balance.take(count).map_err(|violation| violation.field(field))?;
        balance.passed_on = balance.passed_on.saturating_add(count);
    }
    Ok(())
}

/// Books a loss on an item; `differences` are those of the whole event.
pub(super) fn lose(
    item: &mut Item,
    loss: &Loss,
    differences: &mut Differences,
    field: &str,
) -> Result<(), Violation> {
    differences.check_loss(loss, field)?;
    item.mass.lose(loss.mass_mg).map_err(|violation| violation.field(field))?;
    // A batch may lose mass without losing a piece: chips, drilling dust.
    if let Some(count) = loss.count {
        let Some(balance) = item.count.as_mut() else {
            return Err(Violation::new(Reason::CountMissing).field(field));
        };
        if count == 0 {
            return Err(Violation::new(Reason::NotPositive).field(field));
        }
        balance.take(count).map_err(|violation| violation.field(field))?;
        balance.lost = balance.lost.saturating_add(count);
    }
    Ok(())
}

/// Rule M7 after an event: the stated count is what is left, and mass and count run out together.
pub(super) fn check_counts(item: &Item, stated: Option<u32>, field: &str) -> Result<(), Violation> {
    match (item.count, stated) {
        (None, None) => Ok(()),
        (Some(balance), Some(stated))
            if balance.left == stated && (stated == 0) == item.mass.left.is_zero() =>
        {
            Ok(())
        }
        (Some(balance), Some(stated)) => {
            Err(Violation::new(Reason::CountNotBalanced).with(balance.left).with(stated).field(field))
        }
        _ => Err(Violation::new(Reason::CountMissing).field(field)),
    }
}

/// What two weighings of one thing may differ by: their resolutions and the policy's share. A resolution is what its
/// author says it is, so it counts for no more than the policy's second threshold: a scale that is too coarse for the
/// thing on it excuses nothing.
pub(super) fn scale_tolerance(mass: Milligrams, resolutions: [Milligrams; 2], policy: &Policy) -> Milligrams {
    let most = mass.share(policy.receipt_countersign);
    let [a, b] = resolutions.map(|resolution| resolution.min(most));
    let sum = a.get().saturating_add(b.get()).saturating_add(mass.share(policy.scale).get());
    Milligrams::new(sum).unwrap_or(mass)
}

/// Rule M2: the measurement differences that one event states. Many small ones are one large one, so each counts with
/// those before it against what the scale and the policy allow for the mass that was weighed.
pub(super) struct Differences {
    allowed: Milligrams,
    stated: Milligrams,
}

impl Differences {
    /// None yet, of this mass, weighed twice on a scale of this resolution.
    pub(super) fn of(mass: Milligrams, resolution: Milligrams, policy: &Policy) -> Self {
        let allowed = scale_tolerance(mass, [resolution, resolution], policy);
        Self { allowed, stated: Milligrams::ZERO }
    }

    /// Adds one.
    pub(super) fn add(&mut self, difference: Milligrams, field: &str) -> Result<(), Violation> {
        self.stated = add(self.stated, difference)?;
        if self.stated > self.allowed {
            let violation = Violation::new(Reason::DifferenceTooLarge).with(self.stated).with(self.allowed);
            return Err(violation.field(field));
        }
        Ok(())
    }

    /// A loss is above zero, and counts here if two scales are its reason.
    pub(super) fn check_loss(&mut self, loss: &Loss, field: &str) -> Result<(), Violation> {
        positive(loss.mass_mg, field)?;
        if loss.reason == LossReason::MEASUREMENT_DIFFERENCE {
            self.add(loss.mass_mg, field)?;
        }
        Ok(())
    }
}

/// Rules M2 and M5 where a weighing takes the place of the ledger's balance: what two parties sign as a difference of
/// their scales stays within the policy's second threshold. What is missing beyond that was lost and needs a reason;
/// what is more came from nowhere, even with two signatures.
pub(super) fn check_weighing(
    item: &Item,
    weighed: Milligrams,
    resolution: Milligrams,
    policy: &Policy,
) -> Result<(), Violation> {
    let left = item.mass.left;
    let scales = scale_tolerance(left, [item.resolution, resolution], policy);
    match weighed.checked_sub(left) {
        Some(gained) if gained.is_zero() => Ok(()),
        Some(gained) => check_total_gain(&item.mass, gained, scales, policy),
        None if left.abs_diff(weighed) > left.share(policy.receipt_countersign).max(scales) => {
            Err(Violation::new(Reason::LossUnstated).with(weighed).with(left))
        }
        None => Ok(()),
    }
}

/// Rule M5 over a life: all that a thing gains, by scales and by foreign mass, stays within the policy's second
/// threshold of what it began with (or within one scale's difference). Many small gains are one large one.
pub(super) fn check_total_gain(
    mass: &MassBalance,
    added: Milligrams,
    scales: Milligrams,
    policy: &Policy,
) -> Result<(), Violation> {
    let allowed = mass.entered.share(policy.receipt_countersign).max(scales);
    if add(mass.gained, added)? > allowed {
        return Err(Violation::new(Reason::MassFromNowhere).with(added));
    }
    Ok(())
}
