// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"chatsecure.org/desktop/core/chat"
)

// scramServer is the far side of SCRAM, with a way to be wrong.
type scramServer struct {
	mechanism  string
	password   string
	iterations int
	salt       string
	nonce      func(client string) string
	signature  func(good string) string
	inSuccess  bool // the signature comes with success, as it should
	noProof    bool // success without a signature
	kinds      string
	more       string // behind the challenge

	gs2 string // what the client said

	bareFirst, challenge string
}

func goodScram(mechanism string) *scramServer {
	return &scramServer{
		mechanism: mechanism, password: password, iterations: 4096, salt: "c2FsdA==", inSuccess: true,
		nonce:     func(c string) string { return c + "server" },
		signature: func(good string) string { return "v=" + good },
	}
}

func (s *scramServer) mac(key, text []byte) []byte {
	m := hmac.New(scramHashes[strings.TrimSuffix(s.mechanism, "-PLUS")], key)
	m.Write(text)
	return m.Sum(nil)
}

func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}

func unbase64(s string) string {
	b, _ := base64.StdEncoding.DecodeString(s)
	return string(b)
}

// begin reads the client-first-message and makes the challenge.
func (s *scramServer) begin(first string) (string, bool) {
	parts := strings.SplitN(first, ",", 3)
	if len(parts) < 3 {
		return "", false
	}
	s.gs2, s.bareFirst = parts[0]+","+parts[1]+",", parts[2]
	s.challenge = fmt.Sprintf("r=%s,s=%s,i=%d%s", s.nonce(between(s.bareFirst, "r=", ",")), s.salt, s.iterations, s.more)
	return s.challenge, true
}

// finish checks the client-final-message and makes the signature.
func (s *scramServer) finish(f *far, final string) (signature string, ok bool) {
	without, proof, _ := strings.Cut(final, ",p=")
	newHash := scramHashes[strings.TrimSuffix(s.mechanism, "-PLUS")]
	salted, _ := pbkdf2.Key(newHash, s.password, []byte(unbase64(s.salt)), s.iterations, newHash().Size())
	auth := []byte(s.bareFirst + "," + s.challenge + "," + without)
	clientKey := s.mac(salted, []byte("Client Key"))
	stored := newHash()
	stored.Write(clientKey)
	want := s.mac(stored.Sum(nil), auth)
	for i := range want {
		want[i] ^= clientKey[i]
	}
	binding := s.gs2
	if strings.HasPrefix(s.gs2, "p=tls-exporter") {
		binding += f.exporter()
	}
	if strings.HasPrefix(s.gs2, "p=tls-server-end-point") {
		sum := sha256.Sum256(f.cert.Leaf.Raw)
		binding += string(sum[:])
	}
	if unbase64(proof) != string(want) || unbase64(between(without, "c=", ",")) != binding {
		return "", false
	}
	return s.signature(encodeAnswer(s.mac(s.mac(salted, []byte("Server Key")), auth))), true
}

// exporter is what the connection is known by (RFC 9266).
func (f *far) exporter() string {
	state := f.Conn.(*tls.Conn).ConnectionState()
	data, _ := state.ExportKeyingMaterial("EXPORTER-Channel-Binding", nil, 32)
	return string(data)
}

// run takes a login up to success, or refuses a wrong proof.
func (s *scramServer) run(f *far) {
	challenge, ok := s.begin(unbase64(between(f.hear("</auth>"), ">", "<")))
	if !ok {
		return
	}
	f.say("<challenge xmlns='%s'>%s</challenge>", nsSASL, encodeAnswer([]byte(challenge)))
	final := unbase64(between(f.hear("</response>"), ">", "<"))
	if final == "" {
		return // the client has hung up
	}
	signature, ok := s.finish(f, final)
	switch {
	case !ok:
		f.say("<failure xmlns='%s'><not-authorized/><text>no, alice@example.test</text></failure>", nsSASL)
		return
	case s.noProof:
		f.say("<success xmlns='%s'/>", nsSASL)
	case s.inSuccess:
		f.say("<success xmlns='%s'>%s</success>", nsSASL, encodeAnswer([]byte(signature)))
	default:
		f.say("<challenge xmlns='%s'>%s</challenge>", nsSASL, encodeAnswer([]byte(signature)))
		f.hear("</response>")
		f.say("<success xmlns='%s'/>", nsSASL)
	}
	f.open(offerOwn)
	f.bind("alice@example.test/here")
	f.hear("</stream:stream>")
}

// scramScript offers mechanisms and takes the login.
func scramScript(s *scramServer, offered ...string) func(*far) {
	return func(f *far) {
		f.startTLS()
		more := ""
		if s.kinds != "" {
			more = "<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'><channel-binding type='" + s.kinds + "'/></sasl-channel-binding>"
		}
		f.open(offer(offered...) + more)
		s.run(f)
	}
}

func TestScram(t *testing.T) {
	all := []string{"PLAIN", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512"}
	plus := append([]string{"SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS"}, all...)
	for name, test := range map[string]struct {
		offered []string
		kinds   string
		used    string
		gs2     string
	}{
		"only the oldest":            {[]string{"SCRAM-SHA-1"}, "", "SCRAM-SHA-1", "y,,"},
		"beside PLAIN":               {all[:2], "", "SCRAM-SHA-1", "y,,"},
		"the better hash":            {all[:3], "", "SCRAM-SHA-256", "y,,"},
		"the best hash":              {all, "", "SCRAM-SHA-512", "y,,"},
		"bound":                      {plus, "tls-exporter", "SCRAM-SHA-512-PLUS", "p=tls-exporter,,"},
		"bound, with SHA-1":          {append([]string{"SCRAM-SHA-1-PLUS"}, all...), "tls-exporter", "SCRAM-SHA-1-PLUS", "p=tls-exporter,,"},
		"bound to the certificate":   {plus, "tls-server-end-point", "SCRAM-SHA-512-PLUS", "p=tls-server-end-point,,"},
		"bound in another way":       {plus, "tls-unknown", "SCRAM-SHA-512", "n,,"},
		"unknown beside it":          {append([]string{"SCRAM-SHA3-512-PLUS", "X-OAUTH2"}, all[:2]...), "", "SCRAM-SHA-1", "n,,"},
		"bound, it says not to what": {plus, "", "SCRAM-SHA-512", "n,,"},
	} {
		t.Run(name, func(t *testing.T) {
			server := goodScram(test.used)
			server.kinds = test.kinds
			c, fake := serve(t, scramScript(server, test.offered...))
			s, err := dial(t, c)
			if err != nil {
				t.Fatal(err)
			}
			if s.Mechanism() != test.used || server.gs2 != test.gs2 {
				t.Errorf("used %s with %q, want %s with %q", s.Mechanism(), server.gs2, test.used, test.gs2)
			}
			if _, all := fake.saw(); strings.Contains(all, password) || strings.Contains(all, encodeAnswer([]byte(password))) {
				t.Error("the server got the password")
			}
		})
	}
}

// listOf is the hash of a server's offer, as SCRAM-SHA-256 has it.
func listOf(mechanisms ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(mechanisms, "\x1e")))
	return encodeAnswer(sum[:])
}

// The example of XEP-0474 §5.
func TestOfferIsHashed(t *testing.T) {
	f := features{}
	f.Binding = &struct {
		Types []struct {
			Type string `xml:"type,attr"`
		} `xml:"urn:xmpp:sasl-cb:0 channel-binding"`
	}{}
	if err := parse([]byte("<x xmlns:a='urn:xmpp:sasl-cb:0'><a:channel-binding type='tls-server-end-point'/><a:channel-binding type='tls-exporter'/></x>"), f.Binding); err != nil {
		t.Fatal(err)
	}
	s := newScram(choice{name: "SCRAM-SHA-1", advertised: f.advertised([]string{"SCRAM-SHA-1-PLUS", "SCRAM-SHA-1"})}, "user", nil)
	if err := s.checkOffer([]string{"h=G6k/rBLDqgOhRRaCuuatSDFkJ08="}); err != nil {
		t.Error(err)
	}
	wantCode(t, s.checkOffer([]string{"h=G6k/rBLDqgOhRRaCuuatSDFkJ09="}), chat.Auth, chat.CodeDowngrade)
}

func TestScramDistrusts(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*scramServer)
		code   chat.Code // "" is fine
	}{
		"signature in a challenge": {func(s *scramServer) { s.inSuccess = false }, ""},
		"the fewest iterations":    {func(s *scramServer) { s.iterations = 4096 }, ""},
		"extensions to ignore": {func(s *scramServer) {
			s.more, s.signature = ",x=1,y=,z", func(good string) string { return "v=" + good + ",x=1" }
		}, ""},
		"signature in pieces":   {func(s *scramServer) { s.signature = func(g string) string { return "v=" + g[:20] + "\n" + g[20:] } }, ""},
		"the list it offered":   {func(s *scramServer) { s.more = ",h=" + listOf("SCRAM-SHA-256") }, ""},
		"another list":          {func(s *scramServer) { s.more = ",x=1,h=" + listOf("SCRAM-SHA-256", "SCRAM-SHA-512") }, chat.CodeDowngrade},
		"no list":               {func(s *scramServer) { s.more = ",h=" }, chat.CodeDowngrade},
		"more than a number":    {func(s *scramServer) { s.more = "x" }, chat.CodeScramParameters},
		"wrong password":        {func(s *scramServer) { s.password = "other" }, chat.CodeNotAuthorized},
		"too few iterations":    {func(s *scramServer) { s.iterations = 4095 }, chat.CodeScramParameters},
		"one iteration":         {func(s *scramServer) { s.iterations = 1 }, chat.CodeScramParameters},
		"negative iterations":   {func(s *scramServer) { s.iterations = -4096 }, chat.CodeScramParameters},
		"too many iterations":   {func(s *scramServer) { s.iterations = 1_000_001 }, chat.CodeScramParameters},
		"absurd iterations":     {func(s *scramServer) { s.iterations = 1 << 40 }, chat.CodeScramParameters},
		"no salt":               {func(s *scramServer) { s.salt = "" }, chat.CodeScramParameters},
		"salt in no base64":     {func(s *scramServer) { s.salt = "*" }, chat.CodeScramParameters},
		"our nonce alone":       {func(s *scramServer) { s.nonce = func(c string) string { return c } }, chat.CodeScramParameters},
		"another nonce":         {func(s *scramServer) { s.nonce = func(c string) string { return "x" + c } }, chat.CodeScramParameters},
		"extension that counts": {func(s *scramServer) { s.nonce = func(c string) string { return "m=1,r=" + c + "x" } }, chat.CodeScramParameters},
		"no signature":          {func(s *scramServer) { s.noProof = true }, chat.CodeServerNotProven},
		"wrong signature":       {func(s *scramServer) { s.signature = func(string) string { return "v=AAAA" } }, chat.CodeServerNotProven},
		"empty signature":       {func(s *scramServer) { s.signature = func(string) string { return "v=" } }, chat.CodeServerNotProven},
		"half a signature":      {func(s *scramServer) { s.signature = func(g string) string { return "v=" + g[:8] } }, chat.CodeServerNotProven},
		"signature of no form":  {func(s *scramServer) { s.signature = func(g string) string { return g } }, chat.CodeServerNotProven},
		"an error, and success": {func(s *scramServer) { s.signature = func(string) string { return "e=other-error" } }, chat.CodeNotAuthorized},
	} {
		t.Run(name, func(t *testing.T) {
			server := goodScram("SCRAM-SHA-256")
			test.change(server)
			c, _ := serve(t, scramScript(server, "SCRAM-SHA-256"))
			_, err := dial(t, c)
			if test.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantCode(t, err, chat.Auth, test.code)
		})
	}
}

// The hash is that of the certificate's signature, but not less than SHA-256
// (RFC 5929 §4.1).
func TestEndPoint(t *testing.T) {
	for algorithm, size := range map[x509.SignatureAlgorithm]int{
		x509.ECDSAWithSHA256: 32, x509.ECDSAWithSHA384: 48, x509.ECDSAWithSHA512: 64,
	} {
		cert := newCertificate(t, ecdsaKey(t), func(c *x509.Certificate) { c.SignatureAlgorithm = algorithm })
		if got := endPoint(cert.Leaf); len(got) != size {
			t.Errorf("%v: %d bytes, want %d", algorithm, len(got), size)
		}
	}
	if got := endPoint(&x509.Certificate{SignatureAlgorithm: x509.SHA1WithRSA, Raw: []byte("x")}); len(got) != 32 {
		t.Errorf("SHA-1: %d bytes", len(got))
	}
	if endPoint(&x509.Certificate{SignatureAlgorithm: x509.PureEd25519}) != nil {
		t.Error("Ed25519 names no hash")
	}
}

// A signature counts once, and only after our proof.
func TestScramSteps(t *testing.T) {
	s := newScram(choice{name: "SCRAM-SHA-1", binding: binding{flag: 'n'}}, "user", []byte("pencil"))
	s.nonce = "fyko+d2lbbFgONRv9qkxdawL"
	// RFC 5802 §5
	if got := string(s.first()); got != "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL" {
		t.Errorf("first %q", got)
	}
	final, err := s.next(within(t), []byte("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"))
	if err != nil || string(final) != "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=" {
		t.Errorf("final %q, %v", final, err)
	}
	if s.done() {
		t.Error("done without a signature")
	}
	if _, err := s.next(within(t), []byte("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")); err != nil || !s.done() {
		t.Error(err)
	}
	if _, err := s.next(within(t), []byte("v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")); err == nil {
		t.Error("a third step")
	}
	if salted := s.salted; len(salted) == 0 {
		t.Error("nothing to wipe")
	} else if s.wipe(); salted[0]|salted[5]|salted[19] != 0 || s.password[0] != 0 {
		t.Error("not wiped")
	}
}

func TestPrepare(t *testing.T) {
	for in, want := range map[string]string{
		"pencil": "pencil", "\u00AA": "a", "\u2168": "IX", "a\u00ADb": "ab", "a\u00A0b": "a b", "e\u0301": "é",
		"\u0007": "\u0007", "a=b,c": "a=b,c", "": "", "🦀": "🦀",
		// Newer than Unicode 3.2: what is typed is a query, and may hold it (RFC 3454 §7).
		"🦀\u200d": "🦀", "Ａ🦀": "A🦀", "🏳️\u200d🌈": "🏳🌈", "Ａ\u0221": "A\u0221", "Ａ\u0007": "Ａ\u0007", "Ａאb": "Ａאb",
	} {
		if got := prepare(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	s := newScram(choice{name: "SCRAM-SHA-1", binding: binding{flag: 'y'}}, "a=b,c", nil)
	if got := string(s.first()); !strings.HasPrefix(got, "y,,n=a=3Db=2Cc,r=") {
		t.Errorf("first %q", got)
	}
}

func TestStretchingEndsWithItsContext(t *testing.T) {
	s := newScram(choice{name: "SCRAM-SHA-512", binding: binding{flag: 'n'}}, "a", []byte("b"))
	ctx, cancel := context.WithCancel(within(t))
	cancel()
	start := time.Now()
	_, err := s.next(ctx, []byte("r="+s.nonce+"x,s=c2FsdA==,i=1000000"))
	if err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestMechanismNeverGetsWeaker(t *testing.T) {
	for _, test := range []struct {
		strongest, offered string
		code               chat.Code
	}{
		{"", "SCRAM-SHA-1", ""},
		{"SCRAM-SHA-1", "SCRAM-SHA-1", ""},
		{"SCRAM-SHA-1", "SCRAM-SHA-256", ""},
		{"PLAIN", "SCRAM-SHA-1", ""},
		{"MADE-UP", "SCRAM-SHA-1", ""},
		{"SCRAM-SHA-256", "SCRAM-SHA-1", chat.CodeDowngrade},
		{"SCRAM-SHA-512", "SCRAM-SHA-256", chat.CodeDowngrade},
		{"SCRAM-SHA-1-PLUS", "SCRAM-SHA-512", chat.CodeDowngrade},
		{"SCRAM-SHA-1", "PLAIN", chat.CodeDowngrade},
		{"SCRAM-SHA-1", "X-OAUTH2", chat.CodeNoMechanism},
	} {
		server := goodScram(test.offered)
		c, fake := serve(t, scramScript(server, test.offered))
		c.Strongest, c.Login.AllowPlain = test.strongest, true
		_, err := dial(t, c)
		if test.code == "" {
			if err != nil {
				t.Errorf("%+v: %v", test, err)
			}
			continue
		}
		wantCode(t, err, chat.Auth, test.code)
		if _, all := fake.saw(); strings.Contains(all, "<auth") {
			t.Errorf("%+v: a login was tried", test)
		}
	}
}

func TestPlainOnlyByConsent(t *testing.T) {
	script := func(f *far) {
		f.startTLS()
		f.open(offer("PLAIN", "DIGEST-MD5", "LOGIN", "ANONYMOUS"))
		if unbase64(between(f.hear("</auth>"), ">", "<")) != "\x00alice\x00"+password {
			return
		}
		f.say("<success xmlns='%s'/>", nsSASL)
		f.open(offerOwn)
		f.bind("alice@example.test/here")
		f.hear("</stream:stream>")
	}
	c, fake := serve(t, script)
	_, err := dial(t, c)
	wantCode(t, err, chat.Auth, chat.CodePlainOnly)
	if _, all := fake.saw(); strings.Contains(all, "<auth") {
		t.Error("a login was tried")
	}
	c.Login.AllowPlain = true
	if s, err := dial(t, c); err != nil || s.Mechanism() != "PLAIN" {
		t.Error(err)
	}
}

func TestLoginRefused(t *testing.T) {
	failure := func(condition string) func(*far) {
		return func(f *far) {
			f.startTLS()
			f.open(offer("SCRAM-SHA-1"))
			f.hear("</auth>")
			f.say("<failure xmlns='%s'>%s</failure>", nsSASL, condition)
			f.hear("\x00")
		}
	}
	for name, test := range map[string]struct {
		script func(*far)
		kind   chat.Kind
		code   chat.Code
	}{
		"not authorized":   {failure("<not-authorized/>"), chat.Auth, chat.CodeNotAuthorized},
		"disabled":         {failure("<account-disabled/><text>secret words</text>"), chat.Auth, chat.CodeAccountDisabled},
		"for now":          {failure("<temporary-auth-failure/>"), chat.Auth, chat.CodeTemporaryAuth},
		"mechanism":        {failure("<invalid-mechanism/>"), chat.Auth, chat.CodeNoMechanism},
		"with words":       {failure("no, alice <not-authorized/>"), chat.Auth, chat.CodeNotAuthorized},
		"without a reason": {failure(""), chat.Auth, chat.CodeNotAuthorized},
		"made up":          {failure("<alice@example.test xmlns='x'/>"), chat.Offline, chat.CodeStreamError},
		"no feature list": {func(f *far) {
			f.startTLS()
			f.open("")
			f.hear("\x00")
		}, chat.Auth, chat.CodeNoMechanism},
		"bound without a login": {func(f *far) { f.startTLS(); f.open(offerOwn); f.hear("\x00") }, chat.Auth, chat.CodeNoMechanism},
		"success unasked": {func(f *far) {
			f.startTLS()
			f.open(offer("SCRAM-SHA-1"))
			f.hear("</auth>")
			f.say("<success xmlns='%s'/>", nsSASL)
			f.open(offerOwn)
			f.bind("alice@example.test/here")
		}, chat.Auth, chat.CodeServerNotProven},
		"endless challenges": {func(f *far) {
			f.startTLS()
			f.open(offer("PLAIN"))
			for range 1000 {
				f.say("<challenge xmlns='%s'/>", nsSASL)
			}
			f.hear("\x00")
		}, chat.Auth, chat.CodeScramParameters},
		"no base64": {func(f *far) {
			f.startTLS()
			f.open(offer("SCRAM-SHA-1"))
			f.hear("</auth>")
			f.say("<challenge xmlns='%s'>***</challenge>", nsSASL)
			f.hear("\x00")
		}, chat.Auth, chat.CodeScramParameters},
		"another element": {func(f *far) {
			f.startTLS()
			f.open(offer("SCRAM-SHA-1"))
			f.hear("</auth>")
			f.say("<continue xmlns='%s'/>", nsSASL)
			f.hear("\x00")
		}, chat.Offline, chat.CodeNotXMPP},
		"a stanza": {func(f *far) {
			f.startTLS()
			f.open(offer("SCRAM-SHA-1"))
			f.hear("</auth>")
			f.say("<message/>")
			f.hear("\x00")
		}, chat.Offline, chat.CodeNotXMPP},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := serve(t, test.script)
			c.Login.AllowPlain = true
			_, err := dial(t, c)
			wantCode(t, err, test.kind, test.code)
		})
	}
}

func TestBinding(t *testing.T) {
	login := func(rest func(*far)) func(*far) {
		return func(f *far) {
			f.startTLS()
			f.open(offer("PLAIN"))
			f.hear("</auth>")
			f.say("<success xmlns='%s'/>", nsSASL)
			rest(f)
		}
	}
	given := func(full string) func(*far) {
		return login(func(f *far) { f.open(offerOwn); f.bind(full); f.hear("</stream:stream>") })
	}
	refuse := func(f *far, condition string) {
		f.say("<iq type='error' id='%s'><error type='cancel'><%s xmlns='%s'/></error></iq>", f.iqID(), condition, nsStanzas)
	}
	for name, test := range map[string]struct {
		script  func(*far)
		address string
		kind    chat.Kind
		code    chat.Code
	}{
		"as wanted":      {given("alice@example.test/here"), "alice@example.test/here", 0, ""},
		"the server's":   {given("alice@example.test/its own"), "alice@example.test/its own", 0, ""},
		"somebody else":  {given("mallory@example.test/here"), "", chat.Auth, chat.CodeNotAuthorized},
		"another domain": {given("alice@example.org/here"), "", chat.Auth, chat.CodeNotAuthorized},
		"bare":           {given("alice@example.test"), "", chat.Auth, chat.CodeServerNotProven},
		"nothing":        {given(""), "", chat.Auth, chat.CodeServerNotProven},
		"no feature":     {login(func(f *far) { f.open(""); f.hear("\x00") }), "", chat.Offline, chat.CodeNotXMPP},
		"too many":       {login(func(f *far) { f.open(offerOwn); refuse(f, "resource-constraint"); f.hear("\x00") }), "", chat.Rejected, chat.CodeServiceUnavailable},
		"not allowed":    {login(func(f *far) { f.open(offerOwn); refuse(f, "not-allowed"); f.hear("\x00") }), "", chat.Rejected, chat.CodeForbidden},
		"taken, then given": {login(func(f *far) {
			f.open(offerOwn)
			refuse(f, "conflict")
			f.bind("alice@example.test/2")
			f.hear("</stream:stream>")
		}), "alice@example.test/2", 0, ""},
		"a session asked for": {login(func(f *far) {
			f.open(offerOwn + "<session xmlns='urn:ietf:params:xml:ns:xmpp-session'/>")
			f.bind("alice@example.test/here")
			f.say("<message/><iq type='result' id='other'/><iq type='result' id='%s'/>", f.iqID())
			f.hear("</stream:stream>")
		}), "alice@example.test/here", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := serve(t, test.script)
			c.Login.AllowPlain = true
			s, err := dial(t, c)
			if test.code != "" {
				wantCode(t, err, test.kind, test.code)
			} else if err != nil || s.Address().String() != test.address {
				t.Errorf("%v", err)
			}
		})
	}
}
