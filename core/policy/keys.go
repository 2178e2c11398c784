// SPDX-License-Identifier: MPL-2.0

package policy

// Key names one lock.
type Key string

// The keys. After each stand its values, the loosest first; without a policy the
// loosest holds.
const (
	TLSMinVersion      Key = "tls.min_version"       // "1.2" < "1.3"
	TLSPins            Key = "tls.pins"              // domain -> SHA-256 of public keys (SPKI, RFC 7469 §2.4) that may vouch for it; merging intersects per domain, and of an empty list nobody may
	AccountsDomains    Key = "accounts.domains"      // the domains of which accounts may be
	AccountsMax        Key = "accounts.max"          // how many accounts there may be
	Registration       Key = "accounts.registration" // open < invite < off
	Tor                Key = "tor"                   // user < forced
	EncryptionAllowed  Key = "encryption.allowed"    // of none, otr, omemo, omemo2
	EncryptionRequire  Key = "encryption.require"    // off < chats < all (chats and group chats)
	EncryptionTrust    Key = "encryption.trust"      // relaxed < careful < strict
	History            Key = "history"               // keep < days:N < session < off; fewer days are stricter
	DatabaseKey        Key = "db.key"                // keyring < ask
	DatabaseLockAfter  Key = "db.lock_after"         // minutes without a touch; fewer are stricter
	MediaAutofetch     Key = "media.autofetch"       // always < contacts < never
	NotificationsShown Key = "notifications.content" // full < sender < none
	Receipts           Key = "receipts"              // user < off
	Typing             Key = "typing"                // user < off
	Export             Key = "export"                // user < off
	Log                Key = "log"                   // user < off
)

// The values of keys whose order is one of words.
const (
	User     = "user" // the person decides
	Off      = "off"
	TLS12    = "1.2"
	TLS13    = "1.3"
	Open     = "open"
	Invite   = "invite"
	Forced   = "forced"
	Chats    = "chats"
	All      = "all"
	Relaxed  = "relaxed"
	Careful  = "careful"
	Strict   = "strict"
	Keep     = "keep"
	Session  = "session"
	Keyring  = "keyring"
	Ask      = "ask"
	Always   = "always"
	Contacts = "contacts"
	Never    = "never"
	Full     = "full"
	Sender   = "sender"
	Nothing  = "none"
)

// Encryptions that encryption.allowed may name.
const (
	None   = "none" // readable for the servers
	OTR    = "otr"
	OMEMO  = "omemo"  // 0.3
	OMEMO2 = "omemo2" // 0.8 and later
)

// kind is how the values of a key are written and ordered.
type kind struct {
	read   func(raw []byte, r rule) (value, error)
	words  []string // the loosest first; of a set, all that may be in it
	most   int      // of a number, the greatest
	absent string   // what Explain says where nobody restricts the key; "" is the first word
}

// rule is a key with its kind.
type rule struct {
	key Key
	kind
}

// rules are all keys, in the order in which they are told.
var rules = []rule{
	{TLSMinVersion, words(TLS12, TLS13)},
	{TLSPins, kind{read: readPins, absent: "none"}},
	{AccountsDomains, kind{read: readDomains, absent: "any"}},
	{AccountsMax, kind{read: readNumber, most: 1000, absent: "any"}},
	{Registration, words(Open, Invite, Off)},
	{Tor, words(User, Forced)},
	{EncryptionAllowed, kind{read: readSet, words: []string{None, OTR, OMEMO, OMEMO2}, absent: None + "," + OTR + "," + OMEMO + "," + OMEMO2}},
	{EncryptionRequire, words(Off, Chats, All)},
	{EncryptionTrust, words(Relaxed, Careful, Strict)},
	{History, kind{read: readHistory, words: []string{Keep, Session, Off}}},
	{DatabaseKey, words(Keyring, Ask)},
	{DatabaseLockAfter, kind{read: readNumber, most: 7 * 24 * 60, absent: Never}},
	{MediaAutofetch, words(Always, Contacts, Never)},
	{NotificationsShown, words(Full, Sender, Nothing)},
	{Receipts, words(User, Off)},
	{Typing, words(User, Off)},
	{Export, words(User, Off)},
	{Log, words(User, Off)},
}

func words(w ...string) kind { return kind{read: readWord, words: w} }

// Keys returns all keys, in the order in which they are told.
func Keys() []Key {
	keys := make([]Key, len(rules))
	for i, r := range rules {
		keys[i] = r.key
	}
	return keys
}

func ruleOf(k Key) (rule, bool) {
	for _, r := range rules {
		if r.key == k {
			return r, true
		}
	}
	return rule{}, false
}
