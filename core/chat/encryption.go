// SPDX-License-Identifier: MPL-2.0

package chat

// Lock is what the lock of a conversation shows. Never by its colour alone.
type Lock int8

// The locks.
const (
	LockOpen     Lock = iota // a message would not be encrypted
	LockClosed               // encrypted, for keys that nobody has compared
	LockVerified             // encrypted, for verified keys only
	LockWarning              // the person has to look: a key changed, or nothing can be sent
)

var lockNames = [...]string{"open", "closed", "verified", "warning"}

func (l Lock) String() string { return word(lockNames[:], int(l)) }

// EncryptionState is what would happen to a message that is sent now, and who could
// read it.
type EncryptionState struct {
	Choice      EncryptionChoice // the person's, for the conversation
	Level       TrustLevel       // that counts here
	OwnLevel    bool             // Level is the conversation's own, not the account's
	Now         Encryption       // how a message would travel; of OMEMO the best
	Unsure      bool             // nobody has asked yet which devices the contact has
	Required    bool             // the account, the program or the policy allows nothing else than encrypted
	OwnRequired bool             // the account does
	// Who holds these, where it is a policy and not the person: the name of its
	// bundle; "" for nobody.
	RequiredBy, LevelBy, ChoiceBy string
	Least                         TrustLevel         // the loosest level that LevelBy allows
	Forbidden                     []EncryptionChoice // that ChoiceBy does not allow
	Was                           bool               // an encrypted message has been sent or received here
	Lock                          Lock
	Code                          Code  // why a message can not be sent as chosen; "" where it can
	Readers                       []Key // whose devices can read it, the contact's first
	Skipped                       []Key // that can not: the message does not go to them
	CanOTR                        bool  // the contact's program has said that it speaks OTR, or a session is open
	CanOMEMO                      bool  // the contact has a device for it
	OTROpen                       bool  // an OTR session is open
	// OTRVersion is that session's, 0 for none: 3, or 2 of an older program, which has
	// the same ciphers and can not tell a person's programs apart.
	OTRVersion int
	Asked      bool // the other side asks for the secret that both know
	Question   string
	Waiting    bool // we asked the other side for it, and it has not answered
}

// IdentityLink is what a QR code or an xmpp: link says of somebody's keys. Nothing of
// it is believed before the person has said so.
type IdentityLink struct {
	Owner     Address // bare
	Keys      []Key   // those of the owner that are known here and that it names: would be verified
	Unknown   []Fingerprint
	Distrust  []Key // that the link says not to trust (XEP-0434)
	Different []Key // listed devices of the owner that the link names with another key: a reason to worry
}
