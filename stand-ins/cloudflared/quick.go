package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// quickTimeout is the time limit of the quick service's request, which is not repeated.
const quickTimeout = 15 * time.Second

const disclaimer = "Thank you for trying Cloudflare Tunnel. Doing so, without a Cloudflare account, is a quick way to experiment and try it out. However, be aware that these account-less Tunnels have no uptime guarantee, are subject to the Cloudflare Online Services Terms of Use (https://www.cloudflare.com/website-terms/), and Cloudflare reserves the right to investigate your use of Tunnels for violations of such terms. If you intend to use Tunnels in production you should use a pre-created named tunnel by following: https://developers.cloudflare.com/cloudflare-one/connections/connect-apps"

// Tunnel holds the values that a registration needs.
type Tunnel struct {
	ID       string
	Secret   []byte
	Hostname string // empty for a named tunnel
}

// requestQuickTunnel requests a hostname. Its error is the last line of a failed start.
func requestQuickTunnel(log *Logger, service string) (Tunnel, error) {
	log.Info(disclaimer, nil)
	log.Info("Requesting new quick Tunnel on trycloudflare.com...", nil)
	client := http.Client{Timeout: quickTimeout, Transport: &http.Transport{
		TLSHandshakeTimeout: quickTimeout, ResponseHeaderTimeout: quickTimeout, Proxy: nil,
		ForceAttemptHTTP2: true}}
	req, err := http.NewRequest(http.MethodPost, service+"/tunnel", nil)
	if err != nil {
		return Tunnel{}, fmt.Errorf("failed to build quick tunnel request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "cloudflared/"+version)
	resp, err := client.Do(req)
	if err != nil {
		return Tunnel{}, fmt.Errorf("failed to request quick Tunnel: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return Tunnel{}, fmt.Errorf("failed to read quick-tunnel response: %w", err)
	}
	var answer struct {
		Result struct {
			ID       string `json:"id"`
			Hostname string `json:"hostname"`
			Secret   []byte `json:"secret"`
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		log.Error(err, "Error unmarshaling QuickTunnel response: "+string(body), Fields{"status_code": resp.Status})
		return Tunnel{}, fmt.Errorf("failed to unmarshal quick Tunnel: %w", err)
	}
	if err := checkUUID(answer.Result.ID); err != nil {
		return Tunnel{}, fmt.Errorf("failed to parse quick Tunnel ID: %w", err)
	}
	return Tunnel{ID: answer.Result.ID, Secret: answer.Result.Secret, Hostname: answer.Result.Hostname}, nil
}

// announce logs the box with the URL, before any connection exists.
func announce(log *Logger, hostname string) {
	if !strings.HasPrefix(hostname, "https://") {
		hostname = "https://" + hostname
	}
	log.Box("Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):",
		hostname)
}

func checkUUID(id string) error {
	if len(id) != 36 {
		return fmt.Errorf("invalid UUID length: %d", len(id))
	}
	if _, err := hex.DecodeString(strings.ReplaceAll(id, "-", "")); err != nil {
		return fmt.Errorf("invalid UUID format")
	}
	return nil
}
