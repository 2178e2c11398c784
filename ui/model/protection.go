// SPDX-License-Identifier: MPL-2.0

package model

import (
	"context"
	"slices"

	"chatsecure.org/desktop/core/chat"
)

// EncryptionSource is what the lock asks; *core.Client meets it.
type EncryptionSource interface {
	// Encryption says what would happen to a message sent now; where Peer is the account
	// itself, also what holds for the account: its level, and whether it requires encryption.
	Encryption(ctx context.Context, conv chat.ConvID) (chat.EncryptionState, error)
	SetEncryption(ctx context.Context, conv chat.ConvID, choice chat.EncryptionChoice) error
	// SetTrustLevel sets the level of a conversation or, where it has no Peer, of an
	// account; chat.AsAccount takes a conversation's own away.
	SetTrustLevel(ctx context.Context, conv chat.ConvID, level chat.TrustLevel) error
	// RequireEncryption lets an account send nothing that is not encrypted.
	RequireEncryption(ctx context.Context, account chat.Address, on bool) error
	// RefreshKeys asks for the other side's keys without waiting for the answer.
	RefreshKeys(ctx context.Context, conv chat.ConvID) error
}

// SessionSource begins and ends OTR sessions; *core.Client meets it.
type SessionSource interface {
	StartOTR(ctx context.Context, conv chat.ConvID) error
	EndOTR(ctx context.Context, conv chat.ConvID) error
}

// ModeKind is how the next message will go.
type ModeKind int8

// The kinds.
const (
	ModeUnknown   ModeKind = iota // nothing is known yet
	ModePlain                     // both servers can read it
	ModeEncrypted                 // for keys that nobody has compared
	ModeVerified                  // for verified keys alone
	ModeAsking                    // the contact's devices are being asked for
	ModeStopped                   // nothing can be sent: Code says why
)

// WayOut is what the person can do where nothing can be sent.
type WayOut int8

// The ways.
const (
	OutNone       WayOut = iota
	OutDevices           // look at the contact's keys
	OutPlain             // decide to send without encryption
	OutOTR               // begin an OTR session
	OutEncrypt           // let it be encrypted again
	OutAgain             // ask for the keys again
	OutOwnDevices        // look at one's own keys
)

// Mode is how the next message will go, and the way out where it will not.
type Mode struct {
	Kind   ModeKind
	Way    chat.Encryption // with ModeEncrypted and ModeVerified
	Code   chat.Code       // with ModeStopped
	WayOut WayOut
	Lock   chat.Lock
}

// Stopped says whether nothing can be sent before the person has decided something.
func (m Mode) Stopped() bool { return m.Kind == ModeStopped }

// Protection is how the messages of the open conversation are protected.
type Protection struct {
	OnChange func()

	env      *Env
	src      EncryptionSource
	sessions SessionSource
	lane     *Lane // reads
	orders   *Lane // commands
	conv     chat.ConvID
	state    chat.EncryptionState
	account  chat.TrustLevel // of the account
	loaded   bool
	waiting  int // commands under way
	err      *chat.Error
}

// NewProtection returns that of no conversation: call Open.
func NewProtection(env *Env, src EncryptionSource, sessions SessionSource) *Protection {
	return &Protection{env: env, src: src, sessions: sessions, lane: env.Tasks.NewLane(), orders: env.Tasks.NewLane()}
}

// Open changes the conversation; the zero id is none.
func (p *Protection) Open(id chat.ConvID) {
	if id == p.conv {
		return
	}
	p.conv, p.state, p.loaded, p.err = id, chat.EncryptionState{}, false, nil
	call(p.OnChange)
	p.Load()
	p.refresh()
}

// Again asks for the other side's keys once more.
func (p *Protection) Again() {
	p.refresh()
	p.Load()
}

// refresh asks for the keys: what comes is told by an event. Without a connection
// nothing does, and what is known is shown.
func (p *Protection) refresh() {
	if p.conv.IsZero() {
		return
	}
	conv := p.conv
	p.orders.Run(func(ctx context.Context) func() {
		_ = p.src.RefreshKeys(ctx, conv)
		return nil
	})
}

// Load reads it again.
func (p *Protection) Load() {
	if p.conv.IsZero() {
		return
	}
	conv := p.conv
	p.lane.Run(func(ctx context.Context) func() {
		state, err := p.src.Encryption(ctx, conv)
		account := state.Level
		if err == nil && state.OwnLevel {
			var of chat.EncryptionState
			of, err = p.src.Encryption(ctx, chat.ConvID{Account: conv.Account, Peer: conv.Account})
			account = of.Level
		}
		return func() {
			if conv != p.conv {
				return
			}
			if err == nil {
				p.state, p.account, p.loaded = state, account, true
			}
			p.err = asError("read encryption", err)
			call(p.OnChange)
		}
	})
}

// Apply implements Listener.
func (p *Protection) Apply(events []chat.Event) {
	for _, e := range events {
		switch e.Kind {
		case chat.TrustChanged, chat.AccountChanged:
			if e.Conv == p.conv || e.Account == p.conv.Account || e.Conv.Account == p.conv.Account && e.Conv.Peer.IsZero() {
				p.Load()
				return
			}
		case chat.SecretAsked, chat.ConversationChanged, chat.MessagesChanged:
			if e.Conv == p.conv {
				p.Load()
				return
			}
		case chat.Reload, chat.SettingsChanged:
			p.Load()
			return
		}
	}
}

// Conv is the conversation that it is about.
func (p *Protection) Conv() chat.ConvID { return p.conv }

// State is what is known now; ok is false before it has been read.
func (p *Protection) State() (s chat.EncryptionState, ok bool) { return p.state, p.loaded }

// AccountLevel is the level that counts where the conversation has none of its own.
func (p *Protection) AccountLevel() chat.TrustLevel { return p.account }

// Err is why it could not be read, or a choice not kept; nil otherwise.
func (p *Protection) Err() *chat.Error { return p.err }

// Waiting says whether a choice is being kept.
func (p *Protection) Waiting() bool { return p.waiting > 0 }

// Mode is how the next message will go.
func (p *Protection) Mode() Mode {
	if !p.loaded {
		return Mode{}
	}
	return ModeOf(p.state)
}

// ModeOf is how a message goes in that state.
func ModeOf(s chat.EncryptionState) Mode {
	m := Mode{Way: s.Now, Lock: s.Lock}
	switch {
	case s.Unsure && (s.Code != "" || s.Now == chat.EncryptionNone && s.Choice != chat.ChoiceNone):
		m.Kind = ModeAsking
	case s.Code != "":
		m.Kind, m.Code, m.WayOut = ModeStopped, s.Code, wayOut(s)
		m.Lock = chat.LockWarning
	case s.Now == chat.EncryptionNone:
		m.Kind = ModePlain
	case s.Lock == chat.LockVerified:
		m.Kind = ModeVerified
	default:
		m.Kind = ModeEncrypted
	}
	return m
}

// wayOut is the nearest thing that can be done about what is in the way. Sending
// without encryption is offered last, and never where it is forbidden.
func wayOut(s chat.EncryptionState) WayOut {
	switch s.Code {
	case chat.CodeNoTrusted, chat.CodeKeyChanged:
		return OutDevices
	case chat.CodeOwnUnchecked:
		return OutOwnDevices
	case chat.CodeNoSession, chat.CodeOTREnded:
		return OutOTR
	case chat.CodeNoKeyOf:
		return OutAgain
	}
	other := s.CanOMEMO && s.Choice != chat.ChoiceOMEMO || s.CanOTR && s.Choice != chat.ChoiceOTR
	switch {
	case s.Choice == chat.ChoiceNone, other && s.Choice != chat.ChoiceAuto:
		return OutEncrypt
	case s.CanOTR:
		return OutOTR
	case !s.Required && !slices.Contains(s.Forbidden, chat.ChoiceNone):
		return OutPlain
	}
	return OutNone
}

// Choose keeps what the person wants for the conversation.
func (p *Protection) Choose(choice chat.EncryptionChoice) {
	conv := p.conv
	p.command("choose encryption", func(ctx context.Context) error { return p.src.SetEncryption(ctx, conv, choice) })
}

// SetLevel keeps how much has to be known of the contact's keys; chat.AsAccount as the
// account says.
func (p *Protection) SetLevel(level chat.TrustLevel) {
	conv := p.conv
	p.command("choose trust level", func(ctx context.Context) error { return p.src.SetTrustLevel(ctx, conv, level) })
}

// StartOTR asks the contact's program for an OTR session.
func (p *Protection) StartOTR() {
	conv := p.conv
	p.command("begin session", func(ctx context.Context) error { return p.sessions.StartOTR(ctx, conv) })
}

// EndOTR ends the session: what follows is not encrypted by it.
func (p *Protection) EndOTR() {
	conv := p.conv
	p.command("end session", func(ctx context.Context) error { return p.sessions.EndOTR(ctx, conv) })
}

func (p *Protection) command(op string, do func(context.Context) error) {
	if p.conv.IsZero() {
		return
	}
	conv := p.conv
	p.waiting++
	call(p.OnChange)
	p.orders.Run(func(ctx context.Context) func() {
		err := do(ctx)
		return func() {
			p.waiting--
			if conv != p.conv {
				return
			}
			if p.err = asError(op, err); err != nil {
				call(p.OnChange)
				return
			}
			p.Load()
		}
	})
}
