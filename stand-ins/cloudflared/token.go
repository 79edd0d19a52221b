package main

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"
	"strings"
)

var errBadToken = errors.New("Provided Tunnel token is not valid.")

// namedTunnel reads the token of `cloudflared tunnel run`.
func namedTunnel(o *Options) (Tunnel, error) {
	text := o.get("token")
	if path := o.get("token-file"); text == "" && path != "" {
		content, err := os.ReadFile(path)
		if err != nil {
			return Tunnel{}, err
		}
		text = strings.TrimSpace(string(content))
	}
	var token struct {
		Secret []byte `json:"s"`
		Tunnel string `json:"t"`
	}
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(decoded, &token) != nil || checkUUID(token.Tunnel) != nil {
		return Tunnel{}, errBadToken
	}
	return Tunnel{ID: token.Tunnel, Secret: token.Secret}, nil
}
