package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
)

// tokenError is a `tunnel run` without a valid tunnel: exit code 255.
type tokenError struct{ text string }

func (e *tokenError) Error() string { return e.text }

// namedTunnel reads the token for `cloudflared tunnel run`.
func namedTunnel(o *Options) (Tunnel, error) {
	text := o.get("token")
	if path := o.get("token-file"); text == "" && path != "" {
		content, err := os.ReadFile(path)
		if err != nil {
			return Tunnel{}, &tokenError{"Failed to read token file: " + err.Error()}
		}
		text = strings.TrimSpace(string(content))
	}
	if text == "" {
		return Tunnel{}, &tokenError{`"cloudflared tunnel run" requires the ID or name of the tunnel to run as the last command line argument or in the configuration file.`}
	}
	token := struct {
		Secret []byte `json:"s"`
		Tunnel string `json:"t"`
	}{Tunnel: "00000000-0000-0000-0000-000000000000"}
	decoded, err := base64.StdEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(decoded, &token) != nil || checkUUID(token.Tunnel) != nil {
		return Tunnel{}, &tokenError{"Provided Tunnel token is not valid."}
	}
	return Tunnel{ID: token.Tunnel, Secret: token.Secret}, nil
}
