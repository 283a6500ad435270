//! Sessions: who proves that he holds a participant's key gets a token for half an hour.
//!
//! In memory only; a restart ends all sessions. Tokens are kept hashed, so a memory image gives none away. Whether a
//! key is valid is the record's matter: the caller asks it at every use, so a revoked key ends its sessions.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64ct::{Base64UrlUnpadded, Encoding};
use lode_ledger::hash::Hash;
use lode_ledger::id::ParticipantId;
use lode_ledger::key::{KeyId, PublicKey, Signature};

/// How long a challenge can be answered.
pub const CHALLENGE_LIFE: Duration = Duration::from_secs(120);
/// How long a token is good.
pub const SESSION_LIFE: Duration = Duration::from_secs(30 * 60);
/// Most challenges and most sessions at a time: 20,000 of some 200 bytes are 4 MB.
const MAX_OPEN: usize = 20_000;
/// Most sessions of one key: nobody takes the places of all. A new one ends the oldest.
const MAX_OF_A_KEY: usize = 32;

/// Who a token speaks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Session {
    /// The participant.
    pub participant: ParticipantId,
    /// The key that answered the challenge.
    pub key: KeyId,
    expires: Instant,
}

/// Why there is no session.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SessionError {
    /// The system gave no random bytes.
    #[error("no random bytes from the system")]
    NoRandomness,
    /// Too many sessions are open.
    #[error("too many sessions are open: try again in some minutes")]
    TooMany,
    /// Never given, answered already, or too old.
    #[error("this challenge is not open: ask for a new one and answer it within two minutes")]
    UnknownChallenge,
    /// The signature is not the key's over the challenge's message.
    #[error(
        "the signature does not fit: sign exactly `lode session 1`, the ledger id and the challenge, each with a line feed"
    )]
    BadSignature,
}

/// The open challenges and sessions.
#[derive(Debug, Default)]
pub struct Sessions {
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    challenges: HashMap<String, Session>,
    /// In the order in which they were given, and so in which they end. One that was answered may still stand here.
    given: VecDeque<(Instant, String)>,
    sessions: HashMap<Hash, Session>,
}

/// What a participant signs to open a session.
#[must_use]
pub fn message(ledger_id: &str, challenge: &str) -> Vec<u8> {
    format!("lode session 1\n{ledger_id}\n{challenge}\n").into_bytes()
}

impl Sessions {
    /// A new challenge for this participant and key. Anybody may ask for one, so where too many are open the oldest
    /// ends: whoever asks for many keeps nobody out who answers at once.
    ///
    /// # Errors
    /// [`SessionError::NoRandomness`].
    pub fn challenge(
        &self,
        now: Instant,
        participant: ParticipantId,
        key: KeyId,
    ) -> Result<String, SessionError> {
        let text = random_text()?;
        let mut open = self.lock();
        let Open { challenges, given, .. } = &mut *open;
        while given.front().is_some_and(|(expires, _)| *expires <= now || given.len() >= MAX_OPEN) {
            if let Some((_, oldest)) = given.pop_front() {
                challenges.remove(&oldest);
            }
        }
        let expires = now + CHALLENGE_LIFE;
        given.push_back((expires, text.clone()));
        challenges.insert(text.clone(), Session { participant, key, expires });
        Ok(text)
    }

    /// For whom a challenge is, which is then used up.
    ///
    /// # Errors
    /// [`SessionError::UnknownChallenge`].
    pub fn take(&self, now: Instant, challenge: &str) -> Result<Session, SessionError> {
        let taken = self.lock().challenges.remove(challenge);
        taken.filter(|taken| taken.expires > now).ok_or(SessionError::UnknownChallenge)
    }

    /// Opens a session for a taken challenge, if `key` signed it; the token.
    ///
    /// # Errors
    /// [`SessionError::BadSignature`], [`SessionError::NoRandomness`] and [`SessionError::TooMany`].
    pub fn open(
        &self,
        now: Instant,
        taken: Session,
        key: &PublicKey,
        signature: &Signature,
        message: &[u8],
    ) -> Result<String, SessionError> {
        let usable = key.check().map_err(|_| SessionError::BadSignature)?;
        if key.thumbprint() != taken.key || !usable.verify_strict(message, &signature.0) {
            return Err(SessionError::BadSignature);
        }
        let token = random_text()?;
        let mut open = self.lock();
        open.sessions.retain(|_, session| session.expires > now);
        let of_key = open.sessions.iter().filter(|(_, session)| session.key == taken.key);
        if of_key.clone().count() >= MAX_OF_A_KEY
            && let Some(oldest) = of_key.min_by_key(|(_, session)| session.expires).map(|(token, _)| *token)
        {
            open.sessions.remove(&oldest);
        }
        if open.sessions.len() >= MAX_OPEN {
            return Err(SessionError::TooMany);
        }
        open.sessions.insert(Hash::of(token.as_bytes()), Session { expires: now + SESSION_LIFE, ..taken });
        Ok(token)
    }

    /// Whose token this is, while it is good.
    #[must_use]
    pub fn find(&self, now: Instant, token: &str) -> Option<Session> {
        // Looking up by the hash tells nothing about the token by its timing.
        self.lock().sessions.get(&Hash::of(token.as_bytes())).filter(|session| session.expires > now).copied()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        // Nothing is left half done under the lock, so a panic elsewhere does not spoil it.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 256 random bits in base64url.
fn random_text() -> Result<String, SessionError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| SessionError::NoRandomness)?;
    Ok(Base64UrlUnpadded::encode_string(&bytes))
}

#[cfg(test)]
mod tests {
    use lode_ledger::key::SecretKey;

    use super::*;

    const LEDGER: &str = "a.example#00000000000000000000000000000000";

    fn setup() -> (Sessions, SecretKey, ParticipantId, Instant) {
        (Sessions::default(), SecretKey::from_seed([7; 32]), ParticipantId::new([1; 16]), Instant::now())
    }

    fn sign(key: &SecretKey, ledger: &str, challenge: &str) -> Signature {
        Signature(key.sign(&message(ledger, challenge)))
    }

    #[test]
    fn the_holder_of_the_key_gets_a_token_that_ends() {
        let (sessions, key, participant, now) = setup();
        let challenge = sessions.challenge(now, participant, key.public().thumbprint()).unwrap();
        let taken = sessions.take(now, &challenge).unwrap();
        let signature = sign(&key, LEDGER, &challenge);
        let token =
            sessions.open(now, taken, &key.public(), &signature, &message(LEDGER, &challenge)).unwrap();
        assert_eq!(sessions.find(now, &token).unwrap().participant, participant);
        assert_eq!(sessions.find(now + SESSION_LIFE, &token), None);
        assert_eq!(sessions.find(now, "another"), None);
    }

    #[test]
    fn a_challenge_is_answered_once_and_in_time() {
        let (sessions, key, participant, now) = setup();
        let id = key.public().thumbprint();
        let challenge = sessions.challenge(now, participant, id).unwrap();
        assert_eq!(sessions.take(now + CHALLENGE_LIFE, &challenge), Err(SessionError::UnknownChallenge));
        let challenge = sessions.challenge(now, participant, id).unwrap();
        sessions.take(now, &challenge).unwrap();
        assert_eq!(sessions.take(now, &challenge), Err(SessionError::UnknownChallenge));
    }

    #[test]
    fn another_key_or_ledger_opens_nothing() {
        let (sessions, key, participant, now) = setup();
        let challenge = sessions.challenge(now, participant, key.public().thumbprint()).unwrap();
        let taken = sessions.take(now, &challenge).unwrap();
        let said = message(LEDGER, &challenge);
        let elsewhere = sign(&key, "b.example#0", &challenge);
        assert_eq!(
            sessions.open(now, taken, &key.public(), &elsewhere, &said),
            Err(SessionError::BadSignature)
        );
        let other = SecretKey::from_seed([8; 32]);
        let signature = sign(&other, LEDGER, &challenge);
        assert_eq!(
            sessions.open(now, taken, &other.public(), &signature, &said),
            Err(SessionError::BadSignature)
        );
    }

    #[test]
    fn a_flood_of_challenges_keeps_nobody_out() {
        let (sessions, key, participant, now) = setup();
        let id = key.public().thumbprint();
        let first = sessions.challenge(now, participant, id).unwrap();
        for _ in 1..MAX_OPEN {
            sessions.challenge(now, participant, id).unwrap();
        }
        let honest = sessions.challenge(now, participant, id).unwrap();
        assert!(sessions.take(now, &honest).is_ok());
        assert_eq!(sessions.take(now, &first), Err(SessionError::UnknownChallenge), "the oldest has ended");
        let kept = || {
            let open = sessions.lock();
            (open.given.len(), open.challenges.len())
        };
        assert_eq!(kept(), (MAX_OPEN, MAX_OPEN - 1), "one was answered");
        sessions.challenge(now + CHALLENGE_LIFE, participant, id).unwrap();
        assert_eq!(kept(), (1, 1));
    }

    #[test]
    fn one_key_has_so_many_sessions_and_the_oldest_ends() {
        let (sessions, key, participant, now) = setup();
        let open = |key: &SecretKey, now| {
            let challenge = sessions.challenge(now, participant, key.public().thumbprint()).unwrap();
            let taken = sessions.take(now, &challenge).unwrap();
            let said = message(LEDGER, &challenge);
            sessions.open(now, taken, &key.public(), &sign(key, LEDGER, &challenge), &said).unwrap()
        };
        let other = open(&SecretKey::from_seed([8; 32]), now);
        let tokens: Vec<String> =
            (0..=MAX_OF_A_KEY).map(|n| open(&key, now + Duration::from_secs(n as u64 + 1))).collect();
        let good: Vec<bool> = tokens.iter().map(|token| sessions.find(now, token).is_some()).collect();
        assert!(!good[0] && good[1..].iter().all(|good| *good), "{good:?}");
        assert!(sessions.find(now, &other).is_some(), "another key's session stays");
    }
}
