// SPDX-License-Identifier: MPL-2.0

package xmpp

const (
	nsClient       = "jabber:client"
	nsAxolotl      = "eu.siacs.conversations.axolotl" // XEP-0384, till its version 0.3
	nsAxolotlList  = nsAxolotl + ".devicelist"
	nsStanzas      = "urn:ietf:params:xml:ns:xmpp-stanzas"
	nsXML          = "http://www.w3.org/XML/1998/namespace"
	nsRoster       = "jabber:iq:roster"
	nsDiscoInfo    = "http://jabber.org/protocol/disco#info"
	nsForm         = "jabber:x:data"
	nsVCard        = "vcard-temp"                            // XEP-0054
	nsPubsub       = "http://jabber.org/protocol/pubsub"     // XEP-0060
	nsEvent        = nsPubsub + "#event"                     // XEP-0060
	nsOwner        = nsPubsub + "#owner"                     // XEP-0060
	nsNodeConfig   = nsPubsub + "#node_config"               // XEP-0060
	nsPublishOpts  = nsPubsub + "#publish-options"           // XEP-0060
	nsAvatarData   = "urn:xmpp:avatar:data"                  // XEP-0084
	nsAvatarMeta   = "urn:xmpp:avatar:metadata"              // XEP-0084
	nsChatStates   = "http://jabber.org/protocol/chatstates" // XEP-0085
	nsVersion      = "jabber:iq:version"                     // XEP-0092
	nsCaps         = "http://jabber.org/protocol/caps"       // XEP-0115
	nsVCardUpdate  = "vcard-temp:x:update"                   // XEP-0153
	nsNick         = "http://jabber.org/protocol/nick"       // XEP-0172
	nsPreauth      = "urn:xmpp:pars:0"                       // XEP-0379
	nsReceipts     = "urn:xmpp:receipts"                     // XEP-0184
	nsBlocking     = "urn:xmpp:blocking"                     // XEP-0191
	nsPing         = "urn:xmpp:ping"                         // XEP-0199
	nsDelay        = "urn:xmpp:delay"                        // XEP-0203
	nsRSM          = "http://jabber.org/protocol/rsm"        // XEP-0059
	nsCarbons      = "urn:xmpp:carbons:2"                    // XEP-0280
	nsForward      = "urn:xmpp:forward:0"                    // XEP-0297
	nsCorrect      = "urn:xmpp:message-correct:0"            // XEP-0308
	nsArchive      = "urn:xmpp:mam:2"                        // XEP-0313
	nsIdle         = "urn:xmpp:idle:1"                       // XEP-0319
	nsMarkers      = "urn:xmpp:chat-markers:0"               // XEP-0333
	nsHints        = "urn:xmpp:hints"                        // XEP-0334
	nsCSI          = "urn:xmpp:csi:0"                        // XEP-0352
	nsStanzaID     = "urn:xmpp:sid:0"                        // XEP-0359
	nsStyling      = "urn:xmpp:styling:0"                    // XEP-0393
	nsEME          = "urn:xmpp:eme:0"                        // XEP-0380
	nsOMEMO        = "urn:xmpp:omemo:2"                      // XEP-0384
	nsOMEMODevices = nsOMEMO + ":devices"                    // XEP-0384
	nsOMEMOBundles = nsOMEMO + ":bundles"                    // XEP-0384
	featConversion = "urn:xmpp:pep-vcard-conversion:0"       // XEP-0398
	nsBookmarks    = "urn:xmpp:bookmarks:1"                  // XEP-0402
	nsSCE          = "urn:xmpp:sce:1"                        // XEP-0420
	nsFasten       = "urn:xmpp:fasten:0"                     // XEP-0422, for the retractions of before 2022
	nsRetract      = "urn:xmpp:message-retract:1"            // XEP-0424
	nsRetractOld   = "urn:xmpp:message-retract:0"            // XEP-0424, till its version 0.3
	nsFallback     = "urn:xmpp:fallback:0"                   // XEP-0428
	nsTrust        = "urn:xmpp:tm:1"                         // XEP-0434
	nsReactions    = "urn:xmpp:reactions:0"                  // XEP-0444
	nsReply        = "urn:xmpp:reply:0"                      // XEP-0461
	nsDisplayed    = "urn:xmpp:mds:displayed:0"              // XEP-0490
)
