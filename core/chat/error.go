// SPDX-License-Identifier: MPL-2.0

package chat

import (
	"errors"
	"log/slog"
)

// Kind says who has to do something about an error.
type Kind int8

// The kinds of errors.
const (
	Bug              Kind = iota // the program's fault
	Offline                      // no way to the server now
	Timeout                      // no answer in time
	Auth                         // the server refused the person
	Certificate                  // the server did not prove who it is
	Rejected                     // the other side said no
	EncryptionFailed             // could not be encrypted or read
	Storage                      // the database or the keyring
	Input                        // what the person gave
)

var kindWords = [...]string{"bug", "offline", "timeout", "auth", "certificate", "rejected", "encryption", "storage", "input"}

func (k Kind) String() string { return word(kindWords[:], int(k)) }

// Code names one cause. It is part of the interface: front ends find their
// words by it (resource "error.CODE"), scripts compare it.
type Code string

// The codes.
const (
	CodeUnknown     Code = "unknown"
	CodeCanceled    Code = "canceled"
	CodeTimeout     Code = "timeout"
	CodeUnsupported Code = "unsupported" // this version can not do that
	// link
	CodeHostNotFound       Code = "host-not-found"
	CodeConnectionRefused  Code = "connection-refused"
	CodeConnectionLost     Code = "connection-lost"
	CodeNoNetwork          Code = "no-network"
	CodeProxy              Code = "proxy-failed"
	CodeNotXMPP            Code = "not-xmpp" // what answers does not speak XMPP
	CodeNoTLS              Code = "no-tls"   // the server offers no encryption
	CodeTLS                Code = "tls-failed"
	CodeStreamLimit        Code = "stream-limit" // an element over a limit
	CodeStreamError        Code = "stream-error"
	CodeServiceUnavailable Code = "service-unavailable"
	CodeConflict           Code = "conflict"    // another device took this session's place
	CodeNotResumed         Code = "not-resumed" // the server has forgotten the session
	// certificate
	CodeCertExpired    Code = "certificate-expired"
	CodeCertNotYet     Code = "certificate-not-yet-valid"
	CodeCertHost       Code = "certificate-other-host"
	CodeCertAuthority  Code = "certificate-unknown-authority"
	CodeCertSelfSigned Code = "certificate-self-signed"
	CodeCertWeak       Code = "certificate-weak"
	CodeCertInvalid    Code = "certificate-invalid"
	// login
	CodeNotAuthorized   Code = "not-authorized" // wrong password or address
	CodeAccountDisabled Code = "account-disabled"
	CodeNoMechanism     Code = "no-mechanism"
	CodePlainOnly       Code = "plain-only" // only with Login.AllowPlain
	CodeDowngrade       Code = "login-downgrade"
	CodeServerNotProven Code = "server-not-proven" // wrong server signature
	CodeScramParameters Code = "scram-parameters"
	CodeTemporaryAuth   Code = "temporary-auth-failure"
	// registration
	CodeRegistrationClosed Code = "registration-closed"
	CodeAddressTaken       Code = "address-taken"
	CodeFormIncomplete     Code = "form-incomplete"
	CodeThrottled          Code = "throttled"              // the server makes no more accounts from here, for a while
	CodeNoInvitation       Code = "no-invitation"          // what was given is no invitation
	CodeInvitation         Code = "invitation-refused"     // the server does not take it: used, expired or not its own
	CodeInvitationUnknown  Code = "invitation-unsupported" // the server does not know invitations
	// messages and contacts
	CodeNoSuchContact Code = "no-such-contact"
	CodeRemoteServer  Code = "remote-server-not-found"
	CodeRefused       Code = "refused"
	CodeForbidden     Code = "forbidden"
	CodeTooLarge      Code = "too-large"
	// input
	CodeAddress  Code = "malformed-address"
	CodeEmpty    Code = "empty"
	CodeNotFound Code = "not-found"
	CodeExists   Code = "exists"
	CodePicture  Code = "picture-unreadable"
	CodeFile     Code = "file-unreadable"
	CodePort     Code = "malformed-port"
	CodeTooShort Code = "too-short" // a new passphrase
	CodeMismatch Code = "mismatch"  // the two passwords differ
	// files of keys, see SealedKeys
	CodeKeyFile       Code = "key-file"            // it is none, or damaged
	CodeKeyOwner      Code = "key-file-owner"      // it has no keys of the account
	CodeKeyPassphrase Code = "key-file-passphrase" // not its passphrase, or it is damaged
	// CodeOwnAddress is about adding oneself as a contact.
	CodeOwnAddress  Code = "own-address"
	CodeFingerprint Code = "malformed-fingerprint"
	// policy: what a bundle does not allow; Detail is its name
	CodeLocked           Code = "locked"              // a setting is held to something stricter
	CodePolicyDomain     Code = "policy-domain"       // no accounts of this domain
	CodePolicyAccounts   Code = "policy-accounts"     // no more accounts
	CodePolicyRegister   Code = "policy-registration" // no new accounts on servers, or not without an invitation
	CodePolicyTor        Code = "policy-tor"          // only through Tor
	CodePolicyEncryption Code = "policy-encryption"   // not with that encryption
	CodePolicyExport     Code = "policy-export"       // nothing is written to where others read it
	CodePolicyKey        Code = "policy-passphrase"   // the database's key must not be in a keyring
	CodeCertPinned       Code = "certificate-not-pinned"
	CodeTLSVersion       Code = "tls-too-old" // the server does not speak TLS 1.3, which is asked for
	// encryption: why nothing was sent
	CodeNoDevice     Code = "no-device"             // the contact has no device that could read it
	CodeNoTrusted    Code = "no-trusted-device"     // it has some, and none that may be used
	CodeKeyChanged   Code = "key-changed"           // a device has another key than before, or strict mode meets a new one
	CodeOwnUnchecked Code = "own-device-unverified" // strict mode, and a device of one's own account is not verified
	CodeNoSession    Code = "no-session"            // OTR was wanted and no session is open
	CodeNotEncrypted Code = "encryption-needed"     // plain was wanted and the conversation or the policy says no
	CodeNoKeyOf      Code = "no-bundle"             // keys of its devices could not be had
	CodeNotProtected Code = "not-protected"         // this can not be encrypted for the contact's programs
	// encryption: why something could not be read (KindUndecryptable)
	CodeNotForUs     Code = "not-for-this-device"
	CodeBeforeDevice Code = "before-this-device" // the same, and it was sent before this computer had keys
	CodeBrokenKeys   Code = "session-broken"     // the keys of both sides do not fit any more
	CodeForged       Code = "not-authentic"      // damaged or not by whom it says
	CodeUnlisted     Code = "device-not-listed"
	CodeNotSupported Code = "unknown-encryption"
	CodeOpenPGP      Code = "openpgp-encryption" // the same, and it is known what it is
	CodeOTREnded     Code = "otr-ended"
	// notices in a conversation (KindNotice)
	CodeDeviceAdded     Code = "device-added"      // a contact's, used from now on
	CodeDeviceUnchecked Code = "device-unverified" // a contact's, not used before it is verified
	CodeDeviceGone      Code = "device-gone"
	CodeOwnDevice       Code = "own-device-added"
	CodeSessionRepaired Code = "session-repaired"
	CodeOptOut          Code = "opt-out" // a contact asks for messages that are not encrypted
	CodeOTRStarted      Code = "otr-started"
	CodeOTRStartedOld   Code = "otr-started-old" // with version 2 of the protocol
	CodeOTRDowngrade    Code = "otr-downgrade"   // a session of version 2 was refused: its key has spoken version 3
	CodeOTRNewKey       Code = "otr-new-key"
	CodeOTRFinished     Code = "otr-finished"    // the other side has ended the session
	CodeSecretProven    Code = "secret-proven"   // both know the secret: the key is verified (SMP)
	CodeSecretFailed    Code = "secret-failed"   // the two answers differ
	CodeSecretStopped   Code = "secret-stopped"  // one side has stopped asking
	CodeSecretAnswered  Code = "secret-answered" // the answer to the other side's own question was right: that verifies nobody here
	CodePlainInside     Code = "plain-inside"    // a message that was not encrypted came into an encrypted conversation
	// storage
	CodeNoProfile       Code = "no-profile"
	CodeProfileExists   Code = "profile-exists"
	CodeProfileInUse    Code = "profile-in-use"
	CodeNoKeyring       Code = "no-keyring"
	CodeKeyMissing      Code = "key-missing" // the keyring answers, the key is not in it
	CodeKeyWrong        Code = "key-wrong"
	CodeKeyNeeded       Code = "passphrase-needed"
	CodeNotDatabase     Code = "not-a-database"
	CodeDatabaseMissing Code = "database-missing" // the profile is there, its database is not
	CodeDamaged         Code = "database-damaged"
	CodeNewer           Code = "database-newer"
	CodeDiskFull        Code = "disk-full"
	CodeReadOnly        Code = "read-only"
	CodeClosed          Code = "closed"
)

// Unreadable are the codes of messages that could not be read (KindUndecryptable), besides
// CodeUnknown.
var Unreadable = []Code{
	CodeNotForUs, CodeBeforeDevice, CodeBrokenKeys, CodeForged, CodeUnlisted, CodeNotSupported, CodeOpenPGP, CodeOTREnded,
	CodeNoSession,   // of OTR, which never was or is lost
	CodeTooLarge,    // of OTR, in pieces
	CodeUnsupported, // OTR, in a program without it
}

// Error is every error that leaves the core. Its text is for the log and holds
// no secret, address or message text; front ends find their words by Code.
type Error struct {
	Kind Kind
	Op   string // what was being done: "send message"
	Code Code
	// Detail is a fact that the words need and that is safe to show: a
	// certificate's SHA-256 in hex, a limit, a file name. Never a secret.
	Detail string
	Err    error // the cause, for errors.Is and the log
}

func (e *Error) Error() string {
	s := e.Op
	if s != "" {
		s += ": "
	}
	s += string(e.Code)
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is(err, &Error{Code: c}) compare codes.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code && (t.Kind == e.Kind || t.Kind == Bug)
}

// LogValue leaves the cause's own text out: it may quote a server.
func (e *Error) LogValue() slog.Value {
	return slog.GroupValue(slog.String("op", e.Op), slog.String("kind", e.Kind.String()), slog.String("code", string(e.Code)))
}

// CodeOf returns the code of the first Error in err's chain: CodeUnknown where
// there is none, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeUnknown
}

// KindOf returns the kind of the first Error in err's chain, else Bug.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Bug
}
