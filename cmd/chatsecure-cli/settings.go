// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"slices"
	"strings"

	"chatsecure.org/desktop/core/chat"
)

// setting is one that counts for all accounts, by the name that it has here.
type setting struct {
	name, key string
	values    []string // the first is what counts where nothing is set
}

var (
	onOff    = []string{"on", "off"}
	settings = []setting{
		{"otr", chat.SettingOTR, []string{chat.OTRRequest, chat.OTRAutomatic, chat.OTRRequire, chat.OTRNever}},
		{"receipts", chat.SettingReceipts, onOff},
		{"markers", chat.SettingMarkers, onOff},
		{"typing", chat.SettingTyping, onOff},
		{"idle", chat.SettingIdle, onOff},
	}
)

type settingObject struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func settingNames() string {
	names := make([]string, len(settings))
	for i, o := range settings {
		names[i] = o.name
	}
	return strings.Join(names, ", ")
}

// settingOf finds a setting by its name.
func settingOf(name string) (setting, bool) {
	i := slices.IndexFunc(settings, func(o setting) bool { return o.name == name })
	if i < 0 {
		return setting{}, false
	}
	return settings[i], true
}

// takes says whether a word is a value of it.
func (o setting) takes(value string) bool { return slices.Contains(o.values, value) }

// read is the setting as it counts now; a policy may hold it to something.
func (o setting) read(ctx context.Context, s *session) (settingObject, error) {
	value, err := s.Setting(ctx, o.key)
	switch {
	case value == chat.SettingOff:
		value = "off"
	case !o.takes(value):
		value = o.values[0]
	}
	return settingObject{o.name, value}, err
}

// set stores a value that it takes.
func (o setting) set(ctx context.Context, s *session, value string) error {
	switch value {
	case "on":
		value = ""
	case "off":
		value = chat.SettingOff
	}
	return s.SetSetting(ctx, o.key, value)
}

// tellSettings prints all settings or one, or sets it and prints what counts then.
func tellSettings(ctx context.Context, c *call) error {
	chosen := settings
	if len(c.operands) > 0 {
		o, ok := settingOf(c.operands[0])
		if !ok {
			return wrongUse("choice", "value", c.operands[0], "choices", settingNames())
		}
		if len(c.operands) > 1 && !o.takes(c.operands[1]) {
			return wrongUse("choice", "value", c.operands[1], "choices", strings.Join(o.values, ", "))
		}
		chosen = []setting{o}
	}
	return c.with(ctx, func(s *session) error {
		if len(c.operands) > 1 {
			if err := chosen[0].set(ctx, s, c.operands[1]); err != nil {
				return err
			}
		}
		for _, o := range chosen {
			now, err := o.read(ctx, s)
			if err != nil {
				return err
			}
			c.row(now, now.Name+"  "+now.Value)
		}
		return nil
	})
}
