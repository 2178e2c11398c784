// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"strings"
)

// rpcSettings returns all settings.
func rpcSettings(ctx context.Context, s *server, _ *params) (any, error) {
	all := make([]settingObject, len(settings))
	for i, o := range settings {
		var err error
		if all[i], err = o.read(ctx, s.session); err != nil {
			return nil, err
		}
	}
	return map[string]any{"settings": all}, nil
}

// rpcSet sets one and returns what counts then.
func rpcSet(ctx context.Context, s *server, p *params) (any, error) {
	o, ok := settingOf(p.Name)
	if !ok {
		return nil, invalidParams("name is none of " + settingNames())
	}
	if !o.takes(p.Value) {
		return nil, invalidParams("value is none of " + strings.Join(o.values, ", "))
	}
	if err := o.set(ctx, s.session, p.Value); err != nil {
		return nil, err
	}
	return o.read(ctx, s.session)
}
