// SPDX-License-Identifier: MPL-2.0

package chat

// Invitation is what a link says that somebody was given to begin with (XEP-0379,
// XEP-0401, XEP-0445). Whoever made the link may lie: nothing of it is acted on before
// the person has said so.
type Invitation struct {
	// Inviter is who wants to become a contact; zero where a server invites.
	Inviter Address
	// Server is where an account can be made with the token: a domain, and a local part
	// where the name is chosen already. Zero where the invitation is of no server.
	Server Address
	// Token lets the bearer in: into the server, or into the inviter's contact list. It is
	// "" for a link that is not more than an address, and is not for a log.
	Token string
	// Name is what the inviter calls itself, on one line; "" for nothing.
	Name string
}

// MakesAccount says whether an account can be made with the invitation.
func (i Invitation) MakesAccount() bool { return !i.Server.IsZero() && i.Token != "" }
