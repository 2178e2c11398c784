// SPDX-License-Identifier: MPL-2.0

package xmpp

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"
)

// The examples of XEP-0115 §5.2 and §5.3.
const (
	simpleInfo = `<query xmlns='http://jabber.org/protocol/disco#info'>
		<identity category='client' name='Exodus 0.9.1' type='pc'/>
		<feature var='http://jabber.org/protocol/caps'/>
		<feature var='http://jabber.org/protocol/disco#items'/>
		<feature var='http://jabber.org/protocol/disco#info'/>
		<feature var='http://jabber.org/protocol/muc'/>
	</query>`
	complexInfo = `<query xmlns='http://jabber.org/protocol/disco#info' node='http://psi-im.org#q07IKJEyjvHSyhy//CH0CxmKi8w='>
		<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/>
		<identity xml:lang='el' category='client' name='Ψ 0.11' type='pc'/>
		<feature var='http://jabber.org/protocol/caps'/>
		<feature var='http://jabber.org/protocol/disco#info'/>
		<feature var='http://jabber.org/protocol/disco#items'/>
		<feature var='http://jabber.org/protocol/muc'/>
		<x xmlns='jabber:x:data' type='result'>
			<field var='os'><value>Mac</value></field>
			<field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>
			<field var='ip_version' type='text-multi'><value>ipv6</value><value>ipv4</value></field>
			<field var='os_version'><value>10.5.1</value></field>
			<field var='software'><value>Psi</value></field>
			<field var='software_version'><value>0.11</value></field>
		</x>
		<x xmlns='jabber:x:data' type='result'><field var='no type'><value>ignored</value></field></x>
	</query>`
)

func parseInfo(t *testing.T, s string) info {
	t.Helper()
	var i info
	if err := xml.Unmarshal([]byte(s), &i); err != nil {
		t.Fatal(err)
	}
	return i
}

func TestVerification(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"§5.2 simple":                     {simpleInfo, "QgayPKawpkPSDYmwT/WM94uAlu0="},
		"§5.3 complex":                    {complexInfo, "q07IKJEyjvHSyhy//CH0CxmKi8w="},
		"feature twice":                   {strings.Replace(simpleInfo, "disco#items", "muc", 1), ""},
		"identity twice":                  {strings.Replace(simpleInfo, "<feature", "<identity category='client' name='Exodus 0.9.1' type='pc'/><feature", 1), ""},
		"another form is another string":  {strings.Replace(complexInfo, "'no type'", "'FORM_TYPE' type='hidden'", 1), "other"},
		"two values of FORM_TYPE":         {strings.Replace(complexInfo, "softwareinfo</value>", "softwareinfo</value><value>x</value>", 1), ""},
		"a name that holds the separator": {strings.Replace(simpleInfo, "Exodus 0.9.1", "Exodus&lt;evil", 1), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseInfo(t, test.in).verification()
			switch test.want {
			case "other":
				if err != nil || got == "q07IKJEyjvHSyhy//CH0CxmKi8w=" {
					t.Errorf("%q, %v", got, err)
				}
			default:
				if got != test.want || (err != nil) != (test.want == "") {
					t.Errorf("%q, %v, want %q", got, err, test.want)
				}
			}
		})
	}
	double := parseInfo(t, complexInfo)
	double.Forms = append(double.Forms, double.Forms[0])
	if _, err := double.verification(); err == nil {
		t.Error("the same form twice accepted")
	}
}

// Two answers can have one string: what hides features of a client behind the
// string of that client must not be remembered for all its users.
func TestForgedAbilities(t *testing.T) {
	good := parseInfo(t, simpleInfo)
	ver, err := good.verification()
	if err != nil || !good.stands(ver) {
		t.Fatalf("the true answer does not stand for its string: %v", err)
	}
	if full := parseInfo(t, complexInfo); !full.stands("q07IKJEyjvHSyhy//CH0CxmKi8w=") {
		t.Error("the form of a software's version does not stand")
	}
	for name, forged := range map[string]string{
		"a feature as an identity": strings.Replace(simpleInfo, `<feature var='http://jabber.org/protocol/caps'/>`,
			`<identity category='http:' type='' xml:lang='jabber.org' name='protocol/caps'/>`, 1),
		"features as a form": strings.NewReplacer(`<feature var='http://jabber.org/protocol/disco#items'/>`, ``,
			`<feature var='http://jabber.org/protocol/muc'/>`, `<x xmlns='jabber:x:data' type='result'>
				<field var='FORM_TYPE' type='hidden'><value>http://jabber.org/protocol/disco#items</value></field>
				<field var='http://jabber.org/protocol/muc'/></x>`).Replace(simpleInfo),
		"an identity as a feature": strings.Replace(simpleInfo, `<identity category='client' name='Exodus 0.9.1' type='pc'/>`,
			`<feature var='client/pc//Exodus 0.9.1'/>`, 1),
	} {
		i := parseInfo(t, forged)
		if same, err := i.verification(); err != nil || same != ver {
			t.Fatalf("%s has another string: %q, %v", name, same, err)
		}
		if i.stands(ver) {
			t.Errorf("%s stands for the string of another answer", name)
		}
	}
}

func TestOwnCaps(t *testing.T) {
	if !slices.IsSorted(ownFeatures) || len(slices.Compact(slices.Clone(ownFeatures))) != len(ownFeatures) {
		t.Error("own features not sorted, or twice")
	}
	if c := ownCaps("Chat", "https://chat.example"); c.Node != "https://chat.example" || c.Hash != "sha-1" || len(c.Ver) != 28 {
		t.Errorf("%+v", c)
	}
}
