package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// ready runs `cloudflared tunnel ready`, the healthcheck that works without a shell.
func ready(o *Options) error {
	if !o.isSet("metrics") {
		return errors.New("--metrics has to be provided")
	}
	url := fmt.Sprintf("http://%s/ready", o.get("metrics"))
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s endpoint returned status code %d\n%s", url, resp.StatusCode, body)
	}
	return nil
}
