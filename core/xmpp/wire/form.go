// SPDX-License-Identifier: MPL-2.0

package wire

import (
	"encoding/base64"
	"encoding/xml"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// registerQuery is what a server wants to know (XEP-0077 §3.1.1, §14.1): a data
// form, the old fields, or an address where to go instead.
type registerQuery struct {
	XMLName      xml.Name  `xml:"jabber:iq:register query"`
	Registered   *struct{} `xml:"jabber:iq:register registered"`
	Instructions string    `xml:"jabber:iq:register instructions"`
	Key          *string   `xml:"jabber:iq:register key"`
	Form         *dataForm `xml:"jabber:x:data x"`
	OOB          struct {
		URL string `xml:"jabber:x:oob url"`
	} `xml:"jabber:x:oob x"`
	Data []struct { // XEP-0231
		CID  string `xml:"cid,attr"`
		Text string `xml:",chardata"`
	} `xml:"urn:xmpp:bob data"`
	Any []struct {
		XMLName xml.Name
		Text    string `xml:",chardata"`
	} `xml:",any"`
}

// dataForm is a form to be filled in (XEP-0004 §3).
type dataForm struct {
	Type         string      `xml:"type,attr"`
	Instructions []string    `xml:"jabber:x:data instructions"`
	Fields       []formField `xml:"jabber:x:data field"`
}

type formField struct {
	Var      string    `xml:"var,attr"`
	Type     string    `xml:"type,attr"`
	Label    string    `xml:"label,attr"`
	Required *struct{} `xml:"jabber:x:data required"`
	Values   []string  `xml:"jabber:x:data value"`
	Options  []struct {
		Value string `xml:"jabber:x:data value"`
	} `xml:"jabber:x:data option"`
	Media struct { // XEP-0221
		URIs []string `xml:"urn:xmpp:media-element uri"`
	} `xml:"urn:xmpp:media-element media"`
}

// oldFields are those of XEP-0077 §14.1 that a person can answer; the form that
// is shown knows them by the same names.
var oldFields = map[string]bool{
	"nick": true, "name": true, "first": true, "last": true, "email": true, "address": true, "city": true,
	"state": true, "zip": true, "phone": true, "url": true, "date": true, "misc": true, "text": true,
}

// The parts of a form that a Login answers.
const (
	fieldUser     = "username"
	fieldPassword = "password"
)

// The parts of a captcha's form (XEP-0158 §3, §4): what names it, and where
// ejabberd also shows it, for those who can not show its picture.
const (
	fieldChallenge = "challenge"
	fieldFallback  = "captcha-fallback-url"
)

// Bounds of a form; what is over them nobody would fill in.
const (
	maxFields  = 50
	maxText    = 4096
	maxPicture = 256 << 10
)

// form is the query as a person sees it.
func (q *registerQuery) form() chat.Form {
	f := chat.Form{Instructions: cut(strings.TrimSpace(q.Instructions))}
	if q.Form != nil {
		if len(q.Form.Instructions) > 0 {
			f.Instructions = cut(strings.Join(q.Form.Instructions, "\n"))
		}
		for _, field := range q.Form.Fields {
			if shown, ok := q.field(field); ok && len(f.Fields) < maxFields {
				f.Fields = append(f.Fields, shown)
			}
		}
		if slices.ContainsFunc(f.Fields, func(f chat.Field) bool { return f.Picture != nil }) {
			f.Fields = slices.DeleteFunc(f.Fields, func(f chat.Field) bool { return f.Name == fieldFallback })
		}
		return f
	}
	asks := false
	for _, e := range q.Any {
		if e.XMLName.Space != nsRegister {
			continue
		}
		asks = asks || e.XMLName.Local == fieldUser
		if oldFields[e.XMLName.Local] && len(f.Fields) < maxFields {
			f.Fields = append(f.Fields, chat.Field{Name: e.XMLName.Local, Required: true, Value: cut(strings.TrimSpace(e.Text))})
		}
	}
	if !asks {
		f.URL = webAddress(q.OOB.URL)
	}
	return f
}

// captcha says whether the form asks who answers it to prove to be a person.
func (q *registerQuery) captcha() bool {
	return q.Form != nil && slices.ContainsFunc(q.Form.Fields, func(f formField) bool { return f.Var == fieldChallenge || len(f.Media.URIs) > 0 })
}

// field is a field of a data form that a person has to answer.
func (q *registerQuery) field(field formField) (chat.Field, bool) {
	switch {
	case field.Var == "" || field.Var == fieldUser || field.Var == fieldPassword,
		field.Type == "hidden" || field.Type == "fixed":
		return chat.Field{}, false
	}
	out := chat.Field{
		Name: field.Var, Label: cut(field.Label), Secret: field.Type == "text-private", Required: field.Required != nil,
		Value: cut(strings.Join(field.Values, "\n")),
	}
	switch field.Type {
	case "boolean":
		out.Options = []string{"0", "1"}
		if out.Value == "true" {
			out.Value = "1"
		}
		if out.Value != "1" {
			out.Value = "0"
		}
	case "list-single":
		for _, o := range field.Options {
			if len(out.Options) < maxFields {
				out.Options = append(out.Options, cut(o.Value))
			}
		}
	}
	for _, uri := range field.Media.URIs {
		if cid, ok := strings.CutPrefix(strings.TrimSpace(uri), "cid:"); ok && out.Picture == nil {
			out.Picture = q.picture(cid)
		}
	}
	return out, true
}

// picture is what the server sent along to be looked at.
func (q *registerQuery) picture(cid string) []byte {
	for _, d := range q.Data {
		if d.CID == cid && len(d.Text) <= maxPicture*4/3+4096 {
			data, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(d.Text), ""))
			if err == nil {
				return data
			}
		}
	}
	return nil
}

// webAddress is a page that may be offered to a person: one under TLS.
func webAddress(url string) string {
	url = strings.TrimSpace(url)
	if len(url) > 2048 || !strings.HasPrefix(strings.ToLower(url), "https://") || strings.ContainsAny(url, " \t\r\n\"<>") {
		return ""
	}
	return url
}

func cut(s string) string {
	if len(s) > maxText {
		return strings.ToValidUTF8(s[:maxText], "")
	}
	return s
}

// submit is the answer to the query (XEP-0077 §3.1.1, §4).
func (q *registerQuery) submit(user string, password []byte, values map[string]string) string {
	var b strings.Builder
	b.WriteString("<query xmlns='" + nsRegister + "'>")
	if q.Form != nil {
		b.WriteString("<x xmlns='" + nsForm + "' type='submit'>")
		for _, field := range q.Form.Fields {
			if field.Var != "" && field.Type != "fixed" {
				writeField(&b, field, q.values(field, user, password, values))
			}
		}
		b.WriteString("</x></query>")
		return b.String()
	}
	b.WriteString("<username>" + escape(user) + "</username><password>" + escape(string(password)) + "</password>")
	for _, e := range q.Any {
		if name := e.XMLName.Local; e.XMLName.Space == nsRegister && oldFields[name] {
			b.WriteString("<" + name + ">" + escape(values[name]) + "</" + name + ">")
		}
	}
	if q.Key != nil {
		b.WriteString("<key>" + escape(*q.Key) + "</key>")
	}
	b.WriteString("</query>")
	return b.String()
}

func (q *registerQuery) values(field formField, user string, password []byte, values map[string]string) []string {
	switch given, ok := values[field.Var]; {
	case field.Type == "hidden":
		return field.Values
	case field.Var == fieldUser:
		return []string{user}
	case field.Var == fieldPassword:
		return []string{string(password)}
	case !ok:
		return field.Values
	case strings.HasSuffix(field.Type, "-multi"):
		return strings.Split(given, "\n")
	default:
		return []string{given}
	}
}

func writeField(b *strings.Builder, field formField, values []string) {
	b.WriteString("<field var='" + escape(field.Var) + "'")
	if field.Type == "hidden" {
		b.WriteString(" type='hidden'")
	}
	b.WriteString(">")
	for _, v := range values {
		b.WriteString("<value>" + escape(v) + "</value>")
	}
	b.WriteString("</field>")
}

// missing is a required field without an answer; "" if there is none.
func (q *registerQuery) missing(values map[string]string) string {
	for _, field := range q.form().Fields {
		given, ok := values[field.Name]
		if !ok {
			given = field.Value
		}
		if field.Required && strings.TrimSpace(given) == "" {
			return field.Name
		}
	}
	return ""
}
